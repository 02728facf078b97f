"""``streamlit run app.py`` starts the dashboard.

This launcher is not itself the page script: beside a ``pages/`` folder, a script that calls ``st.navigation`` would
be bypassed by the first visitor of a fresh server who opens a deep link.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

import streamlit as st  # noqa: E402

from lossviz.ui.serving import lifespan, routes  # noqa: E402

app = st.App(ROOT / "lossviz" / "ui" / "main.py", lifespan=lifespan, routes=routes())
