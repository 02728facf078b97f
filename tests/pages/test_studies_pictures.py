"""The section of a study's pictures: the shipped ones stand where no runs are, in rows of a few."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lossviz.paths import ROOT
from lossviz.studies import load, shipped
from lossviz.ui.studies.pictures import MOST_ABREAST, _abreast
from tests.pages.conftest import PATIENCE
from tests.view.test_payload import unpack

MAIN = str(Path(ROOT) / "lossviz" / "ui" / "main.py")


def opened(study, part):
    at = AppTest.from_file(MAIN, default_timeout=PATIENCE)
    at.query_params["study"], at.query_params["part"] = study, part
    at.switch_page("../../pages/studies.py").run()
    assert not at.exception, at.exception
    return at


def views(at):
    headers = (unpack(each.proto.bytes)[0] for each in at.get("bidi_component") if each.proto.bytes)
    return [[panel["title"] for panel in header["panels"]] for header in headers if "panels" in header]


def test_the_shipped_default_study_shows_a_picture_of_every_loss_on_every_data_set(no_runs, monkeypatch):
    monkeypatch.setattr(shipped, "checkpoints_dir", lambda: ROOT / "checkpoints")
    at = opened("default", "pictures")
    titles = [each.title for each in load("default").contenders]
    assert views(at) == [titles[:3], titles[3:]] * 3
    assert not at.warning, "nothing is left to be trained, so no data set is missing"
    told = " ".join(each.value for each in at.markdown)
    assert all(ground.title in told for ground in load("default").grounds)
    assert not [each for each in at.button_group if "protocol" in str(each.key)], "there is nothing to switch"


def test_without_results_there_is_no_such_section(no_runs):
    at = opened("default", "pictures")
    (sections,) = [each for each in at.button_group if each.key == "studies part"]
    assert "Pictures" not in list(sections.options) and views(at) == []


@pytest.mark.parametrize(("count", "row"), [(1, 1), (3, 3), (4, 4), (5, 3), (6, 3), (8, 4), (9, 3)])
def test_rows_are_of_the_same_length_and_never_longer_than_what_fits(count, row):
    assert _abreast(count) == row <= MOST_ABREAST
