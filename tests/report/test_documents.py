"""What a report says is true of its runs, and the files that it is written as say it too."""

import csv
import io
import re
import zipfile

import pytest

from lossviz import runs
from lossviz.errors import ReportError
from lossviz.report.document import Embedding, Strip, Table
from lossviz.report.make import Wanted, document_of, report_bytes, write
from lossviz.report.of_runs import Asked
from lossviz.report.tables import as_csv, as_latex, as_markdown, escaped
from tests.report.made import make_run

A4 = (595.28, 841.89)


@pytest.fixture
def document(pair):
    return document_of(pair, Asked())


def table(document, key):
    return next(each for each in document.tables if each.key == key)


def words(document):
    return " ".join(block.text for block in document.blocks() if hasattr(block, "text"))


def test_scores_are_those_of_the_runs_and_the_best_are_marked(document, pair):
    found = table(document, "scores")
    row = next(row for row in found.rows if row[0] == "Nearest centroid")
    values = [runs.scores(run, 3)["centroid_accuracy"] for run in pair]
    assert row[1:] == tuple(f"{100 * value:.2f} %" for value in values)
    place = found.rows.index(row)
    marked = {column - 1 for line, column in found.best if line == place}
    best = {index for index, value in enumerate(values) if f"{value:.4f}" == f"{max(values):.4f}"}
    assert marked == (best if len(best) == 1 else set())
    early = document_of(pair, Asked(epoch=1))
    assert table(early, "scores").rows != found.rows and "epoch 1" in table(early, "scores").head[1]


def test_every_setting_seed_version_and_hash_is_told(document, pair):
    told = dict(row[:2] for row in table(document, "config").rows)
    assert told["seed"] == "0" and told["loss"] == "arcface" and told["net: hidden"] == "16"
    assert {name.replace("_", " ") for name in pair[0].config.settings.values()} <= set(told)
    origin = dict(row[:2] for row in table(document, "origin").rows)
    assert origin["Libraries"] == "torch 2.0, numpy 1.26" and origin["sha256 of data"] == "b" * 16
    assert "python -m lossviz train --loss arcface --dataset digits" in words(document)


def test_what_was_not_run_is_told(runs_home, pair):
    said = words(document_of(pair, Asked()))
    assert "More seeds." in said and "were wanted" not in said
    short = make_run(runs_home, "short", epochs=3, done=1)
    again = make_run(runs_home, "again", seed=1)
    said = words(document_of([pair[0], short], Asked()))
    assert "The rest of short: 3 epochs were wanted, and it is stopped at 1." in said
    assert "More seeds." not in words(document_of([pair[0], again], Asked()))


def test_an_unfair_comparison_says_so_at_the_top(runs_home, pair):
    other = make_run(runs_home, "longer", "softmax", epochs=2)
    for chosen, fair in ((pair, True), ([pair[0], other], False)):
        first = document_of(chosen, Asked()).sections[0].blocks[0]
        assert first.text.startswith("Fair" if fair else "Not a fair comparison")
        assert first.kind == ("plain" if fair else "warning")


def test_strips_go_from_before_training_to_the_last_epoch(runs_home):
    run = make_run(runs_home, "long", epochs=9)
    strip = next(block for block in document_of([run], Asked()).figures if isinstance(block, Strip))
    assert strip.epochs == [0, 1, 2, 5, 9] and strip.sheet().fixed == (0, 1, 2, 5, 9)


def test_what_cannot_be_reported_is_said(pair, tmp_path):
    with pytest.raises(ReportError, match="1 to 6 runs, got 0"):
        document_of([], Asked())
    with pytest.raises(ReportError, match="no run has an epoch 9; the last one is 3"):
        document_of(pair, Asked(epoch=9))
    with pytest.raises(ReportError, match=r"written as \.html"):
        write(pair, tmp_path / "report.docx")
    with pytest.raises(ReportError, match="there is no folder"):
        write(pair, tmp_path / "nowhere" / "report.html")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(ReportError, match="holds something else than a report"):
        write(pair, tmp_path / "mine")
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"


def test_tables_are_read_back_from_csv_markdown_and_latex(document):
    for each in document.tables:
        assert list(csv.reader(io.StringIO(as_csv(each)))) == [list(each.head), *map(list, each.rows)]
        lines = [line for line in as_markdown(each).splitlines() if line.startswith("|")]
        assert len(lines) == len(each.rows) + 2
        assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} == {len(each.head) + 1}
        body = as_latex(each).partition("\\midrule")[2].partition("\\bottomrule")[0]
        assert body.count(" \\\\") == len(each.rows)
        assert {len(re.findall(r"(?<!\\)&", line)) for line in body.strip().splitlines()} == {len(each.head) - 1}
    assert escaped("50 % & a_b <x>") == r"50 \% \& a\_b \textless{}x\textgreater{}"
    hostile = Table("t", "a|b", ("x", "y"), (("a,b\n", '"q"|'),))
    assert list(csv.reader(io.StringIO(as_csv(hostile))))[1] == ["a,b\n", '"q"|']
    assert as_markdown(hostile).splitlines()[-1].count("|") - as_markdown(hostile).splitlines()[-1].count("\\|") == 3


def test_columns_of_numbers_are_aligned_to_the_right():
    one = Table("t", "", ("", "a", "b", "c"), (("x", "1.5 %", "net", "-"), ("y", "20 ± 3 %", "12", "1 min 05 s")))
    assert [one.of_numbers(column) for column in range(4)] == [False, True, False, True]


def test_the_pdf_is_a4_with_contents_that_lead_where_they_say(pair):
    pypdf = pytest.importorskip("pypdf")
    told = []
    reader = pypdf.PdfReader(io.BytesIO(report_bytes(pair, "pdf", told=lambda done, doing: told.append(done))))
    document = document_of(pair, Asked())
    assert all(abs(float(side) - wanted) < 0.1 for side, wanted in zip(reader.pages[0].mediabox[2:], A4, strict=True))
    titles = [section.title for section in document.sections]
    assert [entry.title for entry in reader.outline] == titles
    texts = [page.extract_text() for page in reader.pages]
    for entry, title in zip(reader.outline, titles, strict=True):
        number = reader.get_destination_page_number(entry)
        assert title in texts[number]
        assert re.search(rf"{re.escape(title)}[ .]*{number + 1}\b", texts[0]), title
    assert sum(len(page.images) for page in reader.pages) == len(document.figures)
    whole = " ".join(" ".join(texts).split())
    assert "one & <two>" in whole and "More seeds." in whole and f"1 / {len(texts)}" in texts[0]
    assert told == sorted(told) and told[0] < 0.2 and told[-1] > 0.9


def test_a_folder_has_every_figure_and_table_and_can_be_written_again(pair, tmp_path):
    place = tmp_path / "report"
    write(pair, place)
    document = document_of(pair, Asked())
    figures = {each.key for each in document.figures}
    assert {path.stem for path in (place / "figures").glob("*.png")} == figures
    assert {path.stem for path in (place / "figures").glob("*.svg")} == figures
    assert {path.stem for path in (place / "tables").glob("*.tex")} == {each.key for each in document.tables}
    assert (place / "report.pdf").read_bytes()[:4] == b"%PDF"
    assert any(isinstance(each, Embedding) for each in document.figures)
    write(pair[:1], place)
    assert not (place / "tables" / "fairness.csv").exists()


def test_nothing_is_left_of_a_report_that_fails(pair, tmp_path):
    place = tmp_path / "report.html"
    place.write_text("the one before")
    with pytest.raises(ReportError):
        write(pair, place, Wanted(Asked(epoch=99)))
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["report.html"]
    assert place.read_text() == "the one before"
    write(pair, place)
    assert place.read_text().startswith("<!doctype html>")


def test_a_zip_holds_the_folder(pair):
    with zipfile.ZipFile(io.BytesIO(report_bytes(pair[:1], "zip"))) as archive:
        names = set(archive.namelist())
        assert {"report.html", "report.pdf", "figures/embedding.svg", "tables/scores.csv"} <= names
        assert archive.testzip() is None
