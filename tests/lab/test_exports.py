"""Every section saves its pictures as PNG, SVG and CSV, and the numbers saved are those of the Python functions."""

import io
import math
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from lossviz import losses
from lossviz.toy import pairs, similarity_plane
from lossviz.toy.cloud import CloudKnobs, make_cloud
from lossviz.toy.edges import pair_weights
from lossviz.toy.forces import forces
from lossviz.toy.kept_sweeps import kept_sweep
from lossviz.ui.lab import batch
from lossviz.ui.lab.mount import CARDS
from lossviz.ui.lab.offer import angular_losses
from lossviz.ui.lab.pairs import SCRIPTS
from lossviz.ui.lab.presets import PRESETS
from lossviz.ui.lab.sweep import chart_data, described
from lossviz.ui.lab.told import cards
from lossviz.ui.lab.two_classes import ANGULAR
from tests.lab.still import Still
from tests.lab.test_pairs_and_plane import CIRCLE, PAIRS

LOSSES = {"losses": angular_losses()}
CLOUD = make_cloud(CloudKnobs(classes=3, overlap=0.6), 2, 12)
SWEEP = described(next(each for each in PRESETS if each.name == "CosFace Fig. 5").widgets)


def curves(text):
    """The saved curves by name: arrays (n, 2), what is not a number as NaN."""
    rows = [line.rsplit(",", 2) for line in text.splitlines()]
    assert rows[0] == ["curve", "x", "y"]
    found = defaultdict(list)
    for name, x, y in rows[1:]:
        found[name.strip('"')].append([_number(x), _number(y)])
    return {
        name: np.array(points, dtype=object if isinstance(points[0][0], str) else float)
        for name, points in found.items()
    }


def _number(text):
    try:
        return float(text) if text else math.nan
    except ValueError:
        return text


def batch_data(loss, panel):
    data = batch.batch_data(
        make_cloud(CloudKnobs(classes=3, overlap=0.6), 2, 12), [], CloudKnobs(classes=3, overlap=0.6), 12, "cloud"
    )
    return {**data, **cards([loss]), "panels": [panel]}


def force_section():
    loss = losses.get("arcface")()
    found = forces(loss, np.clip(CLOUD.points, -batch.REACH, batch.REACH), CLOUD.labels, 3)
    panel = {"key": "arcface", "title": "ArcFace", "vectors": found.points.tolist(), "value": found.value, "words": ""}
    return batch_data(loss, {**panel, "prototypes": [], "owners": [], "sphere": True}), found


def edge_section():
    loss = losses.get("lifted")()
    found = pair_weights(loss, np.clip(CLOUD.points, -batch.REACH, batch.REACH), CLOUD.labels, "distance")
    panel = {
        "key": "lifted",
        "title": "Lifted",
        "by": "distance",
        "value": found.value,
        "weights": found.weights.tolist(),
    }
    return batch_data(loss, panel), found


def target(found):
    theta = np.radians(found["ArcFace"][:, 0])
    wanted = losses.get("arcface")().psi(torch.tensor(theta)).numpy()
    good = np.isfinite(found["ArcFace"][:, 1])
    np.testing.assert_allclose(found["ArcFace"][good, 1], wanted[good], atol=1e-6)
    assert good.mean() > 0.99


def many(found):
    edge = 22.5 - math.degrees(0.25)  # eight classes, ArcFace 0.5: half of 45 degrees less half the margin
    at = found["class 0"][:, 0]
    assert sorted(np.abs(at - 90)) == pytest.approx([edge, edge], abs=1e-5)
    assert len([name for name in found if name.startswith("class")]) == 8


def spokes(found):
    name = next(name for name in found if name.startswith("P(0)"))
    turn = 2 * np.pi * np.arange(10) / 10
    length = np.where(np.arange(10) == 0, 0.2, 1.0)
    logits = found[name][:, :1] * np.cos(turn) * length
    np.testing.assert_allclose(found[name][:, 1], torch.tensor(logits).softmax(1)[:, 0], atol=1e-6)


def pair(found):
    distance = found["two classes"][1:, 0]
    wanted = pairs.contrastive_curve(distance, same=False, margin=PAIRS["contrastive"]["default"], form="squared")
    np.testing.assert_allclose(found["two classes"][1:, 1], wanted.loss, atol=1e-6)


def plane(found):
    n, p = found["boundary"].T
    inside = (n > 0) & (n < 1) & (p > 0) & (p < 1)
    margin, gamma = (CIRCLE[name]["default"] for name in ("circle", "gamma"))
    loss = similarity_plane.surface("circle", n[inside], p[inside], margin=margin, gamma=gamma).loss
    np.testing.assert_allclose(loss, np.log(2), rtol=1e-6)
    assert inside.sum() > 20


def unified(found):
    n = torch.tensor([found[f"negative {i + 1}"][0, 0] for i in range(5)], requires_grad=True)
    p = torch.tensor([found[f"positive {i + 1}"][0, 0] for i in range(3)], requires_grad=True)
    similarity_plane.unified(n, p, margin=CIRCLE["circle"]["default"], gamma=16.0).backward()
    steepest = max(n.grad.abs().max(), p.grad.abs().max())
    for i in range(5):
        assert -found[f"negative {i + 1}"][1, 1] == pytest.approx(float(n.grad[i].abs() / steepest), abs=1e-5)
    for i in range(3):
        assert found[f"positive {i + 1}"][1, 1] == pytest.approx(float(p.grad[i].abs() / steepest), abs=1e-5)


def force(found):
    wanted = force_section()[1].points
    np.testing.assert_allclose(found["force x"][:, 1], wanted[:, 0], atol=1e-6)
    np.testing.assert_allclose(found["force y"][:, 1], wanted[:, 1], atol=1e-6)


def edges(found):
    wanted = edge_section()[1].weights
    assert len(found["weight of pair"]) == 66
    for pair_name, value in found["weight of pair"]:
        i, j = (int(part) - 1 for part in pair_name.split("-"))
        assert value == pytest.approx(wanted[i, j], abs=1e-6)


def sweep(found):
    outcomes = kept_sweep(SWEEP)
    means = [100 * np.mean(each.known) for each in outcomes]
    np.testing.assert_allclose(found["CosFace: mean"], np.stack([[0, 0.15, 0.25, 0.35, 0.45], means], 1), atol=1e-9)
    seeds = [100 * each.known[2] for each in outcomes]
    np.testing.assert_allclose(found["CosFace: seed 2"][:, 1], seeds, atol=1e-9)


def two(found):
    first = found["ArcFace, class 1"]
    good = np.isfinite(first[:, 1])
    np.testing.assert_allclose(first[good, 1], first[good, 0] + math.degrees(0.5), atol=1e-6)
    assert good.sum() > 200


ONE = {"losses": ["arcface"]}
SECTIONS = {
    "two": ((*ANGULAR, "two"), lambda: LOSSES, ONE, "plane0", two),
    "target": ((*ANGULAR, "target"), lambda: LOSSES, ONE, "logit", target),
    "many": ((*ANGULAR, "many"), lambda: {**LOSSES, "learned": None}, ONE, "ring0", many),
    "spokes": (("spokes",), dict, {}, "free", spokes),
    "pairs": (SCRIPTS, lambda: PAIRS, {}, "loss", pair),
    "plane": (("plane_math", "plane"), lambda: CIRCLE, {}, "circle-byPositive", plane),
    "unified": (("plane_math", "unified"), lambda: CIRCLE, {}, "unified", unified),
    "forces": (("arrow", *CARDS, "batch", "forces"), lambda: force_section()[0], None, "arcface", force),
    "edges": ((*CARDS, "batch", "edges"), lambda: edge_section()[0], None, "lifted", edges),
    "sweep": (("sweep",), lambda: chart_data(SWEEP, kept_sweep(SWEEP)), {}, "known", sweep),
}


@pytest.mark.parametrize("name", SECTIONS)
def test_a_sections_picture_is_saved_in_three_ways_with_pythons_numbers(page, tmp_path, name):
    scripts, data, state, figure, right = SECTIONS[name]
    given = data()
    section = Still(page, tmp_path, scripts, given)
    if state is not None:
        command = {"section": name, "nonce": 1, "state": state}
        page.evaluate("data => give(data)", {**given, "command": command})
        section.drawn()
    files = {}
    for kind in ("csv", "svg", "png"):
        with page.expect_download() as download:
            page.locator(f"[data-figure='{figure}'] [data-export={kind}]").click()
        assert download.value.suggested_filename == f"{name}-{figure}.{kind}"
        files[kind] = Path(download.value.path()).read_bytes()
    right(curves(files["csv"].decode()))
    assert files["svg"].decode().startswith("<svg")
    assert "<title" in files["svg"].decode()
    box = section.look()["figures"][figure]["box"]
    picture = np.asarray(Image.open(io.BytesIO(files["png"])).convert("L"))
    assert picture.shape[1] > 2 * box["width"]
    assert np.ptp(picture) > 100


def test_a_picture_of_regions_saves_its_points_and_prototypes(page, tmp_path):
    from tests.lab.test_regions import data

    section = Still(page, tmp_path, ("arrow", "regions"), data(5))
    found = curves(section.root.evaluate("root => root.lossviz.csv('arcface')"))
    assert found["points of class 3"].tolist() == [[-1, 1]]
    assert found["prototype of class 1"].tolist() == [[0, 1]]
