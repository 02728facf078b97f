"""Runs on disk: the only room that writes them."""

from lossviz.runs import selections
from lossviz.runs.adopting import adopt, clear_half_imported, half_imported
from lossviz.runs.drawings import Drawing, DrawingStatus, drawing_of, drawn_rows, subject_of
from lossviz.runs.marks import Marks, mark, marks
from lossviz.runs.overview import Overview, overview, stamp
from lossviz.runs.pictures import picture_size, pictures_of, probe_pictures, sheet, sheet_columns, write_thumbnails
from lossviz.runs.reader import Run, Status, origin_in_words
from lossviz.runs.scoring import derived, is_scored, is_shipped, points, scores
from lossviz.runs.space import Sizes, free, freeable, sizes
from lossviz.runs.store import (
    Deleted,
    delete,
    deleted,
    empty_deleted,
    find,
    found_runs,
    groups,
    list_runs,
    rename,
    restore,
)
from lossviz.runs.trust import KEPT_OF, Trust, measure, trust
from lossviz.runs.writer import Writer

__all__ = [
    "KEPT_OF",
    "Deleted",
    "Drawing",
    "DrawingStatus",
    "Marks",
    "Overview",
    "Run",
    "Sizes",
    "Status",
    "Trust",
    "Writer",
    "adopt",
    "clear_half_imported",
    "delete",
    "deleted",
    "derived",
    "drawing_of",
    "drawn_rows",
    "empty_deleted",
    "find",
    "found_runs",
    "free",
    "freeable",
    "groups",
    "half_imported",
    "is_scored",
    "is_shipped",
    "list_runs",
    "mark",
    "marks",
    "measure",
    "origin_in_words",
    "overview",
    "picture_size",
    "pictures_of",
    "points",
    "probe_pictures",
    "rename",
    "restore",
    "scores",
    "selections",
    "sheet",
    "sheet_columns",
    "sizes",
    "stamp",
    "subject_of",
    "trust",
    "write_thumbnails",
]
