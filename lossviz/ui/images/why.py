"""Why an image landed where it did: which of its parts moved the embedding towards a class."""

from collections.abc import Sequence
from html import escape

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from lossviz import inference, runs
from lossviz.errors import RunError
from lossviz.ui.frame import guarded
from lossviz.ui.images.held import Held
from lossviz.ui.images.prepared import prepared
from lossviz.ui.images.words import apart
from lossviz.ui.pictures import Shown, shown

PREDICTED = "what it is taken for"
TOWARDS, AWAY = (255, 140, 26), (64, 132, 255)
SIZE = 112
STRONGEST = 0.85  # of a pixel's colour that is the map's where it is greatest
OUTLIERS = 98.0  # percentile of a gradient that is drawn as its greatest

Map = NDArray[np.float64]


def why(chosen: Sequence[runs.Run], held: Held) -> None:
    """A part that opens: for every run, maps of ``held`` towards a class."""
    box = st.expander(
        "Why: which parts moved it towards a class", icon=":material/lightbulb:", key="why", on_change="rerun"
    )
    if not box.open:
        return
    with box:
        names = sorted({run.class_names[label] for run in chosen for label in np.unique(run.samples["gallery"].labels)})
        towards = str(
            st.selectbox("Towards", [PREDICTED, *names], key="why_towards", width=260, filter_mode="contains")
        )
        for run, column in zip(chosen, st.columns(len(chosen)), strict=True):
            with column:
                guarded(_maps)(run, held, towards)
        st.markdown(
            f"{_swatch(TOWARDS)} moves it towards the class, {_swatch(AWAY)} away from it.", unsafe_allow_html=True
        )
        st.caption(
            "Covered: a small square in the mean colour covers one place after the other, and a pixel shows how much "
            "similarity to the class's centre was lost (Zeiler and Fergus 2014). Gradient: how fast it changes with "
            "each pixel, times how far the pixel is from the mean colour: fast to compute, and noisier. Each map has a "
            "scale of its own."
        )


def painted(pixels: NDArray[np.uint8], found: Map) -> NDArray[np.uint8]:
    """``pixels`` (C, H, W), greyed, under the map (H, W): (3, H, W); the map's greatest amount has the full colour."""
    most = float(np.abs(found).max()) or 1.0
    strength = STRONGEST * np.clip(np.abs(found) / most, 0, 1)
    grey = pixels.astype(np.float64).mean(axis=0) * 0.7 + 20
    ink = np.where((found > 0)[..., None], np.array(TOWARDS), np.array(AWAY))
    mixed = (1 - strength)[..., None] * grey[..., None] + strength[..., None] * ink
    return np.rint(mixed).clip(0, 255).astype(np.uint8).transpose(2, 0, 1)


def _maps(run: runs.Run, held: Held, towards: str) -> None:
    epoch, pixels = inference.last_epoch(run), prepared(run, held).pixels
    here = inference.space(run, epoch)
    if towards == PREDICTED:
        label = int(here.predicted(inference.embed(run, epoch, pixels[None]))[0][0])
    else:
        label = _label(run, towards)
    with st.spinner("Covering one place after the other ..."):
        covered, before, after, slopes = _found(str(run.folder), run.signature(), pixels, label, here)
    name = run.class_names[label]
    st.markdown(f"**{run.header['loss']['title']}** towards **{escape(name)}**")
    row = [
        Shown(pixels, "what the net sees"),
        Shown(painted(pixels, covered), "covered", hint=f"{run.id}: covered, towards {name}"),
        Shown(painted(pixels, slopes), "gradient", hint=f"{run.id}: gradient, towards {name}"),
    ]
    shown(row, SIZE)
    unit = "deg" if here.metric == "cosine" else ""
    st.caption(
        f"From {apart(before, unit)} to the centre; with the part that counts most covered, {apart(after, unit)}."
    )


@st.cache_data(max_entries=64, show_spinner=False)
def _found(
    folder: str, files: str, pixels: NDArray[np.uint8], label: int, _here: inference.Space
) -> tuple[Map, float, float, Map]:
    """Both maps (H, W), and the distance to the class with all parts and without the most important one."""
    covered = inference.occlusion(_here, pixels, label)
    slopes = inference.gradient(_here, pixels, label)
    most = float(np.percentile(np.abs(slopes), OUTLIERS))
    return covered, *inference.pushed(_here, pixels, label, covered), slopes.clip(-most, most)


def _label(run: runs.Run, name: str) -> int:
    if name not in run.class_names:
        raise RunError(f"run '{run.id}' has no class called '{name}'")
    return run.class_names.index(name)


def _swatch(color: tuple[int, int, int]) -> str:
    return f'<span style="color:rgb{color}">■</span>'
