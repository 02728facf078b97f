"""Groups of runs: one as a comparison, and as a curve."""

from collections.abc import Sequence

import streamlit as st

from lossviz.runs import Overview
from lossviz.ui.frame import link
from lossviz.ui.listing import MOST
from lossviz.ui.sweep_curve import sweep_curve

SELECTION = "the selected runs"
UNASKED = 60  # runs of a group that are drawn before it was chosen
MOST_LINKS = 12


def groups_panel(chosen: Sequence[Overview], everyone: Sequence[Overview]) -> None:
    """A menu of groups, links to comparisons of the one that is chosen, and its curve."""
    groups: dict[str, list[Overview]] = {}
    for each in everyone:
        if each.marks.group:
            groups.setdefault(each.marks.group, []).append(each)
    if len(chosen) > 1:
        groups = {SELECTION: list(chosen)} | groups
    if not groups:
        st.info(
            "There is no group yet. Several values of a knob, several losses or several seeds on the Train page make "
            "one; so does selecting runs above and **Group**. Select two runs, and their curve appears here at once.",
            icon=":material/workspaces:",
        )
        return
    at_once = len(next(iter(groups.values()))) <= UNASKED
    name = st.selectbox(
        "Group",
        list(groups),
        index=0 if at_once else None,
        width=320,
        placeholder="Choose a group",
        key="list.group_shown",
        bind="query-params",
    )
    if name is None:
        return
    members = sorted(groups[str(name)], key=lambda each: each.created)
    _links(members)
    sweep_curve([each.run for each in members])


def _links(members: Sequence[Overview]) -> None:
    """Comparisons of up to six: all, or seed by seed, or one part after the other."""
    good = [(each, each.config.settings.seed) for each in members if each.config is not None and each.epoch >= 0]
    parts = {f"all {len(good)}": [each for each, _ in good]}
    if len(good) > MOST:
        seeds = sorted({seed for _, seed in good})
        parts = {f"seed {seed}": [each for each, its in good if its == seed] for seed in seeds}
    if any(len(part) > MOST for part in parts.values()):
        everyone = [each for each, _ in good]
        starts = range(0, len(everyone), MOST)
        parts = {f"{start + 1} to {min(start + MOST, len(good))}": everyone[start : start + MOST] for start in starts}
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"{len(members)} runs. Side by side, {MOST} at most:", width="content")
        if len(parts) > MOST_LINKS:
            st.caption("choose some of this group in the table.", width="content")
            return
        for label, part in parts.items():
            if part:
                link("compare", label[:1].upper() + label[1:], _query(part))


def _query(some: Sequence[Overview]) -> list[tuple[str, str]]:
    return [("runs", each.run.id) for each in some]
