"""All presets as a gallery, paper by paper; choosing one opens its section with its state."""

import math
import re
from collections.abc import Mapping
from typing import Any

import streamlit as st

from lossviz import losses, runs
from lossviz.ui.frame import link
from lossviz.ui.lab.mount import ask
from lossviz.ui.lab.preset import PAPERS, Preset
from lossviz.ui.lab.presets import PRESETS
from lossviz.ui.lab.sweep import worded
from lossviz.ui.lab.thumbnails import thumbnail

IN_A_ROW = 4


def gallery(titles: Mapping[str, str]) -> None:
    """A card for each figure: its picture, what it says, its paper. ``titles`` are the tabs of sections by name."""
    known = {run.id for run in runs.list_runs()}
    shown = [preset for preset in PRESETS if set(preset.runs) <= known]
    for url, heading in {**PAPERS, "": "Other figures"}.items():
        group = sorted((each for each in shown if (each.url if each.url in PAPERS else "") == url), key=_counted)
        st.markdown(f"#### {heading}" + (f" · [paper]({url})" if url else ""))
        for start in range(0, len(group), IN_A_ROW):
            for column, preset in zip(st.columns(IN_A_ROW), group[start : start + IN_A_ROW], strict=False):
                with column, st.container(border=True, height="stretch"):
                    _card(preset, titles.get(preset.section, ""))


def _counted(preset: Preset) -> tuple[float, str]:
    """Figures by their numbers, what has none after them."""
    number = re.search(r"Fig\. (\d+)", preset.name)
    return (float(number.group(1)) if number else math.inf, preset.name)


def _card(preset: Preset, title: str) -> None:
    st.image(_picture(preset.name), width="stretch")
    if preset.section:
        st.button(
            preset.name,
            key=f"preset {preset.name}",
            on_click=_open,
            args=(preset, title),
            type="tertiary",
        )
    else:
        link(preset.page, preset.name, preset.query)
    st.caption(f"{preset.says} [Paper]({preset.url})")


def _open(preset: Preset, title: str) -> None:
    """Open the preset's section on its state, its widgets as the preset has them."""
    for key, value in preset.widgets.items():
        st.session_state[key] = value
    # Streamlit tells the address of what a person does with a widget, and not of this.
    st.query_params.update({key: in_address(key, value) for key, value in preset.widgets.items()})
    ask(preset.section, title, preset.state)


def in_address(key: str, value: Any) -> str | list[str]:
    """A widget's value as Streamlit writes it into the address: options by what they are called on the page."""
    if isinstance(value, list):
        return [str(in_address(key, each)) for each in value]
    if isinstance(value, bool):
        return str(value).lower()
    if key.startswith("over."):
        return worded(value)
    return losses.get(value).title if value in losses.available() else str(value)


@st.cache_data(show_spinner="Drawing the gallery…")
def _picture(name: str) -> str:
    return thumbnail(next(preset for preset in PRESETS if preset.name == name))
