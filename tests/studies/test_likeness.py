"""Studies that are like another but for a few things."""

import pytest

from lossviz.errors import StudyError
from lossviz.studies import load
from lossviz.studies.reading import keep, parse, presets

BASE = """
seeds = "0-4"
[settings]
epochs = 3
dim = 8
[[contender]]
loss = "arcface"
knobs = { scale = 30.0, margin = 0.3 }
[[contender]]
loss = "softmax"
[[data]]
name = "digits"
settings = { limit = 200 }
[[case]]
contender = "softmax"
settings = { lr = 0.01 }
"""


@pytest.fixture
def base(tmp_path):
    file = tmp_path / "base.toml"
    file.write_text(BASE)
    keep(file)
    return load("base")


def test_without_a_change_it_is_the_same_study(base):
    same = parse('like = "base"', "same")
    assert (same.cells, same.seeds, same.settings, same.cases) == (base.cells, base.seeds, base.settings, base.cases)
    assert [same.final(cell, 0).config for cell in same.cells] == [base.final(cell, 0).config for cell in base.cells]


def test_what_is_written_is_laid_over_what_is_there_key_by_key(base):
    study = parse(
        """
        like = "base"
        seeds = [7]
        settings = { dim = 4 }
        [[contender]]
        loss = "arcface"
        knobs = { margin = 0.5 }
        [[contender]]
        loss = "cosface"
        [[case]]
        contender = "softmax"
        settings = { lr = 0.02 }
        """,
        "mine",
    )
    configs = {cell.contender: study.final(cell, 7).config for cell in study.cells}
    assert list(configs) == ["arcface", "softmax", "cosface"] and study.seeds == (7,)
    assert configs["arcface"].loss.knobs == {"scale": 30.0, "margin": 0.5}
    assert {(each.settings.epochs, each.settings.dim, each.settings.limit) for each in configs.values()} == {
        (3, 4, 200)
    }
    assert configs["softmax"].settings.lr == 0.02, "the later case counts"
    assert base.final(base.cells[1], 0).config.settings.lr == 0.01, "the other study is as it was"


def test_a_likeness_of_a_likeness_is_like_both(base, tmp_path):
    file = tmp_path / "second.toml"
    file.write_text('like = "base"\nseeds = [1, 2]\nsettings = { dim = 5 }')
    keep(file)
    third = parse('like = "second"\nsettings = { epochs = 1 }', "third")
    assert third.seeds == (1, 2) and third.settings == {"epochs": 1, "dim": 5}


@pytest.mark.parametrize("text", ['like = "nobody"', "like = 3", 'like = "circle"'])
def test_a_likeness_of_nothing_is_told(text, tmp_path):
    file = tmp_path / "circle.toml"
    file.write_text('like = "circle"')
    keep(file)
    with pytest.raises(StudyError, match=r"like must be the name|nobody"):
        parse(text, "mine")


def test_the_small_presets_are_the_whole_ones_on_fewer_images():
    assert {"study-2023-small", "vgg8-small"} <= set(presets())
    for name in ("study-2023", "vgg8"):
        whole, small = load(name), load(f"{name}-small")
        assert small.cells == whole.cells and len(small.seeds) == 1
        for cell in whole.cells:
            ours, theirs = (study.final(cell, 0).config for study in (small, whole))
            assert ours.loss == theirs.loss and ours.model.name == theirs.model.name
            assert ours.settings.limit or cell.ground == "lfw-published"
