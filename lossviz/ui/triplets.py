"""The triplet x-ray: what a triplet loss would still find to do."""

import streamlit as st

from lossviz import analysis, figures, runs
from lossviz.analysis import TripletCounts
from lossviz.records import Ints
from lossviz.ui.charts import chart
from lossviz.ui.picked import picked_place
from lossviz.ui.pictured import Pictured, epoch_of
from lossviz.ui.pictures import Thumb, thumbs
from lossviz.view import ViewState

EACH = 8
FACENET_MARGIN = 0.2


def triplet_panel(each: Pictured, state: ViewState) -> None:
    """The pinned anchor's hardest positives and negatives, and how many triplets are hard at every epoch."""
    epoch = epoch_of(each, state.epoch)
    place = picked_place(each, state)
    if place is None:
        st.info("Click a point in the picture to take it as the anchor.", icon=":material/ads_click:")
    else:
        _anchor(each, place, epoch)
    margin = st.slider(
        "Margin",
        0.0,
        2.0,
        _own_margin(each),
        0.05,
        key="triplet_margin",
        bind="query-params",
        help="Of the squared distance; between unit vectors where the run's metric is the cosine.",
    )
    counts = _counts_by_epoch(each, margin)
    rows = [(found.hard, found.semi_hard, found.easy) for found in counts]
    chart(figures.triplet_shares(each.run.epochs(), rows, epoch), "triplets")
    st.caption(
        f"All triplets of {counts[0].anchors:,} anchors. Hard: the negative is nearer than the positive. Semi-hard: "
        "farther, but by less than the margin. Easy: the triplet costs nothing."
    )


def _own_margin(each: Pictured) -> float:
    """The margin that the run itself was trained with, where it has one of this kind."""
    loss = each.run.config.loss
    own = loss.knobs.get("margin") if loss.name == "triplet" else None
    return own if isinstance(own, float) else FACENET_MARGIN


def _anchor(each: Pictured, place: int, epoch: int) -> None:
    embeddings = each.run.snapshot(epoch).embeddings["probe"][each.rows]
    labels, names = each.panel.labels, each.panel.class_names
    found = analysis.hardest(embeddings, labels, place, str(each.run.header["loss"]["metric"]), EACH)
    sides = (
        ("Hardest positives, farthest first", found.positives, found.positive_distances, "right"),
        ("Hardest negatives, nearest first", found.negatives, found.negative_distances, "wrong"),
    )
    anchor, *others = st.columns([1, 3, 3])
    with anchor:
        st.markdown("**Anchor**")
        thumbs(each.panel.sprite, [Thumb(place, names[labels[place]])], size=72)
    for column, (title, rows, distances, mark) in zip(others, sides, strict=True):
        with column:
            st.markdown(f"**{title}**")
            row = [
                Thumb(int(at), f"{names[labels[at]]}  {distance:.3g}", mark)
                for at, distance in zip(rows, distances, strict=True)
            ]
            thumbs(each.panel.sprite, row, size=48)


def _counts_by_epoch(each: Pictured, margin: float) -> list[TripletCounts]:
    run, epochs = each.run, each.run.epochs()
    place, found = st.empty(), []
    for done, epoch in enumerate(epochs):
        place.progress(done / len(epochs), f"Counting triplets: epoch {epoch} of {epochs[-1]}")
        found.append(_counts(str(run.folder), run.signature(), epoch, margin, run))
    place.empty()
    return found


@st.cache_data(max_entries=2000, show_spinner=False)
def _counts(folder: str, files: str, epoch: int, margin: float, _run: runs.Run) -> TripletCounts:
    labels: Ints = _run.samples["probe"].labels
    return analysis.count_triplets(
        _run.snapshot(epoch).embeddings["probe"], labels, _run.header["loss"]["metric"], margin
    )
