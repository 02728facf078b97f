"""Studies as files: what is read, what follows, and what is said of mistakes."""

import pytest

from lossviz.errors import StudyError, UnknownName
from lossviz.records import Choice
from lossviz.studies import Cell, available, fingerprint, load
from lossviz.studies.reading import PRESETS, keep, parse, seeds_of

TEXT = """
title = "Margins"
note = "A note."
seeds = "0-1, 5"

[settings]
epochs = 3
dim = 8

[trials]
count = 3
seeds = [100, 101]
validation = 0.25

[[contender]]
loss = "arcface"
title = "ArcFace"
knobs = { scale = 30 }
tune = { margin = { low = 0.1, high = 0.7 } }

[[contender]]
key = "plain"
loss = "softmax"
settings = { weight_decay = 0.0 }
tune = { "settings.prototype_lr" = { low = 0.001, high = 0.1, log = true } }

[[data]]
name = "digits"
settings = { limit = 500 }

[[data]]
key = "strangers"
name = "digits"
settings = { unseen_classes = 0.4, epochs = 4 }
score = "map_at_r"

[[model]]
name = "mlp"
knobs = { width = 32 }

[[case]]
contender = "plain"
data = "strangers"
settings = { lr = 0.01 }
note = "The published learning rate."
"""


def edited(before, after):
    assert before in TEXT
    return TEXT.replace(before, after, 1)


@pytest.fixture
def study():
    return parse(TEXT, "margins")


def test_a_study_is_read(study):
    assert (study.name, study.title, study.note, study.seeds) == ("margins", "Margins", "A note.", (0, 1, 5))
    assert [each.title for each in study.contenders] == ["ArcFace", "plain"]
    assert study.cells[0] == Cell("arcface", "digits", "mlp") and len(study.cells) == 4
    assert [study.score_of(cell) for cell in study.cells[::2]] == ["knn_accuracy", "map_at_r"]


def test_settings_are_laid_over_one_another_from_the_general_to_the_particular(study):
    final = study.final(Cell("plain", "strangers", "mlp"), 5).config
    assert final.loss == Choice("softmax") and final.model == Choice("mlp", {"width": 32})
    settings = final.settings
    assert (settings.epochs, settings.dim, settings.weight_decay, settings.lr) == (4, 8, 0.0, 0.01)
    assert (settings.seed, settings.unseen_classes, settings.class_seed, settings.limit) == (5, 0.4, 0, None)
    other = study.final(Cell("arcface", "strangers", "mlp"), 5).config.settings
    assert other.lr is None and other.weight_decay is None
    closed = study.final(Cell("plain", "digits", "mlp"), 5).config.settings
    assert (closed.epochs, closed.limit, closed.class_seed, closed.lr) == (3, 500, None, None)


def test_every_contender_gets_the_same_trials_on_validation_images(study):
    for cell in study.cells:
        trials = study.trials_of(cell)
        assert len(trials) == 3 * 2 and [each.candidate for each in trials] == [0, 0, 1, 1, 2, 2]
        assert {each.seed for each in trials} == {100, 101} and all(each.trial for each in trials)
        assert {each.config.settings.validation for each in trials} == {0.25}
        finals = [study.final(cell, seed, 2) for seed in study.seeds]
        assert {each.config.settings.validation for each in finals} == {0.0}, "finals are judged on test images"
    first, *_, last = study.trials_of(Cell("arcface", "digits", "mlp"))
    assert first.config.loss.knobs == {"scale": 30} and last.config.loss.knobs["margin"] == last.knobs["margin"]
    tried = study.trials_of(Cell("plain", "digits", "mlp"))[-1]
    assert tried.config.settings.prototype_lr == tried.knobs["settings.prototype_lr"]


def test_trials_and_finals_of_an_open_set_keep_the_same_classes_out(study):
    cell = Cell("arcface", "strangers", "mlp")
    every = [*study.trials_of(cell), *(study.final(cell, seed) for seed in study.seeds)]
    assert {each.config.settings.class_seed for each in every} == {0}


def test_without_trials_there_is_the_default_alone():
    text = TEXT[: TEXT.index("[trials]")] + TEXT[TEXT.index("[[contender]]") :]
    for tune in (line for line in TEXT.splitlines() if line.startswith("tune")):
        text = text.replace(tune, "")
    plain = parse(text, "plain")
    assert plain.trials_of(plain.cells[0]) == () and plain.candidates(plain.cells[0]) == ({},)


def test_combinations_can_be_left_out():
    skipped = parse(TEXT + '\n[[case]]\ncontender = ["plain"]\ndata = "digits"\nskip = true\n', "margins")
    assert Cell("plain", "digits", "mlp") not in skipped.cells and len(skipped.cells) == 3


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("title = ", "is no TOML"),
        (edited('loss = "arcface"', ""), "contender 1 has no loss"),
        (edited("[[data]]", "[[dat]]"), "no key called 'dat'; did you mean 'data'"),
        (edited("epochs = 3", "epoch = 3"), "no knob of Settings called 'epoch'; did you mean 'epochs'"),
        (edited("epochs = 3", "epochs = 0"), "Settings.epochs must be a whole number between 1 and 1000, got 0"),
        (edited("epochs = 3", "seed = 3"), "settings.seed is not for here: the seeds of a study stand in 'seeds'"),
        (edited("epochs = 3", "validation = 0.2"), "settings.validation is not for here"),
        (edited('seeds = "0-1, 5"', "seeds = [1, 1]"), r"seeds must be different whole numbers .* got \[1, 1\]"),
        (edited('seeds = "0-1, 5"', 'seeds = "a-b"'), "seeds must be whole numbers"),
        (edited('title = "Margins"', "title = 3"), "title must be a text, got 3"),
        (edited("{ scale = 30 }", "{ scale = [30] }"), r"knobs.scale must be a single value, got \[30\]"),
        (edited("low = 0.1, high = 0.7", "low = 0.1"), "tune.margin must have a low and a high number, or values"),
        (edited("low = 0.1, high = 0.7", "low = 0.7, high = 0.1"), "tune.margin: a range must end above"),
        (
            edited("tune = { margin = { low = 0.1, high = 0.7 } }", ""),
            "ArcFace has no knobs to try .*every",
        ),
        (edited('"settings.prototype_lr"', '"settings.prototype"'), "did you mean 'prototype_lr'"),
        (edited("count = 3", "count = 1"), "count must be at least 2"),
        (edited("validation = 0.25", "validation = 0.6"), "validation must be above 0 and at most 0.5, got 0.6"),
        (edited('key = "strangers"', ""), "two of the study's data sets are called 'digits'"),
        (edited('contender = "plain"', 'contender = "plane"'), "no contender called 'plane'; did you mean 'plain'"),
        (edited("map_at_r", "map_at_q"), "no score called 'map_at_q'; did you mean 'map_at_r'"),
        (TEXT + "\n[[case]]\nskip = true\n", "every combination is skipped"),
        ("seeds = [0]", r"has no \[\[contender\]\]"),
        ("contender = 3", r"write \[\[contender\]\], once for each contender"),
        (
            'trials = 3\n[[contender]]\nloss = "softmax"\n[[data]]\nname = "digits"',
            r"\[trials\] must be a table, got 3",
        ),
    ],
)
def test_mistakes_are_told_where_they_are(text, sentence):
    with pytest.raises(StudyError, match=sentence):
        parse(text, "margins")


def test_knobs_to_try_need_trials():
    without = TEXT[: TEXT.index("[trials]")] + TEXT[TEXT.index("[[contender]]") :]
    with pytest.raises(StudyError, match=r"ArcFace has knobs to try .*there is no \[trials\]"):
        parse(without, "margins")


def test_files_and_names(tmp_path, runs_home):
    file = tmp_path / "own.toml"
    file.write_text(TEXT)
    assert load(file).name == "own" and "own" not in available()
    keep(file)
    assert load("own").title == "Margins" and "own" in available()
    with pytest.raises(UnknownName, match="no study called 'owm'; did you mean 'own'"):
        load("owm")
    with pytest.raises(StudyError, match=r"nothing\.toml cannot be read: No such file"):
        load(tmp_path / "nothing.toml")
    (tmp_path / "odd.toml").write_bytes(b"\xff")
    with pytest.raises(StudyError, match=r"odd\.toml cannot be read: it is no text"):
        load(tmp_path / "odd.toml")
    with pytest.raises(StudyError, match="a study cannot be called"):
        parse(TEXT, "no name")


@pytest.mark.parametrize("preset", sorted(PRESETS.glob("*.toml")), ids=lambda path: path.stem)
def test_what_came_with_the_program_can_be_read(preset):
    study = load(preset.stem)
    assert study.title and study.note and study.cells
    assert all(fingerprint(study.final(cell, seed).config) for cell in study.cells for seed in study.seeds)


@pytest.mark.parametrize("preset", sorted(PRESETS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_knob_that_it_would_train_with_is_allowed(preset):
    from lossviz import losses, models

    study = load(preset.stem)
    for cell in study.cells:
        for training in [*study.trials_of(cell), study.final(cell, study.seeds[0])]:
            losses.get(training.config.loss.name).from_values(training.config.loss.knobs)
            models.get(training.config.model.name).from_values(training.config.model.knobs)


def test_the_default_study_gives_every_loss_as_many_trials():
    study = load("default")
    assert {len(study.trials_of(cell)) for cell in study.cells} == {4}
    assert len(study.cells) == 6 * 3 and len(study.seeds) >= 3


def test_configs_that_ask_for_the_same_run_have_one_fingerprint(study):
    from dataclasses import replace

    config = study.final(study.cells[0], 0).config
    same = replace(config, loss=Choice("arcface", {"scale": 30.0}), settings=replace(config.settings, threads=2))
    assert fingerprint(same) == fingerprint(config)
    for other in (
        replace(config, loss=Choice("arcface", {"scale": 31})),
        replace(config, settings=replace(config.settings, lr=0.003)),
        replace(config, data=Choice("mnist")),
    ):
        assert fingerprint(other) != fingerprint(config)


def test_seeds_are_written_as_on_the_train_page():
    assert seeds_of("0-2, 7", "seeds") == (0, 1, 2, 7) and seeds_of([3], "seeds") == (3,) and seeds_of(None, "") == ()
