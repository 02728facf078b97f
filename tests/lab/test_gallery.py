"""Figures of trained features open Compare on the runs that are shipped, which a test must not hide."""

import pytest
from streamlit.testing.v1 import AppTest

from lossviz.paths import ROOT
from lossviz.ui.lab.presets import PRESETS


def test_figures_of_trained_features_link_to_their_page_with_their_runs(tmp_path, monkeypatch):
    linked = [preset for preset in PRESETS if not preset.section]
    if not linked:
        pytest.fail("no preset shows trained features")
    monkeypatch.setenv("LOSSVIZ_RUNS", str(tmp_path))
    for room in ("lossviz.runs.store", "lossviz.runs.scoring"):
        monkeypatch.setattr(f"{room}.checkpoints_dir", lambda: ROOT / "checkpoints")
    at = AppTest.from_file(str(ROOT / "lossviz" / "ui" / "main.py"), default_timeout=180)
    at.query_params["section"] = "Figures of papers"
    at.switch_page("../../pages/lab.py")
    at.run()
    assert not at.exception
    links = {each.proto.label: each.proto for each in at.get("page_link")}
    for preset in linked:
        told = links[preset.name]
        assert told.page == {"compare": "", "explore": "explore"}[preset.page], told
        assert all(f"{key}={value}" in told.query_string for key, value in preset.query), told
