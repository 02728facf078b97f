"""The report button: its options are those of the command, and what is made at it can be kept."""

import io
import time
import zipfile

import pytest
from playwright.sync_api import expect
from pyarrow import parquet
from streamlit.testing.v1 import AppTest

from lossviz import runs
from lossviz.ui.making import Making
from tests.pages.conftest import MAIN, PATIENCE
from tests.pages.driving import Dashboard
from tests.pages.made import EPOCHS

pytestmark = pytest.mark.usefixtures("home")
TWO = ["softmax", "arcface"]


def command(at):
    """The shell command beside the button."""
    (found,) = [each.value for each in at.code if "lossviz report" in each.value]
    return found


def choose(at, key, value):
    at.get_by_key(key).set_value(value)
    at.run()
    assert not at.exception, at.exception


def ended(making):
    """The last stage of ``making``."""
    end = time.monotonic() + PATIENCE
    while (stage := making.stage).under_way:
        assert time.monotonic() < end, stage
        time.sleep(0.1)
    return stage


def made(words, name="made.html"):
    """What came of the command ``words`` (the path, where they have none)."""
    making = Making(name, name)
    making.start([*words, "-o", str(making.path), "--steps"])
    return making


def test_what_is_chosen_is_in_the_command(compare):
    at = compare(runs=TWO)
    assert command(at) == "python -m lossviz report softmax arcface -o softmax-and-arcface.html --projection native"
    choose(at, "report_kind", "pdf")
    choose(at, "report_title", "Two losses")
    assert "-o softmax-and-arcface.pdf '--title=Two losses'" in command(at)
    choose(at, "view_of", "pca")
    assert command(at).endswith("--projection pca")
    choose(at, "report_kind", "html")
    choose(at, "report_pictures", "no")
    assert "--no-pictures" in command(at) and "--path" not in command(at)


def test_a_film_has_its_knobs_and_only_those_of_its_camera(compare):
    at = compare(runs=TWO)
    assert "report.turns" not in {each.key for each in at.number_input}
    choose(at, "report_kind", "film")
    choose(at, "report_format", "gif")
    assert at.number_input(key="report.turns") and "report.swing" not in {each.key for each in at.number_input}
    choose(at, "report.path", "rock")
    choose(at, "report.swing", 40.0)
    choose(at, "report.width", 480)
    assert command(at).split(".gif ")[1] == "--projection native --path=rock --swing=40 --width=480"


def test_the_file_is_made_in_the_background_and_offered(compare):
    at = compare(runs=["arcface"])
    assert not at.get("download_button")
    at.button(key="report_make").click().run()
    making = at.session_state["report made"]
    assert ended(making).state == "finished"
    at.run()
    (button,) = at.get("download_button")
    assert "arcface.html" in button.proto.label
    assert making.content.startswith(b"<!doctype html>") and b"1 run: arcface" in making.content
    at.button(key="report_make").click().run()
    assert not making.path.parent.exists() and at.session_state["report made"].path.parent.exists()
    at.session_state["report made"].stop()


def test_what_cannot_be_made_is_said_in_a_sentence(compare):
    at = compare(runs=["arcface"])
    at.session_state["report made"] = failing = made(["report", "nobody"])
    assert ended(failing).state == "failed"
    at.run()
    assert [each.value for each in at.error if "no run called 'nobody'" in each.value]


def test_what_is_stopped_leaves_nothing():
    making = made(["report", "arcface", "--rate", "60", "--hold", "60"], "long.gif")
    assert making.stage.state in ("waiting", "running")
    making.stop()
    assert ended(making).state == "stopped"
    assert list(making.path.parent.iterdir()) == []


def test_a_folder_comes_as_a_zip():
    making = made(["report", "arcface", "--no-pictures"], "all")
    assert ended(making).state == "finished"
    assert making.file_name == "all.zip"
    with zipfile.ZipFile(io.BytesIO(making.content)) as archive:
        assert {"all/report.html", "all/report.pdf", "all/tables/scores.csv"} <= set(archive.namelist())


def test_a_run_is_exported_for_another_program(explore):
    at = explore(run="triplet")
    told = [each.value for each in at.code if "lossviz export" in each.value]
    assert told == ["python -m lossviz export triplet --to projector --epochs all -o triplet-projector"]
    choose(at, "export_kind", "parquet")
    choose(at, "export_epochs_parquet", "last")
    at.button(key="export_make").click().run()
    making = at.session_state["export made"]
    assert ended(making).state == "finished" and making.file_name == "triplet-parquet.zip"
    with zipfile.ZipFile(io.BytesIO(making.content)) as archive:
        assert archive.namelist() == ["triplet-parquet/triplet.parquet"]
        table = parquet.read_table(io.BytesIO(archive.read("triplet-parquet/triplet.parquet")))
    assert set(table["epoch"].to_pylist()) == {EPOCHS}


def test_what_is_half_made_is_not_offered():
    making = Making("both", "both")
    making.path.mkdir()
    (making.path / "flat.npz").touch()
    making.start(["export", "triplet", "flat", "--to", "npz", "--epochs", "last", "-o", str(making.path)])
    stage = ended(making)
    assert stage.state == "failed" and "nothing is written over" in stage.doing
    assert (making.path / "triplet.npz").exists()


def test_explore_and_runs_offer_it(explore):
    assert command(explore(run="triplet")).startswith("python -m lossviz report triplet -o triplet.html")
    for selected in (["softmax", "triplet"], []):
        at = AppTest.from_file(str(MAIN), default_timeout=PATIENCE)
        at.session_state["runs selected"] = selected
        at.switch_page("../../pages/runs.py").run()
        told = [word for each in at.code if "lossviz report" in each.value for word in each.value.split()]
        assert {"softmax", "triplet"} & set(told) == set(selected)


def test_a_person_downloads_a_report(app, page):
    dash = Dashboard(page, app).open(runs=TWO)
    page.get_by_role("button", name="Report").click()
    page.get_by_role("button", name="Make it").click()
    button = page.get_by_role("button", name="Download softmax-and-arcface.html")
    expect(button).to_be_visible()
    dash.settled()
    with page.expect_download() as download:
        button.click()
    assert download.value.suggested_filename == "softmax-and-arcface.html"
    text = download.value.path().read_text()
    assert text.startswith("<!doctype html>") and "2 runs: softmax, arcface" in text
    assert all(runs.find(name).id in text for name in TWO)
