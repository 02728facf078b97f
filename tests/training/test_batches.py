"""The order of images: by seed and epoch, the same for every loss."""

from dataclasses import replace

import numpy as np
import pytest

from lossviz.records import Settings
from lossviz.training.batches import epoch_batches, order_digest, settled_sampler

LABELS = np.random.default_rng(0).integers(0, 7, 1000)
SHUFFLE = Settings(batch_size=64, sampler="shuffle")
PK = Settings(batch_size=24, sampler="pk", per_class=4)


@pytest.mark.parametrize("settings", [SHUFFLE, PK])
def test_an_epoch_shows_nearly_all_images_and_hardly_any_twice(settings):
    seen = np.concatenate(epoch_batches(LABELS, settings, 1))
    assert len(np.unique(seen)) > 0.92 * len(LABELS)
    assert len(seen) - len(np.unique(seen)) <= (7 * 2 if settings is PK else 0)


def test_a_pk_batch_holds_k_of_each_of_p_classes():
    batches = epoch_batches(LABELS, PK, 1)
    assert {len(batch) for batch in batches} == {24}
    counts = [np.bincount(LABELS[batch], minlength=7) for batch in batches]
    assert all((count % 4 == 0).all() for count in counts)
    several = [np.count_nonzero(count) for count in counts]
    assert np.mean(several) > 5
    shuffled = [np.bincount(LABELS[batch], minlength=7) for batch in epoch_batches(LABELS, SHUFFLE, 1)]
    assert not all((count % 4 == 0).all() for count in shuffled)


def test_what_does_not_fill_a_group_is_filled_up_from_its_class():
    labels = np.repeat(np.arange(6), 7)
    seen = np.concatenate(epoch_batches(labels, PK, 1))
    assert len(seen) == 48 and len(np.unique(seen)) == 42


def test_a_class_smaller_than_k_still_makes_a_group():
    labels = np.array([0] * 10 + [1] * 2 + [2] * 10)
    seen = np.concatenate(epoch_batches(labels, replace(PK, batch_size=12), 1))
    assert set(labels[seen]) == {0, 1, 2}


def test_order_follows_seed_and_epoch():
    def digest(settings, epoch):
        return order_digest("", epoch_batches(LABELS, settings, epoch))

    assert digest(SHUFFLE, 1) == digest(SHUFFLE, 1)
    assert len({digest(SHUFFLE, 1), digest(SHUFFLE, 2), digest(replace(SHUFFLE, seed=1), 1), digest(PK, 1)}) == 4
    assert order_digest("a", []) != order_digest("b", [])


def test_only_a_full_batch_is_used_unless_there_is_no_other():
    assert [len(batch) for batch in epoch_batches(LABELS[:130], SHUFFLE, 1)] == [64, 64]
    assert [len(batch) for batch in epoch_batches(LABELS[:20], SHUFFLE, 1)] == [20]


def test_auto_looks_at_classes_and_batch_alone():
    assert settled_sampler("auto", 128, 10) == "shuffle"
    assert settled_sampler("auto", 128, 100) == "pk"
    assert settled_sampler("shuffle", 128, 100) == "shuffle"


def test_ordered_batches_follow_the_data_set_whatever_seed_and_epoch():
    ordered = replace(SHUFFLE, sampler="ordered")
    seen = [np.concatenate(epoch_batches(LABELS, each, epoch)) for each, epoch in ((ordered, 1), (ordered, 2))]
    assert np.array_equal(seen[0], np.arange(960)) and np.array_equal(*seen)
    assert np.array_equal(np.concatenate(epoch_batches(LABELS, replace(ordered, seed=9), 1)), seen[0])
    assert not np.array_equal(np.concatenate(epoch_batches(LABELS, SHUFFLE, 1)), seen[0])
    assert settled_sampler("ordered", 64, 7) == "ordered"
    assert ordered.faults() and not SHUFFLE.faults() and not PK.faults()
