"""Make ``sweeps.json``: ``python checkpoints/sweeps.py``.

It holds what the Loss lab's sweeps of small nets came to, for every preset that is one, so that they can be looked at
without waiting. All are made again, whatever is there; it takes a few minutes. The page makes any of them again, too.
"""

import platform
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import sklearn  # noqa: E402
import torch  # noqa: E402

from lossviz.toy.kept_sweeps import write_sweeps  # noqa: E402
from lossviz.toy.sweep import Outcome, Sweep, run_sweep  # noqa: E402
from lossviz.ui.lab.presets import PRESETS  # noqa: E402
from lossviz.ui.lab.sweep import described  # noqa: E402


def main() -> None:
    """Train all of them, one thread, seeds as the presets have them."""
    torch.set_num_threads(1)
    found: list[tuple[Sweep, list[Outcome]]] = []
    for preset in PRESETS:
        if preset.section == "sweep":
            sweep = described(preset.widgets)
            found.append((sweep, run_sweep(sweep)))
            print(f"{preset.name}: {sweep.nets} nets", flush=True)
    made = f"torch {torch.__version__}, scikit-learn {sklearn.__version__}, Python {platform.python_version()}, CPU"
    write_sweeps(made, found)


if __name__ == "__main__":
    main()
