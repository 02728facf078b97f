"""The view's JavaScript and CSS, for pages and for reports: reading them needs no Streamlit."""

from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
SCRIPTS = (
    *("math", "camera", "link", "palette", "data"),
    *("gl", "points", "lines", "solids", "regions", "areas", "paint", "furniture", "tints", "labels", "guests"),
    *("picking", "choice", "pointer", "icons", "keys", "help"),
    *("toolbar", "timeline", "legend", "cards", "vector", "picture", "kept", "address", "feed", "view", "main"),
)


@cache
def script() -> str:
    """The view's JavaScript: one module."""
    return "\n".join(map(source, SCRIPTS))


def source(name: str) -> str:
    """One of the view's files in ``js/``, without ``.js``; ``kept`` is for other components as well."""
    return (HERE / "js" / f"{name}.js").read_text()


def style(own: Path) -> str:
    """The CSS of a component: the colours that all have from the page's theme, and its ``own`` file."""
    return (HERE / "palette.css").read_text() + own.read_text()
