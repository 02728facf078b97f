"""An import that is killed leaves nothing for long."""

import subprocess
import sys

import numpy as np
import pytest

from lossviz import runs
from lossviz.exchange import import_from
from lossviz.runs.adopting import IMPORTING, clear_half_imported, half_imported

HELD = """
import sys
from pathlib import Path
from lossviz.exchange import import_from

def waits(run, pictures):
    print("importing", flush=True)
    sys.stdin.readline()

import lossviz.runs.adopting
lossviz.runs.adopting.keep_thumbnails = waits
import_from(Path(sys.argv[1]))
"""


@pytest.fixture
def features(tmp_path, clusters):
    vectors, labels = clusters
    path = tmp_path / "features.npz"
    np.savez(path, features=vectors, labels=labels, images=np.zeros((30, 8, 8), np.uint8))
    return path


@pytest.fixture
def another(features):
    """A process in the middle of an import, which goes on when it gets a line."""
    process = subprocess.Popen(
        [sys.executable, "-c", HELD, str(features)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "importing\n"
    yield process
    process.kill()
    process.communicate()


def left(home):
    return list(home.glob(f"{IMPORTING}*"))


def test_what_a_killed_import_left_goes_at_the_next_one(runs_home, features, another):
    another.kill()
    another.wait()
    assert len(left(runs_home)) == 1 and half_imported() > 1000 and runs.list_runs() == []
    (run,) = import_from(features)
    assert left(runs_home) == [] and half_imported() == 0 and run.snapshot(0).embeddings["probe"].shape == (30, 5)


def test_space_is_made_without_an_import(runs_home, another):
    another.kill()
    another.wait()
    size = half_imported()
    assert clear_half_imported() == size > 0 and left(runs_home) == []
    assert clear_half_imported() == 0


def test_an_import_under_way_is_left_alone(runs_home, features, another):
    assert half_imported() == 0 and clear_half_imported() == 0 and len(left(runs_home)) == 1
    import_from(features.rename(features.with_name("others.npz")))
    assert len(left(runs_home)) == 1
    another.communicate("go on\n")
    assert another.returncode == 0 and {run.id for run in runs.list_runs()} == {"features", "others"}
    assert left(runs_home) == []
