"""The figures of a study show what they were given: cells, seeds, fronts and ties."""

import numpy as np
import pytest

from lossviz import metrics
from lossviz.figures import (
    RUN_COLORS,
    Column,
    Rival,
    Tried,
    Try,
    dominators,
    front,
    heat_map,
    pareto,
    ranking,
    seed_strips,
    trials,
)

OUTPUTS = {output.key: output for output in metrics.outputs()}
ACCURACY, ERROR = OUTPUTS["knn_accuracy"], OUTPUTS["eer"]
NAN = float("nan")


def rival(name, place, *scores, half=0.01, seconds=(), rank=None):
    mean = float(np.mean(scores))
    low, high = (mean - half, mean + half) if len(scores) > 1 else (NAN, NAN)
    told = f"{100 * mean:.1f} ± {100 * half:.1f} %"
    return Rival(name, place, mean, low, high, told, dict(enumerate(scores)), dict(enumerate(seconds)), rank)


def named(figure, name):
    return next(trace for trace in figure.data if trace.name == name and trace.x is not None)


# --- heat map


def test_a_column_is_coloured_from_its_worst_to_its_best_mean_and_never_by_another_column():
    columns = [
        Column("High", ACCURACY, [rival("A", 0, 0.99, 0.99), rival("B", 1, 0.89, 0.89), rival("C", 2, 0.94, 0.94)]),
        Column("Low", ACCURACY, [rival("A", 0, 0.10, 0.10), rival("B", 1, 0.20, 0.20)]),
    ]
    heat, words = heat_map(columns, ["A", "B", "C"]).data
    z = np.array(heat.z, float)
    assert z[:, 0] == pytest.approx([1, 0, 0.5]) and z[:2, 1] == pytest.approx([0, 1]) and np.isnan(z[2, 1])
    assert list(words.text) == ["99.0 ± 1.0", "10.0 ± 1.0", "89.0 ± 1.0", "20.0 ± 1.0", "94.0 ± 1.0", "-"]


def test_means_that_are_closer_than_their_intervals_look_alike():
    def shades(half):
        column = Column("", ACCURACY, [rival("A", 0, 0.51, 0.51, half=half), rival("B", 1, 0.50, 0.50, half=half)])
        return np.array(heat_map([column], ["A", "B"]).data[0].z, float)[:, 0]

    assert shades(0.05) == pytest.approx([1, 0.9])
    assert shades(0.001) == pytest.approx([1, 0]), "where they are not, the colours tell"


def test_of_a_score_that_is_better_low_the_lowest_is_the_strongest():
    column = Column("", ERROR, [rival("A", 0, 0.02, 0.02), rival("B", 1, 0.20, 0.20)])
    assert np.array(heat_map([column], ["A", "B"]).data[0].z, float)[:, 0] == pytest.approx([1, 0])


def test_whoever_shares_the_first_rank_has_a_star():
    column = Column(
        "", ACCURACY, [rival(name, 0, 0.5, 0.5, rank=rank) for name, rank in (("A", 1), ("B", 1), ("C", 3))]
    )
    words = heat_map([column], ["A", "B", "C"]).data[1].text
    assert ["★" in word for word in words] == [True, True, False]


# --- seeds


def test_every_seed_is_a_dot_in_its_row_and_a_box_is_drawn_of_five():
    five, four = rival("A", 0, 0.1, 0.2, 0.3, 0.4, 0.9), rival("B", 1, 0.5, 0.6, 0.7, 0.8)
    figure = seed_strips(ACCURACY, [five, four])
    (box,) = (trace for trace in figure.data if trace.type == "box")
    assert [*box.lowerfence, *box.q1, *box.median, *box.q3, *box.upperfence] == pytest.approx([10, 20, 30, 40, 90])
    assert round(box.y[0]) == 0
    for row, each in enumerate((five, four)):
        dots, mean = (trace for trace in figure.data if trace.name == each.name)
        assert sorted(dots.x) == pytest.approx([100 * value for value in each.seeds.values()])
        assert all(round(y) == row for y in dots.y) and dots.marker.color.startswith("rgba")
        assert mean.x[0] == pytest.approx(100 * each.mean) and mean.marker.color == RUN_COLORS[row]
        assert mean.error_x.array[0] == pytest.approx(1)


def test_dots_that_would_lie_on_one_another_stand_side_by_side():
    dots = named(seed_strips(ACCURACY, [rival("A", 0, 0.5, 0.5, 0.5, 0.9)]), "A")
    alike = [y for x, y in zip(dots.x, dots.y, strict=True) if x == pytest.approx(50)]
    assert len(set(alike)) == 3 and max(alike) - min(alike) < 0.5
    assert [y for x, y in zip(dots.x, dots.y, strict=True) if x > 60] == [alike[0]], "alone it stands in the middle"


def test_a_line_joins_one_seed_through_all_rows_and_breaks_where_it_is_missing():
    one, two, three = rival("A", 0, 0.1, 0.2), rival("B", 1, 0.3, 0.4), rival("C", 2, 0.5)
    lines = [trace for trace in seed_strips(ACCURACY, [one, two, three], joined=True).data if trace.mode == "lines"]
    assert [list(line.x) for line in lines] == [[10, 30, 50], [20, 40, None]]
    assert not [trace for trace in seed_strips(ACCURACY, [one, two, three]).data if trace.mode == "lines"]


# --- ranking


def test_bars_join_the_members_of_a_group_and_no_row_between_them():
    rivals = [rival(name, place, 0.9 - place / 10, 0.9 - place / 10, rank=1) for place, name in enumerate("ABC")]
    figure = ranking(ACCURACY, rivals, [("A", "B"), ("A", "C")])
    bars = [trace for trace in figure.data if trace.xaxis == "x2"]
    assert [list(bar.y) for bar in bars] == [[0, 1], [0, 2]], "B is passed by the second bar without a dot"
    assert bars[1].text[0] == "Cannot be told apart: A, C"
    assert not [trace for trace in ranking(ACCURACY, rivals, []).data if trace.xaxis == "x2"]
    assert list(figure.layout.yaxis.ticktext) == ["1. A", "1. B", "1. C"]


# --- time against score

POINTS = [(1.0, 0.5), (2.0, 0.8), (3.0, 0.7), (4.0, 0.9), (4.0, 0.85), (9.0, 0.9)]


def test_the_front_of_known_points():
    assert front(POINTS) == [0, 1, 3]
    assert dominators(POINTS) == [[], [], [1], [], [3], [3]]
    assert front([(time, -score) for time, score in POINTS], better=-1) == [0, 1, 3], "the other way up it is the same"
    assert front(POINTS, better=-1) == [0], "the quickest is the lowest as well"


def test_points_that_are_the_same_are_both_on_the_front():
    assert front([(1.0, 0.5), (1.0, 0.5)]) == [0, 1] and front([(1.0, 0.5), (1.0, 0.6)]) == [1]


def test_who_is_off_the_front_is_hollow_and_ranges_are_over_seeds():
    quick, slow = rival("A", 0, 0.9, 0.9, seconds=(1.0, 2.0, 6.0)), rival("B", 1, 0.8, 0.8, seconds=(5.0, 5.0))
    figure = pareto(ACCURACY, [quick, slow])
    first, second = named(figure, "A"), named(figure, "B")
    assert (first.x[0], first.error_x.array[0], first.error_x.arrayminus[0]) == pytest.approx((3, 3, 2))
    assert not first.marker.symbol.endswith("-open") and second.marker.symbol.endswith("-open")
    assert list(named(figure, "front").x) == [3, 6] and list(named(figure, "front").y) == pytest.approx([90, 90])


def test_times_are_read_in_fitting_units_and_on_a_log_axis_where_they_span_ten_to_one():
    def axis(*seconds):
        return pareto(ACCURACY, [rival(str(at), at, 0.5, 0.5, seconds=(at,)) for at in seconds]).layout.xaxis

    assert axis(2, 15).type is None and axis(2, 25).type == "log"
    assert [axis(1, at).title.text.split("(")[-1] for at in (30, 600, 20000)] == ["s)", "min)", "h)"]


# --- knobs


def tries(*places, half=NAN, **more):
    return [Try(at, 0.5 + place / 10, 0.5 + place / 10 - half, 0.5 + place / 10 + half, f"margin {at}", [0.5], **more)
            for place, at in enumerate(places)]  # fmt: skip


def test_a_line_is_drawn_only_where_one_knob_moves_alone():
    for alone in (True, False):
        figure = trials(ACCURACY, [Tried("A", 0, "margin", tries(0.3, 0.1, 0.2), alone)])
        points = named(figure, "A")
        assert points.mode == ("lines+markers" if alone else "markers")
        assert list(points.x) == [0.1, 0.2, 0.3] and list(points.y) == pytest.approx([60, 70, 50])


def test_a_band_needs_several_seeds_and_a_line():
    def bands(half, alone):
        figure = trials(ACCURACY, [Tried("A", 0, "margin", tries(0.1, 0.2, half=half), alone)])
        return [trace for trace in figure.data if trace.fill == "toself"]

    (band,) = bands(0.02, True)
    assert sorted(band.y) == pytest.approx([48, 52, 58, 62])
    assert not bands(NAN, True) and not bands(0.02, False)


def test_what_was_chosen_has_a_ring_and_the_default_is_hollow():
    some = [*tries(0.1, default=True), *tries(0.2), *tries(0.4, chosen=True)]
    figure = trials(ACCURACY, [Tried("A", 0, "margin", some, alone=False)])
    assert list(named(figure, "A").marker.symbol) == ["circle-open", "circle", "circle"]
    ring = next(trace for trace in figure.data if trace.name == "chosen" and trace.x[0] is not None)
    assert list(ring.x) == [0.4]


def test_words_have_places_and_a_value_that_is_not_known_is_a_line_across():
    figure = trials(ACCURACY, [Tried("A", 0, "mining", tries("all", "semihard", "all"), alone=True)])
    assert list(figure.layout.xaxis.ticktext) == ["all", "semihard"] and sorted(named(figure, "A").x) == [0, 0, 1]
    assert not figure.layout.shapes
    unknown = trials(ACCURACY, [Tried("A", 0, "lr", [*tries(None), *tries(0.1, 0.2)], alone=True)])
    (line,) = unknown.layout.shapes
    assert line.y0 == line.y1 == pytest.approx(50) and list(named(unknown, "A").x) == [0.1, 0.2]
    assert "chosen" not in [note.text for note in unknown.layout.annotations]
    chosen = trials(ACCURACY, [Tried("A", 0, "lr", [*tries(None, chosen=True), *tries(0.1)], alone=True)])
    assert "chosen" in [note.text for note in chosen.layout.annotations], "it has no point that a ring could be about"
