"""Every figure takes its ink from the page, keeps its zoom, names its axes, and shows a run in the run's colour."""

import re

import numpy as np
import pytest

from lossviz import figures, metrics
from lossviz.records import EpochRecord

RNG = np.random.default_rng(0)
NAMES = ["ArcFace", "Triplet", "<Softmax & co>"]
OWN = [RNG.uniform(0, 60, 50) for _ in NAMES]
OTHER = [RNG.uniform(40, 120, 50) for _ in NAMES]
COUNTS = [RNG.integers(0, 9, (4, 4)) for _ in NAMES]
RATE = np.linspace(0, 1, 20)
EDGES = np.linspace(0, 180, 91)
SHARES = [np.full(90, 1 / 90) for _ in NAMES]
OUTPUTS = {output.key: output for output in metrics.outputs()}
LINES = [(name, [0, 1, 2], np.array([0.2, 0.5, 0.9])) for name in NAMES]
RECORDS = [
    EpochRecord(0, "start", None, 3.0, 0.0, 0, 0.0, ""),
    EpochRecord(1, "warm start", 2.0, 1.5, 1e-3, 100, 0.1, "a"),
    EpochRecord(2, "train", 1.0, 0.9, 1e-4, 100, 0.2, "b"),
]
OF_RUNS = {
    "angles": lambda: figures.angles(list(zip(NAMES, OWN, OTHER, strict=True)), [28.6, None, float("nan")]),
    "gaps": lambda: figures.gaps(list(zip(NAMES, OWN, OTHER, strict=True)), [28.6]),
    "norms": lambda: figures.norms(list(zip(NAMES, OWN, strict=True))),
    "pair_angles": lambda: figures.pair_angles(list(zip(NAMES, SHARES, SHARES, strict=True)), EDGES),
    "roc": lambda: figures.roc([(name, RATE, np.sqrt(RATE)) for name in NAMES], [0.1, None]),
    "roc_places": lambda: figures.roc_places(
        [(name, RATE, np.sqrt(RATE)) for name in NAMES],
        [(0.01, 0.5), None, (0.2, 0.9)],
        [(0.0, 0.2), (0.5, 0.8), (1, 1)],
    ),
    "val_far": lambda: figures.val_far([(name, np.sqrt(RATE), RATE) for name in NAMES], RATE * 4),
    "confusion": lambda: figures.confusion(list(zip(NAMES, COUNTS, strict=True)), list("abcd")),
    "histories": lambda: figures.histories([(OUTPUTS["eer"], LINES), (OUTPUTS["nc1"], LINES)], 1),
}
ALL = OF_RUNS | {
    "training_curves": lambda: figures.training_curves(RECORDS, 1),
    "triplet_shares": lambda: figures.triplet_shares([0, 1], [(5, 3, 2), (1, 2, 7)], 1),
}
STEPS = (0.5, 0.6, 0.7, 0.8, 0.9)
RIVALS = [
    figures.Rival(name, place, 0.7, 0.6, 0.8, "70.0 ± 10.0 %", dict(enumerate(STEPS)), dict(enumerate(STEPS)), 1)
    for place, name in enumerate(NAMES)
]
TRIES = [figures.Try(at, 0.5 + at, 0.4, 0.6, f"margin {at}", [0.5, 0.6]) for at in (0.1, 0.2)]
OF_STUDIES = {
    "heat_map": lambda: figures.heat_map([figures.Column("Digits", OUTPUTS["eer"], RIVALS)], NAMES),
    "seed_strips": lambda: figures.seed_strips(OUTPUTS["eer"], RIVALS, joined=True),
    "ranking": lambda: figures.ranking(OUTPUTS["eer"], RIVALS, [NAMES]),
    "pareto": lambda: figures.pareto(OUTPUTS["eer"], RIVALS),
    "trials": lambda: figures.trials(OUTPUTS["eer"], [figures.Tried(*it, "margin", TRIES, True) for it in PLACED]),
}
PLACED = [(name, place) for place, name in enumerate(NAMES)]
EVERY = ALL | OF_STUDIES


def strings(value, path=""):
    """Every string of a figure with the names that lead to it, the theme's template left out."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key != "template":
                yield from strings(inner, f"{path}.{key}")
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from strings(inner, path)
    elif isinstance(value, str):
        yield path, value


@pytest.mark.parametrize("make", EVERY.values(), ids=EVERY)
def test_backgrounds_are_clear_and_ink_is_the_themes(make):
    figure = make().to_plotly_json()
    assert figure["layout"]["paper_bgcolor"] == figure["layout"]["plot_bgcolor"] == "rgba(0,0,0,0)"
    inked = [path for path, _ in strings(figure) if re.search(r"(font|grid|tick|zeroline)\.?color$", path.lower())]
    assert [path for path in inked if "textfont" not in path] == []


def test_the_ink_check_would_notice():
    figure = ALL["roc"]().update_layout(font_color="black", xaxis_gridcolor="red").to_plotly_json()
    inked = [path for path, _ in strings(figure) if re.search(r"(font|grid|tick|zeroline)\.?color$", path.lower())]
    assert sorted(inked) == [".layout.font.color", ".layout.xaxis.gridcolor"]


@pytest.mark.parametrize("make", ALL.values(), ids=ALL)
def test_zoom_is_kept_and_axes_are_named(make):
    first, second = make().layout, make().layout
    assert first.uirevision and first.uirevision == second.uirevision
    texts = " ".join(text for path, text in strings(first.to_plotly_json()) if path.endswith("text"))
    titled = [axis for axis in first.to_plotly_json() if axis.startswith(("xaxis", "yaxis")) and first[axis].title.text]
    assert any(axis.startswith("x") for axis in titled)
    assert any(axis.startswith("y") for axis in titled) or re.search(r"(Images|Pairs) \(%\)", texts)


def test_figures_keep_their_zoom_apart():
    assert len({make().layout.uirevision for make in EVERY.values()}) == len(EVERY)


COLOURED = OF_RUNS | {name: make for name, make in OF_STUDIES.items() if name != "heat_map"}


@pytest.mark.parametrize("make", COLOURED.values(), ids=COLOURED)
def test_a_run_has_its_colour_and_its_name_everywhere(make):
    text = str(make().to_plotly_json())
    for color in figures.RUN_COLORS[: len(NAMES)]:
        rgb = "rgba(" + ",".join(str(int(color[start : start + 2], 16)) for start in (1, 3, 5))
        assert color in text or rgb in text
    assert figures.RUN_COLORS[len(NAMES)] not in text
    assert "ArcFace" in text and "Triplet" in text


def test_names_cannot_write_markup_into_labels():
    labels = [annotation.text for annotation in OF_RUNS["norms"]().layout.annotations]
    assert any("&lt;Softmax &amp; co&gt;" in label for label in labels)


def test_hover_texts_are_formatted():
    for name, make in EVERY.items():
        for trace in make().data:
            silent = trace.hoverinfo == "skip"
            assert silent or re.search(r"%\{(text|[xy]:[.\d,]+[fge%])\}", trace.hovertemplate), name


def luminance(color):
    parts = np.array([int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def contrast(one, two):
    high, low = sorted((luminance(one), luminance(two)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_run_colours_are_seen_on_light_and_on_dark():
    assert len(set(figures.RUN_COLORS)) == len(set(figures.DASHES)) == 6
    for color in figures.RUN_COLORS:
        assert contrast(color, "#ffffff") >= 3 and contrast(color, "#181818") >= 3
    assert contrast("#f0e442", "#ffffff") < 3
