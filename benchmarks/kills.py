"""SIGKILLs at random moments of training, snapshotting and queueing, of workers and of servers; then what is left.

    python benchmarks/kills.py [--kills 50] [--seed 0]

Servers submit groups of jobs and tend the queue; workers train. One of them at a time is stopped, looked at, killed,
and whatever can go on is told to. In the end every job must have finished once, every epoch must be there, and every
embedding of every epoch must equal, bit for bit, that of a run which nobody disturbed. Each tenth kill is of the
dashboard's own server. Exits with 1 if anything is wrong.
"""

import argparse
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from lossviz.jobs.checks import check
from lossviz.jobs.job import JOBS
from lossviz.jobs.local import LocalRunner
from lossviz.jobs.queue import Queue
from lossviz.jobs.shelf import Shelf
from lossviz.paths import ROOT
from lossviz.records import Choice, Config, Settings
from lossviz.runs import Run, layout

SETTINGS = Settings(epochs=10, batch_size=32, probe=200, gallery=200, threads=1, keep_weights="all")
CONFIGS = [Config(Choice(loss), Choice("digits"), Choice("convnet"), SETTINGS) for loss in ("arcface", "softmax")]
SUBMITTING, STARTING = ".submitted-*", "*/.job.json.*.partial"
PATIENCE = 120.0  # seconds that anything may take
GRACE = 15.0  # seconds in which the jobs of a killed server must have ended


@dataclass
class Witness:
    """What was seen: kills by what they hit, epochs of each run, and whatever is wrong."""

    hit: Counter[str] = field(default_factory=Counter)
    epochs: dict[str, set[int]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    longest: float = 0.0

    def look(self, runs: Path) -> None:
        """Every run must be readable and have lost no epoch; no job may have two processes."""
        for run in made(runs):
            try:
                there = {record.epoch for record in run.history()}
                lost = self.epochs.get(run.id, set()) - there
                self.epochs[run.id] = there
                found = run.problem() or (f"{run.id} lost epochs {sorted(lost)}" if lost else "")
            except Exception as error:
                found = f"{run.id} cannot be read: {error}"
            self.wrong += [found] if found else []
        twice = [name for name, count in Counter(workers().values()).items() if count > 1]
        self.wrong += [f"two processes of job {name}" for name in twice]


def made(runs: Path) -> list[Run]:
    """Every run in the folder."""
    return [Run(folder) for folder in runs.glob("[!.]*/")]


def workers() -> dict[int, str]:
    """Ids of the processes of this folder's jobs, with the job of each."""
    home, found = str(Path(os.environ["LOSSVIZ_RUNS"]) / JOBS), {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().decode().split("\0")
            dead = (entry / "stat").read_text().rpartition(")")[2].split()[0] in "ZX"
        except OSError:
            continue
        if "lossviz.jobs.training" in words and words[3].startswith(home) and not dead:
            found[int(entry.name)] = Path(words[3]).name
    return found


class Server:
    """A process that holds a queue: submits the first ``groups`` groups of jobs, and tends.

    ``real``: the dashboard's, which tends only.
    """

    def __init__(self, runs: Path, groups: int, real: bool) -> None:
        self.real = real
        self.pid = subprocess.Popen(_dashboard(), cwd=ROOT).pid if real else os.fork()
        if self.pid == 0:
            queue = Queue(runs, LocalRunner())
            for number in range(groups):
                queue.submit(CONFIGS, f"group {number}", detach=number % 3 == 2, token=f"token {number}")
            while True:
                queue.tend()
                time.sleep(0.05)

    def kill(self) -> None:
        """SIGKILL."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


def _dashboard() -> list[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--server.headless=true", f"--server.port={port}", "--logger.level=error"]
    return [sys.executable, "-m", "streamlit", "run", "app.py", *options]


def wait(true: Callable[[], object], what: str, every: float = 0.02) -> None:
    """Wait until ``true()``."""
    end = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > end:
            raise SystemExit(f"waited in vain for {what}")
        time.sleep(every)


def kill_worker(chance: random.Random, runs: Path, aim: str) -> str:
    """Kill a process that trains, while it is at ``aim`` or else at any moment; returns what it was at."""
    wait(workers, "a worker")
    pid, job = chance.choice(list(workers().items()))
    folder, end = runs / job, time.monotonic() + 30
    while aim and time.monotonic() < end and pid in _alive(pid) and doing(folder) != aim:
        pass
    time.sleep({"": 8.0, "training": 0.5, "snapshotting": 0.01}[aim] * chance.random())
    try:
        os.kill(pid, signal.SIGSTOP)
        time.sleep(0.01)
        hit = doing(folder)
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return ""
    wait(lambda: pid not in workers(), "its end")
    return f"worker {hit}"


def _alive(pid: int) -> set[int]:
    return {pid} if Path(f"/proc/{pid}").exists() else set()


def _writes(folder: Path) -> bool:
    return any(
        entry.name.endswith(".partial") and "safetensors" in entry.name
        for part in (folder / layout.SNAPSHOTS, folder / layout.WEIGHTS, folder)
        if part.is_dir()
        for entry in os.scandir(part)
    )


def doing(folder: Path) -> str:
    """What the job's process is at: preparing, training, or snapshotting (embedding and writing)."""
    run = Run(folder)
    if not (folder / layout.HEADER).exists() or run.status.state != "running":
        return "preparing"
    if _writes(folder):
        return "snapshotting"
    return str((run.status.live or {"doing": "snapshotting"})["doing"]).replace("embedding", "snapshotting")


def kill_server(chance: random.Random, server: Server, runs: Path, aim: str) -> str:
    """Kill a server: at any moment, or when something shows that is called like ``aim``; returns what it was at."""
    home, end = runs / JOBS, time.monotonic() + 5
    if aim:
        while time.monotonic() < end and not any(home.glob(aim)):
            pass
        time.sleep(0.02 * chance.random())
    else:
        time.sleep(chance.choice((0.05, 1.0, 6.0 if server.real else 3.0)) * chance.random())
    os.kill(server.pid, signal.SIGSTOP)
    time.sleep(0.01)
    unborn = [found for found in Shelf(home, LocalRunner()).look() if found[0].tries and found[1].turn < found[0].turn]
    hit = "submitting" if any(home.glob(SUBMITTING)) else "starting a job" if unborn else "tending"
    server.kill()
    return f"server {'of the dashboard ' if server.real else ''}{hit}"


def campaign(kills: int, chance: random.Random, runs: Path, witness: Witness) -> int:
    """Kill so many, and let all jobs come to their end; returns how many groups were submitted."""
    queue, server, groups = Queue(runs, LocalRunner()), None, 1
    queue.at_once = 2
    while (done := sum(witness.hit.values())) < kills or not _all_done(queue, groups):
        for job in queue.jobs():
            if job.resumable:
                queue.retry(job.id)
        if done >= kills:
            server = server or Server(runs, groups, real=False)
            time.sleep(0.2)
            continue
        busy = any(job.state != "finished" for job in queue.jobs())
        kind = chance.choices(("worker", "server", "submission"), (12, 5, 2))[0] if busy else "submission"
        if kind == "submission":
            groups += groups < 2 + kills // 8 or not busy
            if server is not None:
                server.kill()
            server = Server(runs, groups, real=False)
        server = server or Server(runs, groups, real=done % 10 == 9)
        hit = _kill("server" if server.real else kind, chance, server, runs, witness)
        server = None if hit.startswith("server") else server
    if server is not None:
        server.kill()
    return groups


def _all_done(queue: Queue, groups: int) -> bool:
    """Whether every group was submitted (a server may be killed before it is) and every job has finished."""
    jobs = queue.jobs()
    return len(jobs) >= groups * len(CONFIGS) and all(job.state == "finished" for job in jobs)


def _kill(kind: str, chance: random.Random, server: Server, runs: Path, witness: Witness) -> str:
    if kind == "worker":
        hit = kill_worker(chance, runs, chance.choice(("", "training", "training", "snapshotting")))
    else:
        aimed = STARTING if chance.random() < 0.3 else ""
        hit = kill_server(chance, server, runs, SUBMITTING if kind == "submission" else aimed)
        _await_end_of_jobs(runs, witness)
    if hit:
        witness.hit[hit] += 1
        print(f"{sum(witness.hit.values()):3} {hit}", flush=True)
    witness.look(runs)
    return hit


def _await_end_of_jobs(runs: Path, witness: Witness) -> None:
    """The jobs of the server that was killed end, and those that are detached do not because of it."""
    began, queue = time.monotonic(), Queue(runs, LocalRunner())
    while ours := [job.id for job in queue.jobs() if job.state in ("running", "stopping") and not job.detach]:
        if time.monotonic() - began > GRACE:
            witness.wrong.append(f"{ours} went on after their server")
            return
        time.sleep(0.05)
    witness.longest = max(witness.longest, time.monotonic() - began)


def compare(runs: Path, groups: int, calm: dict[str, Run]) -> list[str]:
    """What is wrong with the outcome."""
    jobs = Queue(runs, LocalRunner()).jobs()
    wrong = [] if len(jobs) == groups * len(CONFIGS) else [f"{len(jobs)} jobs of {groups * len(CONFIGS)}"]
    strays = {run.id for run in made(runs)} ^ {job.id for job in jobs}
    wrong += [f"runs without a job, or jobs without a run: {strays}"] if strays else []
    for job in jobs:
        run, other = Run(runs / job.id), calm[job.config.loss.name]
        if run.epochs() != other.epochs():
            wrong.append(f"{run.id} has epochs {run.epochs()}")
            continue
        for epoch in run.epochs():
            one, two = run.snapshot(epoch), other.snapshot(epoch)
            same = all(np.array_equal(one.embeddings[name], two.embeddings[name]) for name in two.embeddings)
            if not same or one.record.batch_order != two.record.batch_order:
                wrong.append(f"{run.id} differs at epoch {epoch}")
    return wrong


def undisturbed(folder: Path) -> dict[str, Run]:
    """A run of each config that nobody kills, made by processes of the same kind; by loss."""
    queue = Queue(folder, LocalRunner())
    ids = queue.submit(CONFIGS)
    wait(lambda: queue.tend() or all(job.state == "finished" for job in queue.jobs()), "undisturbed runs", 0.1)
    return {queue.job(name).config.loss.name: Run(folder / name) for name in ids}


def main() -> int:
    """Kill, compare, and print what was hit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    began, witness, chance = time.monotonic(), Witness(), random.Random(arguments.seed)
    for config in CONFIGS:
        check(config)  # so that torch is imported before servers are forked
    with tempfile.TemporaryDirectory() as home:
        runs = Path(home) / "runs"
        os.environ |= {"LOSSVIZ_RUNS": str(runs), "LOSSVIZ_DATA": str(Path(home) / "data")}
        calm = undisturbed(Path(home) / "calm")
        groups = campaign(arguments.kills, chance, runs, witness)
        wrong = witness.wrong + compare(runs, groups, calm)
    for hit, count in sorted(witness.hit.items()):
        print(f"{count:4}  {hit}")
    print(f"{sum(witness.hit.values())} SIGKILLs, {groups * len(CONFIGS)} jobs, {time.monotonic() - began:.0f} s")
    print(f"jobs of a killed server ended within {witness.longest:.1f} s")
    print("\n".join(wrong) if wrong else "no lost epoch, no duplicate job, no unreadable run, identical embeddings")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
