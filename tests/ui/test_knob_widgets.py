"""Every kind of knob has a widget that gives its value, and keeps it in the address."""

from dataclasses import dataclass

import pytest
from streamlit.testing.v1 import AppTest

from lossviz import losses, models, projection
from lossviz.knobs import Knobbed, knob


@dataclass(frozen=True)
class Kinds(Knobbed):
    """One knob of each kind."""

    switch: bool = knob(True, help="A switch.")
    maybe: bool | None = knob(None, kind=bool, help="A switch, or auto.")
    word: str = knob("blue", choices=("red", "blue"), help="One of some words.")
    few: int = knob(3, 2, 4, step=1, help="Few whole numbers.")
    many: int = knob(7, 0, 100, step=1, help="Many whole numbers.")
    share: float = knob(0.25, 0.0, 1.0, step=0.05, unit="rad", help="A range.")
    wide: float = knob(30.0, 1.0, 128.0, log=True, help="A range by powers.")
    open_end: float = knob(2.0, 0.0, help="No upper end.")
    few_or_auto: int | None = knob(None, 1, 3, kind=int, help="Few whole numbers, or auto.")
    number_or_auto: float | None = knob(None, 0.0, 10.0, kind=float, help="A number, or auto.")


def page():
    import streamlit as st

    from lossviz.ui.knob_widgets import knob_widgets
    from tests.ui.test_knob_widgets import Kinds

    st.session_state["made"] = knob_widgets(Kinds, "kinds", st.session_state.get("defaults"))


def opened(**parameters):
    at = AppTest.from_function(page, default_timeout=180)
    for name, value in parameters.items():
        at.query_params[f"kinds.{name}"] = value
    return at


def made(at):
    at.run()
    assert not at.exception, at.exception
    return at.session_state["made"]


def test_untouched_widgets_give_the_declared_defaults():
    # Kinds is imported a second time by the page's script: values are compared, not classes.
    assert made(opened()).values() == Kinds().values()


def test_every_kind_has_its_widget():
    at = opened()
    made(at)
    assert [each.key for each in at.toggle] == ["kinds.switch"]
    options = {each.key.removeprefix("kinds."): each.options for each in at.button_group}
    assert options == {
        "maybe": ["auto", "true", "false"],
        "word": ["red", "blue"],
        "few": ["2", "3", "4"],
        "few_or_auto": ["auto", "1", "2", "3"],
    }
    assert [(each.key, each.min, each.max) for each in at.slider] == [("kinds.many", 0, 100), ("kinds.share", 0.0, 1.0)]
    assert [each.key.removeprefix("kinds.") for each in at.number_input] == ["wide", "open_end", "number_or_auto"]
    assert at.slider(key="kinds.share").label == "Share (rad)"
    assert at.slider(key="kinds.share").help == "A range."


CHANGES = {
    "switch": ("toggle", False, False),
    "maybe": ("button_group", "false", False),
    "word": ("button_group", "red", "red"),
    "few": ("button_group", "4", 4),
    "many": ("slider", 12, 12),
    "share": ("slider", 0.5, 0.5),
    "wide": ("number_input", 64.0, 64.0),
    "open_end": ("number_input", 1000.0, 1000.0),
    "few_or_auto": ("button_group", "2", 2),
    "number_or_auto": ("number_input", 1.5, 1.5),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_reaches_its_knob_and_no_other(name):
    kind, setting, value = CHANGES[name]
    at = opened()
    made(at)
    getattr(at, kind)(key=f"kinds.{name}").set_value(setting)
    assert made(at).values() == Kinds().values() | {name: value}


def test_the_address_sets_knobs_and_what_is_not_allowed_is_dropped():
    found = made(opened(share="0.75", word="red", maybe="true", many="500", few="9"))
    assert found.values() == Kinds().values() | {"share": 0.75, "word": "red", "maybe": True}


def test_defaults_of_the_page_replace_declared_ones():
    at = opened()
    at.session_state["defaults"] = {"share": 0.4, "few_or_auto": 3, "maybe": True}
    assert made(at).values() == Kinds().values() | {"share": 0.4, "few_or_auto": 3, "maybe": True}


def every():
    import streamlit as st

    from lossviz import losses, models, projection
    from lossviz.ui.knob_widgets import knob_widgets

    room = {"losses": losses, "models": models, "projection": projection}[st.session_state["room"]]
    st.session_state["made"] = {
        name: knob_widgets(room.get(name), name) == room.get(name)() for name in room.available()
    }


@pytest.mark.parametrize(("room", "names"), [("losses", losses), ("models", models), ("projection", projection)])
def test_every_registered_knob_has_a_widget_that_starts_at_its_default(room, names):
    at = AppTest.from_function(every, default_timeout=180)
    at.session_state["room"] = room
    assert made(at) == dict.fromkeys(names.available(), True)


@dataclass(frozen=True)
class Faulty(Knobbed):
    """A switch and a word that can be wrong on purpose."""

    forget: bool = knob(False, help="A fault.", faults={True: "It forgets."})
    word: str = knob("good", choices=("good", "bad"), help="One of some words.", faults={"bad": "It is bad."})


def faulty_page():
    from lossviz.ui.knob_widgets import knob_widgets
    from tests.ui.test_knob_widgets import Faulty

    knob_widgets(Faulty, "faulty")


def test_a_fault_is_called_one_and_says_what_is_wrong_once_it_is_chosen():
    at = AppTest.from_function(faulty_page, default_timeout=180).run()
    assert at.toggle[0].label == "Forget (a fault)" and not at.warning
    at.toggle[0].set_value(True).run()
    assert [warning.value for warning in at.warning] == ["It forgets."]
    at = AppTest.from_function(faulty_page, default_timeout=180)
    at.query_params["faulty.word"] = "bad"
    assert [warning.value for warning in at.run().warning] == ["It is bad."]
