"""How long a thousand runs take to be listed, and what a listing costs beside reading every run's snapshots.

    python benchmarks/listing.py [--runs 1000]

Copies of one small run, made by hand, in a temporary folder. A listing reads two small JSON files a run; the other
time, taken in the same process after it, reads what a picture of each run would need. The Runs page is drawn without a
browser: as the first page of a server, then again, when it asks the folders only whether anything changed.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from streamlit.testing.v1 import AppTest

from lossviz import runs
from lossviz.paths import ROOT
from tests.runs.conftest import made_facts, made_snapshot


def fill(home: Path, count: int) -> None:
    """``count`` runs alike."""
    writer = runs.Writer.create(home, made_facts(), "run-0000")
    for epoch in range(3):
        writer.snapshot(made_snapshot(epoch))
    writer.close("finished")
    runs.scores(writer.run, 2)
    for number in range(1, count):
        shutil.copytree(home / "run-0000", home / f"run-{number:04d}")


def page_seconds() -> list[tuple[float, float]]:
    """The Runs page drawn three times, in seconds on the clock and of processor; another page was drawn before."""
    at = AppTest.from_file(str(ROOT / "lossviz" / "ui" / "main.py"), default_timeout=600).run()
    at.switch_page("../../pages/runs.py")
    found = []
    for _ in range(3):
        clock, processor = time.perf_counter(), time.process_time()
        at.run()
        found.append((time.perf_counter() - clock, time.process_time() - processor))
        assert not at.exception and at.dataframe, at.exception
    return found


def main() -> None:
    """Print seconds and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    count = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LOSSVIZ_RUNS"] = folder
        fill(Path(folder), count)
        start = time.perf_counter()
        listed = [(run, run.problem(), run.status) for run in runs.list_runs()]
        listing = time.perf_counter() - start
        mine = [run for run, *_ in listed if run.folder.parent == Path(folder)]
        start = time.perf_counter()
        for run in mine:
            for epoch in run.epochs():
                run.snapshot(epoch)
        reading = time.perf_counter() - start
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "lossviz", "runs"], check=True, stdout=subprocess.DEVNULL)
        command = time.perf_counter() - start
        start = time.perf_counter()
        seen = {run.id: runs.overview(run) for run in mine}
        overviews = time.perf_counter() - start
        assert all(each.scores for each in seen.values())
        start = time.perf_counter()
        for run in runs.found_runs():
            runs.stamp(run)
        stamps = time.perf_counter() - start
        first, *later = page_seconds()
    print(
        f"{len(mine)} runs listed in {listing:.2f} s; their snapshots read in {reading:.2f} s: {reading / listing:.1f}"
    )
    print(f"python -m lossviz runs, from start to end: {command:.2f} s")
    print(f"all that the Runs page tells of them: {overviews:.2f} s; whether any of it changed: {stamps:.3f} s")
    for words, (clock, processor) in (("first", first), ("then", min(later))):
        print(f"the Runs page, {words}: {clock:.2f} s ({processor:.2f} s of processor)")


if __name__ == "__main__":
    main()
