"""What figures show is what they were given."""

import numpy as np
import pytest

from lossviz import figures, metrics
from lossviz.figures._frame import log_axis
from lossviz.records import EpochRecord

OUTPUTS = {output.key: output for output in metrics.outputs()}


def lines(figure):
    return [shape for shape in figure.layout.shapes if shape.type == "line"]


def test_angles_count_images_in_per_cent_and_draw_only_margins_that_exist():
    own, other = np.array([1.0, 1.5, 11.0, np.nan]), np.array([90.0, 91.0, 91.5, 180.0])
    figure = figures.angles([("A", own, other), ("B", own, other)], [28.6, None])
    filled = figure.data[1]
    assert dict(zip(filled.x, np.round(filled.y, 6), strict=True))[1.0] == pytest.approx(200 / 3)
    assert sum(filled.y) == pytest.approx(100)
    (margin,) = lines(figure)
    assert (margin.x0, margin.xref) == (28.6, "x")
    assert any("28.6°" in annotation.text for annotation in figure.layout.annotations)
    assert len(lines(figures.angles([("A", own, other)], [float("nan")]))) == 0


def test_gaps_are_left_of_zero_where_another_class_is_nearer():
    figure = figures.gaps([("A", np.array([10.0, 50.0]), np.array([70.0, 30.0]))])
    (trace,) = figure.data
    shown = {x: y for x, y in zip(trace.x, trace.y, strict=True) if y}
    assert shown == {-19.0: 50.0, 61.0: 50.0}


def test_norms_share_their_axis_and_can_hold_it_still():
    runs = [("A", np.array([1.0, 2.0])), ("B", np.array([8.0]))]
    assert figures.norms(runs).layout.xaxis.range == (0, 8)
    assert figures.norms(runs, highest=20.0).layout.xaxis2.range == (0, 20)
    assert figures.norms([("A", np.zeros(3))]).layout.xaxis.range[1] > 0


def test_the_roc_leaves_out_what_a_log_axis_cannot_show_and_marks_the_eer():
    figure = figures.roc([("A", np.array([0, 0.01, 1.0]), np.array([0.2, 0.6, 1.0]))], [0.05])
    curve, mark = figure.data
    assert list(curve.x) == [0.01, 1.0] and list(curve.y) == [60, 100]
    assert (mark.x[0], mark.y[0]) == (0.05, 95)
    assert len(figures.roc([("A", np.array([0.5, 1]), np.array([0.2, 1]))], [None]).data) == 1


def test_confusions_show_counts_and_row_percentages():
    counts = np.array([[8, 2], [0, 5]])
    figure = figures.confusion([("A", counts)], ["cat", "dog"])
    errors = figure.data[0]
    assert np.isfinite(errors.z).tolist() == [[False, True], [False, False]]
    assert errors.z[0][1] == pytest.approx(np.log10(20))
    assert errors.text[0][1] == "cat → dog<br>2 images, 20.0 %"
    assert figure.layout.title.text is None


def test_of_many_classes_the_most_confused_are_shown_and_the_title_says_so():
    counts = np.diag(np.full(150, 10))
    counts[140, 7], counts[30, 31] = 9, 2
    counts[100, 0:100:10] = 1  # wrong more often, but each time for another
    figure = figures.confusion([("A", counts), ("B", counts)], [f"class {index}" for index in range(150)])
    assert figure.layout.title.text == "The 20 most confused of 150 classes"
    shown = figure.layout.xaxis.ticktext
    assert {"class 7", "class 140", "class 30", "class 31"} < set(shown) and len(shown) == 20
    assert "class 149" not in shown


def test_rare_errors_are_fainter_than_frequent_ones():
    counts = np.array([[989, 1, 10], [0, 1000, 0], [0, 0, 1000]])
    z = figures.confusion([("A", counts)], list("abc")).data[0].z
    assert z[0][1] < z[0][2] < 2


def test_histories_turn_fractions_into_per_cent_and_mark_the_epoch():
    shown = [("A", [0, 1], np.array([0.5, 0.75]))]
    figure = figures.histories([(OUTPUTS["centroid_accuracy"], shown), (OUTPUTS["angle_intra"], shown)], current=1)
    assert list(figure.data[0].y) == [50, 75] and list(figure.data[1].y) == [0.5, 0.75]
    assert figure.layout.yaxis.title.text == "Nearest centroid (%)" and figure.layout.yaxis2.title.text == "Intra (°)"
    assert [shape.x0 for shape in lines(figure)] == [1, 1]
    assert lines(figures.histories([(OUTPUTS["eer"], shown)])) == []


def test_a_measure_that_falls_far_is_on_a_log_axis():
    far, near, zero = (np.array([10.0, last]) for last in (0.01, 5.0, 0.0))
    kinds = [figures.histories([(OUTPUTS["nc1"], [("A", [0, 1], v)])]).layout.yaxis.type for v in (far, near, zero)]
    assert kinds == ["log", None, None]


def test_many_panels_fill_rows_and_none_are_an_empty_figure():
    shown = [("A", [0, 1], np.array([0.5, 0.75]))]
    heights = [figures.histories([(OUTPUTS["nc1"], shown)] * count).layout.height for count in (0, 2, 3)]
    assert heights[0] == heights[1] < heights[2]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((17.0, 24.0), ["17", "18", "19", "20", "21", "22", "23", "24"]),
        ((0.7, 21.0), ["0.1", "0.2", "0.5", "1", "2", "5", "10", "20", "50", "100", "200", "500"]),
        ((1e-6, 2e-3), ["10<sup>-6</sup>", "10<sup>-5</sup>", "10<sup>-4</sup>", "10<sup>-3</sup>", "10<sup>-2</sup>"]),
        ((4e-7, 5e-7), None),
        ((3.0, 3.0), ["3"]),
    ],
)
def test_log_axes_have_a_handful_of_round_ticks(values, expected):
    axis = log_axis(np.array([*values, np.nan, 0.0]))
    if expected is not None:
        assert axis["ticktext"] == expected
    within = [tick for tick in axis["tickvals"] if values[0] / 1.5 <= tick <= values[1] * 1.5]
    assert (
        len(within) >= 2 - (values[0] == values[1])
        and len(set(axis["ticktext"])) == len(axis["tickvals"])
        and min(axis["tickvals"]) > 0
    )


def record(epoch, phase, loss, probe=None):
    return EpochRecord(epoch, phase, loss, probe, 1e-3 if epoch else 0.0, 100 * bool(epoch), 0.5 * bool(epoch), "")


def test_training_curves_are_log_only_when_positive_and_shade_the_warm_start():
    records = [record(0, "start", None, 3.0), record(1, "warm start", 2.0, 1.0), record(2, "train", 0.5, 0.4)]
    figure = figures.training_curves(records, current=2)
    assert figure.layout.yaxis.type == "log"
    (shade,) = [shape for shape in figure.layout.shapes if shape.type == "rect"]
    assert (shade.x0, shade.x1) == (0, 1)
    assert list(figure.data[3].y[1:]) == [200, 200] and np.isnan(figure.data[3].y[0])
    without = figures.training_curves([record(0, "start", None), record(1, "train", -0.5)])
    assert without.layout.yaxis.type != "log" and [trace.name for trace in without.data][:1] == ["training images"]
    assert [shape for shape in without.layout.shapes if shape.type == "rect"] == []


def test_triplet_shares_add_up_to_a_hundred():
    figure = figures.triplet_shares([0, 1, 2], [(5, 3, 2), (1, 2, 7), (0, 0, 0)])
    assert [trace.name for trace in figure.data] == ["hard", "semi-hard", "easy"]
    assert [trace.y[0] for trace in figure.data] == [50, 30, 20]
    assert sum(trace.y[2] for trace in figure.data) == 0


def test_sparklines_mark_the_current_and_the_best_and_leave_gaps():
    svg = figures.sparkline_svg([0.1, 0.9, None, 0.5, 0.6], current=4)
    assert 'aria-hidden="true"' in svg and 'stroke="currentColor"' in svg and svg.count("<circle") == 2
    path = svg.split('d="')[1].split('"')[0]
    assert path.count("M") == 2 and path.count("L") == 2
    ring = svg.split('fill="none"/>')[0].rsplit('cx="', 1)[1].split('"')[0]
    assert f"{float(ring):g} " in path.split("L")[1]
    lowest = figures.sparkline_svg([0.1, 0.9, 0.5], better=-1)
    assert 'cx="3"' in lowest
    assert figures.sparkline_svg([0.1, 0.9], better=0).count("<circle") == 0


def test_sparklines_need_two_values():
    assert figures.sparkline_svg([None, 0.5, float("nan")]) == ""
    assert "NaN" not in figures.sparkline_svg([0.5, 0.5])


def test_a_pair_stands_on_each_runs_curve_beside_its_threshold():
    curve = (np.array([0, 0.01, 1.0]), np.array([0.2, 0.6, 1.0]))
    figure = figures.roc_places([("A", *curve), ("B", *curve)], [(0.1, 0.7), None], [(0.0, 0.2), (0.5, 0.8)])
    marks = [(line.name, line.marker.symbol, line.x[0], line.y[0]) for line in figure.data if line.mode == "markers"]
    assert marks == [("A", "circle-open", 0.1, 70), ("A", "diamond", 0.01, 20), ("B", "diamond", 0.5, 80)]
    assert "FAR 0.00%" in figure.data[3].text[0], "drawn at the edge, said as it is"
