"""What the PDF looks like: words as they are written, colours where they belong, and tables with their notes."""

import io

import pytest
from PIL import Image

from lossviz.report.document import Document, Section, Strip, Table, Words
from lossviz.report.of_runs import pictured
from lossviz.report.pdf import WHOLE, pdf

pypdf = pytest.importorskip("pypdf")
WORDY = "Add them with python -m lossviz data add FOLDER --size 28 --invert, in a__b or c~~d. **Bold** is bold."
NOTE = "This note belongs to its table."


def pages(*blocks):
    found = Document("Title", "of nothing", "today", (Section("one", "One", tuple(blocks)),))
    return pypdf.PdfReader(io.BytesIO(pdf(found))).pages


def table(rows, note=NOTE):
    return Table("t", "A table", ("Name", "Value"), tuple((f"row {y}", f"{y}") for y in range(rows)), note)


def fills(found):
    """How many areas are filled."""
    return sum(page.get_contents().get_data().count(b" re f") for page in found)


def test_flags_and_underscores_are_words():
    text = " ".join(" ".join(page.extract_text() for page in pages(Words(WORDY))).split())
    assert WORDY.replace("**", "") in text


def test_a_table_after_a_warning_is_not_coloured():
    warning = Words("Beware", "warning")
    warned, both, neither = pages(warning), pages(warning, table(3)), pages(table(3))
    assert fills(neither) == 0 < fills(warned) == fills(both)


@pytest.mark.parametrize("lines", range(0, 40, 3))
def test_a_short_table_is_on_one_page_with_its_note(lines):
    found = pages(*[Words("A line.")] * lines, table(WHOLE))
    (held,) = [page.extract_text() for page in found if NOTE in page.extract_text()]
    assert "A table" in held and f"row {WHOLE - 1}" in held and "row 0" in held


def test_a_long_table_goes_on_under_its_head():
    found = [page.extract_text() for page in pages(table(90)) if "row" in page.extract_text()]
    assert len(found) > 1 and all("Value" in page for page in found)


@pytest.mark.parametrize("lines", range(0, 60, 4))
def test_a_figure_is_on_the_page_of_its_note(pair, lines):
    long = " ".join([NOTE] * 12)
    found = pages(*[Words("A line.")] * lines, Strip("s", "A strip", _drawn(pair[0]), long))
    (held,) = [page for page in found if NOTE in " ".join(page.extract_text().split())]
    assert "A strip" in held.extract_text() and len(held.images) == 1
    assert " ".join(held.extract_text().split()).count(NOTE) == 12


def _drawn(run):
    return pictured([run], None, lambda done, doing: None)[0]


def test_a_chart_has_no_empty_ground_above_and_below(pair):
    from lossviz.report.images import EDGE, png
    from lossviz.report.make import document_of
    from lossviz.report.of_runs import Asked

    (chart,) = [each for each in document_of(pair, Asked()).figures if each.key == "confusion"]
    with Image.open(io.BytesIO(png(chart))) as image:
        grey = image.convert("L").point(lambda value: 255 * (value < 250))
        _, top, _, bottom = grey.getbbox()
        assert top <= EDGE + 2 and image.height - bottom <= EDGE + 2 and image.width > image.height / 2
