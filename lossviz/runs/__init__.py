"""Runs on disk: the only room that writes them."""

from lossviz.runs.reader import Run, Status
from lossviz.runs.scoring import is_scored, points, scores
from lossviz.runs.store import delete, find, list_runs
from lossviz.runs.writer import Writer

__all__ = ["Run", "Status", "Writer", "delete", "find", "is_scored", "list_runs", "points", "scores"]
