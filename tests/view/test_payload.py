"""What Python hands to the browser, and what it refuses to."""

import json
from dataclasses import replace

import numpy as np
import pytest

from lossviz.errors import LossvizError
from lossviz.view import Channel, Line, ViewError
from lossviz.view.panel import check
from lossviz.view.payload import NO_VALUE, pack, quantise
from tests.view.synthetic import panel

TYPES = {"i2": np.int16, "u2": np.uint16, "u1": np.uint8, "i4": np.int32}


def unpack(raw):
    """The second way to read the format, as the browser does."""
    length = int.from_bytes(raw[:4], "little")
    assert length % 4 == 0
    header, body = json.loads(raw[4 : 4 + length]), raw[4 + length :]

    def array(where):
        kind, offset, count = where
        assert offset % 4 == 0
        return np.frombuffer(body, TYPES[kind], count, offset)

    return header, array


@pytest.mark.parametrize("sphere", [True, False])
@pytest.mark.parametrize("axes", [2, 3])
def test_positions_come_back_within_half_a_step(axes, sphere):
    one = panel(axes=axes, sphere=sphere, points=101)
    header, array = unpack(pack((one,), "k", 500))
    (told,) = header["panels"]
    planar = array(told["positions"]).reshape(6, axes, 101)
    step = told["scale"] / 32767
    error = np.abs(np.swapaxes(planar, 1, 2) * step - one.positions).max()
    assert error <= 0.505 * step  # and what float32 adds
    assert error > 0.1 * step  # a looser step would be noticed


def test_the_origin_stays_where_it_is():
    positions = np.array([[[0.0, 0.0, 0.0], [9.0, 1.0, 1.0]]], np.float32)
    whole, _ = quantise(positions)
    assert whole[0, :, 0].tolist() == [0, 0, 0]


def test_points_that_all_lie_at_the_origin_can_be_packed():
    whole, scale = quantise(np.zeros((1, 3, 3), np.float32))
    assert scale == 1
    assert not whole.any()


def test_ids_labels_and_channels_come_back():
    one = panel()
    header, array = unpack(pack((one,), "k", 500))
    (told,) = header["panels"]
    assert (array(told["ids"]) == one.ids).all()
    assert (array(told["labels"]) == one.labels).all()
    assert (array(told["channels"]["prediction"]["values"]) == one.channels[0].values).all()
    own = told["channels"]["own"]
    values = own["low"] + array(own["values"]) / (NO_VALUE - 1) * (own["high"] - own["low"])
    assert np.abs(values - one.channels[2].values.ravel()).max() < 1e-4 * (own["high"] - own["low"])


def test_six_large_panels_take_two_bytes_a_coordinate():
    panels = tuple(replace(panel(f"p{i}", points=2000, epochs=10), sprite=None) for i in range(6))
    coordinates = 6 * 2000 * 10 * 3
    channels = 6 * 2000 * (2 + 1 + 2 * 10)
    assert len(pack(panels, "k", 500)) < 2 * coordinates + channels + 6 * 2000 * 6 + 40_000


def test_missing_values_are_told_apart_from_small_ones():
    values = np.linspace(0, 1, 300).astype(np.float32)
    values[7] = np.nan
    one = replace(panel(), channels=(Channel("own", "Own", "continuous", values),))
    header, array = unpack(pack((one,), "k", 500))
    packed = array(header["panels"][0]["channels"]["own"]["values"])
    assert (packed == NO_VALUE).nonzero()[0].tolist() == [7]


def test_one_colour_range_for_all_panels():
    low, high = (
        replace(panel(name), channels=(Channel("own", "Own", "continuous", np.linspace(*ends, 300)),))
        for name, ends in (("a", (2.0, 3.0)), ("b", (5.0, 9.0)))
    )
    header, _ = unpack(pack((low, high), "k", 500))
    (own,) = header["channels"]
    assert (own["low"], own["high"]) == (2.0, 9.0)


def test_classes_are_numbered_by_name_over_all_panels():
    one, other = panel("a", classes=2), replace(panel("b", classes=2), class_names=("class 1", "new"), data="other")
    header, array = unpack(pack((one, other), "k", 500))
    assert header["classes"] == ["class 0", "class 1", "new"]
    assert array(header["panels"][1]["labels"])[:2].tolist() == [1, 2]


def test_a_class_number_of_none_stays_none():
    one = panel()
    labels = one.labels.copy()
    labels[0] = -1
    header, array = unpack(pack((replace(one, labels=labels),), "k", 500))
    assert array(header["panels"][0]["labels"])[:2].tolist() == [-1, 1]


ONE = panel()
REFUSED = {
    "no panels": (lambda: (), "shows 1 to 6 panels, got 0"),
    "seven": (lambda: tuple(replace(ONE, key=str(i)) for i in range(7)), "got 7"),
    "same key": (lambda: (ONE, ONE), "a key of its own"),
    "four axes": (lambda: (replace(ONE, positions=np.zeros((6, 300, 4), np.float32)),), "2 or 3"),
    "no points": (lambda: (replace(ONE, positions=np.zeros((6, 0, 3), np.float32)),), "no points"),
    "nan": (lambda: (replace(ONE, positions=ONE.positions * np.nan),), "not finite"),
    "epochs": (lambda: (replace(ONE, epochs=(0, 1)),), "2 epoch numbers for positions of 6"),
    "order": (lambda: (replace(ONE, epochs=(0, 1, 2, 3, 5, 4)),), "ascend"),
    "ids": (lambda: (replace(ONE, ids=ONE.ids[:-1]),), "ids must be (300,)"),
    "twice": (lambda: (replace(ONE, ids=ONE.ids * 0),), "occurs twice"),
    "labels": (lambda: (replace(ONE, labels=ONE.labels + 5),), "labels must be -1 or a class of 0 to 9"),
    "prototypes": (lambda: (replace(ONE, prototypes=ONE.prototypes[:2]),), "prototypes must be (6, prototypes, 3)"),
    "whose": (lambda: (replace(ONE, prototype_labels=None),), "prototype_labels"),
    "sprite": (lambda: (replace(ONE, sprite=replace(ONE.sprite, count=9)),), "9 cells for 300 points"),
    "kind": (lambda: (replace(ONE, channels=(Channel("x", "X", "colour", ONE.labels),)),), "kind must be one of"),
    "key": (lambda: (replace(ONE, channels=(Channel("a.b", "X", "class", ONE.labels),)),), "letters, digits"),
    "shape": (lambda: (replace(ONE, channels=(Channel("x", "X", "class", ONE.labels[:3]),)),), "values must be (300,)"),
    "binary": (lambda: (replace(ONE, channels=(Channel("x", "X", "binary", ONE.labels),)),), "0 and 1"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_drawn_is_refused_in_words(name):
    make, words = REFUSED[name]
    with pytest.raises(ViewError) as caught:
        check(make(), ())
    assert words in str(caught.value)
    assert isinstance(caught.value, LossvizError)


def test_lines_must_name_a_panel_and_a_kind():
    check((ONE,), (Line("one", 1, 4, "true"),))
    with pytest.raises(ViewError, match="names the panel 'two'"):
        check((ONE,), (Line("two", 1, 4, "true"),))
    with pytest.raises(ViewError, match="got 'near'"):
        check((ONE,), (Line("one", 1, 4, "near"),))
