"""What a page asks of its view: to go to an epoch, to pin, select or isolate."""

from collections.abc import Iterable
from uuid import uuid4

import streamlit as st

from lossviz.view import Command


def order(
    view: str,
    epoch: int | None = None,
    pinned: Iterable[int] | None = None,
    selected: Iterable[int] | None = None,
    isolate: Iterable[int] | None = None,
) -> None:
    """Have the view whose key is ``view`` do this when it is next drawn; what is left out stays as it is."""
    wanted = (None if ids is None else tuple(int(each) for each in ids) for ids in (pinned, selected, isolate))
    st.session_state[_place(view)] = Command(uuid4().hex, epoch, *wanted)


def ordered(view: str) -> Command | None:
    """The last order to the view whose key is ``view``. It is carried out once, however often it is given."""
    return st.session_state.get(_place(view))


def _place(view: str) -> str:
    return f"{view}_order"
