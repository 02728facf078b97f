"""Pictures of embeddings: our t-SNE beside scikit-learn's, in one run, by processor seconds of the process.

    python benchmarks/projection.py [--quick] [--run NAME ...] [--parts epochs large growth places first umap]

* epochs: 11 epochs x 2,000 points x 64 dimensions in 3-D, ours as one sequence, scikit-learn's epoch by epoch.
* large: one picture of 10,000 points.
* growth: ours at 1,000 to 50,000 points (the run's own and, beyond 10,000, copies of them; all with noise).
* places: milliseconds for one new point among 10,000, and how many of its neighbours it keeps.
* first: seconds to the first picture of 300 points in a new process, with compiled code kept and without.
* umap: our t-SNE and UMAP of the last 4 epochs x 1,000 points beside AlignedUMAP, for the jitter.

Without --run two runs on MNIST are trained first, softmax and ArcFace, with 10,000 test images embedded after every
epoch. --quick fits scikit-learn to 2 of the epochs, and to 10,000 points for 500 of its 1,000 steps: what it would have
taken is scaled from that, and marked ~. It also leaves out 50,000 points. Threads are as $OMP_NUM_THREADS says.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.manifold import TSNE

from lossviz import projection
from lossviz.projection import Subject
from lossviz.records import Floats
from lossviz.runs import Run, find

POINTS, MANY = 2000, 10_000
STEPS, QUICK_STEPS = 1000, 500
SIZES = (1000, 2000, 5000, 10_000, 20_000, 50_000)
TRAINED = ("softmax", "arcface")


@dataclass(frozen=True)
class Sequence64:
    """A run's embeddings of the same points at every epoch."""

    name: str
    metric: str
    epochs: list[Floats]

    @classmethod
    def of(cls, run: Run, points: int) -> "Sequence64":
        rows = np.random.default_rng(0).permutation(len(run.samples["probe"].labels))[:points]
        epochs = [run.snapshot(epoch).embeddings["probe"][rows] for epoch in run.epochs()]
        return cls(run.id, str(run.header["loss"]["metric"]), epochs)

    @property
    def measured(self) -> list[Floats]:
        """What Euclidean distances are taken of: unit vectors for the cosine."""
        if self.metric == "euclidean":
            return self.epochs
        return [epoch / np.maximum(np.linalg.norm(epoch, axis=1, keepdims=True), 1e-30) for epoch in self.epochs]

    def scores(self, which: Sequence[int], pictures: Floats) -> str:
        """Means over the epochs ``which`` of what the ``pictures`` (E, N, 3) of them keep."""
        each = [
            projection.quality(self.epochs[e], p, self.metric).means() for e, p in zip(which, pictures, strict=True)
        ]
        trust, kept = (np.mean([scores[name] for scores in each]) for name in ("trustworthiness", "kept"))
        return f"trust@12 {trust:.4f}  recall@10 {kept:.4f}"


def timed(work: Callable[[], Floats]) -> tuple[Floats, float]:
    """What ``work`` gives, and the processor seconds that it took."""
    began = time.process_time()
    result = work()
    return result, time.process_time() - began


def ours(metric: str, components: int = 3) -> projection.Projection:
    return projection.get("tsne")(components=components).settled(Subject(metric == "cosine", metric))


def theirs(points: Floats, steps: int) -> Floats:
    fit = TSNE(n_components=3, perplexity=30, max_iter=steps, random_state=0)
    drawn: Floats = fit.fit_transform(points)
    return drawn


def row(name: str, seconds: float, words: str, scaled: bool = False) -> None:
    print(f"  {name:28}{'~' if scaled else ' '}{seconds:9.2f} CPU s   {words}", flush=True)


def epochs(run: Run, quick: bool) -> None:
    """The sequence, and scikit-learn's pictures of its epochs."""
    data = Sequence64.of(run, POINTS)
    count = len(data.epochs)
    print(f"{data.name}: {count} epochs x {len(data.epochs[0])} points x {data.epochs[0].shape[1]}, by {data.metric}")
    everyone = list(range(count))
    which = [count // 2, count - 1] if quick else everyone
    spent = {}
    for axes in (3, 2):
        drawn, spent[axes] = timed(lambda axes=axes: ours(data.metric, axes).fit_sequence(data.epochs).positions)
        jitter = projection.jitter(data.epochs, drawn, data.metric).mean()
        row(f"ours, {axes}-D", spent[axes], f"{data.scores(everyone, drawn)}  jitter {jitter:.3f}")
        if quick:
            row(f"ours, {axes}-D, 2 of the epochs", spent[axes], data.scores(which, drawn[which]))
    row("points shuffled", 0, data.scores(which, projection.control(drawn[which])))
    pictures, seconds = timed(lambda: np.stack([theirs(data.measured[epoch], STEPS) for epoch in which]))
    seconds *= count / len(which)
    row("scikit-learn, epoch by epoch", seconds, data.scores(which, pictures), scaled=quick)
    if not quick:
        print(f"{'':46}jitter {projection.jitter(data.epochs, pictures, data.metric).mean():.3f}")
    print(f"  ratio {seconds / spent[3]:.0f}")


def large(run: Run, quick: bool) -> None:
    """One picture of the last epoch."""
    data = Sequence64.of(run, MANY)
    last = data.epochs[-1:]
    print(f"{data.name}: one picture of {len(last[0])} points")
    fitted, mine = timed(lambda: ours(data.metric).fit_sequence(last).positions)
    row("ours, 3-D", mine, data.scores([len(data.epochs) - 1], fitted))
    steps = QUICK_STEPS if quick else STEPS
    picture, seconds = timed(lambda: theirs(data.measured[-1], steps))
    words = f"{steps} steps: not comparable" if quick else data.scores([len(data.epochs) - 1], picture[None])
    seconds *= STEPS / steps
    row("scikit-learn, 3-D", seconds, words, scaled=quick)
    print(f"  ratio {seconds / mine:.0f}")


def growth(run: Run, quick: bool) -> None:
    """Seconds by the number of points."""
    data = Sequence64.of(run, MANY)
    points, chance = data.measured[-1], np.random.default_rng(0)
    print(f"{data.name}: ours, one picture, by the number of points")
    for size in SIZES[:-1] if quick else SIZES:
        copies = points[np.arange(size) % len(points)]
        noisy = (copies + chance.normal(0, 0.2 * points.std(axis=0), size=copies.shape)).astype(np.float32)
        _, seconds = timed(lambda noisy=noisy: ours("euclidean").fit_sequence([noisy]).positions)
        row(f"{size:,} points", seconds, f"{1e6 * seconds / (size * np.log2(size)):.1f} us / (N log2 N)")


def places(run: Run, quick: bool) -> None:
    """New points among those of a picture."""
    data = Sequence64.of(run, MANY)
    held, rest = data.epochs[-1][: MANY // 10], data.epochs[-1][MANY // 10 :]
    fitted = ours(data.metric).fit_sequence([rest])
    print(f"{data.name}: {len(held)} new points in a picture of {len(rest)}")
    placed, together = timed(lambda: fitted.place(held, 0).positions)
    alone = [timed(lambda new=new: fitted.place(new[None], 0).positions)[1] for new in held[:50]]
    row("one at a time", float(np.median(alone)), f"{1e3 * np.median(alone):.1f} ms each")
    row("all at once", together, f"{1e3 * together / len(held):.2f} ms each")
    inside = projection.kept_neighbours(rest, fitted.positions[0], data.metric).mean()
    everyone = np.concatenate([held, rest]), np.concatenate([placed, fitted.positions[0]])
    kept = projection.kept_neighbours(*everyone, data.metric)[: len(held)].mean()
    print(f"  recall@10 of new points {kept:.3f}, of points of the picture {inside:.3f}")


def first(run: Run, quick: bool) -> None:
    """A new process."""
    code = (
        "import time, numpy as np; from lossviz import projection\n"
        "x = np.random.default_rng(0).normal(size=(300, 64)).astype('f4'); method = projection.get('tsne')()\n"
        "began = time.process_time(); fitted = method.fit_sequence([x, x]); fitted.place(x[:1] + 1, 0)\n"
        "print(time.process_time() - began)"
    )
    with tempfile.TemporaryDirectory() as empty:
        for name in ("nothing compiled yet", "compiled code kept"):
            environment = os.environ | {"NUMBA_CACHE_DIR": empty}
            done = subprocess.run(
                [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
            )
            row(f"first call, {name}", float(done.stdout), "")


def umap(run: Run, quick: bool) -> None:
    """UMAP over the last epochs, and the library's own way for sequences."""
    from umap import AlignedUMAP  # noqa: PLC0415  many seconds to import

    data = Sequence64.of(run, POINTS // 2)
    data = Sequence64(data.name, data.metric, data.epochs[-4:])
    print(f"{data.name}: UMAP, 4 epochs x {POINTS // 2} points")
    method = projection.get("umap_learn")().settled(Subject(data.metric == "cosine", data.metric))
    method.fit_sequence([epoch[:100] for epoch in data.epochs])  # compiles
    same = [{point: point for point in range(POINTS // 2)}] * 3
    for name, work in (
        ("our t-SNE", lambda: ours(data.metric).fit_sequence(data.epochs).positions),
        ("UMAP, our order", lambda: method.fit_sequence(data.epochs).positions),
        ("AlignedUMAP", lambda: np.stack(AlignedUMAP(n_components=3).fit(data.measured, relations=same).embeddings_)),
    ):
        drawn, seconds = timed(work)
        jitter = projection.jitter(data.epochs, drawn, data.metric).mean()
        row(name, seconds, f"{data.scores(range(4), drawn)}  jitter {jitter:.3f}")


PARTS = {part.__name__: part for part in (epochs, large, growth, places, first, umap)}
ONCE = ("large", "growth", "places", "first", "umap")


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
    """Measure what is asked for; what does not depend on the loss, on the last run only."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--run", nargs="+", default=[], metavar="NAME")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    arguments = parser.parse_args()
    runs = [find(name) for name in arguments.run or trained()]
    ours("euclidean").fit_sequence([np.random.default_rng(0).normal(size=(300, 64)).astype(np.float32)] * 2)  # compiles
    for part in arguments.parts:
        for run in runs[-1:] if part in ONCE else runs:
            PARTS[part](run, arguments.quick)


if __name__ == "__main__":
    main()
