"""The script of every page: page settings, the menu, and the chosen page inside it."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from lossviz.ui.frame import show  # noqa: E402
from lossviz.ui.train.toasts import toasts  # noqa: E402

show(ROOT / "pages")
toasts()
