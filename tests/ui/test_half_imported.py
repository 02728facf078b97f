"""What killed imports left is told under Space, and only then, with a button that clears it away."""

import pytest
from streamlit.testing.v1 import AppTest

from lossviz.runs.adopting import IMPORTING


@pytest.fixture
def page():
    def panel():
        from lossviz.ui.runs.disk import space_panel

        space_panel([], [])

    return AppTest.from_function(panel, default_timeout=180)


def told(at):
    return " ".join(each.value for each in at.markdown)


def test_it_is_offered_and_goes(page, runs_home):
    home = runs_home / f"{IMPORTING}killed"
    home.mkdir()
    (home / "snapshot").write_bytes(b"0" * 4000)
    assert "Half-imported runs: 4.0 kB" in told(page.run())
    page.button(key="free_half_imported").click().run()
    assert not page.exception and not home.exists()
    assert "Half-imported" not in told(page.run())


def test_where_there_is_nothing_nothing_is_said(page):
    assert "Half-imported" not in told(page.run()) and not page.exception
