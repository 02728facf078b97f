"""The runs in ``checkpoints/`` are whole, comparable, reproducible, and show what their README says."""

import json
import os
import runpy
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lossviz import data, metrics, runs
from lossviz.cli import main
from lossviz.data.base import Images
from lossviz.paths import ROOT, checkpoints_dir
from lossviz.runs import Run, layout
from lossviz.studies import Results, fingerprint, load
from lossviz.studies import shipped as shipped_studies
from lossviz.studies.published_table import argmax
from lossviz.training import make_plan
from lossviz.training.embed import embed

SHIPPED = checkpoints_dir()
MADE: dict[str, Any] = runpy.run_path(str(SHIPPED / "make.py"))
NAMES = sorted(MADE["RUNS"])
GROUPS = {group: [f"{group}-{name}" for name in members] for group, (members, _) in MADE["GROUPS"].items()}
LIMIT = 40 * 2**20


def shipped(name: str) -> Run:
    return Run(SHIPPED / name)


def test_every_run_there_is_told_how_to_make_and_the_other_way_round():
    assert (
        sorted(path.name for path in SHIPPED.iterdir() if path.is_dir() and path.name != shipped_studies.FOLDER)
        == NAMES
    )
    readme = (SHIPPED / "README.md").read_text()
    assert [name for name in NAMES if f"`{name}`" not in readme] == []


def test_nothing_else_is_shipped_and_it_is_small():
    files = [path for path in SHIPPED.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert {path.suffix for path in files} == {".json", ".md", ".png", ".py", ".safetensors"}
    assert not [path for path in files if path.name in (layout.STATE, layout.LOCK)]
    assert sum(path.stat().st_size for path in files) <= LIMIT


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_run_is_whole(name: str):
    run = shipped(name)
    assert run.problem() is None
    assert run.id == run.header["id"] == name
    epochs = run.config.settings.epochs
    assert (run.status.state, run.status.epoch) == ("finished", epochs)
    assert run.epochs() == list(range(epochs + 1))
    assert epochs >= 10
    for epoch in run.epochs():
        snapshot = run.snapshot(epoch)
        assert all(np.isfinite(rows).all() for rows in snapshot.embeddings.values())
        assert snapshot.record.notes == (), "neither collapsed nor in a cone"


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_run_tells_of_the_machine_only_versions_and_kind(name: str):
    run = shipped(name)
    assert sorted(run.header["environment"]) == ["gpu", "libraries", "lossviz", "processors", "python", "system"]
    words = json.dumps(run.header) + (run.folder / layout.STATUS).read_text()
    assert [place for place in ("/home", "/tmp", "/opt", "/root", str(ROOT)) if place in words] == []


RIGHT, FAULTY = (["vgg8-softmax" + end, "vgg8-arcface" + end] for end in ("", "-published"))
COMPARED = {name: members for name, members in GROUPS.items() if name != "vgg8"} | {"right": RIGHT, "faulty": FAULTY}


@pytest.mark.parametrize("group", COMPARED)
def test_the_losses_of_a_group_can_be_compared(group: str):
    members = [shipped(name) for name in COMPARED[group]]
    first = members[0]
    for run in members[1:]:
        assert run.header["hashes"] == first.header["hashes"], "initial weights, data and training images"
        assert run.config.settings == first.config.settings
        assert run.config.model == first.config.model
        assert [record.batch_order for record in run.history()] == [record.batch_order for record in first.history()]
        assert (run.samples["probe"].index == first.samples["probe"].index).all()


def test_the_faulty_loop_begins_like_the_right_one_and_has_its_own_order():
    faulty, right = shipped("vgg8-arcface-published"), shipped("vgg8-arcface")
    assert faulty.header["hashes"] == right.header["hashes"]
    assert faulty.history()[1].batch_order != right.history()[1].batch_order
    assert len(faulty.header["faults"]) == 2 and right.header["faults"] == []


def test_the_faulty_loop_is_worse_by_nearest_neighbours():
    for loss in ("softmax", "arcface"):
        assert score(f"vgg8-{loss}", "knn_accuracy") > score(f"vgg8-{loss}-published", "knn_accuracy") + 0.005
    assert separation("vgg8-softmax") > separation("vgg8-softmax-published") + 2


def test_the_animations_runs_are_those_of_its_study(monkeypatch: pytest.MonkeyPatch):
    for room in ("lossviz.runs.store", "lossviz.runs.scoring"):
        monkeypatch.setattr(f"{room}.checkpoints_dir", lambda: SHIPPED)
    study = load("vgg8-small")
    found = {cell.cell.contender: cell.runs for cell in Results.of(study).cells}
    assert found == {each.key: (f"vgg8-{each.key}",) for each in study.contenders}
    asked = []
    monkeypatch.setattr("lossviz.cli.training.make_run", lambda config, *_: asked.append(config) or shipped(RIGHT[0]))
    for cell in study.cells:
        assert main(["train", *MADE["RUNS"][f"vgg8-{cell.contender}"].split(), "--seed", "0"]) == 0
        assert fingerprint(asked[-1]) == fingerprint(study.final(cell, 0).config)


def test_the_shipped_default_study_is_of_this_version_and_whole(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("lossviz.studies.shipped.checkpoints_dir", lambda: SHIPPED)
    default = Results.of(load("default"))
    assert default.done == default.total == 162 and not any(each.here for each in default.outcomes)
    drawn = [each for each in default.outcomes if shipped_studies.picture("default", each.id)]
    assert len(drawn) == 18 and {each.training.seed for each in drawn} == {0}


def test_what_came_of_the_study_of_2023_on_parts_of_its_data_is_shipped(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("lossviz.studies.shipped.checkpoints_dir", lambda: SHIPPED)
    again = Results.of(load("study-2023-small"))
    cells = {(cell.cell.contender, cell.cell.ground): cell for cell in again.cells}
    faulty = [cell for (contender, _), cell in cells.items() if contender.endswith("-published")]
    faces = [cell for (_, ground), cell in cells.items() if ground == "lfw"]
    assert len(faulty) == 9 and len(faces) == 4
    for cell in (*faulty, *faces, cells["arcface", "mnist"]):
        assert cell.state == "finished", cell.cell
        picture = shipped_studies.picture("study-2023-small", cell.finals[0].id)
        assert picture is not None and np.isfinite(picture.positions).all() and picture.quality["trustworthiness"] > 0.6
        assert len(picture.positions) == len(picture.labels) <= picture.probes
    for key in ("mnist", "cifar10", "lfw"):
        (triplet,) = cells["triplet-published", f"{key}-published"].finals
        assert argmax(triplet) < 0.2 < triplet.scores["knn_accuracy"], "the argmax says nothing of the embedding"
        (faulty_cosface,) = cells["cosface-published", f"{key}-published"].finals
        assert abs(faulty_cosface.measures["probe_loss"] - 64 * 28.6) < 80, "the loss is the margin that cannot be met"
    assert all(cell.finals[0].scores["devtest_accuracy"] > 0.55 for cell in faces)


def test_runs_of_two_groups_are_told_apart():
    digits, mnist = (shipped(GROUPS[group][0]) for group in ("digits", "mnist"))
    assert digits.header["hashes"]["data"] != mnist.header["hashes"]["data"]
    assert digits.history()[-1].batch_order != mnist.history()[-1].batch_order


@pytest.mark.parametrize("name", NAMES)
def test_scores_and_points_come_with_the_run(name: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(metrics, "compute_all", _not_again)
    monkeypatch.setattr(metrics, "points", _not_again)
    run = shipped(name)
    for epoch in run.epochs():
        assert "centroid_accuracy" in runs.scores(run, epoch)
        assert len(runs.points(run, epoch)["prediction"]) == len(run.samples["probe"].index)


def test_what_comes_with_the_run_is_not_taken_for_another_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    name = GROUPS["digits"][0]
    shutil.copytree(SHIPPED / name, tmp_path / name)
    run = Run(tmp_path / name)
    snapshots = run.folder / layout.SNAPSHOTS
    shutil.copy(layout.epoch_file(snapshots, 3), layout.epoch_file(snapshots, 2))
    monkeypatch.setattr(metrics, "compute_all", _not_again)
    assert runs.scores(run, 3)
    with pytest.raises(AssertionError, match="again"):
        runs.scores(run, 2)


def _not_again(evidence: metrics.Evidence) -> None:
    raise AssertionError("computed again")


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Images]:
    """The images of a data set: digits always, others only where they are prepared already."""
    prepared: dict[str, Images | None] = {name: data.open_prepared(name) for name in ("digits", "mnist")}
    if prepared["digits"] is None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("LOSSVIZ_DATA", str(tmp_path_factory.mktemp("data")))
            prepared["digits"] = data.open_set("digits")

    def images(name: str) -> Images:
        found = prepared[name]
        if found is None:
            missing = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
            missing(f"the data set '{name}' is not prepared; see: python -m lossviz data fetch {name}")
        assert found is not None
        return found

    return images


WITH_WEIGHTS = [name for name in NAMES if name.partition("-")[0] not in MADE["WITHOUT_WEIGHTS"]]


@pytest.mark.parametrize("name", WITH_WEIGHTS)
def test_the_weights_give_the_last_embeddings_again(name: str, opened: Callable[[str], Images]):
    run = shipped(name)
    images = opened(run.config.data.name)
    plan = make_plan(run.config, images)
    assert plan.facts.loss == run.header["loss"], "its curve psi is the one that the loss computes now"
    assert plan.facts.hashes["train_images"] == run.header["hashes"]["train_images"]
    rows, last = run.samples["probe"].index[:200], run.epochs()[-1]
    kept = run.snapshot(last).embeddings["probe"][:200]
    tolerance = 1e-4 * max(1.0, float(np.abs(kept).max()))
    assert np.abs(embed(plan.net, images.images, rows, plan.device) - kept).max() > 100 * tolerance, "untrained"
    weights, _ = layout.read_arrays(layout.epoch_file(run.folder / layout.WEIGHTS, last))
    for module, prefix in ((plan.net, "net."), (plan.criterion, "criterion.")):
        own = {key.removeprefix(prefix): value for key, value in weights.items() if key.startswith(prefix)}
        module.load_state_dict({key: _tensor(value) for key, value in own.items()})
    assert np.abs(embed(plan.net, images.images, rows, plan.device) - kept).max() <= tolerance
    view = plan.criterion.prototypes
    drawn = run.snapshot(last).prototypes
    assert (view is None) == (drawn is None)
    if view is not None:
        assert np.allclose(view.numpy(), drawn)


def _tensor(array: np.ndarray) -> Any:
    import torch

    return torch.from_numpy(np.array(array))


@pytest.mark.parametrize("name", GROUPS["digits"])
def test_digits_come_with_their_pictures(name: str, opened: Callable[[str], Images]):
    run = shipped(name)
    pictures = runs.probe_pictures(run)
    assert (run.folder / layout.THUMBNAILS).exists()
    assert pictures is not None
    expected = opened("digits").images[run.samples["probe"].index].transpose(0, 2, 3, 1)
    assert (pictures == expected).all()


def test_only_digits_come_with_pictures():
    with_pictures = {name for name in NAMES if (shipped(name).folder / layout.THUMBNAILS).exists()}
    assert with_pictures == set(GROUPS["digits"])


SPHERES = ("digits", "mnist")
LAST = -1


def rows(name: str, epoch: int = LAST) -> tuple[np.ndarray, np.ndarray]:
    """Probe embeddings and labels."""
    run = shipped(name)
    return run.snapshot(run.epochs()[epoch]).embeddings["probe"].astype(float), run.samples["probe"].labels


def score(name: str, key: str, epoch: int = LAST) -> float:
    run = shipped(name)
    return runs.scores(run, run.epochs()[epoch])[key]


def separation(name: str, epoch: int = LAST) -> float:
    """How many times farther the next class is than the own center, in angles."""
    return score(name, "angle_inter", epoch) / score(name, "angle_intra", epoch)


def unit(points: np.ndarray) -> np.ndarray:
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def distances(points: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distances of all pairs of one class, and of all pairs of two."""
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    same = labels[:, None] == labels
    return apart[same & ~np.eye(len(labels), dtype=bool)], apart[~same]


def scatter(name: str) -> float:
    """Root-mean-square distance to the class mean, over the mean distance of a class mean to the next one."""
    points, labels = rows(name)
    means = np.stack([points[labels == label].mean(axis=0) for label in np.unique(labels)])
    apart = np.linalg.norm(means[:, None] - means[None], axis=2) + np.where(np.eye(len(means)), np.inf, 0)
    return float(np.sqrt(((points - means[labels]) ** 2).sum(axis=1).mean()) / apart.min(axis=1).mean())


def petal(name: str) -> tuple[float, float]:
    """Medians over embeddings: angle to the class's mean direction (degrees), and how far along it over how far off."""
    points, labels = rows(name)
    along, angles, off = [], [], []
    for label in np.unique(labels):
        own = points[labels == label]
        axis = unit(unit(own).mean(axis=0)[None])[0]
        depth = own @ axis
        side = np.linalg.norm(own - depth[:, None] * axis, axis=1)
        angles.append(np.degrees(np.arctan2(side, depth)))
        along.append(np.abs(depth - np.median(depth)))
        off.append(side)
    return float(np.median(np.concatenate(angles))), float(
        np.median(np.concatenate(along)) / np.median(np.concatenate(off))
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_run_learns_to_tell_the_classes_apart(name: str):
    assert score(name, "centroid_accuracy") > 0.94
    assert score(name, "centroid_accuracy", 0) < 0.5
    assert separation(name) > 4
    assert separation(name, 0) < 1


@pytest.mark.parametrize("group", SPHERES)
@pytest.mark.parametrize("loss", ["arcface", "cosface", "circle_class"])
def test_margins_make_tighter_caps_than_normface(group: str, loss: str):
    assert score(f"{group}-{loss}", "angle_intra") < 0.85 * score(f"{group}-normface", "angle_intra")
    assert separation(f"{group}-{loss}") > 1.2 * separation(f"{group}-normface")


@pytest.mark.parametrize("group", SPHERES)
def test_embeddings_gather_about_their_class_weights(group: str):
    for loss in ("normface", "cosface", "arcface"):
        assert score(f"{group}-{loss}", "angle_w_ec") < 15
        assert score(f"{group}-{loss}", "angle_w_ec", 0) > 60


@pytest.mark.parametrize("group", [group for group in GROUPS if group != "vgg8"])
def test_centers_draw_their_classes_together(group: str):
    assert scatter(f"{group}-center") < 0.75 * scatter(f"{group}-softmax")


def test_softmax_is_a_star_of_petals_and_center_loss_is_not():
    assert petal("mnist2d-softmax")[1] > 1.5 * petal("mnist2d-center")[1]
    assert score("mnist2d-softmax", "norm_cv") > 1.5 * score("mnist2d-center", "norm_cv")


@pytest.mark.parametrize("group", SPHERES)
def test_contrastive_loss_makes_small_heaps_its_margin_apart(group: str):
    margin = shipped(f"{group}-contrastive").config.loss.knobs["margin"]
    same, different = distances(*rows(f"{group}-contrastive"))
    assert np.median(same) < 0.2 * margin
    assert (different > 0.75 * margin).mean() > 0.9
    assert (distances(*rows(f"{group}-contrastive", 0))[1] > 0.75 * margin).mean() < 0.1


@pytest.mark.parametrize("group", SPHERES)
def test_triplets_are_in_order_by_the_margin(group: str):
    margin = shipped(f"{group}-triplet").config.loss.knobs["margin"]

    def solved(epoch: int) -> float:
        points, labels = rows(f"{group}-triplet", epoch)
        same, different = distances(unit(points), labels)
        chance = np.random.default_rng(0)
        return float((chance.choice(same**2, 10_000) + margin <= chance.choice(different**2, 10_000)).mean())

    assert solved(LAST) > 0.95
    assert solved(0) < 0.6


@pytest.mark.parametrize("group", SPHERES)
def test_circle_loss_spreads_its_classes_most_evenly(group: str):
    """Ten directions can be 66.1 degrees apart at most (Tammes)."""
    spread = {name: score(name, "angle_inter") for name in GROUPS[group]}
    assert max(spread, key=lambda name: spread[name]) == f"{group}-circle"
    assert 63 < spread[f"{group}-circle"] < 66.2


def test_the_petals_of_l_softmax_narrow_with_its_margin():
    one, two, four = (petal(f"mnist2d-l_softmax-{margin}")[0] for margin in (1, 2, 4))
    assert one > two > four
    assert four < 0.8 * one
