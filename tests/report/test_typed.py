"""A wanted report as words of a shell: what the command line reads back is what was wanted."""

import pytest

from lossviz import projection
from lossviz.cli import main
from lossviz.errors import LossvizError
from lossviz.report.film import Film
from lossviz.report.make import Wanted
from lossviz.report.of_runs import Asked
from lossviz.report.typed import projection_of, projection_word, report_words

TSNE = projection.get("tsne").from_values({"perplexity": 12, "seed": 3})
WANTED = {
    "plain": ("out.html", Wanted()),
    "titled": ("out.pdf", Wanted(Asked("--dark & 'quoted'", epoch=2), pictures=False)),
    "everything": ("out.zip", Wanted(Asked(method=TSNE), Film(path="rock", swing=12.5), ("gif", "mp4"), True)),
    "film": ("out.gif", Wanted(film=Film("still", width=640, height=320, pace=2.5, dark=True))),
}


@pytest.fixture
def asked(monkeypatch):
    """What the command line would write."""
    found = []
    monkeypatch.setattr("lossviz.cli.reporting._drawn", lambda runs, word, *rest: word and projection_of(word))
    monkeypatch.setattr("lossviz.cli.reporting.write", lambda chosen, path, wanted, told: found.append((path, wanted)))
    return found


@pytest.mark.parametrize("name", WANTED)
def test_the_words_ask_for_what_was_wanted(name, pair, asked, tmp_path):
    file, wanted = WANTED[name]
    main(report_words([run.id for run in pair], str(tmp_path / file), wanted))
    assert asked == [(tmp_path / file, wanted)]


def test_what_is_the_default_is_not_typed():
    assert report_words(["a"], "a.html", Wanted()) == ["report", "a", "-o", "a.html"]
    unused = report_words(["a"], "a.html", Wanted(film=Film("rock")))
    assert unused == ["report", "a", "-o", "a.html"]
    assert "--path=rock" in report_words(["a"], "a.mp4", Wanted(film=Film("rock")))


def test_a_projection_is_a_word_with_its_knobs():
    assert projection_word(TSNE) == "tsne:seed=3,perplexity=12"
    assert projection_of("tsne:perplexity=12,seed=3") == TSNE
    assert projection_word(projection.get("pca")()) == "pca"
    assert projection_of("tsne") == projection.get("tsne")() != TSNE


@pytest.mark.parametrize(
    ("word", "said"),
    [("magic", "no projection called"), ("tsne:perplexity", "KNOB=VALUE"), ("tsne:speed=3", "no knob of tsne"),
     ("tsne:seed=x", "seed must be")],
)  # fmt: skip
def test_a_wrong_word_is_told_in_a_sentence(word, said):
    with pytest.raises(LossvizError, match=said):
        projection_of(word)
