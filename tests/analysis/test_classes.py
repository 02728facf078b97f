"""The class table, and the images worth a look."""

import numpy as np
import pytest

from lossviz.analysis import class_table, confusion_counts, farthest_from_own, most_moved, surely_wrong

LABELS = np.array([0, 0, 0, 0, 2, 2])
PREDICTED = np.array([0, 0, 2, 1, 2, 2])
POINTS = {
    "prediction": PREDICTED,
    "own": np.array([10, 20, 30, np.nan, 5, 5], dtype=np.float32),
    "norm": np.array([1, 1, 1, 5, 2, 4], dtype=np.float32),
}
EMBEDDINGS = np.array([[1, 0], [2, 0], [0, 1], [0, 3], [-1, 0], [-5, 0]], dtype=np.float32)


def table(metric):
    return class_table(EMBEDDINGS, LABELS, POINTS, ["cat", "dog", "eel"], metric)


def test_rows_are_classes_of_the_probe():
    cat, eel = table("cosine")
    assert (cat.name, cat.count, cat.accuracy, cat.own, cat.norm) == ("cat", 4, 0.5, 20, 2)
    assert (eel.label, eel.accuracy, eel.own, eel.norm) == (2, 1, 5, 3)
    assert (cat.confused_with, cat.confused_count) == ("dog", 1) and eel.confused_with is None


def test_spread_is_in_the_runs_metric():
    assert [(round(row.spread, 4), row.spread_unit) for row in table("cosine")] == [(45, "deg"), (0, "deg")]
    cat, eel = table("euclidean")
    assert eel.spread == pytest.approx(2) and eel.spread_unit == "" and cat.spread > 1


def test_confusions_are_counted_by_row_and_unknown_ones_nowhere():
    assert confusion_counts(LABELS, PREDICTED, 3).tolist() == [[2, 1, 1], [0, 0, 0], [0, 0, 2]]
    assert confusion_counts(np.array([0, 1]), np.array([-1, 1]), 2).tolist() == [[0, 0], [0, 1]]


def test_the_surely_wrong_are_wrong_and_ranked_by_confidence():
    confidence = np.array([1.0, 0.9, 0.5, 0.7, 0.99, np.nan], dtype=np.float32)
    found = surely_wrong(LABELS, PREDICTED, confidence, 5)
    assert found.rows.tolist() == [3, 2] and found.values == pytest.approx([0.7, 0.5]) and found.unit == "%"
    assert surely_wrong(LABELS, PREDICTED, confidence, 1).rows.tolist() == [3]
    assert len(surely_wrong(LABELS, LABELS, confidence, 5).rows) == 0
    assert len(surely_wrong(LABELS, np.full(6, -1), confidence, 5).rows) == 0


def test_the_farthest_leave_out_what_has_no_angle():
    found = farthest_from_own(POINTS["own"], 2)
    assert found.rows.tolist() == [2, 1] and found.values.tolist() == [30, 20] and found.unit == "deg"


def test_motion_is_measured_in_the_runs_metric():
    before = np.array([[1, 0], [1, 0], [1, 0]], dtype=np.float32)
    after = np.array([[9, 0], [0, 1], [1, 0]], dtype=np.float32)
    turned, moved = most_moved(before, after, "cosine", 1), most_moved(before, after, "euclidean", 1)
    assert turned.rows.tolist() == [1] and turned.values == pytest.approx([90]) and turned.unit == "deg"
    assert moved.rows.tolist() == [0] and moved.values == pytest.approx([8]) and moved.unit == ""
