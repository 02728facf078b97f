"""Runs to report on."""

import pytest

from tests.report.made import make_run
from tests.studies.made import all_made, made, study

__all__ = ["all_made", "made", "pair", "study"]


@pytest.fixture
def pair(runs_home):
    """Two runs of the same images under two losses."""
    return [make_run(runs_home, "one"), make_run(runs_home, "two", "softmax")]
