"""What is said of a study, from made-up scores whose differences are known."""

from dataclasses import replace

import numpy as np
import pytest

from lossviz.metrics.base import Output
from lossviz.studies import CellResult, Outcome, Results
from lossviz.studies.reading import parse
from lossviz.studies.statistics import Difference, mean_of
from lossviz.studies.telling import fields, told, with_interval

TEXT = """
title = "Told"
seeds = "0-4"
[[contender]]
loss = "arcface"
title = "ArcFace"
[[contender]]
loss = "cosface"
title = "CosFace"
[[contender]]
loss = "softmax"
title = "softmax"
[[data]]
name = "mnist"
title = "MNIST"
"""
BASE = np.array([0.95, 0.93, 0.96, 0.94, 0.95])
WOBBLE = np.array([0.002, -0.001, 0.001, -0.002, 0.0])
PER_CENT = Output("knn_accuracy", "kNN", "", unit="%")


def results_of(scores, key="knn_accuracy", seeds="0-4"):
    """Results in which contenders have these scores, an array over the seeds each; a dict is given as it is."""
    study = parse(TEXT.replace('"0-4"', f'"{seeds}"'), "told")
    cells = []
    for cell in study.cells:
        by_seed = scores[cell.contender]
        by_seed = by_seed if isinstance(by_seed, dict) else dict(enumerate(by_seed))
        finals = tuple(
            Outcome(
                study.final(cell, seed),
                "finished" if seed in by_seed else "missing",
                f"{cell.contender}-{seed}",
                scores={key: float(by_seed[seed])} if seed in by_seed else {},
                seconds=3.0,
                start=("weights", "data", "rows", f"order {seed}"),
                probes=1000,
            )
            for seed in study.seeds
        )
        cells.append(CellResult(cell, key, (), finals, 0, len(study.seeds)))
    return Results(study, tuple(cells))


def test_a_clear_winner_is_named_with_how_much_and_how_sure():
    (field,) = fields(results_of({"arcface": BASE, "cosface": BASE - 0.03 + WOBBLE, "softmax": BASE - 0.06 - WOBBLE}))
    assert field.sentence == "ArcFace: beats every other by more than seed noise." and field.best == ("ArcFace",)
    assert [(each.title, each.rank) for each in field.standings] == [("ArcFace", 1), ("CosFace", 2), ("softmax", 3)]
    assert field.sentences[0] == "ArcFace beats CosFace by 3.0 ± 0.2 points on MNIST, more than seed noise (5 seeds)."
    assert field.doubts == ()


def test_who_cannot_be_told_apart_shares_the_first_rank():
    (field,) = fields(results_of({"arcface": BASE, "cosface": BASE + WOBBLE - 2e-4, "softmax": BASE - 0.06 - WOBBLE}))
    assert field.sentence == (
        "ArcFace and CosFace are beaten by none; softmax by at least one of them, by more than seed noise."
    )
    assert [each.rank for each in field.standings] == [1, 1, 3]
    assert "ArcFace and CosFace cannot be told apart on MNIST: they differ by 0.0 ± 0.2 points." in field.sentences


def test_of_equals_none_is_recommended():
    (field,) = fields(results_of({"arcface": BASE, "cosface": BASE + WOBBLE, "softmax": BASE - WOBBLE[::-1]}))
    assert field.sentence.startswith("None can be told from the others; ") and len(field.best) == 3


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"cosface": {0: 0.9}}, "Nothing can be said yet: 1 of 3 contenders are not finished."),
        ({"cosface": {}, "softmax": {}}, "Nothing can be said yet: 2 of 3 contenders are not finished."),
    ],
)
def test_what_is_not_finished_is_not_ranked(change, sentence):
    (field,) = fields(results_of({"arcface": BASE, "cosface": BASE, "softmax": BASE} | change))
    assert field.sentence == sentence and field.best == ()
    assert {each.rank for each in field.standings} == {None}


def test_one_seed_ranks_nobody_and_two_are_warned_of():
    scores = {"arcface": {0: 0.9}, "cosface": {0: 0.5}, "softmax": {0: 0.1}}
    (field,) = fields(results_of(scores, seeds="0"))
    assert field.sentence == "Nothing can be said: one seed tells nothing of what chance does."
    assert {each.rank for each in field.standings} == {None} and field.best == ()
    assert all("one seed" in sentence for sentence in field.sentences)
    two = {name: {0: value[0], 1: value[0]} for name, value in scores.items()}
    assert fields(results_of(two, seeds="0-1"))[0].doubts == (
        "With 2 seeds intervals are wide: few differences can be told from noise.",
    )


def test_where_less_is_better_the_least_wins():
    (field,) = fields(
        results_of({"arcface": BASE, "cosface": BASE - 0.3 + WOBBLE, "softmax": BASE - 0.1 - WOBBLE}, key="eer")
    )
    assert field.best == ("CosFace",) and field.sentences[0].startswith("CosFace beats softmax by 20.0 ± ")


def test_a_pair_that_holds_alone_and_not_among_many_is_not_called_a_difference():
    pair = Difference("a", "b", 3, 0.012, 0.004, 0.020, 0.03, 0.3)
    assert told(pair, ("ArcFace", "softmax"), PER_CENT, "MNIST", 10) == (
        "ArcFace is ahead of softmax by 1.2 ± 0.8 points on MNIST; of this pair alone that would be more than seed "
        "noise, among 10 pairs it may be chance."
    )
    sure = replace(pair, adjusted=0.04)
    assert told(sure, ("ArcFace", "softmax"), PER_CENT, "MNIST", 10) == (
        "ArcFace beats softmax by 1.2 ± 0.8 points on MNIST, more than seed noise (3 seeds)."
    )


@pytest.mark.parametrize(
    ("scores", "output", "words"),
    [
        ([0.983, 0.985, 0.981], PER_CENT, "98.3 ± 0.5 %"),
        ([0.98301, 0.98302, 0.98303], PER_CENT, "98.30 ± 0.00 %"),
        ([0.9831], PER_CENT, "98.31 %"),
        ([41.0, 43.0, 42.0], Output("angle_intra", "", "", -1, "deg"), "42 ± 2°"),
        ([0.1, 0.2, 0.3], Output("nc1", "", "", -1), "0.200 ± 0.248"),
        ([3421.0, 3421.0, 3421.0], Output("lfw_pairs", "", ""), "3,421"),
        ([3421.0], Output("lfw_pairs", "", ""), "3,421"),
        ([3421.5], Output("probe_loss", "", ""), "3,421.5000"),
        ([1.0], Output("nc1", "", ""), "1.0000"),
    ],
)
def test_a_mean_is_written_as_finely_as_its_interval_allows(scores, output, words):
    assert with_interval(mean_of(scores), output) == words
