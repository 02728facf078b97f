"""Compiled code where there is no room to keep it, and work in several threads."""

import os
import shutil
import subprocess
import sys
import threading

import pytest

from lossviz.paths import ROOT
from lossviz.projection._compiled import concurrently, shared_out

PLAIN = """
import numba

@numba.njit(cache=True)
def one():
    return 1

print(one())
"""
TREE = """
import numpy as np
from lossviz.projection._tsne_tree import in_order
print(len(in_order(np.eye(64, 3, dtype="f4"))))
"""


@pytest.fixture
def sealed(tmp_path):
    """A copy of the program, and the environment of a process that can keep files neither beside it nor at home."""
    shutil.copytree(ROOT / "lossviz", tmp_path / "lossviz", ignore=shutil.ignore_patterns("__pycache__"))
    for taken in (tmp_path / "__pycache__", tmp_path / "lossviz" / "projection" / "__pycache__", tmp_path / "home"):
        taken.write_text("a file where a folder would have to be, which stops an administrator too")
    (tmp_path / "temporary").mkdir()
    hidden = ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME", "PYTHONPATH")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    return tmp_path, environment | {"HOME": str(tmp_path / "home"), "TMPDIR": str(tmp_path / "temporary")}


def ran(folder, environment, *arguments):
    command = [sys.executable, "-B", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_where_nothing_can_be_kept_beside_the_program_or_at_home_it_is_kept_elsewhere(sealed):
    folder, environment = sealed
    (folder / "plain.py").write_text(PLAIN)
    assert "cannot cache function" in ran(folder, environment, "plain.py").stderr, "numba by itself gives up"
    done = ran(folder, environment, "-c", TREE)
    assert done.stdout.strip() == "64", done.stderr
    assert list((folder / "temporary").glob("lossviz-compiled-*/*/*.nbi"))


def test_where_it_can_be_kept_beside_the_program_it_is(sealed):
    folder, environment = sealed
    (folder / "lossviz" / "projection" / "__pycache__").unlink()
    assert ran(folder, environment, "-c", TREE).stdout.strip() == "64"
    assert list((folder / "lossviz" / "projection" / "__pycache__").glob("_tsne_tree*.nbi"))
    assert not list((folder / "temporary").iterdir())


@pytest.mark.parametrize("threads", ["1", "3"])
def test_work_is_done_once_in_order_and_within_other_work(monkeypatch, threads):
    monkeypatch.setenv("OMP_NUM_THREADS", threads)
    done, names = [[0] * 50 for _ in range(4)], set()

    def work(index):
        def inner(start, stop):
            names.add(threading.current_thread().name)
            for place in range(start, stop):
                done[index][place] += 1

        shared_out(50, inner)
        return index

    assert list(concurrently([lambda index=index: work(index) for index in range(4)])) == [0, 1, 2, 3]
    assert done == [[1] * 50] * 4
    assert (threading.current_thread().name in names) == (threads == "1")


@pytest.mark.parametrize("threads", ["1", "2"])
def test_a_failure_in_a_thread_is_the_callers(monkeypatch, threads):
    monkeypatch.setenv("OMP_NUM_THREADS", threads)
    with pytest.raises(ZeroDivisionError):
        list(concurrently([lambda: 1, lambda: 1 // 0, lambda: 1]))
