"""Runs: all of them in one table, to look at, to sort out, and to make room."""

from lossviz.ui.runs.page import runs_page

runs_page()
