"""Which runs the table shows, and in which order; all of it is in the address."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import streamlit as st

from lossviz import metrics
from lossviz.runs import Overview

Facts = Mapping[str, Callable[[Overview], Sequence[str]]]

FACTS: Facts = {
    "Data set": lambda each: [each.config.data.name] if each.config else [],
    "Loss": lambda each: [each.title] if each.title else [],
    "State": lambda each: [state_of(each)],
    "Tag": lambda each: each.marks.tags,
    "Group": lambda each: [each.marks.group] if each.marks.group else [],
}
"""What runs are filtered by in menus: of each run its words."""
KEYS = {"Data set": "list.data", "Loss": "list.loss", "State": "list.state", "Tag": "list.tag", "Group": "list.group"}
SCORES = ("centroid_accuracy", "knn_accuracy", "recall_at_1")
"""The scores that have a column from the start, as far as they exist."""
ORDERS: Mapping[str, tuple[Callable[[Overview], float | str], bool]] = {
    "Newest": (lambda each: each.created, True),
    "Oldest": (lambda each: each.created or "~", False),
    "Name": (lambda each: each.run.id.casefold(), False),
    "Longest training": (lambda each: each.seconds or 0.0, True),
    "Largest on disk": (lambda each: each.sizes.total, True),
}


def state_of(each: Overview) -> str:
    """Where a run stands; of the finished ones, those that came with lossviz by a word of their own."""
    return "shipped" if each.shipped and each.state == "finished" else each.state


def filters(entries: Sequence[Overview]) -> list[Overview]:
    """Draw text field and menus; those of ``entries`` that are wanted, in the order that is."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(
            "Search",
            placeholder="name, loss, tag, note",
            width=200,
            icon=":material/search:",
            key="list.find",
            bind="query-params",
        )
        wanted = {name: _menu(name, entries) for name in FACTS}
        ordered = _order(entries)
    return ordered([each for each in entries if _is_wanted(each, text, wanted)])


def score_columns() -> list[metrics.Output]:
    """The scores with a column of their own."""
    outputs = {output.key: output for output in metrics.outputs()}
    return [outputs[key] for key in SCORES if key in outputs]


def clear() -> None:
    """Show every run again."""
    st.session_state["list.find"] = ""
    for key in KEYS.values():
        if key in st.session_state:
            st.session_state[key] = []


def _menu(name: str, entries: Sequence[Overview]) -> list[str]:
    """A menu where there is something to choose."""
    words = sorted({word for each in entries for word in FACTS[name](each)}, key=str.casefold)
    if len(words) < 2 and not (words and name in ("Tag", "Group")):
        return []
    return st.multiselect(
        name, words, width=146, placeholder="all", select_all=False, key=KEYS[name], bind="query-params"
    )


def _order(entries: Sequence[Overview]) -> Callable[[list[Overview]], list[Overview]]:
    orders = dict(ORDERS)
    for output in score_columns():
        if any(output.key in (each.scores or {}) for each in entries):
            orders[f"Best {output.title}"] = (_score_of(output.key), True)
    name = st.selectbox("Sorted by", list(orders), width=146, key="list.sort", bind="query-params")
    rank, down = orders[str(name)]
    return lambda some: sorted(some, key=rank, reverse=down)


def _score_of(key: str) -> Callable[[Overview], float]:
    return lambda each: (each.scores or {}).get(key, float("-inf"))


def _is_wanted(each: Overview, text: str, wanted: Mapping[str, Iterable[str]]) -> bool:
    """Every word of the text is found somewhere, and each menu in use holds one of the run's words."""
    if any(words and not set(words) & set(FACTS[name](each)) for name, words in wanted.items()):
        return False
    there = [each.run.id, each.marks.note, *(word for fact in FACTS.values() for word in fact(each))]
    if each.config is not None:
        there += [each.config.loss.name, each.config.model.name]
    return all(any(word in part.casefold() for part in there) for word in text.casefold().split())
