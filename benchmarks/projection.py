"""Pictures of embeddings: our t-SNE beside scikit-learn's, in one run, by processor seconds of the process.

    python benchmarks/projection.py [--quick] [--run NAME ...] [--parts epochs large steady growth places ...]

* epochs: 11 epochs x 2,000 points x 64 dimensions in 3-D, ours as one sequence, scikit-learn's epoch by epoch.
* large: one picture of 10,000 points.
* steady: our t-SNE and UMAP of the 11 epochs x 2,000 points beside AlignedUMAP, for the jitter.
* growth: ours at 1,000 to 50,000 points (the run's own and, beyond 10,000, copies of them; all with noise).
* places: milliseconds for one new point among 9,000, and how many of its neighbours it keeps.
* first: seconds to the first picture of 300 points in a new process, with compiled code kept and without.
* cores: seconds on the clock with one thread and with two.
* kept: milliseconds to read a picture that was drawn before.

Every target is one line at the end. Without --run two runs on MNIST are trained first, softmax and ArcFace, with 10,000
test images embedded after every epoch. --quick fits scikit-learn to 2 of the epochs, and to 10,000 points for 500 of
its 1,000 steps: what it would have taken is scaled from that, and marked ~. It also leaves out 50,000 points, and gives
AlignedUMAP 4 epochs x 1,000 points. Threads are as $OMP_NUM_THREADS says.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from embedded import MET, Sequence64, as_good, row, target, timed
from sklearn.manifold import TSNE

from lossviz import projection
from lossviz.jobs.drawing import draw, drawing_of, subject_of
from lossviz.paths import ROOT
from lossviz.records import Floats
from lossviz.runs import Run, find

POINTS, MANY = 2000, 10_000
STEPS, QUICK_STEPS = 1000, 500
SIZES = (1000, 2000, 5000, 10_000, 20_000, 50_000)
NOISE = 0.2  # of the standard deviation, on points of which there are copies
TRAINED = ("softmax", "arcface")
SHIPPED = "mnist-arcface"
KEPT_OF = 10
AGAIN = 3  # times that what is short is measured; the least counts


def theirs(points: Floats, steps: int) -> Floats:
    fit = TSNE(n_components=3, perplexity=30, max_iter=steps, random_state=0)
    drawn: Floats = fit.fit_transform(points)
    return drawn


def epochs(run: Run, quick: bool) -> None:
    """The sequence, and scikit-learn's pictures of its epochs."""
    data = Sequence64.of(run, POINTS)
    print(f"{data.name}: {data.size} x {data.epochs[0].shape[1]}, by {data.metric}")
    everyone = list(range(len(data.epochs)))
    which = [len(everyone) // 2, len(everyone) - 1] if quick else everyone
    for axes in (2, 3):
        drawn, spent = timed(lambda axes=axes: data.ours(axes).positions)
        jitter = projection.jitter(data.epochs, drawn, data.metric).mean()
        row(f"ours, {axes}-D", spent, f"{data.scores(everyone, drawn)}  jitter {jitter:.3f}")
    mine = data.scores(which, drawn[which])
    if quick:
        row("ours, 3-D, 2 of the epochs", spent, mine)
    row("points shuffled", 0, data.scores(which, projection.control(drawn[which])))
    pictures, seconds = timed(lambda: np.stack([theirs(data.measured[epoch], STEPS) for epoch in which]))
    seconds *= len(everyone) / len(which)
    reference = data.scores(which, pictures)
    row("scikit-learn, epoch by epoch", seconds, reference, scaled=quick)
    if not quick:
        print(f"{'':50}jitter {projection.jitter(data.epochs, pictures, data.metric).mean():.3f}")
    ratio = seconds / spent
    target(f"{data.name}: {data.size}, scikit-learn's CPU over ours", ">= 50", f"{ratio:.0f}", ratio >= 50)
    as_good(data.name, mine, reference)


def large(run: Run, quick: bool) -> None:
    """One picture of the last epoch."""
    data = Sequence64.of(run, MANY, 1)
    print(f"{data.name}: one picture of {MANY:,} points")
    fitted, mine = timed(lambda: data.ours().positions)
    ours = data.scores([0], fitted)
    row("ours, 3-D", mine, ours)
    steps = QUICK_STEPS if quick else STEPS
    picture, seconds = timed(lambda: theirs(data.measured[0], steps))
    seconds *= STEPS / steps
    reference = data.scores([0], picture[None])
    row("scikit-learn, 3-D", seconds, f"{reference}{'  (500 steps only)' if quick else ''}", scaled=quick)
    ratio = seconds / mine
    target(f"{data.name}: {MANY:,} points, scikit-learn's CPU over ours", ">= 40", f"{ratio:.0f}", ratio >= 40)
    if not quick:
        as_good(f"{data.name}, {MANY:,} points", ours, reference)


def steady(run: Run, quick: bool) -> None:
    """t-SNE and UMAP over epochs, and the library's own way for sequences."""
    from umap import AlignedUMAP  # noqa: PLC0415  many seconds to import

    data = Sequence64.of(run, POINTS // 2, 4) if quick else Sequence64.of(run, POINTS)
    print(f"{data.name}: jitter, {data.size}")
    method = projection.get("umap_learn")().settled(data.subject)
    method.fit_sequence([epoch[:100] for epoch in data.epochs[:2]])  # compiles
    same = [{point: point for point in range(len(data.epochs[0]))}] * (len(data.epochs) - 1)
    jitters = []
    for name, work in (
        ("our t-SNE", lambda: data.ours().positions),
        ("UMAP, our order", lambda: method.fit_sequence(data.epochs).positions),
        ("AlignedUMAP", lambda: np.stack(AlignedUMAP(n_components=3).fit(data.measured, relations=same).embeddings_)),
    ):
        drawn, seconds = timed(work)
        jitters.append(float(projection.jitter(data.epochs, drawn, data.metric).mean()))
        row(name, seconds, f"{data.scores(range(len(data.epochs)), drawn)}  jitter {jitters[-1]:.3f}")
    mine, _, library = jitters
    target(f"{data.name}: {data.size}, jitter", f"<= AlignedUMAP's {library:.3f}", f"{mine:.3f}", mine <= library)


def growth(run: Run, quick: bool) -> None:
    """Seconds by the number of points."""
    data = Sequence64.of(run, MANY, 1)
    points, chance = data.measured[0], np.random.default_rng(0)
    sizes = SIZES[:-1] if quick else SIZES
    for axes in (3, 2):
        print(f"{data.name}: ours, one picture in {axes}-D, by the number of points")
        costs = []
        for size in sizes:
            copies = points[np.arange(size) % len(points)]
            noisy = (copies + chance.normal(0, NOISE * points.std(axis=0), size=copies.shape)).astype(np.float32)
            of_noisy = Sequence64(data.name, "euclidean", [noisy])
            again = AGAIN if size <= POINTS else 1
            seconds = min(timed(lambda axes=axes, one=of_noisy: one.ours(axes))[1] for _ in range(again))
            costs.append(1e6 * seconds / (size * np.log2(size)))
            row(f"{size:,} points", seconds, f"{costs[-1]:.1f} us / (N log2 N)")
        work = np.log(np.array(sizes) * np.log2(sizes))
        power = float(np.polyfit(work, np.log(costs) + work, 1)[0])
        name = f"{axes}-D: cost grows with (N log N) to the power, {sizes[0]:,} to {sizes[-1]:,}"
        target(name, "<= 1, to a tenth", f"{power:.3f}", round(power, 1) <= 1)
        dearest = max(costs) / min(costs), max(costs) / costs[0]
        print(f"  dearest over cheapest {dearest[0]:.2f}, over that of {sizes[0]:,} {dearest[1]:.2f}")


def places(run: Run, quick: bool) -> None:
    """New points among those of a picture, each as if it came alone."""
    data = Sequence64.of(run, MANY, 1)
    held, rest = data.epochs[0][: MANY // 10], data.epochs[0][MANY // 10 :]
    fitted = Sequence64(data.name, data.metric, [rest]).ours()
    print(f"{data.name}: {len(held)} new points in a picture of {len(rest):,}")
    placed, together = timed(lambda: fitted.place(held, 0).positions)
    alone = [timed(lambda new=new: fitted.place(new[None], 0).positions)[1] for new in held[:50]]
    row("one at a time", float(np.median(alone)), f"{1e3 * np.median(alone):.1f} ms each")
    row("all at once", together, f"{1e3 * together / len(held):.2f} ms each")
    new, old = data.measured[0][: MANY // 10], data.measured[0][MANY // 10 :]
    pairs = zip(_near(new, old), _near(placed, fitted.positions[0]), strict=True)
    kept = np.mean([len(np.intersect1d(*near)) for near in pairs])
    inside = projection.kept_neighbours(rest, fitted.positions[0], data.metric).mean()
    print(f"  recall@10 of new points {kept / KEPT_OF:.3f}, of points of the picture {inside:.3f}")
    ms, behind = 1e3 * float(np.median(alone)), 100 * (inside - kept / KEPT_OF)
    target(f"one new point among {len(rest):,}", "<= 10 ms", f"{ms:.1f} ms", ms <= 10)
    target("recall@10 of points of the picture less new ones'", "<= 5 points", f"{behind:.1f} points", behind <= 5)


def _near(new: Floats, old: Floats) -> Iterator[Floats]:
    """Of each of ``new``, the rows of the 10 nearest of ``old``."""
    for point in new:
        yield np.argpartition(((old - point) ** 2).sum(axis=1), KEPT_OF)[:KEPT_OF]


FIRST = (
    "import time, numpy as np; from lossviz import projection\n"
    "x = np.random.default_rng(0).normal(size=(300, 64)).astype('f4'); method = projection.get('tsne')()\n"
    "began = time.process_time(); fitted = method.fit_sequence([x, x]); fitted.place(x[:1] + 1, 0)\n"
    "print(time.process_time() - began)"
)


def first(run: Run, quick: bool) -> None:
    """A new process."""
    print("the first picture, two epochs x 300 points and a new point, of a new process")
    with tempfile.TemporaryDirectory() as empty:
        for name in ("nothing compiled yet", "compiled code kept"):
            environment = os.environ | {"NUMBA_CACHE_DIR": empty}
            command = [sys.executable, "-c", FIRST]
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
            seconds = float(done.stdout)
            row(name, seconds)
            target(f"first call in a process, {name}", "<= 5 s", f"{seconds:.2f} s", seconds <= 5)


def cores(run: Run, quick: bool) -> None:
    """Seconds on the clock by the number of threads."""
    several, one = Sequence64.of(run, POINTS), Sequence64.of(run, MANY, 1)
    for data in (several, one):
        clock = {}
        for count in (1, 2):
            with _threads(count):
                began = time.perf_counter()
                data.ours()
                clock[count] = time.perf_counter() - began
        print(f"{data.name}: {data.size}, on the clock {clock[1]:.2f} s with 1 thread, {clock[2]:.2f} s with 2")
        gain = clock[1] / clock[2]
        target(f"{data.size}: clock of 1 thread over 2 threads'", "> 1", f"{gain:.2f}", gain > 1)


@contextmanager
def _threads(count: int) -> Iterator[None]:
    before = os.environ.get("OMP_NUM_THREADS")
    os.environ["OMP_NUM_THREADS"] = str(count)
    yield
    if before is None:
        del os.environ["OMP_NUM_THREADS"]
    else:
        os.environ["OMP_NUM_THREADS"] = before


def kept(run: Run, quick: bool) -> None:
    """A picture that was drawn before, asked for by a second visit."""
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / SHIPPED
        shutil.copytree(ROOT / "checkpoints" / SHIPPED, folder, ignore=shutil.ignore_patterns("derived"))
        method = projection.get("tsne")(iterations=50).settled(subject_of(Run(folder)))
        draw(Run(folder), method.key(), method.values(), lambda: False)
        spent = []
        for _ in range(AGAIN):
            began = time.perf_counter()
            arrays, _ = drawing_of(Run(folder), method).read()
            spent.append(1e3 * (time.perf_counter() - began))
        size = "{} epochs x {:,} points".format(*arrays["positions"].shape)
    print(f"{SHIPPED}: {size} from the disk in {min(spent):.0f} ms")
    target(f"a second visit, {size}", "< 100 ms", f"{min(spent):.0f} ms", min(spent) < 100)


PARTS = {part.__name__: part for part in (epochs, large, steady, growth, places, first, cores, kept)}
BY_RUN = ("epochs", "large", "steady")


def trained() -> list[str]:
    """Names of the two runs, trained if they are not there."""
    names = [f"projection-{loss}" for loss in TRAINED]
    for loss, name in zip(TRAINED, names, strict=True):
        if subprocess.run([sys.executable, "-m", "lossviz", "show", name], capture_output=True, check=False).returncode:
            options = ["--dim", "64", "--epochs", "10", "--limit", "5000", "--probe", str(MANY), "--gallery", "100"]
            command = [sys.executable, "-m", "lossviz", "train", "--loss", loss, "--dataset", "mnist", "--name", name]
            subprocess.run([*command, *options], check=True)
    return names


def main() -> None:
    """Measure what is asked for; what does not depend on the loss, on the last run only, and so all of --quick's."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--run", nargs="+", default=[], metavar="NAME")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    arguments = parser.parse_args()
    runs = [find(name) for name in arguments.run or trained()]
    noise = np.random.default_rng(0).normal(size=(300, 64)).astype(np.float32)
    Sequence64("-", "euclidean", [noise] * 2).ours().place(noise[:1] + 1, 0)  # compiles
    for part in arguments.parts:
        for run in runs if part == "epochs" or (part in BY_RUN and not arguments.quick) else runs[-1:]:
            PARTS[part](run, arguments.quick)
    print(f"\n  {'target':58}{'wanted':>24}  {'measured':>22}\n" + "\n".join(MET))


if __name__ == "__main__":
    main()
