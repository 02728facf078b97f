"""The table of runs, and which of them are selected."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa
import streamlit as st

from lossviz.knobs import Value
from lossviz.runs import Overview
from lossviz.ui.runs.filters import score_columns, state_of
from lossviz.words import value_in_words

SELECTED = "runs selected"
ROW, HEAD, MOST = 35, 38, 16
IN_COLUMNS = {"epochs", "dim", "seed", "threads", "device"}
"""Settings that have a column, and those that are the machine's."""


def table(entries: Sequence[Overview], everyone: Sequence[Overview]) -> list[Overview]:
    """Draw ``entries``; those that are selected. ``everyone`` decides which knobs are worth telling.

    What is selected is kept by name: rows of other runs, or in another order, never take its place.
    """
    names = [each.run.id for each in entries]
    before = [row for row, name in enumerate(names) if name in st.session_state.get(SELECTED, ())]
    drawn = st.dataframe(
        pa.table(_columns(entries, _telling(everyone))),
        hide_index=True,
        height=HEAD + ROW * min(max(len(entries), 1), MOST),
        row_height=ROW,
        column_config=_looks(),
        key=_key(names),
        on_select="rerun",
        selection_mode="multi-row",
        selection_default={"selection": {"rows": before}},
        placeholder="",
        alt="Runs. Shift and Space selects the row that the cursor is in.",
    )
    chosen = [entries[row] for row in drawn["selection"]["rows"] if row < len(entries)]
    st.session_state[SELECTED] = [each.run.id for each in chosen]
    return chosen


def select(names: Sequence[str], shown: Sequence[str]) -> None:
    """Have ``names``, of those shown, selected."""
    rows = [row for row, name in enumerate(shown) if name in set(names)]
    st.session_state[_key(shown)] = {"selection": {"rows": rows}}


def _key(names: Sequence[str]) -> str:
    """The same for the same runs in the same order, and for nothing else."""
    return f"runs_table_{hashlib.sha256('/'.join(names).encode()).hexdigest()[:12]}"


def _columns(entries: Sequence[Overview], telling: Mapping[str, set[str]]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "Run": [each.run.id for each in entries],
        "State": [state_of(each) for each in entries],
    }
    found |= {
        "Loss": [each.title for each in entries],
        "Knobs": [_knobs(each, telling) for each in entries],
        "Data set": [each.config.data.name if each.config else None for each in entries],
        "Net": [each.config.model.name if each.config else None for each in entries],
        "Dim": _whole(each.config.settings.dim if each.config else None for each in entries),
        "Epochs": [_epochs(each) for each in entries],
        "Seed": _whole(each.config.settings.seed if each.config else None for each in entries),
    }
    for output in score_columns():
        values = [(each.scores or {}).get(output.key) for each in entries]
        scaled = [value and 100 * value if output.unit == "%" else value for value in values]
        found[output.title] = pa.array(scaled, pa.float64())
    found |= {
        "Created": pa.array([_moment(each.created) for each in entries], pa.timestamp("s")),
        "Training": pa.array([_whole_seconds(each) for each in entries], pa.duration("s")),
        "Size": _whole(each.sizes.total for each in entries),
        "Tags": pa.array([list(each.marks.tags) for each in entries], pa.list_(pa.string())),
        "Group": [each.marks.group for each in entries],
        "Note": [each.marks.note for each in entries],
    }
    return found


def _whole(numbers: Any) -> pa.Array:
    return pa.array(list(numbers), pa.int64())


def _looks() -> dict[str, Any]:
    column = st.column_config
    looks: dict[str, Any] = {
        "Run": column.TextColumn(pinned=True, width=230),
        "Knobs": column.TextColumn(width=150, help="Knobs and settings that differ among runs of the same loss."),
        "Created": column.DatetimeColumn(format="YYYY-MM-DD HH:mm"),
        "Training": column.NumberColumn(format="compact", help="What the training itself took."),
        "Size": column.NumberColumn(format="bytes", help="On disk, with what was computed later."),
        "Tags": column.ListColumn(width=130),
        "Dim": column.NumberColumn(help="Embedding size."),
    }
    for output in score_columns():
        shape = "%.1f %%" if output.unit == "%" else "%.3g"
        looks[output.title] = column.NumberColumn(format=shape, help=f"{output.help} Of the last epoch.")
    return looks


def _whole_seconds(each: Overview) -> int | None:
    return None if each.seconds is None else round(each.seconds)


def _epochs(each: Overview) -> str:
    if each.config is None:
        return ""
    there, wanted = max(each.epoch, 0), each.config.settings.epochs
    return str(wanted) if there == wanted else f"{there} of {wanted}"


def _moment(created: str) -> datetime | None:
    """In the time of this machine, as the browser shows it as it is."""
    try:
        return datetime.fromisoformat(created).astimezone().replace(tzinfo=None)
    except ValueError:
        return None


def _told(each: Overview) -> dict[str, Value]:
    """All of a config that has no column of its own."""
    if each.config is None:
        return {}
    settings = {name: value for name, value in each.config.settings.values().items() if name not in IN_COLUMNS}
    return {**settings, **each.config.model.knobs, **each.config.data.knobs, **each.config.loss.knobs}


def _telling(entries: Sequence[Overview]) -> dict[str, set[str]]:
    """By loss and data set, the knobs whose values differ among its runs."""
    seen: dict[str, dict[str, set[Value]]] = {}
    for each in entries:
        if each.config is not None:
            values = seen.setdefault(_kind(each), {})
            for name, value in _told(each).items():
                values.setdefault(name, set()).add(value)
    return {kind: {name for name, there in values.items() if len(there) > 1} for kind, values in seen.items()}


def _kind(each: Overview) -> str:
    return (
        f"{each.title} {each.config.data.name if each.config else ''} {each.config.model.name if each.config else ''}"
    )


def _knobs(each: Overview, telling: Mapping[str, set[str]]) -> str:
    differing = telling.get(_kind(each), set())
    told = ((name.replace("_", " "), value) for name, value in _told(each).items() if name in differing)
    found = [f"{name} {value_in_words(value, 'all')}" for name, value in told]
    return ", ".join(reversed(found))  # the loss's own first
