"""The embedding view: 1 to 6 pictures of points in 2-D or 3-D over epochs, drawn in the browser with WebGL."""

from typing import TYPE_CHECKING, Any

from lossviz.view.guests import Areas, Guest
from lossviz.view.panel import Channel, Command, Line, Panel, Regions, Sprite, ViewError, ViewState

if TYPE_CHECKING:
    from lossviz.view.component import embedding_view, view_state

__all__ = [
    "Areas",
    "Channel",
    "Command",
    "Guest",
    "Line",
    "Panel",
    "Regions",
    "Sprite",
    "ViewError",
    "ViewState",
    "embedding_view",
    "view_state",
]


def __getattr__(name: str) -> Any:
    """What mounts the view in a page is imported when it is asked for: reports need panels and no Streamlit."""
    if name in ("embedding_view", "view_state"):
        from lossviz.view import component  # noqa: PLC0415

        return getattr(component, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
