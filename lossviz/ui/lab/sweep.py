"""The section "Sweep": small nets on digits for every value of a knob; scores against it, and the features beside."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np
import streamlit as st

from lossviz import losses
from lossviz.errors import KnobError
from lossviz.knobs import Knob, Value
from lossviz.records import Choice, Config, Settings
from lossviz.report.shell import command
from lossviz.ui.frame import PAGES, guarded, link
from lossviz.ui.knob_widgets import knob_widgets
from lossviz.ui.lab.mount import mount
from lossviz.ui.train.address import query_of
from lossviz.view import Panel, Regions, embedding_view

if TYPE_CHECKING:
    from lossviz.losses.base import Loss
    from lossviz.toy.bench import Bench, SweepJob
    from lossviz.toy.sweep import Outcome, Sweep

KEY, CHART = "sweep_view", "lab_sweep"
FIRST = "cosface"
MOST_BESIDE = 4
MOST_PANELS = 6
POLL = 0.4  # seconds between two looks at a training
HEIGHT = {1: 520, 2: 520, 3: 460}
MANY = 720
A_NET = 0.7  # seconds, about
USUAL: dict[str, str] = {"margin": "0, 0.15, 0.25, 0.35, 0.45", "hidden": "4, 8, 16, 32, 64"}
"""Values that a person is offered first, where the range's own fifths are not better."""
HONESTLY = """
A net of two hidden layers on scikit-learn's digits of 8 by 8 pixels, less than a second's work each, in place of a
deep net on hundreds of thousands of faces. **Known digits**: held-out images of the digits trained on that are nearest
to their own digit's center. **Unseen digits**: pairs of images of digits that no net was trained on, told to be of one
digit or of two by their similarity, threshold and ten folds as on LFW; they take the part of the faces of people who
are not in the training set.

Heights of curves are therefore not the paper's, and not every shape is. Seven digits need seven directions and no
more: a loss that draws classes together throws away what would have told other digits apart, so unseen digits often
fall where known ones rise. Among thousands of faces, whatever tells them apart tells others apart as well, and both
rise together. A dot is one net, the line their mean: differences smaller than the dots of one value lie apart mean
nothing.
"""


def sweep_section() -> None:
    """Choose a loss, a knob and values; train; look."""
    _sweep()


@st.fragment
@guarded
def _sweep() -> None:
    try:
        sweep = _asked()
    except KnobError as problem:
        st.error(str(problem), icon=":material/report:")
        return
    from lossviz.toy.bench import SweepJob  # noqa: PLC0415  (imports torch)
    from lossviz.toy.kept_sweeps import kept_sweep, provenance  # noqa: PLC0415

    job, shipped = _bench().known(SweepJob(sweep)), kept_sweep(sweep)
    again = st.session_state.get("sweep_again") == sweep.told()
    if job is None and (again or (shipped is None and _wanted(sweep))):
        job = _bench().take(_visitor(), SweepJob(sweep))
    if job is not None and not job.done:
        st.fragment(_progress, run_every=POLL)(job)
    elif job is not None:
        _shown(sweep, job.results(), f"Trained here just now: {_counted(sweep)}.")
    elif shipped is not None:
        _shown(sweep, shipped, f"Trained beforehand by `checkpoints/sweeps.py` ({provenance()}): {_counted(sweep)}.")
        st.button("Train it again, here", key="sweep_train_again", on_click=_again, args=(sweep.told(),))
    _explained(sweep)


def _asked() -> "Sweep":
    """The sweep that the widgets describe; raises :class:`KnobError` with what is wrong about it."""
    from lossviz.toy.sweep import WIDTH, Sweep, SweepKnobs, swept_knob  # noqa: PLC0415  (imports torch)

    titles = {name: losses.get(name).title for name in losses.available()}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(
            "Loss", list(titles), list(titles).index(FIRST), format_func=titles.__getitem__, key="sweep.loss",
            width=220, bind="query-params",
        )  # fmt: skip
        cls = losses.get(str(name))
        options = [*(knob.name for knob in cls.knobs()), WIDTH]
        over = str(
            st.selectbox("Knob", options, format_func=worded, key=f"over.{name}", width=180, bind="query-params")
        )
        knob = swept_knob(cls, over)
        typed = st.text_input(
            "Values", _offered(knob), key=f"values.{name}.{over}", help=f"Separated by commas; each {knob.allowed}.",
            width=260, bind="query-params",
        )  # fmt: skip
        with st.popover("Other knobs", icon=":material/tune:"):
            loss = knob_widgets(cls, f"sweep.{name}")
        with st.popover("Nets", icon=":material/model_training:"):
            settings = knob_widgets(SweepKnobs, "sweep.run")
        beside = _beside(titles)
    return Sweep(loss, over, parsed(knob, str(typed)), beside, settings)


def _beside(titles: Mapping[str, str]) -> "tuple[Loss, ...]":
    """Losses to compare with, their knobs in a popover each."""
    names = st.multiselect(
        "Beside it", list(titles), max_selections=MOST_BESIDE, format_func=titles.__getitem__, key="beside", width=320,
        bind="query-params",
    )  # fmt: skip
    found = []
    for name in names:
        with st.popover(titles[name], icon=":material/tune:"):
            found.append(knob_widgets(losses.get(name), f"beside.{name}"))
    return tuple(found)


def parsed(knob: Knob, typed: str) -> tuple[Value, ...]:
    """Values out of what a person typed; raises :class:`KnobError` naming the range."""
    return tuple(knob.parse(word, "the sweep") for word in typed.split(",") if word.strip())


def described(widgets: Mapping[str, Any]) -> "Sweep":
    """The sweep of a preset's widgets: what the section makes of them when the preset is opened."""
    from lossviz.toy.sweep import Sweep, SweepKnobs, swept_knob  # noqa: PLC0415  (imports torch)

    name = widgets["sweep.loss"]
    cls, over = losses.get(name), widgets[f"over.{name}"]
    values = parsed(swept_knob(cls, over), widgets[f"values.{name}.{over}"])
    beside = [losses.get(each).from_values(_under(widgets, f"beside.{each}.")) for each in widgets.get("beside", [])]
    settings = SweepKnobs.from_values(_under(widgets, "sweep.run."))
    return Sweep(cls.from_values(_under(widgets, f"sweep.{name}.")), over, values, tuple(beside), settings)


def _under(widgets: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    return {key.removeprefix(prefix): value for key, value in widgets.items() if key.startswith(prefix)}


def worded(name: str) -> str:
    """What a knob is called on the page."""
    return "net's width" if name == "hidden" else name.replace("_", " ")


def _offered(knob: Knob) -> str:
    """Values to begin with: five over the knob's range."""
    if knob.choices or knob.kind is bool:
        return ", ".join(knob.choices or ("no", "yes"))
    low, high = knob.low or 0.0, knob.high if knob.high is not None else 1.0
    if knob.name in USUAL and all(low <= float(each) <= high for each in USUAL[knob.name].split(",")):
        return USUAL[knob.name]
    if knob.log and low > 0:
        found = np.geomspace(low, high, 5)
    else:
        found = np.linspace(low, high, min(5, int(high - low) + 1) if knob.kind is int else 5)
    return ", ".join(f"{round(each) if knob.kind is int else float(f'{each:.2g}'):g}" for each in found)


def _wanted(sweep: "Sweep") -> bool:
    """A button, for what has not been trained yet; whether it was pressed."""
    st.caption(f"Not trained yet: {_counted(sweep)}, about {max(1, round(sweep.nets * A_NET))} seconds.")
    return st.button("Train them", key="sweep_train", type="primary", icon=":material/play_arrow:")


def _again(told: str) -> None:
    st.session_state["sweep_again"] = told


def _counted(sweep: "Sweep") -> str:
    seeds = sweep.knobs.seeds
    return f"{sweep.nets} nets, {seeds} {'seeds' if seeds > 1 else 'seed'} for each of {sweep.nets // seeds} settings"


def _progress(job: "SweepJob") -> None:
    if job.done:
        st.rerun()
    st.progress(job.fraction, f"Training {_counted(job.sweep)}: {job.done_so_far} done")


def _shown(sweep: "Sweep", outcomes: "list[Outcome]", how: str) -> None:
    drawn = [each for each in outcomes if each.features is not None]
    if drawn:
        panels = _panels(sweep, drawn[:MOST_PANELS])
        embedding_view(panels, key=KEY, height=HEIGHT.get(len(panels), MANY))
        left = f" The first {MOST_PANELS} of {len(drawn)} are drawn." if len(drawn) > MOST_PANELS else ""
        st.caption(f"Features of held-out images of the digits {', '.join(_names(sweep))}, first seed.{left}")
    mount("sweep", chart_data(sweep, outcomes), key=CHART)
    st.caption(how)


def _names(sweep: "Sweep") -> list[str]:
    from lossviz.toy.sweep import CLASSES  # noqa: PLC0415  (imports torch)

    return [str(each) for each in CLASSES[sweep.knobs.digits]]


def chart_data(sweep: "Sweep", outcomes: "list[Outcome]") -> dict[str, Any]:
    """What ``sweep.js`` draws of it."""
    knob = sweep.knob
    return {
        "over": worded(sweep.over),
        "unit": knob.unit,
        "loss": sweep.loss.title,
        "digits": sweep.knobs.digits,
        "numeric": not knob.choices and knob.kind is not bool,
        "entries": [
            {
                "name": each.name,
                "at": each.at,
                "known": [100 * share for share in each.known],
                "unseen": [100 * share for share in each.unseen],
                "same": each.same.tolist(),
                "other": each.other.tolist(),
                "similarities": each.similarities.round(4).tolist(),
            }
            for each in outcomes
        ],
    }


def _panels(sweep: "Sweep", outcomes: "list[Outcome]") -> list[Panel]:
    from lossviz.toy.sweep import digits_for  # noqa: PLC0415  (imports torch)

    digits = digits_for(sweep.knobs.digits)
    entries = {entry.name: entry for entry in sweep.entries()}
    return [
        _panel(each, entries[each.name].loss, digits.held_out[1], digits.names, i) for i, each in enumerate(outcomes)
    ]


def _panel(outcome: "Outcome", loss: "Loss", labels: Any, names: tuple[str, ...], index: int) -> Panel:
    from lossviz.toy.regions import rule_for  # noqa: PLC0415  (imports torch)

    features, prototypes, owners = outcome.features, outcome.prototypes, outcome.prototype_labels
    assert features is not None
    rule = None if prototypes is None else rule_for(loss, features[None], prototypes[None], owners, len(names))
    if loss.normalises:
        features, prototypes = _unit(features), None if prototypes is None else _unit(prototypes)
    elif prototypes is not None and loss.metric == "cosine":
        reach = np.median(np.linalg.norm(features, axis=1)) / max(
            float(np.linalg.norm(prototypes, axis=1).mean()), 1e-12
        )
        prototypes = prototypes * reach
    score = f"{100 * outcome.known[0]:.1f} % right"
    return Panel(
        key=f"sweep-{index}",
        title=outcome.name,
        subtitle=score + (" · unit sphere" if loss.normalises and features.shape[1] == 3 else ""),
        positions=features[None].astype(np.float32),
        epochs=(0,),
        ids=np.arange(len(labels)),
        labels=labels,
        class_names=names,
        prototypes=None if prototypes is None else prototypes[None].astype(np.float32),
        prototype_labels=owners,
        sphere=bool(loss.normalises),
        data=f"digits {' '.join(names)}",
        regions=Regions(rule.by, rule.curves) if rule else None,
    )


def _unit(rows: Any) -> Any:
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)


def _explained(sweep: "Sweep") -> None:
    with st.expander("What was trained here, and how it differs from the paper's"):
        st.markdown(HONESTLY)
        st.markdown("The same with the whole program, where data set and net can be chosen:")
        made = [Choice(entry.loss.key(), entry.loss.values()) for entry in sweep.entries()]
        settings = Settings(dim=sweep.knobs.dim, limit=None)
        configs = [Config(choice, Choice("digits"), Choice("mlp"), settings) for choice in made]
        if any(page.name == "train" for page in PAGES):
            distinct = list({choice.name: choice for choice in made}.values())
            link("train", "Train with these knobs", query_of(configs[-1], distinct))
        st.code("\n".join(command(config) for config in configs), language="sh")


@st.cache_resource(show_spinner=False)
def _bench() -> "Bench":
    from lossviz.toy.bench import Bench  # noqa: PLC0415  (imports torch)

    return Bench()


def _visitor() -> str:
    return str(st.session_state.setdefault("sweep_visitor", uuid4().hex))
