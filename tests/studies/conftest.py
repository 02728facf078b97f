"""Fixtures of the studies' tests."""

from tests.studies.made import all_made, made, study

__all__ = ["all_made", "made", "study"]
