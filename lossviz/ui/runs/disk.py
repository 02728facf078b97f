"""What takes the space on the disk, and letting go of it: what is deleted, and what runs can do without."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from lossviz import runs
from lossviz.errors import LossvizError, RunError
from lossviz.paths import runs_dir
from lossviz.runs import Deleted, Overview
from lossviz.runs.space import DERIVED, STATE, WEIGHTS
from lossviz.ui.runs.doing import act, bring_back
from lossviz.words import size_in_words

WHAT = {
    DERIVED: (
        "Computed values",
        "Scores, values of single points and slow projections. They are computed again when they are looked at.",
    ),
    WEIGHTS: (
        "Weights of earlier epochs",
        "The net after each epoch but the last, kept by `--keep-weights all`. They do not come back. Every picture, "
        "curve and score stays, and the weights of the last epoch too.",
    ),
    STATE: (
        "State to go on from",
        "What stopped and interrupted runs need to be resumed. Without it they **cannot go on**; they stay to be "
        "looked at. Finished runs have none.",
    ),
}


def space_panel(chosen: Sequence[Overview], everyone: Sequence[Overview]) -> None:
    """Sizes by kind with a button for each that can go, for the selected runs or for all."""
    some = list(everyone)
    if chosen:
        scopes = {"all": f"All {len(everyone)} runs", "selected": f"The {len(chosen)} selected"}
        scope = st.segmented_control(
            "Of", list(scopes), default="selected", required=True, format_func=scopes.__getitem__, key="list.space_of"
        )
        some = list(chosen) if scope == "selected" else some
    own = [each for each in some if not each.shipped]
    kept = sum(each.sizes.snapshots + each.sizes.other for each in own)
    st.markdown(f"In `{runs_dir()}`: **{size_in_words(kept)}** are embeddings and settings, which every picture needs.")
    for kind, (title, words) in WHAT.items():
        _kind(kind, title, words, [each for each in some if runs.freeable(each.run, kind, each.sizes) > 0])
    _half_imported()
    binned = sum(runs.sizes(gone.run).total for gone in runs.deleted())
    if binned:
        st.markdown(f"**Deleted runs** take another {size_in_words(binned)}; they are under *Deleted*.")


def _half_imported() -> None:
    """What imports left that were ended from outside, where there is any."""
    size = runs.half_imported()
    if not size:
        return
    left, right = st.columns([4, 1], vertical_alignment="center")
    with left:
        st.markdown(
            f"**Half-imported runs: {size_in_words(size)}**  \nLeft by imports that were ended from outside. They are "
            "in no list, and the next import clears them away."
        )
    with right:
        if st.button(f"Free {size_in_words(size)}", key="free_half_imported"):
            act(lambda: f"{size_in_words(runs.clear_half_imported())} are free.")


def _kind(kind: str, title: str, words: str, some: Sequence[Overview]) -> None:
    busy = [each for each in some if each.state == "running"]
    free = [each for each in some if each.state != "running"]
    size = sum(runs.freeable(each.run, kind, each.sizes) for each in free)
    left, right = st.columns([4, 1], vertical_alignment="center")
    with left:
        count = f" in {len(free)} {'run' if len(free) == 1 else 'runs'}" if free else ""
        st.markdown(f"**{title}: {size_in_words(size)}**{count}  \n{words}")
        if busy:
            st.caption(f"Runs that are training are left alone: {', '.join(each.run.id for each in busy)}.")
    with right:
        if kind == DERIVED:
            asked = st.button(f"Free {size_in_words(size)}", disabled=not size, key=f"free_{kind}")
        else:
            with st.popover(f"Free {size_in_words(size)}", disabled=not size):
                st.markdown(f"This cannot be undone. {words}")
                asked = st.button(f"Free {size_in_words(size)} for good", type="primary", key=f"free_{kind}")
    if asked:
        act(partial(_free, kind, free))


def _free(kind: str, some: Sequence[Overview]) -> str:
    freed, reasons = 0, []
    for each in some:
        try:
            freed += runs.free(each.run, kind)
        except LossvizError as error:
            reasons.append(str(error))
    if reasons:
        raise RunError(f"{size_in_words(freed)} are free; {'; '.join(reasons)}")
    return f"{size_in_words(freed)} are free."


def deleted_panel() -> None:
    """What was deleted, with its size: bring it back, or let go of all."""
    gone = runs.deleted()
    if not gone:
        st.info(
            "Nothing is deleted. What you delete is kept here until you empty it, and can be brought back.",
            icon=":material/delete:",
        )
        return
    rows = {each.key: each for each in gone}
    sizes = {key: runs.sizes(each.run).total for key, each in rows.items()}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        keys = st.multiselect(
            f"Deleted runs ({len(gone)}, {size_in_words(sum(sizes.values()))})",
            list(rows),
            format_func=lambda key: _line(rows[key], sizes[key]),
            placeholder="Choose those to bring back or to let go of; none means all",
            key="deleted_chosen",
        )
        some = [rows[key] for key in keys] or gone
        size = size_in_words(sum(sizes[each.key] for each in some))
        if st.button(f"Restore {len(some)}", icon=":material/undo:", key="restore"):
            act(partial(bring_back, some))
        with st.popover(f"Free {size}", icon=":material/delete_forever:"):
            st.markdown(
                f"{len(some)} deleted {'run goes' if len(some) == 1 else 'runs go'} for good. There is no way back."
            )
            if st.button(f"Free {size} for good", type="primary", key="empty"):
                act(lambda: f"{size_in_words(runs.empty_deleted(some))} are free.")
    st.table(
        {
            "Run": [each.run.id for each in gone],
            "Deleted": [f"{each.when.astimezone():%Y-%m-%d %H:%M}" for each in gone],
            "Size": [size_in_words(sizes[each.key]) for each in gone],
        }
    )


def _line(gone: Deleted, size: int) -> str:
    return f"{gone.run.id}, {gone.when.astimezone():%d %b %H:%M}, {size_in_words(size)}"
