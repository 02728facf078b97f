"""What dropping in an image costs, and how right it is: ``python benchmarks/landing.py``.

Warm times of one image from its bytes to its place in a picture, placement by t-SNE included; whether files give the
predictions of the batch; how many true neighbours a placed point keeps; and with ``--enrol RUN...`` how well classes
that these runs never saw are found from a few images each. MNIST, LFW and Omniglot are read from ``$LOSSVIZ_DATA``.
"""

import argparse
import io
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from lossviz import data, inference, projection  # noqa: E402
from lossviz.inference import Enrolled, Search  # noqa: E402
from lossviz.jobs.recording import Audience, make_run  # noqa: E402
from lossviz.metrics.nearest import _by_centroid, _by_neighbours  # noqa: E402
from lossviz.projection import Fitted, Projection  # noqa: E402
from lossviz.records import Choice, Config, Floats, Settings  # noqa: E402
from lossviz.runs import (  # noqa: E402
    Run,
    find,
    subject_of,
)

TIMES = 15
SMALL_MS, RESNET_MS = 150, 500
IMAGES, SHARE = 500, 0.998
NEAR, FEWEST_SHOTS = 10, 5
FARS, DRAWS = (0.1, 0.05), 10


def png(pixels: np.ndarray) -> bytes:
    """(C, H, W) ``uint8`` as a file."""
    content = io.BytesIO()
    Image.fromarray(pixels[0] if len(pixels) == 1 else pixels.transpose(1, 2, 0)).save(content, "PNG")
    return content.getvalue()


def drop(run: Run, content: bytes, fitted: Fitted) -> dict[str, float]:
    """Milliseconds of each part of the way."""
    marks, epoch = [time.perf_counter()], inference.last_epoch(run)
    recipe, _ = inference.recipe_of(run)
    pixels = recipe.prepare(data.take(content, "a.png", recipe.near).image)
    marks.append(time.perf_counter())
    embedding = inference.embed(run, epoch, pixels[None])
    marks.append(time.perf_counter())
    inference.land(run, epoch, embedding[0])
    marks.append(time.perf_counter())
    inference.place(fitted, embedding + 1e-3, len(fitted.positions) - 1)
    marks.append(time.perf_counter())
    parts = ("decode + prepare", "embed", "neighbours", "place")
    return dict(zip(parts, 1000 * np.diff(marks), strict=True))


def last_picture(run: Run, name: str) -> Fitted:
    """The picture of the last epoch's probes alone."""
    method = projection.get(name)().settled(subject_of(run))
    return method.fit_sequence([run.snapshot(inference.last_epoch(run)).embeddings["probe"]])


def timed(run: Run, content: bytes, target: int) -> None:
    """Warm times under one run, with places by t-SNE and by neighbours."""
    drawn = last_picture(run, "tsne")
    beside = projection.get("umap_learn")().settled(subject_of(run))
    probe = run.snapshot(inference.last_epoch(run)).embeddings["probe"]
    for name, fitted in (("t-SNE", drawn), ("UMAP", beside.restored([probe], drawn.positions, ""))):
        cold = sum(drop(run, content, fitted).values())
        found = [drop(run, content, fitted) for _ in range(TIMES)]
        middle = {part: float(np.median([each[part] for each in found])) for part in found[0]}
        whole = [sum(each.values()) for each in found]
        parts = ", ".join(f"{part} {took:.1f}" for part, took in middle.items())
        met = "met" if np.median(whole) <= target else "MISSED"
        print(
            f"{run.id:24} {name:6} {np.median(whole):7.1f} ms (worst {max(whole):.1f}, first {cold:.0f}; {parts})",
            end="",
        )
        print(f"   target {target} ms: {met}", flush=True)


def resnet(folder: Path) -> Run:
    """A ResNet-18 that has hardly learnt anything, which takes as long as one that has."""
    settings = Settings(epochs=1, dim=64, limit=64, probe=200, gallery=200, device="cpu", threads=1)
    images = "mnist" if data.status("mnist").state == "prepared" else "digits"
    config = Config(Choice("arcface"), Choice(images), Choice("resnet18"), settings)
    return make_run(config, Audience(), "resnet", folder)


def same_as_batch(run: Run) -> None:
    """Files of held-out images, one by one, against the batch."""
    images = data.open_prepared(run.config.data.name, run.config.data.knobs)
    if images is None or images.digest != run.header["hashes"]["data"]:
        print(f"{run.id:24} the data set is not at hand")
        return
    epoch, (recipe, _) = inference.last_epoch(run), inference.recipe_of(run)
    evidence, rows = run.evidence(epoch), run.samples["probe"].index[:IMAGES]
    batch = np.stack([_by_centroid(evidence.probe, evidence), _by_neighbours(evidence.probe, evidence)], axis=1)
    alike = []
    for row in rows:
        pixels = recipe.prepare(data.take(png(images.images[row]), "a.png", recipe.near).image)
        landing = inference.land(run, epoch, inference.embed(run, epoch, pixels[None])[0])
        alike.append((landing.prediction, landing.vote))
    share = (np.array(alike) == batch[: len(rows)]).mean(axis=0)
    met = "met" if share.min() >= SHARE else "MISSED"
    print(f"{run.id:24} {len(rows)} files: same centroid {share[0]:.2%}, same vote {share[1]:.2%}   {met}", flush=True)


def nearest(points: Floats, others: Floats) -> np.ndarray:
    """(M, 10) the nearest of ``others``."""
    return np.argsort(((points[:, None] - others[None]) ** 2).sum(axis=2), axis=1)[:, :NEAR]


def recall(run: Run, method: Projection) -> None:
    """A quarter of the probes is left out of the fit and placed in it: whose 10 true nearest are nearest there?"""
    probe = run.snapshot(inference.last_epoch(run)).embeddings["probe"]
    if run.header["loss"]["metric"] == "cosine":
        probe = probe / np.linalg.norm(probe, axis=1, keepdims=True)
    out = np.arange(len(probe)) % 4 == 0
    fitted = method.fit_sequence([probe[~out]])
    placed = inference.place(fitted, probe[out], 0)
    pairs = zip(nearest(probe[out], probe[~out]), nearest(placed.positions, fitted.positions[0]), strict=True)
    kept = np.mean([len(set(true) & set(seen)) / NEAR for true, seen in pairs])
    within = projection.kept_neighbours(probe[~out], fitted.positions[0], "euclidean", NEAR).mean()
    print(f"{run.id:24} {method.key():12} placed {kept:.3f}, held in {within:.3f}   ({placed.how})", flush=True)


def strangers(run: Run, shots: int) -> dict[str, np.ndarray]:
    """Images (N, C, H, W) of classes that ``run`` did not train on, by name: those with more than ``shots`` images."""
    knobs = {"min_faces": 2} if run.config.data.name == "lfw" else run.config.data.knobs
    images = data.open_set(run.config.data.name, knobs)
    trained = {run.class_names[label] for label in run.train_classes}
    strange = [(n, name) for n, name in enumerate(images.class_names) if name not in trained]
    rows = {name: np.flatnonzero(images.labels == n) for n, name in strange}
    return {name: images.images[found] for name, found in rows.items() if len(found) > shots}


def enrolled(run: Run, shots: int, ways: int) -> None:
    """Of twice ``ways`` strangers the first half is enrolled; the second half is nobody. The mean of several draws."""
    here = inference.space(run, inference.last_epoch(run))
    images = strangers(run, shots)
    embeddings = {name: inference.embed(run, here.epoch, found) for name, found in images.items()}
    told = []
    for draw in range(DRAWS):
        order = np.random.default_rng(draw).permutation(len(images))[: 2 * ways]
        names = [list(images)[at] for at in order]
        members, others = names[: len(names) // 2], names[len(names) // 2 :]
        gallery = Enrolled.nobody(run)
        for name in members:
            gallery = gallery.with_class(name, images[name][:shots])
        search = Search(here, gallery)
        found = [share(search, embeddings, members, shots, None)]
        for far in FARS:
            threshold = search.threshold(far)
            taken = [search.identify(embeddings[name], threshold).found != -1 for name in others]
            found += [share(search, embeddings, members, shots, threshold), float(np.concatenate(taken).mean())]
        told.append(found)
    closed, *rest = np.mean(told, axis=0)
    open_set = "; ".join(
        f"asked FAR {far:.0%}: found {rest[2 * at]:.1%}, strangers taken {rest[2 * at + 1]:.1%}"
        for at, far in enumerate(FARS)
    )
    print(
        f"{run.id:24} {ways} of {len(images)} classes, {shots} images each: closed {closed:.1%}; {open_set}", flush=True
    )


def share(search: Search, embeddings: dict[str, Floats], members: list[str], shots: int, far: float | None) -> float:
    """Of the enrolled classes' other images, how many are found to be theirs."""
    found = [search.identify(embeddings[name][shots:], far).found == at for at, name in enumerate(members)]
    return float(np.concatenate(found).mean())


def main() -> None:
    """All of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--enrol", nargs="*", default=[], metavar="RUN", help="runs with classes kept out of training")
    parser.add_argument("--only", choices=("times", "batch", "recall", "enrol"), help="one part")
    asked = parser.parse_args()
    shipped = [find(name) for name in ("digits-arcface", "mnist-softmax", "mnist-arcface", "mnist-triplet")]
    if asked.only in (None, "times"):
        for run in shipped[:2]:
            timed(run, png(np.full(run.header["image_shape"], 60, np.uint8)), SMALL_MS)
        with tempfile.TemporaryDirectory() as folder:
            slow = resnet(Path(folder))
            timed(slow, png(np.full(slow.header["image_shape"], 60, np.uint8)), RESNET_MS)
    if asked.only in (None, "batch"):
        for run in shipped:
            same_as_batch(run)
    if asked.only in (None, "recall"):
        for name in ("pca", "tsne", "umap_learn"):
            for run in (*shipped[2:], *map(find, asked.enrol)):
                recall(run, projection.get(name)().settled(subject_of(run)))
    if asked.only in (None, "enrol"):
        for run in map(find, asked.enrol):
            for shots in (1, FEWEST_SHOTS):
                enrolled(run, shots, 20)


if __name__ == "__main__":
    main()
