"""Runs on disk: the only room that writes them."""

from lossviz.runs import selections
from lossviz.runs.drawings import Drawing, DrawingStatus, drawn_rows
from lossviz.runs.marks import Marks, mark, marks
from lossviz.runs.pictures import picture_size, probe_pictures, sheet, sheet_columns, write_thumbnails
from lossviz.runs.reader import Run, Status
from lossviz.runs.scoring import derived, is_scored, points, scores
from lossviz.runs.store import delete, find, list_runs
from lossviz.runs.trust import KEPT_OF, Trust, measure, trust
from lossviz.runs.writer import Writer

__all__ = [
    "KEPT_OF",
    "Drawing",
    "DrawingStatus",
    "Marks",
    "Run",
    "Status",
    "Trust",
    "Writer",
    "delete",
    "derived",
    "drawn_rows",
    "find",
    "is_scored",
    "list_runs",
    "mark",
    "marks",
    "measure",
    "picture_size",
    "points",
    "probe_pictures",
    "scores",
    "selections",
    "sheet",
    "sheet_columns",
    "trust",
    "write_thumbnails",
]
