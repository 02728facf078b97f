"""The report of the shipped study is made from a checkout alone, and looked at: nothing of it needs the runs."""

import io
import re

import pytest

from lossviz.report.document import Chart, Embedding, Words
from lossviz.report.make import document_bytes, document_of
from lossviz.report.of_runs import Asked
from lossviz.runs import list_runs
from lossviz.studies import Results, load, shipped
from lossviz.studies.telling import fields, with_interval

NAME = "default"
VIEWS = "[...document.querySelectorAll('.lv-root')]"
TURNS = f"{VIEWS}.map((root) => root.lossviz.inspect().cameras[0].turn)"


@pytest.fixture(autouse=True)
def runs_home(tmp_path, monkeypatch):
    """No run of one's own; what is shipped is there, which other tests go without."""
    monkeypatch.setenv("LOSSVIZ_RUNS", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """What is known of the study where nobody has trained anything."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOSSVIZ_RUNS", str(tmp_path_factory.mktemp("nothing")))
        yield Results.of(load(NAME))


@pytest.fixture(scope="module")
def document(results):
    return document_of(results, Asked())


@pytest.fixture(scope="module")
def written(document, tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "study.html"
    path.write_bytes(document_bytes(document, "html"))
    return path


@pytest.fixture
def opened(page, written):
    """The report from disk, in a browser without a network."""
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.context.set_offline(True)
    page.goto(written.as_uri())
    page.wait_for_function(f"{VIEWS}.length && {VIEWS}.every((root) => root.lossviz?.inspect().renders > 1)")
    yield page
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []


def pictures(document):
    return [block for block in document.blocks() if isinstance(block, Embedding)]


def test_all_is_there_though_no_run_is(results, document):
    assert results.done == results.total > 100
    assert not {outcome.id for outcome in results.outcomes} & {run.id for run in list_runs()}
    assert len(pictures(document)) == len(results.fields())
    for block, place in zip(pictures(document), results.fields(), strict=True):
        cells = {cell.cell.contender: cell for cell in results.rivals(*place)}
        best, drawn = cells[results.comparison(*place).names[0]], block.drawn[0]
        kept = shipped.picture(NAME, best.finals[0].id)
        assert drawn.key == kept.run and (drawn.positions[0] == kept.positions).all() and not block.shown
    said = " ".join(block.text for block in document.blocks() if isinstance(block, Words))
    assert f"The numbers of {results.total} trainings came with the program" in said
    assert "left out" not in said and "is not finished" not in said


def test_pictures_that_were_not_shipped_are_left_out_with_a_word(results, monkeypatch):
    gone = next(cell.finals[0].id for cell in results.cells)
    keep = shipped.picture
    monkeypatch.setattr(shipped, "picture", lambda study, run: None if run == gone else keep(study, run))
    found = document_of(results, Asked())
    (said,) = [block.text for block in found.blocks() if isinstance(block, Words) and "left out" in block.text]
    title = results.study.contender(results.cells[0].cell.contender).title
    assert said == f"Embeddings of {title} are left out: their runs are not here."
    assert gone not in {panel.key for block in pictures(found) for panel in block.drawn}


def test_every_figure_is_drawn_and_a_view_turns(opened, document):
    charts = [block for block in document.figures if isinstance(block, Chart)]
    assert len(charts) >= len(pictures(document)) > 1
    for block in charts:
        opened.locator(f"#{block.key} .chart").scroll_into_view_if_needed()
        drawn = opened.locator(f"#{block.key} .chart[data-drawn] .main-svg").first
        drawn.wait_for()
        assert drawn.bounding_box()["height"] > 100
    counts = opened.evaluate(f"{VIEWS}.map((root) => root.lossviz.inspect().panels.map((panel) => panel.count))")
    assert counts == [[len(panel.ids) for panel in block.drawn] for block in pictures(document)]
    overlay = opened.locator(".lv-overlay").first
    overlay.evaluate("part => part.scrollIntoView({ block: 'center', behavior: 'instant' })")
    before, box = opened.evaluate(TURNS), overlay.bounding_box()
    opened.mouse.move(box["x"] + 150, box["y"] + 200)
    opened.mouse.down()
    opened.mouse.move(box["x"] + 260, box["y"] + 240, steps=4)
    opened.mouse.up()
    opened.wait_for_function(
        f"(before) => {TURNS}[0].some((part, i) => Math.abs(part - before[0][i]) > 0.05)", arg=before
    )
    assert opened.evaluate(TURNS)[1:] == before[1:]


def test_the_tables_in_the_page_have_the_numbers_of_the_study(opened, results):
    for field, place in zip(fields(results), results.fields(), strict=True):
        rows = opened.locator(f"#standings-{'-'.join(filter(None, place))} tbody tr")
        found = [[cell.strip() for cell in row] for row in rows.evaluate_all(
            "rows => rows.map((row) => [...row.cells].map((cell) => cell.textContent))"
        )]  # fmt: skip
        assert [row[0] for row in found] == [each.title for each in field.standings]
        assert [row[2] for row in found] == [with_interval(each.mean, field.score) for each in field.standings]


def test_on_paper_every_view_is_a_picture(opened, document):
    stills = opened.locator("img.still")
    assert stills.count() == len(pictures(document)) and not stills.nth(0).is_visible()
    opened.emulate_media(media="print")
    for place in range(stills.count()):
        assert stills.nth(place).is_visible() and not opened.locator(".lv-host").nth(place).is_visible()
        assert stills.nth(place).evaluate("image => image.decode().then(() => image.naturalWidth)") > 1000


def test_the_pdf_has_its_contents_and_all_pages(document, results):
    pypdf = pytest.importorskip("pypdf")
    reader = pypdf.PdfReader(io.BytesIO(document_bytes(document, "pdf")))
    pages = [page.extract_text() for page in reader.pages]
    for section in document.sections:
        (number,) = re.findall(rf"{re.escape(section.title)}[ .]*\n?(\d+)", pages[0])
        assert section.title in pages[int(number) - 1]
    whole = " ".join(" ".join(pages).split())
    for field in fields(results):
        assert all(with_interval(each.mean, field.score) in whole for each in field.standings)
    for title in [block.title for block in document.figures] + [table.title for table in document.tables]:
        assert " ".join(title.split()) in whole
