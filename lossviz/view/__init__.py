"""The embedding view: 1 to 6 pictures of points in 2-D or 3-D over epochs, drawn in the browser with WebGL."""

from lossviz.view.component import embedding_view, view_state
from lossviz.view.panel import Channel, Command, Line, Panel, Regions, Sprite, ViewError, ViewState

__all__ = [
    "Channel",
    "Command",
    "Line",
    "Panel",
    "Regions",
    "Sprite",
    "ViewError",
    "ViewState",
    "embedding_view",
    "view_state",
]
