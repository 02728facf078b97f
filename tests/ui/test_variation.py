"""Groups of runs: what is typed, what comes of it, and that runs of a group start alike."""

from dataclasses import dataclass

import pytest

from lossviz.errors import KnobError
from lossviz.knobs import Knobbed, knob
from lossviz.records import Choice, Config, Settings
from lossviz.ui.train import variation
from lossviz.ui.train.variation import Variation, expand, parse_seeds, parse_values


@dataclass(frozen=True)
class Kinds(Knobbed):
    """Knobs of which several values can be tried."""

    margin: float = knob(0.5, 0.0, 1.0, step=0.01, help="A range.")
    scale: float = knob(30.0, 1.0, 128.0, log=True, help="A range by powers.")
    count: int = knob(2, 1, 4, step=1, help="Whole numbers.")
    size: int = knob(3, 2, 2048, log=True, help="Whole numbers by powers.")
    word: str = knob("blue", choices=("red", "blue"), help="Words.")
    switch: bool = knob(True, help="A switch.")
    limit: int | None = knob(None, 10, 10_000_000, kind=int, help="A number or auto.")
    decay: float | None = knob(None, 0.0, 1.0, log=True, kind=float, help="A number by powers, or auto.")


BASE = Config(Choice("arcface", {"scale": 16.0}), Choice("digits"), Choice("mlp"))
MARGIN = Variation("loss", "arcface", "ArcFace", Kinds.knob("margin"), (0.2, 0.5))


@pytest.mark.parametrize(
    ("typed", "seeds"), [("0", (0,)), ("3, 1,3", (3, 1)), ("0-3", (0, 1, 2, 3)), ("7, 1..2", (7, 1, 2))]
)
def test_seeds(typed, seeds):
    assert parse_seeds(typed) == seeds


@pytest.mark.parametrize("typed", ["", " , ", "a", "1.5", "-1", "4-1", "0-5000", str(2**31)])
def test_what_is_no_seed_is_refused_in_words(typed):
    with pytest.raises(KnobError, match="seed"):
        parse_seeds(typed)


@pytest.mark.parametrize(
    ("name", "typed", "values"),
    [
        ("margin", "0, 0.2,0.4", (0.0, 0.2, 0.4)),
        ("margin", "0 to 0.8 in 5", (0.0, 0.2, 0.4, 0.6, 0.8)),
        ("margin", "0.8...0 in 2", (0.8, 0.0)),
        ("scale", "4 to 64 in 3", (4.0, 16.0, 64.0)),
        ("count", "1 to 4 in 7", (1, 2, 3, 4)),
        ("word", "red, blue, red", ("red", "blue")),
        ("switch", "true,false", (True, False)),
        ("limit", "auto, 100", (None, 100)),
    ],
)
def test_values(name, typed, values):
    assert parse_values(typed, Kinds.knob(name), "Kinds") == values


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        *(("margin", typed) for typed in ("2", "0, x", "", "0 to 9 in 3", "0 to 1 in 1")),
        *(("word", typed) for typed in ("green", "red to blue in 3")),
        ("size", ", ".join(map(str, range(2, 200)))),
    ],
)
def test_values_that_cannot_be_are_refused_in_words(name, typed):
    with pytest.raises(KnobError, match=name):
        parse_values(typed, Kinds.knob(name), "Kinds")


@pytest.mark.parametrize("declared", Kinds.knobs(), ids=lambda declared: declared.name)
def test_what_is_offered_can_be_taken(declared):
    offered = parse_values(variation.offered_values(declared), declared, "Kinds")
    assert len(offered) > 1


def test_a_group_is_every_loss_under_every_value_with_every_seed():
    made = expand(BASE, [Choice("softmax"), BASE.loss], (0, 7), MARGIN)
    assert [each.label for each in made] == [
        *("softmax-s0", "softmax-s7"),
        *("arcface-margin-0.2-s0", "arcface-margin-0.2-s7", "arcface-margin-0.5-s0", "arcface-margin-0.5-s7"),
    ]
    assert [each.config.settings.seed for each in made] == [0, 7] * 3
    assert [dict(each.config.loss.knobs) for each in made[::2]] == [
        {},
        {"scale": 16.0, "margin": 0.2},
        {"scale": 16.0},  # the default is left out
    ]


def test_one_of_everything_is_one_run_as_it_stands():
    (made,) = expand(BASE, [BASE.loss], (0,), None)
    assert made.config == BASE and made.label == ""


def test_settings_and_knobs_of_the_net_can_vary():
    dims = expand(BASE, [BASE.loss], (0,), Variation("setting", "train", "Training", Settings.knob("dim"), (2, 3)))
    assert [each.config.settings.dim for each in dims] == [2, 3]
    net = expand(BASE, [BASE.loss], (0,), Variation("model", "mlp", "MLP", Kinds.knob("count"), (1, 4)))
    assert [dict(each.config.model.knobs) for each in net] == [{"count": 1}, {"count": 4}]


def test_too_many_runs_are_refused_with_their_number():
    with pytest.raises(KnobError, match="101 runs, and 100 at most"):
        expand(BASE, [BASE.loss], tuple(range(101)), None)
    assert len(expand(BASE, [BASE.loss], tuple(range(100)), None)) == 100


@pytest.mark.parametrize(
    ("losses", "seeds", "vary", "words"),
    [
        (["arcface"], (0,), None, ""),
        (["arcface"], (0,), MARGIN, "2 values of margin"),
        (["arcface", "softmax"], (0, 1), MARGIN, "2 losses, 2 values of ArcFace's margin and 2 seeds"),
        (["arcface", "softmax"], (0,), None, "2 losses"),
    ],
)
def test_what_varies_is_said(losses, seeds, vary, words):
    assert variation.what_varies(losses, seeds, vary) == words


def test_runs_of_a_group_start_from_the_same_weights_and_see_the_same_batches(tmp_path):
    """The hashes prove it; another seed has others."""
    from lossviz.jobs.recording import Audience, make_run

    small = Settings(epochs=1, limit=200, probe=50, gallery=50, threads=1)
    base = Config(Choice("arcface"), Choice("digits"), Choice("mlp"), small)
    made = expand(base, [Choice("softmax"), Choice("arcface")], (0, 1), MARGIN)
    runs = [make_run(each.config, Audience(), each.label, tmp_path) for each in made]
    starts = {(run.config.settings.seed, run.header["hashes"]["initial_weights"]) for run in runs}
    orders = {(run.config.settings.seed, run.record(1).batch_order) for run in runs}
    assert len(runs) == 6
    assert len(starts) == len(orders) == len({start for _, start in starts}) == len({order for _, order in orders}) == 2
