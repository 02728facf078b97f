"""The house: imports go down only, heavy libraries have one home, looking needs no torch."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FLOORS = {
    **dict.fromkeys(("app", "pages", "__main__"), 7),
    **dict.fromkeys(("ui", "cli"), 6),
    **dict.fromkeys(("jobs", "report", "inference", "exchange"), 5),
    "studies": 4,
    **dict.fromkeys(("training", "runs", "toy", "figures", "analysis", "view"), 3),
    **dict.fromkeys(("losses", "data", "models", "projection", "metrics"), 2),
    "records": 1,
    **dict.fromkeys(("knobs", "registry", "errors", "paths", "words"), 0),
}
HOMES = {
    "streamlit": {"app", "pages", "ui", "view"},
    "plotly": {"figures", "report"},
    "umap": {"projection"},
    "numba": {"projection"},
    "torch": {"losses", "models", "training", "jobs", "metrics", "toy", "inference"},
    "torchvision": {"models", "data"},
    "pytorch_metric_learning": {"losses", "metrics"},
    "rich": {"cli"},
    "matplotlib": {"report"},
    "fpdf": {"report"},
    "imageio_ffmpeg": {"report"},
}


def modules():
    own = [
        path for path in (ROOT / "lossviz").rglob("*.py") if path.parent != ROOT / "lossviz" or path.stem != "__init__"
    ]
    return own + list((ROOT / "pages").rglob("*.py")) + [path for path in [ROOT / "app.py"] if path.exists()]


def room(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[1] if parts[0] == "lossviz" else parts[0]


def imported(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_every_module_stands_on_a_floor():
    assert {room(path) for path in modules()} <= set(FLOORS)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_down_only_and_heavy_libraries_stay_at_home(path):
    here = room(path)
    for name in imported(path):
        top, *rest = name.split(".")
        if top == "lossviz" and rest and rest[0] in FLOORS and rest[0] != here:
            lower = FLOORS[rest[0]] < FLOORS[here]
            ground = FLOORS[rest[0]] == FLOORS[here] == 0
            assert lower or ground, f"{here} imports {rest[0]}"
        if top in HOMES:
            assert here in HOMES[top], f"{top} is imported by {here}"


def test_the_floor_check_would_notice():
    (line,) = [name for name in imported(ROOT / "lossviz" / "cli" / "training.py") if "make_run" in name]
    assert line == "lossviz.jobs.recording.make_run"
    assert FLOORS["cli"] > FLOORS["jobs"]


@pytest.mark.parametrize(
    "statement",
    [
        "from lossviz.runs import list_runs; list_runs()",
        "import lossviz.cli.stored",
        "import lossviz.cli.reporting",
        "from lossviz.studies import Results, load; Results.of(load('default'))",
    ],
)
def test_looking_at_runs_imports_no_torch(statement):
    heavy = (
        "{name for name in ('torch', 'sklearn', 'umap', 'numba', 'streamlit', 'torchvision') if name in sys.modules}"
    )
    code = f"import sys; {statement}; print({heavy} or '')"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
