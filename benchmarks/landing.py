"""What dropping in an image costs, and how right it is: ``python benchmarks/landing.py``.

Warm times of one image from its bytes to its place in a picture, placement by t-SNE included; whether files give the
predictions of the batch on the page's own path (``--runs``, ``--pictures SET=FOLDER``); how many true neighbours a
placed point keeps; and with ``--enrol RUN...`` how well classes that these runs never saw are found from a few images
each. MNIST, LFW and Omniglot are read from ``$LOSSVIZ_DATA``.
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
from lossviz.inference import Search  # noqa: E402
from lossviz.jobs.recording import Audience, make_run  # noqa: E402
from lossviz.metrics.nearest import _by_centroid, _by_neighbours  # noqa: E402
from lossviz.projection import Fitted, Projection  # noqa: E402
from lossviz.records import Choice, Config, Floats, Settings  # noqa: E402
from lossviz.runs import Run, find, subject_of  # noqa: E402
from lossviz.ui.images import held  # noqa: E402
from lossviz.ui.images.landing import landings  # noqa: E402
from lossviz.ui.images.prepared import prepared  # noqa: E402

TIMES = 15
SMALL_MS, RESNET_MS = 150, 500
IMAGES, SHARE = 500, 0.998
NEAR, FEWEST_SHOTS = 10, 5
FARS, DRAWS = (0.1, 0.05), 10


def png(image: Image.Image) -> bytes:
    """``image`` as a file."""
    content = io.BytesIO()
    image.save(content, "PNG")
    return content.getvalue()


def flat(run: Run) -> Image.Image:
    """A grey picture of the size that the run's net takes."""
    _, height, width = run.header["image_shape"]
    return Image.new("L", (width, height), 60)


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


def same_as_batch(run: Run, pictures: dict[str, Path]) -> None:
    """Files of held-out images, one by one on the page's own path, against the batch that the scores were made from.

    They are the original pictures where ``pictures`` has the set's folder, else PNGs of the prepared images.
    """
    images = data.open_prepared(run.config.data.name, run.config.data.knobs)
    if images is None or images.digest != run.header["hashes"]["data"]:
        print(f"{run.id:24} the data set is not at hand")
        return
    recipe, _ = inference.recipe_of(run)
    evidence, rows = run.evidence(inference.last_epoch(run)), run.samples["probe"].index[:IMAGES]
    batch = np.stack([_by_centroid(evidence.probe, evidence), _by_neighbours(evidence.probe, evidence)], axis=1)
    folder, alike, lost = pictures.get(run.config.data.name), [], 0
    for row in rows:
        content = png(recipe.picture(images.images[row]))
        if folder is not None:
            found = original(folder, images.class_names[images.labels[row]], images.images[row], run)
            lost += found is None
            content = content if found is None else found
        landing = landings([run], held.made(content, "a.png"))[0].landing
        alike.append((landing.prediction, landing.vote))
    share = (np.array(alike) == batch[: len(rows)]).mean(axis=0)
    met = "met" if share.min() >= SHARE and not lost else "MISSED"
    what = "files" if folder is None else f"original files ({lost} not found)"
    print(f"{run.id:24} {len(rows)} {what}: same centroid {share[0]:.2%}, same vote {share[1]:.2%}   {met}", flush=True)


def original(folder: Path, name: str, pixels: np.ndarray, run: Run) -> bytes | None:
    """The file of class ``name`` below ``folder`` that is prepared to exactly ``pixels``; ``None`` without one."""
    if (folder, name) not in _READ:
        files = sorted((folder / name.replace(" ", "_")).iterdir())
        contents = [file.read_bytes() for file in files]
        _READ[folder, name] = {prepared(run, held.made(each, "a")).pixels.tobytes(): each for each in contents}
    return _READ[folder, name].get(pixels.tobytes())


_READ: dict[tuple[Path, str], dict[bytes, bytes]] = {}


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


def enrolled(run: Run, shots: int, ways: int) -> None:
    """``ways`` classes that ``run`` never saw are enrolled, as many others are nobody. The mean of several draws."""
    here, there = inference.space(run, inference.last_epoch(run)), inference.unseen(run)
    names, told = there.classes(more_than=shots), []
    for seed in range(DRAWS):
        found = inference.draw(there, names, min(ways, len(names) // 2), shots, seed)
        search, embeddings = Search(here, found.gallery), inference.embed(run, here.epoch, found.queries)
        rates = [inference.rates(search, embeddings, found.truth, search.threshold(far)) for far in FARS]
        told.append([rates[0].closed, *(each for rate in rates for each in (rate.found, rate.taken))])
    closed, *rest = np.mean(told, axis=0)
    open_set = "; ".join(
        f"asked FAR {far:.0%}: found {rest[2 * at]:.1%}, strangers taken {rest[2 * at + 1]:.1%}"
        for at, far in enumerate(FARS)
    )
    print(
        f"{run.id:24} {ways} of {len(names)} classes, {shots} images each: closed {closed:.1%}; {open_set}", flush=True
    )


def main() -> None:
    """All of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--enrol", nargs="*", default=[], metavar="RUN", help="runs with classes kept out of training")
    parser.add_argument("--runs", nargs="*", default=[], metavar="RUN", help="further runs to hold files against")
    parser.add_argument("--pictures", nargs="*", default=[], metavar="SET=FOLDER", help="a set's originals, by class")
    parser.add_argument("--only", choices=("times", "batch", "recall", "enrol"), help="one part")
    asked = parser.parse_args()
    shipped = [find(name) for name in ("digits-arcface", "mnist-softmax", "mnist-arcface", "mnist-triplet")]
    if asked.only in (None, "times"):
        for run in shipped[:2]:
            timed(run, png(flat(run)), SMALL_MS)
        with tempfile.TemporaryDirectory() as folder:
            slow = resnet(Path(folder))
            timed(slow, png(flat(slow)), RESNET_MS)
    if asked.only in (None, "batch"):
        pictures = {name: Path(folder) for name, folder in (each.split("=", 1) for each in asked.pictures)}
        for run in (*shipped, *map(find, asked.runs)):
            same_as_batch(run, pictures)
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
