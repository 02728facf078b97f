"""Knobs are declared once; values, texts and JSON come from the declaration."""

from dataclasses import FrozenInstanceError, dataclass

import pytest

from lossviz.errors import KnobError, UnknownName
from lossviz.knobs import Knobbed, knob


@dataclass(frozen=True)
class Thing(Knobbed):
    margin: float = knob(0.5, 0.0, 1.0, step=0.05, unit="rad", help="An angle.")
    count: int = knob(3, 1, 8, help="A number.")
    mode: str = knob("fast", choices=("fast", "slow"), help="A word.")
    flip: bool = knob(False, help="A switch.")
    limit: int | None = knob(None, 10, 1000, kind=int, help="Perhaps a number.")


def test_a_value_out_of_range_is_told_with_owner_range_unit_and_value():
    with pytest.raises(KnobError, match=r"^Thing.margin must be between 0.0 and 1.0 rad, got 3$"):
        Thing(margin=3)
    with pytest.raises(KnobError, match=r"^Thing.count must be a whole number between 1 and 8, got 2.5$"):
        Thing(count=2.5)
    with pytest.raises(KnobError, match=r"^Thing.mode must be one of fast, slow, got 'medium'$"):
        Thing(mode="medium")
    with pytest.raises(KnobError, match=r"^Thing.limit must be a whole number between 10 and 1000 or auto, got 5$"):
        Thing(limit=5)


@pytest.mark.parametrize(
    ("name", "value"),
    [("margin", float("nan")), ("margin", float("inf")), ("margin", True), ("margin", "0.5"), ("margin", None),
     ("count", True), ("flip", 1), ("mode", 3), ("limit", "auto")],
)  # fmt: skip
def test_values_of_the_wrong_kind_are_refused(name, value):
    with pytest.raises(KnobError, match=f"Thing.{name} must be"):
        Thing(**{name: value})


def test_numbers_become_the_knobs_own_type_and_ends_are_allowed():
    thing = Thing(margin=1, count=8.0)
    assert (thing.margin, type(thing.margin)) == (1.0, float)
    assert (thing.count, type(thing.count)) == (8, int)
    with pytest.raises(FrozenInstanceError):
        thing.margin = 0.1


def test_typed_text_is_read_as_the_knobs_own_type():
    read = {
        k.name: k.parse(text, "Thing")
        for k, text in zip(Thing.knobs(), ["1e-1", "4", "slow", "yes", "auto"], strict=True)
    }
    assert read == {"margin": 0.1, "count": 4, "mode": "slow", "flip": True, "limit": None}
    for name, text in [("margin", "wide"), ("count", "2.5"), ("limit", "")]:
        with pytest.raises(KnobError, match=f"Thing.{name} must be"):
            Thing.knob(name).parse(text, "Thing")


def test_values_go_to_json_and_back_and_unknown_names_are_told():
    thing = Thing(margin=0.25, limit=20)
    assert Thing.from_values(thing.values()) == thing
    with pytest.raises(UnknownName, match="no knob of Thing called 'margn'; did you mean 'margin'"):
        Thing.from_values({"margn": 1})


@dataclass(frozen=True)
class Span(Knobbed):
    low: float = knob(0.2, 0.0, 1.0, unit="rad", below="high", help="Where it begins.")
    high: float = knob(0.8, 0.0, 1.0, unit="rad", help="Where it ends.")
    few: int = knob(1, 0, 9, below="many", gap=2, help="Fewer, by two.")
    many: int = knob(5, 0, 9, help="More.")


def test_a_pair_of_knobs_stays_in_order_whichever_is_moved():
    assert Span(low=0.8).low == 0.8  # equal is in order, unless a gap is asked for
    for values in ({"low": 0.9}, {"high": 0.1}):
        with pytest.raises(
            KnobError, match=r"Span.low must be between 0.0 and 0.[18] rad while high is 0.[18], got 0."
        ):
            Span(**values)
    assert Span(few=3).few == 3
    with pytest.raises(KnobError, match=r"Span.few must be between 0 and 3 while many is 5, got 4"):
        Span(few=4)
    with pytest.raises(KnobError, match=r"Span.low must"):
        Span.from_values({"low": 1.0})


@dataclass(frozen=True)
class Faulty(Knobbed):
    switch: bool = knob(False, help="A switch.", faults={True: "The switch is on."})
    word: str = knob("good", choices=("good", "fine", "bad"), help="A word.", faults={"bad": "The word is bad."})
    usual: bool = knob(True, help="No fault either way.")


def test_a_fault_is_told_in_its_sentence_and_the_default_is_never_one():
    assert Faulty().faults() == () and Thing(flip=True, mode="slow").faults() == ()
    assert Faulty(word="fine", usual=False).faults() == ()
    assert Faulty(switch=True, word="bad").faults() == ("The switch is on.", "The word is bad.")
    assert Faulty.knob("word").fault("bad") == "The word is bad." and Faulty.knob("word").fault("good") == ""
    with pytest.raises(TypeError, match="a fault is never the default"):
        knob(True, help="A switch.", faults={True: "Wrong."})


def test_menus_offer_everything_but_faults():
    assert [each.offered for each in Faulty.knobs()] == [(False,), ("good", "fine"), (False, True)]
    assert Thing.knob("margin").offered == ()
