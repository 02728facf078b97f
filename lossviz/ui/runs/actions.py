"""What can be done with the runs that are selected."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial

import streamlit as st

from lossviz.runs import Overview
from lossviz.runs.marks import LONGEST_GROUP, LONGEST_NOTE, LONGEST_TAG, change, group, tag
from lossviz.ui.exporting import export_button
from lossviz.ui.frame import go
from lossviz.ui.listing import MOST
from lossviz.ui.reporting import report_button
from lossviz.ui.runs import doing
from lossviz.ui.runs.doing import act
from lossviz.ui.runs.known import known_of, lacks_scores, score
from lossviz.ui.runs.table import select
from lossviz.ui.train.address import query_of


def actions(chosen: Sequence[Overview], shown: Sequence[Overview], everyone: Sequence[Overview]) -> None:
    """The row of buttons above the table; those that do not fit what is chosen are off, and say why."""
    with st.container(horizontal=True, vertical_alignment="center", key="runs_actions"):
        _look(chosen)
        _marks(chosen, everyone)
        _one(chosen)
        _delete(chosen)
    _summary(chosen, shown, everyone)


def _look(chosen: Sequence[Overview]) -> None:
    good = [each.run.id for each in chosen if each.config is not None and each.epoch >= 0]
    many = len(good) > MOST
    if st.button(
        "Compare",
        type="primary",
        icon=":material/view_module:",
        disabled=not good or many,
        help=f"Up to {MOST} runs stand side by side." if many or not good else None,
        key="act_compare",
    ):
        go("compare", [("runs", name) for name in good])
    if st.button("Explore", icon=":material/explore:", disabled=len(good) != 1, key="act_explore"):
        go("explore", [("run", good[0])])
    some = [each.run for each in chosen if each.run.id in good]
    report_button(some, "report")
    export_button(some, "export")
    single = chosen[0] if len(chosen) == 1 else None
    if st.button(
        "Duplicate",
        icon=":material/content_copy:",
        disabled=single is None or single.config is None or single.run.foreign,
        help="Open the Train page with everything set as in this run, to change what you like. How an imported run "
        "was trained is not known.",
        key="act_duplicate",
    ):
        assert single is not None and single.config is not None
        go("train", query_of(single.config))
    waiting = doing.resumable(chosen)
    if waiting and st.button("Go on", icon=":material/resume:", key="act_go_on"):
        act(partial(doing.go_on, waiting))


def _marks(chosen: Sequence[Overview], everyone: Sequence[Overview]) -> None:
    some = [each.run for each in chosen]
    with st.popover("Tags", icon=":material/label:", disabled=not chosen), st.form("tags", clear_on_submit=True):
        known = _sorted(word for each in everyone for word in each.marks.tags)
        on = _sorted(word for each in chosen for word in each.marks.tags)
        add = st.multiselect(
            "Add",
            known,
            accept_new_options=True,
            max_selections=20,
            help=f"Up to {LONGEST_TAG} characters.",
            key="add_tags",
        )
        remove = st.multiselect("Take off", on, key="remove_tags")
        if st.form_submit_button("Save", icon=":material/check:"):
            act(partial(tag, some, add, remove))
    with st.popover("Group", icon=":material/workspaces:", disabled=not chosen), st.form("group", clear_on_submit=True):
        names = _sorted(each.marks.group for each in everyone if each.marks.group)
        name = st.selectbox(
            "Put into the group", names, index=None, accept_new_options=True, placeholder="choose, or write a new name",
            help=f"Up to {LONGEST_GROUP} characters. A group opens as one comparison, and as a curve.",
            key="put_into_group",
        )  # fmt: skip
        if st.form_submit_button("Put", icon=":material/check:") and name:
            act(partial(group, some, str(name)))
        if st.form_submit_button("Take out of their groups", type="tertiary"):
            act(partial(group, some, ""))


def _sorted(words: Iterable[str]) -> list[str]:
    return sorted(set(words), key=str.casefold)


def _one(chosen: Sequence[Overview]) -> None:
    """Note and name, which are a single run's."""
    single = chosen[0] if len(chosen) == 1 else None
    with st.popover("Note", icon=":material/edit_note:", disabled=single is None):
        if single is not None:
            with st.form("note"):
                text = st.text_area("Note", single.marks.note, max_chars=LONGEST_NOTE, key=f"note_{single.run.id}")
                if st.form_submit_button("Save", icon=":material/check:"):
                    act(partial(_write_note, single, text))
    with st.popover("Rename", icon=":material/edit:", disabled=single is None or single.shipped):
        if single is not None:
            with st.form("rename"):
                name = st.text_input("New name", single.run.id, max_chars=100, key=f"rename_{single.run.id}")
                st.caption("Letters, digits, dots, dashes and underscores. Links to the old name end.")
                if st.form_submit_button("Rename", icon=":material/check:"):
                    act(partial(doing.rename, single, name.strip()))


def _write_note(single: Overview, text: str) -> None:
    change([single.run], lambda before: replace(before, note=text))


def _delete(chosen: Sequence[Overview]) -> None:
    own = [each for each in chosen if not each.shipped]
    if st.button(
        "Delete",
        icon=":material/delete:",
        disabled=not own,
        help="Deleted runs can be brought back until you empty them. Shipped runs stay.",
        key="act_delete",
    ):
        act(partial(doing.delete, own))


def _scores(chosen: Sequence[Overview], shown: Sequence[Overview]) -> None:
    """Scores are computed when asked for: a thousand runs would take minutes."""
    missing = [each for each in chosen or shown if lacks_scores(each)]
    if missing and st.button(
        f"Compute the missing scores ({len(missing)})", icon=":material/calculate:", type="tertiary", key="act_scores"
    ):
        act(partial(_compute, missing))


def _compute(missing: Sequence[Overview]) -> str:
    score(missing)
    left = sum(known_of(each.run).scores is None for each in missing)
    return f"Scored {len(missing) - left} of {len(missing)} runs."


def _summary(chosen: Sequence[Overview], shown: Sequence[Overview], everyone: Sequence[Overview]) -> None:
    names = [each.run.id for each in shown]
    count = f"{len(shown)} runs" if len(shown) == len(everyone) else f"{len(shown)} of {len(everyone)} runs"
    words = [
        count,
        f"{len(chosen)} selected" if chosen else "select with the boxes at the left, or with Shift+Space in a row",
    ]
    if len(chosen) > MOST:
        words.append(f"Compare takes up to {MOST}: put these into a group to see them as a curve")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(" · ".join(words) + ".", width="content")
        st.button("Select all", type="tertiary", on_click=select, args=(names, names), key="select_all")
        if chosen:
            st.button("Select none", type="tertiary", on_click=select, args=((), names), key="select_none")
        _scores(chosen, shown)
