"""The part of the address that Python reads."""

import numpy as np
import pytest

from lossviz.view import link

IDS = np.arange(300, dtype=np.int64) * 3 + 1


@pytest.mark.parametrize(("text", "epoch"), [("1.e4", 4), ("1.e3", 2), ("1.e9999", 8), ("1", 8), ("1.ex", 8), ("", 8)])
def test_the_nearest_known_epoch_is_taken_and_the_last_without_one(text, epoch):
    assert link.epoch(link.fields(text), (0, 2, 4, 8)) == epoch


def test_pins_keep_their_order_and_unknown_ones_are_dropped():
    assert link.pinned(link.fields("1.k1g_4_5_4"), IDS) == (52, 4)


def test_a_selection_as_steps_and_as_bits_is_the_same():
    assert link.selected(link.fields("1.s1_6_3"), IDS) == (1, 7, 10)
    assert link.selected(link.fields("1.SDQ"), IDS) == (1, 7, 10)


@pytest.mark.parametrize("text", ["2.e4", "1.k!!_4", "1.s-5", "1.S*", "1.Sabcde", "1.k", "..", "1.e٣", "x" * 5000])
def test_what_cannot_be_read_is_as_if_absent(text):
    found = link.fields(text)
    assert link.epoch(found, (0, 8)) == 8
    assert link.pinned(found, IDS) == ()
    assert link.selected(found, IDS) == ()
