"""Classes one by one, and the images that are worth a look."""

import streamlit as st

from lossviz import analysis, runs
from lossviz.analysis import Offenders
from lossviz.ui.orders import order
from lossviz.ui.pictured import Pictured, epoch_of
from lossviz.ui.pictures import Thumb, thumbs

EACH = 16
UNITS = {"%": ("{:.0f} %", 100.0), "deg": ("{:.0f}°", 1.0), "": ("{:.3g}", 1.0)}


def class_panel(each: Pictured, epoch: int, view: str) -> None:
    """A row a class; choosing one isolates it in the view."""
    at = epoch_of(each, epoch)
    embeddings = each.run.snapshot(at).embeddings["probe"]
    labels, metric = each.run.samples["probe"].labels, str(each.run.header["loss"]["metric"])
    rows = analysis.class_table(embeddings, labels, runs.points(each.run, at), each.panel.class_names, metric)
    sign = "°" if rows and rows[0].spread_unit == "deg" else ""
    table = [
        {
            "Class": row.name,
            "Images": row.count,
            "Accuracy": 100 * row.accuracy,
            "Angle to own": row.own,
            "Spread": row.spread,
            "Norm": row.norm,
            "Most taken for": f"{row.confused_with} ({row.confused_count})" if row.confused_with else "",
        }
        for row in rows
    ]

    def isolate() -> None:
        chosen = st.session_state["class_table"].selection.rows
        order(view, isolate=[rows[index].label for index in chosen])

    st.dataframe(
        table,
        hide_index=True,
        height="content" if len(rows) <= 20 else 560,
        on_select=isolate,
        selection_mode="multi-row",
        key="class_table",
        column_config={
            "Accuracy": st.column_config.ProgressColumn(format="%.1f %%", min_value=0, max_value=100),
            "Angle to own": st.column_config.NumberColumn(format="%.1f°", help="Mean angle to the own prototype"),
            "Spread": st.column_config.NumberColumn(
                format=f"%.3g{sign}", help="Mean distance to the class's own mean, in the run's metric"
            ),
            "Norm": st.column_config.NumberColumn(format="%.3g", help="Mean length of the embeddings"),
        },
    )
    st.caption(
        f"At epoch {at}, by the nearest centroid. Choose rows to see these classes alone; choose none to see all."
    )


def offenders_panel(each: Pictured, epoch: int, view: str) -> None:
    """Images that are wrong, far from where they belong, or on the move."""
    now = epoch_of(each, epoch)
    epochs = each.run.epochs()
    first = st.select_slider(
        "Moved since epoch", epochs, value=epochs[0], key="moved_since", help="What “moved most” is measured from."
    )
    points, metric = runs.points(each.run, now), str(each.run.header["loss"]["metric"])
    before, after = (each.run.snapshot(at).embeddings["probe"][each.rows] for at in (first, now))
    labels = each.panel.labels
    kinds = [
        analysis.surely_wrong(labels, points["prediction"][each.rows], points["confidence"][each.rows], EACH),
        analysis.farthest_from_own(points["own"][each.rows], EACH),
        analysis.most_moved(before, after, metric, EACH),
    ]
    for number, kind in enumerate(kinds):
        _kind(each, kind, f"{view}_{number}", view)


def _kind(each: Pictured, kind: Offenders, key: str, view: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{kind.title}**")
        ids = each.panel.ids[kind.rows]
        st.button(
            "Select in the view", key=f"offend_{key}", type="tertiary", icon=":material/select_all:",
            on_click=order, args=(view,), kwargs={"selected": ids}, disabled=not len(kind.rows),
        )  # fmt: skip
        st.button(
            "Pin the first", key=f"pin_{key}", type="tertiary", icon=":material/keep:",
            on_click=order, args=(view,), kwargs={"pinned": ids[:1]}, disabled=not len(kind.rows),
        )  # fmt: skip
    if not len(kind.rows):
        st.caption("None.")
        return
    names, labels = each.panel.class_names, each.panel.labels
    form, factor = UNITS[kind.unit]
    row = [
        Thumb(
            int(place), f"{names[labels[place]]}  {form.format(factor * value)}", "", f"image {each.panel.ids[place]}"
        )
        for place, value in zip(kind.rows, kind.values, strict=True)
    ]
    thumbs(each.panel.sprite, row, size=48)
