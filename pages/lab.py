"""Loss lab: move a margin or a scale and see what changes."""

from lossviz.ui.lab.page import lab

lab()
