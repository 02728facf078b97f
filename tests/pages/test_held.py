"""Images of a person's own: what is held, what is chosen, what comes back, and how much is too much."""

import pytest
import streamlit as st

from lossviz.data import UNTOUCHED, Touch
from lossviz.errors import DataError
from lossviz.ui.images import held


@pytest.fixture(autouse=True)
def session(monkeypatch):
    """A session of its own."""
    monkeypatch.setattr(st, "session_state", {})


def names():
    return [each.name for each in held.images()]


def held_ones(*letters):
    for letter in letters:
        held.add(held.made(letter.encode(), f"{letter}.png"))


def test_what_comes_in_is_held_in_its_order_and_chosen_and_once():
    assert (held.images(), held.chosen()) == ([], None)
    held_ones("a", "b")
    assert (names(), held.chosen().name) == (["a.png", "b.png"], "b.png")
    held.add(held.made(b"a", "again.png"))
    assert (names(), held.chosen().name) == (["a.png", "b.png"], "a.png"), "the content tells images apart"
    held.choose("nobody")
    assert held.chosen().name == "a.png"


def test_a_name_is_shown_and_never_a_path():
    assert held.made(b"x", "../../etc/passwd\0").name == "passwd"


def test_a_touch_belongs_to_one_image():
    held_ones("a", "b")
    held.retouch(held.images()[0].key, Touch(zoom=2.0))
    assert [each.touch.zoom for each in held.images()] == [2.0, 1.0]


def test_what_was_removed_comes_back_among_what_came_since():
    held_ones("a", "b", "c")
    held.remove(held.images()[1].key)
    assert (names(), held.chosen().name) == (["a.png", "c.png"], "c.png")
    held.clear()
    assert (names(), held.chosen(), held.undoable()) == ([], None, True)
    held_ones("d")
    held.undo()
    assert names() == ["a.png", "c.png", "d.png"]
    held.undo()
    assert names() == ["a.png", "b.png", "c.png", "d.png"]
    assert not held.undoable()
    held.undo()
    assert len(names()) == 4, "there is nothing more to undo"


def test_removing_what_is_not_held_is_nothing_to_undo():
    held_ones("a")
    held.remove("nobody")
    assert not held.undoable()


def test_no_more_than_a_hundred_images_are_held(monkeypatch):
    monkeypatch.setattr(held, "MOST_FILES", 2)
    held_ones("a", "b")
    with pytest.raises(DataError, match=r"c\.png: at most 2 images.*remove some first"):
        held_ones("c")
    held_ones("a")
    held.remove(held.images()[0].key)
    held_ones("c")
    assert names() == ["b.png", "c.png"]
    held.undo()
    assert names() == ["b.png", "c.png"], "what was removed would not fit any more"


def test_no_more_memory_than_is_allowed_is_held_what_can_be_undone_included(monkeypatch):
    monkeypatch.setattr(held, "MOST_BYTES", 25)
    for letter in (b"a", b"b"):
        held.add(held.made(letter * 10, "x.png"))
    with pytest.raises(DataError, match="together are held"):
        held.add(held.made(b"c" * 10, "x.png"))
    held.clear()
    for letter in (b"d", b"e"):
        held.add(held.made(letter * 10, "x.png"))
    assert held.undoable()
    held.clear()
    held.undo()
    held.undo()
    assert {each.content[:1] for each in held.images()} == {b"d", b"e"}, "the older step was forgotten"


def test_the_live_drawing_stays_one_image_until_it_is_kept():
    held_ones("a")
    held.draw(b"1")
    held.retouch(held.live(), Touch(contrast=2.0))
    held_ones("b")
    held.draw(b"12")
    assert (names(), held.chosen().content) == (["a.png", "drawing 1", "b.png"], b"12")
    assert held.chosen().touch == Touch(contrast=2.0), "what was changed by hand follows the drawing"
    held.keep_drawing()
    held.draw(b"3")
    assert names() == ["a.png", "drawing 1", "b.png", "drawing 2"]
    assert held.chosen().touch == UNTOUCHED
    held.draw(None)
    assert (names(), held.chosen().name) == (["a.png", "drawing 1", "b.png"], "b.png")


def test_taking_the_live_drawing_away_empties_the_pad_and_nothing_else_does():
    held_ones("a")
    held.draw(b"1")
    held.remove(held.images()[0].key)
    assert held.emptied() == 0
    held.remove(held.live())
    assert (held.emptied(), held.live()) == (1, "")
    held.undo()
    assert (names(), held.live()) == (["drawing 1"], ""), "it comes back as an image like any other"
    held.draw(b"1")
    assert len(names()) == 1
    held.draw(b"2")
    held.clear()
    assert held.emptied() == 2


def test_a_drawing_that_does_not_fit_is_refused_and_the_others_stay(monkeypatch):
    monkeypatch.setattr(held, "MOST_FILES", 1)
    held_ones("a")
    with pytest.raises(DataError, match="drawing 1: at most 1"):
        held.draw(b"1")
    assert names() == ["a.png"]
