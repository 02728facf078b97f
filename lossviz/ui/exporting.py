"""The button that writes runs for other programs: which one, which epochs, and the download."""

import shlex
from collections.abc import Sequence

import streamlit as st

from lossviz.exchange import FORMATS
from lossviz.exchange.exporting import ALL, LAST
from lossviz.runs import Run
from lossviz.ui.frame import guarded
from lossviz.ui.reporting import WIDE, begin, made_panel, stem

EPOCHS = {ALL: "all", LAST: "the last"}


def export_button(chosen: Sequence[Run], key: str) -> None:
    """A button "Export" for ``chosen`` runs; widgets and what is made are kept under ``key``."""
    help_ = "For TensorBoard's Projector, Embedding Atlas, pandas, NumPy or FiftyOne."
    with st.popover("Export", icon=":material/output:", disabled=not chosen, help=help_, key=key):
        if chosen:
            st.fragment(guarded(_panel))([run.id for run in chosen], key)


def _panel(names: Sequence[str], key: str) -> None:
    with st.container(width=WIDE):
        kind = str(st.selectbox("For", list(FORMATS), format_func=lambda name: FORMATS[name].title, key=f"{key}_kind"))
        epochs = str(
            st.segmented_control(
                "Epochs",
                list(EPOCHS),
                default=FORMATS[kind].epochs,
                required=True,
                format_func=EPOCHS.__getitem__,
                key=f"{key}_epochs_{kind}",
            )
        )
        folder = f"{stem(names)}-{kind}"
        words = ["export", *names, "--to", kind, "--epochs", epochs, "-o"]
        if st.button("Make it", type="primary", icon=":material/play_arrow:", key=f"{key}_make"):
            making = begin(key, folder, names)
            making.start([*words, str(making.path)])
        made_panel(key)
        st.caption("Pictures of the images go along: mind the data set's licence. The same from a shell:")
        st.code("python -m lossviz " + shlex.join([*words, folder]), language="sh", wrap_lines=True)
