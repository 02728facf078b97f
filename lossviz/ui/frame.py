"""The menu, and what happens when a page cannot go on."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import NoReturn, ParamSpec
from urllib.parse import urlencode

import streamlit as st

from lossviz.errors import LossvizError

P = ParamSpec("P")


@dataclass(frozen=True)
class Entry:
    """A page: its file in ``pages/`` without ``.py``, its name in the menu, and its icon."""

    name: str
    title: str
    icon: str


PAGES = (
    Entry("compare", "Compare", ":material/view_module:"),
    Entry("explore", "Explore", ":material/explore:"),
    Entry("image", "Your image", ":material/add_photo_alternate:"),
    Entry("lab", "Loss lab", ":material/science:"),
    Entry("train", "Train", ":material/model_training:"),
    Entry("studies", "Studies", ":material/grid_on:"),
    Entry("runs", "Runs", ":material/table_rows:"),
)
"""Every page in the menu's order; the first is where the dashboard opens."""


ICON = Path(__file__).with_name("icon.png")
STYLE = """
.stMainBlockContainer { padding-left: 2rem; padding-right: 2rem; }
"""
"""The view wants the width of the window."""


_PAGES = "pages of the menu"


def show(folder: Path) -> None:
    """Draw the menu and the page that the address asks for; the pages' scripts are in ``folder``."""
    st.set_page_config("lossviz", str(ICON), layout="wide")
    pages = {
        entry.name: st.Page(folder / f"{entry.name}.py", title=entry.title, icon=entry.icon, default=entry is PAGES[0])
        for entry in PAGES
    }
    st.session_state[_PAGES] = pages
    st.html(f"<style>{STYLE}</style>")
    guarded(st.navigation(list(pages.values()), position="top").run)()


def link(name: str, label: str, query: Iterable[tuple[str, str]]) -> None:
    """A link to the page called ``name``, opened on ``query``; a plain one where there is no menu around."""
    pages = st.session_state.get(_PAGES)
    if pages is None:
        st.markdown(f"[{label}](./{name}?{urlencode(list(query))})")
    else:
        st.page_link(pages[name], label=label, query_params=list(query))


def address(name: str) -> str:
    """Where the browser finds the page called ``name``, as seen from any page."""
    return f"./{st.session_state[_PAGES][name].url_path}"


def go(name: str, query: Iterable[tuple[str, str]]) -> NoReturn:
    """Leave for the page called ``name``, opened on ``query``."""
    values: dict[str, list[str]] = {}  # of pairs with one key only the last would arrive
    for key, value in query:
        values.setdefault(key, []).append(value)
    st.switch_page(st.session_state[_PAGES][name], query_params=values)


def guarded(part: Callable[P, None]) -> Callable[P, None]:
    """``part`` with every :class:`LossvizError` told in its place as a sentence; other parts of a page go on."""

    @wraps(part)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            part(*args, **kwargs)
        except LossvizError as error:
            st.error(str(error), icon=":material/error:")

    return run
