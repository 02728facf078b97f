"""A group of runs as a curve: a score against what varies, with intervals over seeds, and the numbers of it."""

from collections.abc import Sequence

import streamlit as st

from lossviz import analysis, figures, metrics, runs
from lossviz.analysis import Axis, Point, Sweep
from lossviz.metrics import Output
from lossviz.records import Config
from lossviz.runs import Overview
from lossviz.ui.charts import chart
from lossviz.ui.fairness import contender
from lossviz.ui.numbers import Columns, numbers
from lossviz.ui.runs.known import known_of, score

AT_ONCE = 12
"""As many runs are scored unasked; more are offered."""
FIRST_SCORE = "centroid_accuracy"


def sweep_curve(chosen: Sequence[runs.Run], key: str = "sweep") -> None:
    """Draw ``chosen`` as a curve with its menus, verdict and table; ``key`` begins the names of its widgets."""
    members = _usable([known_of(run) for run in chosen])
    if len(members) < 2:
        st.info(
            "A curve needs two runs that have ended. It appears here as they do; how far each is, the queue tells.",
            icon=":material/show_chart:",
        )
        return
    members = _scored(members, key)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        output = _pick_output(members, key)
        axis = _pick_axis(members, key)
    if output is None:
        return
    sweep = analysis.lay_out([_config(each) for each in members], [each.title for each in members], axis)
    found = analysis.points(sweep, [(each.scores or {}).get(output.key) for each in members])
    _verdict(members, sweep)
    names = [each.run.id for each in members]
    chart(figures.knob_curve(output, axis.title, _curves(found, names)), f"{key}_curve")
    _explained(members, sweep, found)
    table = _columns(output, axis, found, names)
    numbers(table, f"{output.title} by {axis.title}", f"{output.key}-by-{axis.key}.csv", key)


def _usable(members: Sequence[Overview]) -> list[Overview]:
    """Those that have ended with something to score; what is said of the others."""
    training = [each for each in members if each.state == "running"]
    good = [each for each in members if each.config is not None and each.epoch >= 1 and each.state != "running"]
    bad = [each.run.id for each in members if each not in good and each not in training]
    if training:
        st.caption(f"{_count(len(training), 'run is', 'runs are')} still training and will be added.")
    if bad:
        st.caption(f"Left out, damaged or without a trained epoch: {', '.join(bad)}.")
    return good


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _scored(members: Sequence[Overview], key: str) -> list[Overview]:
    """``members`` with their scores: computed at once where they are few, offered where they are many."""
    missing = [each for each in members if each.scores is None]
    if not missing:
        return list(members)
    if len(missing) > AT_ONCE and not st.button(
        f"Compute the scores of {len(missing)} runs", icon=":material/calculate:", key=f"{key}_compute"
    ):
        return list(members)
    score(missing)
    return [known_of(each.run) for each in members]


def _pick_output(members: Sequence[Overview], key: str) -> Output | None:
    there = {name for each in members for name in each.scores or {}}
    outputs = {output.key: output for output in metrics.outputs() if output.key in there}
    if not outputs:
        st.info("No run of these has scores yet.", icon=":material/calculate:")
        return None
    first = list(outputs).index(FIRST_SCORE) if FIRST_SCORE in outputs else 0
    name = st.selectbox(
        "Score",
        list(outputs),
        index=first,
        width=280,
        format_func=lambda name: outputs[name].title,
        key=f"{key}.score",
        bind="query-params",
    )
    return outputs[str(name)]


def _pick_axis(members: Sequence[Overview], key: str) -> Axis:
    """What the score is drawn against; a menu where several things vary."""
    found = {axis.title: axis for axis in analysis.axes([_config(each) for each in members])}
    if len(found) == 1:
        return next(iter(found.values()))
    title = st.selectbox(
        "Against",
        list(found),
        width=220,
        format_func=lambda title: title[:1].upper() + title[1:],
        key=f"{key}.against",
        bind="query-params",
    )
    return found[str(title)]


def _config(each: Overview) -> Config:
    assert each.config is not None  # _usable
    return each.config


def _curves(found: Sequence[Point], names: Sequence[str]) -> list[figures.Curve]:
    by_series: dict[str, list[figures.Spot]] = {}
    for point in found:
        members = [(names[index], value) for index, value in zip(point.runs, point.scores, strict=True)]
        spot = figures.Spot(_place(point), point.mean, point.low, point.high, members)
        by_series.setdefault(point.series, []).append(spot)
    return [figures.Curve(series, spots) for series, spots in by_series.items()]


def _place(point: Point) -> float | str:
    if point.value is None:
        return ""
    if isinstance(point.value, bool):
        return "on" if point.value else "off"
    return float(point.value) if isinstance(point.value, (int, float)) else point.value


def _verdict(members: Sequence[Overview], sweep: Sweep) -> None:
    """Whether those that are held against one another may be: the same data, start and order."""
    known = [contender(str(each.run.folder), each.run.signature(), each.run) for each in members]
    judged = [analysis.fairness([known[index] for index in some]) for some in analysis.compared(sweep)]
    unfair = list(dict.fromkeys(each.verdict for each in judged if not each.fair))
    with st.container(horizontal=True, vertical_alignment="center"):
        if unfair:
            st.badge(unfair[0], icon=":material/warning:", color="red")
        elif judged:
            words = f"Fair: runs of one seed have the same start, data and order; the {sweep.axis.title} is compared."
            st.badge(words, icon=":material/balance:", color="green")
        for verdict in unfair[1:]:
            st.caption(verdict)
        for note in dict.fromkeys(note for each in judged for note in each.notes if "not all come" in note):
            st.caption(note)


def _explained(members: Sequence[Overview], sweep: Sweep, found: Sequence[Point]) -> None:
    words = []
    if any(len(point.runs) > 1 for point in found):
        words.append(
            "Means over seeds with their 95 % intervals (Student's t); small dots are single runs. With two or three "
            "seeds such an interval is wide and may leave the picture; the table has its ends."
        )
    else:
        words.append("One run at each place: nothing tells chance from effect. More seeds give intervals.")
    if any(point.value is None for point in found):
        words.append(f"A line across is a loss without {sweep.axis.title}.")
    if sweep.along:
        words.append(f"Along with it moves: {', '.join(sweep.along)}.")
    unscored = sum(each.scores is None for each in members)
    if unscored:
        words.append(f"{_count(unscored, 'run has', 'runs have')} no scores yet.")
    st.caption(" ".join(words))


def _columns(output: Output, axis: Axis, found: Sequence[Point], names: Sequence[str]) -> Columns:
    unit = {"%": 100.0}.get(output.unit, 1.0)
    title = axis.title[:1].upper() + axis.title[1:]
    places = [point.value if axis.numeric else str(_place(point)) for point in found]
    return {
        "Curve": [point.series for point in found],
        title: places,
        "Runs": [len(point.runs) for point in found],
        "Mean": [unit * point.mean for point in found],
        "95 % from": [_or_none(unit * point.low) for point in found],
        "95 % to": [_or_none(unit * point.high) for point in found],
        "Score": [output.title + {"%": " (%)", "deg": " (°)"}.get(output.unit, "") for _ in found],
        "Values": [" ".join(f"{unit * value:.6g}" for value in point.scores) for point in found],
        "Of": [" ".join(names[index] for index in point.runs) for point in found],
    }


def _or_none(number: float) -> float | None:
    return None if number != number else number  # noqa: PLR0124  only NaN is not itself
