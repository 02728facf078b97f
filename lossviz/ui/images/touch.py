"""The image that is looked at, beside what the net sees of it; what can be changed by hand; what is in doubt."""

from html import escape
from typing import Any

import streamlit as st
from PIL import Image

from lossviz.data import UNTOUCHED, Touch
from lossviz.data._recipes import Pixels
from lossviz.knobs import Knob, Value
from lossviz.runs import Run
from lossviz.ui.images import held
from lossviz.ui.images.held import Held
from lossviz.ui.images.prepared import SIDE, Prepared, prepared
from lossviz.ui.images.strip import data_url
from lossviz.ui.knob_widgets import AUTO, labelled, widget_value

TIMES = "\u00d7"
STEPS = 20  # of a slider by powers, on each side of the default
STYLE = """
.li-two { display: grid; grid-template-columns: 1fr 1fr; gap: .75rem; max-width: 27rem; }
.li-two figure { margin: 0; display: flex; flex-direction: column; gap: .3rem; min-width: 0; }
.li-two figcaption { font-size: .8rem; line-height: 1.3; overflow-wrap: anywhere; }
.li-two figcaption span { opacity: .7; }
.li-shown { aspect-ratio: 1; display: grid; place-items: center; border: 1px solid var(--st-border-color, #8886);
  border-radius: 6px; background: var(--st-secondary-background-color, #8882); overflow: hidden; }
.li-looked { position: relative; overflow: hidden; line-height: 0; max-width: 100%; max-height: 100%; }
.li-shown img { display: block; width: 100%; height: 100%; object-fit: contain; }
.li-crisp { image-rendering: pixelated; }
.li-part { position: absolute; border: 1.5px solid var(--st-primary-color, #2f5fd0); box-shadow: 0 0 0 100vmax #0008; }
"""


def touch_up(one: Held, run: Run) -> None:
    """Draw ``one`` beside what the net of ``run`` sees of it, with the controls and what is in doubt.

    Raises :class:`~lossviz.errors.LossvizError` where the image cannot be prepared for the run.
    """
    made = prepared(run, one)
    _two(one, made, run)
    for doubt in made.doubts:
        st.warning(doubt, icon=":material/warning:")
    for sentence in made.said:
        if sentence not in made.doubts:
            st.caption(sentence)
    with st.expander("Adjust the picture", icon=":material/tune:", expanded=one.touch != UNTOUCHED):
        _controls(one)


def picture_of(pixels: Pixels) -> Image.Image:
    """(C, H, W) ``uint8`` as an image."""
    return Image.fromarray(pixels[0] if len(pixels) == 1 else pixels.transpose(1, 2, 0))


def _two(one: Held, made: Prepared, run: Run) -> None:
    width, height = made.size
    _, rows, columns = made.pixels.shape
    crisp = " li-crisp" if max(made.size) < SIDE / 2 else ""
    name, truth = escape(one.name, quote=True), f", class {escape(one.truth)}" if one.truth else ""
    box = f"aspect-ratio:{width}/{height};{'width' if width >= height else 'height'}:100%"
    st.html(
        f'<style>{STYLE}</style><div class="li-two">'
        f'<figure><div class="li-shown"><div class="li-looked" style="{box}">'
        f'<img class="{crisp}" src="{data_url(made.upload.image, SIDE)}" alt="{name}">{_part(one.touch)}</div></div>'
        f"<figcaption>{name}{truth}<br><span>{width:,} {TIMES} {height:,}</span></figcaption></figure>"
        f'<figure><div class="li-shown"><img class="li-crisp" src="{data_url(picture_of(made.pixels), SIDE)}" '
        f'alt="What the net sees"></div>'
        f"<figcaption>What the net sees<br><span>{columns} {TIMES} {rows}, as in {escape(run.config.data.name)}</span>"
        "</figcaption></figure></div>"
    )


def _part(touch: Touch) -> str:
    """The frame around what is looked at; nothing where that is everything."""
    if touch.zoom == 1:
        return ""
    side = 100 / touch.zoom
    left, top = ((100 - side) * (place + 1) / 2 for place in (touch.across, touch.down))
    return f'<div class="li-part" style="left:{left}%;top:{top}%;width:{side}%;height:{side}%"></div>'


def _controls(one: Held) -> None:
    prefix = f"touch {'live' if one.key == held.live() else one.key}"
    for knob in Touch.knobs():
        disabled = knob.name in ("across", "down") and one.touch.zoom == 1
        _widget(knob, f"{prefix} {knob.name}", getattr(one.touch, knob.name), disabled, (prefix, one.key))
    st.button(
        "Reset",
        icon=":material/restart_alt:",
        key="touch_reset",
        disabled=one.touch == UNTOUCHED,
        on_click=held.retouch,
        args=(one.key, UNTOUCHED),
    )


def _widget(knob: Knob, key: str, value: Value, disabled: bool, whose: tuple[str, str]) -> None:
    """The widget of one knob. It belongs to one image and so not into the address; what is held is what it shows."""
    told: dict[str, Any] = {"key": key, "help": knob.help, "on_change": _changed, "args": whose}
    if knob.kind is bool:
        st.session_state[key] = widget_value(knob, value)
        st.segmented_control(labelled(knob), _WORDS, format_func=_WORDS.__getitem__, required=True, **told)
    elif knob.log:
        steps = _steps(knob)
        st.session_state[key] = min(steps, key=lambda step: abs(step - float(value or 1)))
        st.select_slider(labelled(knob), steps, format_func=lambda step: f"{TIMES} {step:g}", disabled=disabled, **told)
    else:
        st.session_state[key] = value
        st.slider(labelled(knob), knob.low, knob.high, step=knob.step, disabled=disabled, **told)


_WORDS = {AUTO: "Auto", "true": "On", "false": "Off"}


def _steps(knob: Knob) -> list[float]:
    """Values of a slider by powers, ascending, the default among them."""
    middle = float(knob.default or 1)
    ends = [float(end) for end in (knob.low, knob.high) if end is not None]
    return sorted({round(middle * (end / middle) ** (at / STEPS), 2) for end in ends for at in range(STEPS + 1)})


def _changed(prefix: str, key: str) -> None:
    """Have the image touched as its widgets say."""
    shown = {knob.name: st.session_state.get(f"{prefix} {knob.name}") for knob in Touch.knobs()}
    values = {
        knob.name: knob.parse(str(shown[knob.name]), "Touch") for knob in Touch.knobs() if shown[knob.name] is not None
    }
    held.retouch(held.live() if prefix.endswith("live") else key, Touch.from_values(values))
