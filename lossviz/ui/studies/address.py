"""What the page keeps in its address: study, seeds, section, score, and the cell and the field that are looked at."""

from collections.abc import Sequence

import streamlit as st

STUDY, SEEDS, PART, SCORE, CELL, FIELD = "study", "seeds", "part", "score", "cell", "field"
_SEEN = "studies page, seen in the address: "


def held(name: str) -> str:
    """What the address says of ``name``, or nothing."""
    return st.query_params.get(name, "")


def follow(name: str, key: str, legal: Sequence[str] | None = None) -> None:
    """Have the widget called ``key`` stand at what the address says, where that has changed since the last look.

    What is not among ``legal`` is passed over. A widget may show titles and the address have names, which
    ``bind="query-params"`` does not allow.
    """
    asked = held(name)
    if asked == st.session_state.get(_SEEN + name) and key in st.session_state:
        return
    if asked and (legal is None or asked in legal):
        st.session_state[key] = asked
    else:
        st.session_state.pop(key, None)
    st.session_state[_SEEN + name] = asked


def keep(name: str, value: str) -> None:
    """Have the address say so; nothing of ``name`` where the value is empty."""
    if value != held(name):
        if value:
            st.query_params[name] = value
        else:
            del st.query_params[name]
    st.session_state[_SEEN + name] = value
