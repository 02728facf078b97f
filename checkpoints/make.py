"""Make the runs shipped in this folder: ``python checkpoints/make.py``.

Each is one ``python -m lossviz train``, with the arguments below; every loss of a group gets the same ones, and only
its own knobs differ. Runs that are there already are not trained again, but what is computed from them is brought up
to date: delete a run's folder to have it made anew.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from lossviz import projection, runs  # noqa: E402
from lossviz.runs import subject_of  # noqa: E402

DIGITS = "--dataset digits --epochs 60 --batch-size 64 --no-augment --gallery 500"
MNIST = "--dataset mnist --epochs 12 --batch-size 64 --no-augment --limit 20000 --probe 1500 --gallery 1000"
COMMON = "--seed 0 --device cpu --threads 1"

SPHERE = {
    "softmax": "--loss softmax",
    "normface": "--loss normface",
    "cosface": "--loss cosface",
    "arcface": "--loss arcface",
    "center": "--loss center --center-weight 0.5",
    "contrastive": "--loss contrastive",
    "triplet": "--loss triplet",
    "circle": "--loss circle --gamma 16",
    "circle_class": "--loss circle_class --margin 0.4",
}
PLANE = {
    "softmax": "--loss softmax",
    "center": "--loss center --center-weight 0.5",
    "l_softmax-1": "--loss l_softmax --margin 1",
    "l_softmax-2": "--loss l_softmax --margin 2",
    "l_softmax-4": "--loss l_softmax --margin 4",
}

VGG8 = (
    "--dataset mnist --model vgg8 --embedding-bn --dropout 0.5 --dim 3 --epochs 20 --limit 6000 --batch-size 32 "
    "--optimizer adamw --lr 0.001 --prototype-lr 0.001 --weight-decay 0 --schedule constant --no-augment "
    "--warm-start 0 --precision float32 --probe 1000 --gallery 500"
)
FAULTY = "--train-mode-once --sampler ordered"
ANIMATED = {
    "softmax": "--loss softmax --sampler shuffle",
    "arcface": "--loss arcface --margin 0.5 --scale 15 --sampler shuffle",
    "softmax-published": f"--loss softmax {FAULTY}",
    "arcface-published": f"--loss arcface --margin 0.5 --scale 15 --past-pi plain {FAULTY}",
}
"""The trainings of the study vgg8-small."""

GROUPS = {
    "digits": (SPHERE, f"--dim 3 {DIGITS}"),
    "mnist": (SPHERE, f"--dim 3 {MNIST}"),
    "mnist2d": (PLANE, f"--dim 2 {MNIST}"),
    "vgg8": (ANIMATED, VGG8),
}

RUNS = {
    f"{group}-{name}": f"{loss} {shared} {COMMON}"
    for group, (losses, shared) in GROUPS.items()
    for name, loss in losses.items()
}
"""What each run is made with, by its name."""

WITHOUT_WEIGHTS = ("vgg8",)
"""Groups whose weights are not shipped: a net has 1.4 MB of them."""

PASSED_ON = ("digits",)
"""Data sets whose licence allows their images to be shipped with a run."""


def make(name: str, folder: Path) -> str:
    """Have the run called ``name`` in ``folder``, trained if it is not there, with all that is computed from it."""
    with tempfile.TemporaryDirectory(dir=folder, prefix=".") as workshop:
        made = Path(workshop) / name
        if (folder / name).exists():
            (folder / name).rename(made)
        else:
            train(name, Path(workshop))
        complete(runs.Run(made))
        if name.partition("-")[0] in WITHOUT_WEIGHTS:
            shutil.rmtree(made / "weights", ignore_errors=True)
        made.rename(folder / name)
    return name


def train(name: str, workshop: Path) -> None:
    """Train the run called ``name`` in a process of its own, among the runs in ``workshop``."""
    settings = os.environ | {"LOSSVIZ_RUNS": str(workshop), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "lossviz", "train", "--name", name, *RUNS[name].split()]
    done = subprocess.run(command, env=settings, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{name} was not made:\n{done.stdout}{done.stderr}")
    (workshop / name / ".lock").unlink(missing_ok=True)


def complete(run: runs.Run) -> None:
    """Compute what is kept beside a run, as far as it is missing or outdated."""
    for epoch in run.epochs():
        runs.scores(run, epoch)
        runs.points(run, epoch)
    rows, native = runs.drawn_rows(run), projection.get("native")().settled(subject_of(run))
    embeddings = [run.snapshot(epoch).embeddings["probe"][rows] for epoch in run.epochs()]
    runs.trust(run, native, embeddings, native.fit_sequence(embeddings).positions)
    if run.config.data.name in PASSED_ON:
        runs.write_thumbnails(run)


def main() -> None:
    """Make the runs asked for, a few at a time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="RUN", help="which runs (default: all)")
    parser.add_argument("--into", type=Path, default=ROOT / "checkpoints", help="where to (default: this folder)")
    parser.add_argument("--jobs", type=int, default=2, help="how many to train at once (default: 2)")
    asked = parser.parse_args()
    unknown = set(asked.names) - set(RUNS)
    if unknown:
        parser.error(f"no such run: {', '.join(sorted(unknown))}; there are: {', '.join(RUNS)}")
    folder = asked.into.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(asked.jobs) as pool:
        for name in pool.map(lambda name: make(name, folder), asked.names or list(RUNS)):
            print(f"{name} is there", flush=True)


if __name__ == "__main__":
    main()
