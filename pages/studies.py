"""Studies: choose a grid of trainings, have it trained, and see what came of it."""

from lossviz.ui.studies.page import studies_page

studies_page()
