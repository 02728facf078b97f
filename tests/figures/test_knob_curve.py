"""The curve of a sweep shows what it was given."""

import numpy as np
import pytest

from lossviz import metrics
from lossviz.figures import Curve, Spot, knob_curve

OUTPUTS = {output.key: output for output in metrics.outputs()}
ACCURACY, ANGLE = OUTPUTS["centroid_accuracy"], next(each for each in OUTPUTS.values() if each.unit == "deg")
NAN = float("nan")


def spot(at, *values, half=NAN):
    mean = float(np.mean(values))
    return Spot(at, mean, mean - half, mean + half, [(f"run {value:g}", value) for value in values])


def traces(figure):
    return {trace.name: trace for trace in figure.data if trace.showlegend is not False}


def test_fractions_are_per_cent_and_intervals_and_runs_are_drawn():
    figure = knob_curve(ACCURACY, "margin", [Curve("A", [spot(0.0, 0.5), spot(0.2, 0.7, 0.9, half=0.1)])])
    mean, dots = figure.data
    assert list(mean.y) == pytest.approx([50, 80]) and list(mean.x) == [0.0, 0.2]
    assert list(mean.error_y.array) == pytest.approx([0, 10])
    assert list(dots.y) == pytest.approx([70, 90]) and list(dots.text) == ["run 0.7", "run 0.9"]
    assert (figure.layout.xaxis.title.text, figure.layout.yaxis.title.text) == ("Margin", f"{ACCURACY.title} (%)")
    assert "95 %: 70 to 90" in mean.text[1] and "95 %" not in mean.text[0]
    degrees = knob_curve(ANGLE, "margin", [Curve("A", [spot(0.0, 12.0), spot(0.2, 30.0)])])
    assert list(degrees.data[0].y) == [12, 30] and degrees.layout.yaxis.title.text.endswith("(°)")


def test_curves_stand_a_little_apart_so_that_their_intervals_can_be_read():
    curves = [Curve(name, [spot(x, 0.5, 0.6, half=0.1) for x in (0.0, 0.5)]) for name in "AB"]
    first, second = (np.array(traces(knob_curve(ACCURACY, "margin", curves))[name].x) for name in "AB")
    assert (second - first > 0).all() and (second - first < 0.05 * 0.5).all()
    assert first + second == pytest.approx([0, 1.0]), "around the true value"


def test_words_have_a_place_each_and_their_runs_stand_in_a_strip():
    curves = [Curve("softmax", [spot("softmax", 0.5, 0.6, 0.7, half=0.1)]), Curve("arcface", [spot("arcface", 0.9)])]
    figure = knob_curve(ACCURACY, "loss", curves)
    assert list(figure.layout.xaxis.ticktext) == ["softmax", "arcface"]
    strip = next(trace for trace in figure.data if trace.name == "softmax" and trace.showlegend is False)
    assert len(set(strip.x)) == 3 and np.abs(np.array(strip.x)).max() < 0.3
    assert traces(figure)["softmax"].mode == "markers"
    assert [traces(figure)[name].x[0] for name in ("softmax", "arcface")] == [0, 1], "alone at its word"
    both = knob_curve(ACCURACY, "net", [Curve(name, [spot("mlp", 0.5)]) for name in "AB"])
    assert traces(both)["A"].x[0] < 0 < traces(both)["B"].x[0]


def test_a_loss_without_the_knob_is_a_line_across():
    curves = [Curve("A", [spot(0.0, 0.5), spot(0.5, 0.6)]), Curve("plain", [spot("", 0.4, 0.6, half=0.05)])]
    figure = knob_curve(ACCURACY, "margin", curves)
    line, band = figure.layout.shapes
    assert line.y0 == line.y1 == pytest.approx(50) and line.xref == "x domain"
    assert (band.y0, band.y1) == pytest.approx((45, 55))
    assert "plain" in traces(figure)
    assert not knob_curve(ACCURACY, "margin", curves[:1]).layout.shapes


def test_a_huge_interval_does_not_press_the_dots_flat_and_a_small_one_is_whole():
    huge = knob_curve(ACCURACY, "margin", [Curve("A", [spot(0.0, 0.5), spot(1.0, 0.50, 0.52, half=9.0)])])
    low, high = huge.layout.yaxis.range
    assert low < 50 and 52 < high < 60
    small = knob_curve(ACCURACY, "margin", [Curve("A", [spot(0.0, 0.2, 0.4, half=0.11), spot(1.0, 0.8)])])
    assert small.layout.yaxis.range[0] < 19


def test_wide_ranges_of_positive_values_are_read_on_a_log_axis():
    def of(*places):
        figure = knob_curve(ACCURACY, "scale", [Curve("A", [spot(place, 0.5) for place in places])])
        return figure.layout.xaxis.type

    assert of(1.0, 10.0, 100.0) == "log"
    assert of(0.0, 10.0, 100.0) == of(1.0, 2.0, 3.0) == "linear"
