"""A page with nothing but the view, for the browser tests; ``?case=`` picks what it shows."""

import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import streamlit as st

from lossviz.view import Command, Line, embedding_view
from tests.view import synthetic

st.set_page_config(layout="wide", page_title="view harness")


@st.cache_resource
def panels(case: str):
    one = synthetic.panel("one")
    shorter = synthetic.panel("shorter", epochs=4, seed=1)
    flat = synthetic.panel("flat", axes=2, seed=2)
    raw = synthetic.panel("raw", sphere=False, seed=3)
    large = [synthetic.panel(f"large {i}", points=10_000, epochs=11, seed=i) for i in range(4)]
    cases = {
        "one": [one],
        "two": [one, replace(synthetic.panel("two", seed=5), data="synthetic")],
        "four": [one, shorter, flat, raw],
        "six": [
            one,
            shorter,
            flat,
            raw,
            replace(one, key="five", title="Five"),
            replace(flat, key="sixth", title="Six", sphere=False),
        ],
        "large": large,
        "flat": [flat],
        "raw": [raw],
        "many": [synthetic.panel("many", points=2000, classes=200)],
        "regions": [
            synthetic.regions("solid", 3),
            synthetic.regions("flat", 2),
            synthetic.regions("cones", 3, sphere=False, by="product", margin=False),
            synthetic.regions("cells", 2, sphere=False, by="distance", margin=False),
        ],
        "areas": [panel for panel, _ in synthetic.BOUNDED],
        "guests": [one, replace(synthetic.panel("two", seed=5), data="synthetic"), flat],
        "still": [synthetic.panel("still", epochs=1)],
        "bare": [replace(one, sprite=None, channels=(), prototypes=None, prototype_labels=None)],
    }
    return cases[case]


case = st.query_params.get("case", "one")
runs = st.session_state.setdefault("runs", 0) + 1
st.session_state["runs"] = runs
left, middle, right, last, more = st.columns(5)
left.button("Rerun")
if more.button("Mark"):
    st.query_params["mark"] = str(runs)
shown = panels("one" if case == "growing" else case)
if case == "growing":
    st.button("Grow", on_click=lambda: st.session_state.update(grown=st.session_state.get("grown", 0) + 1))
    shown = [synthetic.first(panel, 3 + st.session_state.get("grown", 0)) for panel in shown]
if middle.toggle("Other data"):
    shown = [replace(panel, positions=panel.positions * 0.9) for panel in shown]
command = None
if right.button("Command"):
    st.session_state["asked"] = st.session_state.get("asked", 0) + 1
if "asked" in st.session_state:
    command = Command(f"nonce {st.session_state['asked']}", epoch=2, pinned=(4,), selected=(1, 7), isolate=(1,))
lines = [Line(shown[0].key, 1, 31, "true"), Line(shown[0].key, 1, 61, "missed")] if last.toggle("Lines") else []
areas = [areas for _, areas in synthetic.BOUNDED] if case == "areas" else []
invited = case == "guests" and not st.toggle("Alone")
guests = synthetic.guests() if invited else []
beside = {"lines": lines, "guests": guests, "areas": areas}
state = embedding_view(shown, key="view", height=620, command=command, **beside)
st.text(f"runs {runs} epoch {state.epoch} pinned {list(state.pinned)} selected {len(state.selected)}")
if st.query_params.get("several"):
    embedding_view(panels("raw"), key="second", height=420, parameter="second")
