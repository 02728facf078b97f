"""Which runs there are, and picking some of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from lossviz import runs
from lossviz.errors import LossvizError
from lossviz.paths import checkpoints_dir, runs_dir

FIRST_SEEN = ("mnist-softmax", "mnist-arcface", "mnist-center", "mnist-triplet")
"""The shipped runs that a first visit opens on."""
RUNS = "runs"
"""The key of the menu of runs, in the session and in the address."""
DIGITS = "digits"
MOST = 6
FRESH = 3.0  # seconds that a listing is good for


@dataclass(frozen=True)
class Listed:
    """A run in a menu. ``problem`` says why it cannot be looked at, and is empty where it can."""

    name: str
    data: str
    shipped: bool
    problem: str


@st.cache_data(ttl=FRESH, show_spinner=False)
def listed() -> dict[str, Listed]:
    """Every run by name, the user's own first, newest first; shipped ones and damaged ones last."""
    found = [_listed(run) for run in runs.list_runs()]
    return {entry.name: entry for entry in sorted(found, key=lambda entry: (bool(entry.problem), entry.shipped))}


def _listed(run: runs.Run) -> Listed:
    problem = run.problem()
    if not problem and run.status.epoch < 0:
        problem = f"it has no snapshot yet ({run.status.state})"
    data = "" if problem else run.config.data.name
    return Listed(run.id, data, run.folder.parent == checkpoints_dir(), problem or "")


def pick_runs(key: str = RUNS) -> list[runs.Run]:
    """A menu of up to six runs, kept in the address; draws what to do where there are none."""
    entries = _usable()
    if not entries:
        _nothing_to_show()
        return []
    names = st.multiselect(
        "Runs",
        list(entries),
        default=_sensible(entries),
        max_selections=MOST,
        filter_mode="contains",
        select_all=False,
        placeholder="Choose up to six runs",
        key=key,
        bind="query-params",
    )
    if not names:
        st.info("Choose one run, or up to six to see them side by side.", icon=":material/scatter_plot:")
    return [runs.find(name) for name in names]


def pick_run(key: str = "run") -> runs.Run | None:
    """A menu of one run, kept in the address."""
    entries = _usable()
    if not entries:
        _nothing_to_show()
        return None
    first = _sensible(entries)[-1]
    name = st.selectbox(
        "Run",
        list(entries),
        index=list(entries).index(first),
        filter_mode="contains",
        key=key,
        bind="query-params",
    )
    return runs.find(name)


def unusable() -> None:
    """The runs that cannot be looked at, with their problems, out of the way."""
    broken = [entry for entry in listed().values() if entry.problem]
    if broken:
        with st.expander(f"{len(broken)} {'run' if len(broken) == 1 else 'runs'} cannot be shown"):
            st.table({"Run": [entry.name for entry in broken], "Problem": [entry.problem for entry in broken]})


def readable(chosen: Sequence[runs.Run]) -> list[runs.Run]:
    """Those of ``chosen`` whose files can be read; the others are told with their problem."""
    good = []
    for run in chosen:
        problem = _problem(str(run.folder), run.signature(), run)
        if problem:
            st.warning(f"{run.id} cannot be shown: {problem}", icon=":material/warning:")
        else:
            good.append(run)
    return good


@st.cache_data(max_entries=256, show_spinner=False)
def _problem(folder: str, files: str, _run: runs.Run) -> str:
    """What is wrong with the run's files, or nothing. Of a snapshot only the head is read, which tells a cut file."""
    try:
        if not _run.history():
            return "it has no snapshot"
        _ = _run.samples, _run.class_names
    except LossvizError as error:
        return str(error)
    return ""


def _usable() -> dict[str, Listed]:
    return {name: entry for name, entry in listed().items() if not entry.problem}


def of_digits() -> list[str]:
    """The shipped runs of digits, whose images come with the program: those of the losses that a first visit shows."""
    entries = _usable()
    losses = [name.partition("-")[2] for name in FIRST_SEEN]
    return [name for loss in losses if (name := f"{DIGITS}-{loss}") in entries and entries[name].data == DIGITS]


def _sensible(entries: Mapping[str, Listed]) -> list[str]:
    """The shipped runs of a first visit; without them the newest runs of one data set."""
    shipped = [name for name in FIRST_SEEN if name in entries]
    newest = next(iter(entries.values()))
    alike = [name for name, entry in entries.items() if entry.data == newest.data]
    return shipped or alike[:2]


def _nothing_to_show() -> None:
    st.info(
        f"There is no run to look at, neither shipped ones in `{checkpoints_dir().name}/` nor your own in "
        f"`{runs_dir()}`. Train one from a shell, and it appears here:",
        icon=":material/scatter_plot:",
    )
    st.code("python -m lossviz train --dataset digits --loss arcface", language="sh")
