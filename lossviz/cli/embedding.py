"""``lossviz embed``: where an image of one's own lands under each run."""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lossviz import data, inference
from lossviz.cli.output import as_json, console, table
from lossviz.data._pictures import UPLOADS
from lossviz.errors import DataError, RunError
from lossviz.runs import Run, find

MOST_RUNS = 24
ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp")  # by which a missing picture is told from a run


@dataclass(frozen=True)
class _Told:
    """What is told of one image under one run."""

    run: Run
    landing: inference.Landing
    threshold: float | None
    doubts: list[str]

    @property
    def accepted(self) -> bool | None:
        """Whether it is near enough to the class that it is taken for; ``None`` without a threshold."""
        return None if self.threshold is None else self.landing.to_class(self.landing.prediction) <= self.threshold


def add_embed(parser: argparse.ArgumentParser, typed: Sequence[str]) -> None:
    """``embed RUN... IMAGE... [--k N] [--far X] [--json]``."""
    formats = UPLOADS.listed()
    parser.add_argument("words", nargs="+", metavar="RUN... IMAGE...", help=f"runs, then picture files ({formats})")
    parser.add_argument("--k", type=int, default=5, metavar="N", help="nearest gallery images to list (default 5)")
    parser.add_argument(
        "--far",
        type=float,
        default=0.01,
        metavar="X",
        help="accept at the threshold at which this share of probes is taken for a wrong class (default 0.01)",
    )
    parser.add_argument("--epoch", type=int, metavar="N", help="epoch, if its weights were kept (default: the last)")
    parser.add_argument("--invert", action=argparse.BooleanOptionalAction, help="swap dark and light, or do not")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(do=embed)


def embed(arguments: argparse.Namespace) -> int:
    """Tell where each image lands under each run; 1 where an image could not be taken."""
    if arguments.k < 1:
        raise RunError(f"--k must be at least 1, got {arguments.k}")
    if not 0 < arguments.far < 1:
        raise RunError(f"--far lies between 0 and 1, got {arguments.far:g}")
    runs, paths = _sorted(arguments.words)
    outcome: list[dict[str, Any]] = []
    for path in paths:
        try:
            told = [_told(run, path, arguments) for run in runs]
        except DataError as error:
            outcome.append({"image": str(path), "problem": str(error)})
            if not arguments.json:
                console.print(str(error), markup=False, soft_wrap=True)
            continue
        outcome.append({"image": str(path), "runs": [_facts(each) for each in told]})
        if not arguments.json:
            _print(path, told, arguments.far)
    if arguments.json:
        as_json(outcome)
    return int(any("problem" in each for each in outcome))


def _sorted(words: Sequence[str]) -> tuple[list[Run], list[Path]]:
    """Runs and pictures among ``words``: what is a file is a picture, everything else has to be a run."""
    paths = [Path(word) for word in words if Path(word).is_file()]
    names = [word for word in words if not Path(word).is_file()]
    missing = [name for name in names if Path(name).suffix.lower() in ENDINGS]
    if missing:
        raise DataError(f"there is no file {missing[0]}; give the path of a picture")
    runs = list({run.id: run for run in map(find, names)}.values())
    if not runs:
        raise RunError("no run was named; give one or more before the images (see: python -m lossviz runs)")
    if not paths:
        raise DataError(f"no image was given; give picture files ({UPLOADS.listed()}) after the runs")
    if len(runs) > MOST_RUNS:
        raise RunError(f"at most {MOST_RUNS} runs are looked at together, got {len(runs)}")
    return runs, paths


def _told(run: Run, path: Path, arguments: argparse.Namespace) -> _Told:
    epoch = inference.last_epoch(run) if arguments.epoch is None else arguments.epoch
    recipe, assumed = inference.recipe_of(run)
    upload = data.take(_content(path), path.name, recipe.near)
    pixels = recipe.prepare(upload.image, data.Touch(invert=arguments.invert))
    embedding = inference.embed(run, epoch, pixels[None])[0]
    landing = inference.land(run, epoch, embedding, arguments.k)
    threshold = inference.class_scores(inference.space(run, epoch)).threshold(arguments.far)
    said = [*upload.decoded.notes, *data.doubts(upload.image, pixels, recipe, inference.seen_by(run))]
    if landing.strange:
        said.append(f"It is unlike what the run knows: {landing.strangeness:.1%} of its test images are nearer.")
    return _Told(run, landing, threshold, said + [assumed] * bool(assumed))


def _content(path: Path) -> bytes:
    """The file's bytes, without reading more than is taken anyway."""
    try:
        with path.open("rb") as file:
            return file.read(UPLOADS.bytes + 1)
    except OSError as error:
        raise DataError(f"{path}: the file cannot be read: {error.strerror or error}") from error


def _facts(told: _Told) -> dict[str, Any]:
    run, landing, names = told.run, told.landing, told.run.class_names
    near = zip(landing.near.images, landing.near.labels, landing.near.distances, strict=True)
    return {
        "run": run.id,
        "prediction": names[landing.prediction],
        "confidence": landing.confidence,
        "accepted": told.accepted,
        "distance": landing.to_class(landing.prediction),
        "threshold": told.threshold,
        "unit": landing.unit,
        "strangeness": landing.strangeness,
        "neighbours_vote": names[landing.vote],
        "neighbours": [{"image": int(i), "label": names[c], "distance": float(d)} for i, c, d in near],
        "embedding": landing.embedding.tolist(),
        "doubts": told.doubts,
    }


def _print(path: Path, told: Sequence[_Told], far: float) -> None:
    headings = ("!run", "!prediction", ">confidence", "accepted", ">distance", ">threshold", "nearest images")
    table(headings, [tuple(_row(each)) for each in told], title=str(path))
    for sentence in dict.fromkeys(sentence for each in told for sentence in each.doubts):
        console.print(f"  {sentence}", markup=False, soft_wrap=True)
    console.print(
        f"Accepted: no farther from the class's centre than the threshold at which {far:g} of the comparisons of test "
        "images with other classes are. Confidence: how often predictions as clear as this were right among them.",
        soft_wrap=True,
    )


def _row(told: _Told) -> Iterator[str]:
    landing, names = told.landing, told.run.class_names
    unit = "°" if landing.unit == "deg" else ""
    yield told.run.id
    yield names[landing.prediction]
    yield f"{landing.confidence:.1%}"
    yield {None: "too few to tell", True: "yes", False: "no: unknown"}[told.accepted]
    yield f"{landing.to_class(landing.prediction):.3g}{unit}"
    yield "-" if told.threshold is None else f"{told.threshold:.3g}{unit}"
    near = zip(landing.near.labels, landing.near.distances, strict=True)
    yield ", ".join(f"{names[label]} ({distance:.3g}{unit})" for label, distance in near)
