"""The earlier studies on digits, with a small net and some of their trainings, made in seconds."""

from dataclasses import replace
from pathlib import Path

from lossviz.jobs import drawing
from lossviz.jobs.recording import Audience, make_run
from lossviz.projection.tsne import Tsne
from lossviz.records import Choice
from lossviz.runs import Run, drawing_of, subject_of
from lossviz.studies import Cell, Net, Results, Study, load

TINY = {"probe": 120, "gallery": 60, "threads": 1, "limit": 200, "batch_size": 50, "lr": 0.01, "epochs": 2}
RAN = (
    ("arcface-published", "mnist-published"),
    ("triplet-published", "mnist-published"),
    ("cosface-published", "mnist-published"),
    ("arcface", "mnist"),
    ("arcface-published", "cifar10-published"),
)
"""The cells of the study of 2023 that are trained: not all."""
DRAWN = RAN[:2]
"""Those of them whose picture is kept beside the run."""


def tiny(name: str) -> Study:
    """The preset with all its cells on digits, for two epochs of a small net with one seed."""
    study = load(name)
    grounds = tuple(
        replace(ground, data=Choice("digits"), score="", settings={"limit": 200 + place})
        for place, ground in enumerate(study.grounds)
    )
    cases = tuple(
        replace(case, model_knobs={}, settings={key: value for key, value in case.settings.items() if key == "sampler"})
        for case in study.cases
    )
    dim = min(int(study.settings["dim"]), 12)  # type: ignore[call-overload]
    settings = {**study.settings, **TINY, "dim": dim}
    nets = (Net(study.nets[0].key, "MLP", Choice("mlp")),)
    return replace(study, grounds=grounds, nets=nets, cases=cases, settings=settings, seeds=(0,))


def make_2023(home: Path) -> dict[tuple[str, str], Run]:
    """Train what of the study of 2023 is in :data:`RAN`, and draw what is in :data:`DRAWN`."""
    study = tiny("study-2023")
    made = {key: _run(study, *key, home) for key in RAN}
    for key in DRAWN:
        draw(made[key])
    return made


def make_vgg8(home: Path) -> list[Run]:
    """Train the animation's four runs."""
    study = tiny("vgg8")
    return [_run(study, cell.contender, cell.ground, home) for cell in study.cells]


def draw(run: Run) -> None:
    """Keep the picture that Compare would draw of it."""
    method = Tsne(components=3).settled(subject_of(run))
    drawing.draw(run, "tsne", method.values(), lambda: False)
    assert drawing_of(run, method).status.state == "finished"


def _run(study: Study, contender: str, ground: str, home: Path) -> Run:
    config = study.final(Cell(contender, ground, study.nets[0].key), 0).config
    return make_run(config, Audience(), f"{study.name}-{contender}-{ground}", home)


def results(name: str) -> Results:
    """What came of it, of the runs that are here."""
    return Results.of(tiny(name))
