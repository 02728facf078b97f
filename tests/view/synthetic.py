"""Panels made up for tests: classes that gather epoch by epoch, thumbnails whose colour tells the row."""

import base64
import io
from dataclasses import replace

import numpy as np
from PIL import Image

from lossviz.view import Areas, Channel, Guest, Panel, Regions, Sprite

CELL = 8


def sprite(count: int, columns: int = 20) -> Sprite:
    """Cell i is filled with (37 i, 91 i, 53 i) mod 256."""
    rows = -(-count // columns)
    sheet = np.zeros((rows * CELL, columns * CELL, 3), np.uint8)
    for i in range(count):
        y, x = CELL * (i // columns), CELL * (i % columns)
        sheet[y : y + CELL, x : x + CELL] = cell_colour(i)
    file = io.BytesIO()
    Image.fromarray(sheet).save(file, "PNG")
    url = "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
    return Sprite(url, CELL, CELL, columns, count)


def cell_colour(row: int) -> tuple[int, int, int]:
    return (37 * row % 256, 91 * row % 256, 53 * row % 256)


def panel(
    key: str = "one",
    *,
    points: int = 300,
    epochs: int = 6,
    classes: int = 10,
    axes: int = 3,
    sphere: bool = True,
    seed: int = 0,
) -> Panel:
    rng = np.random.default_rng(seed)
    labels = np.arange(points) % classes
    centres = rng.normal(size=(classes, axes))
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    start = rng.normal(size=(points, axes))
    start /= np.linalg.norm(start, axis=1, keepdims=True)
    noise = rng.normal(scale=0.13, size=(points, axes))
    share = np.linspace(0, 1, epochs)[:, None, None] if epochs > 1 else np.ones((1, 1, 1))
    positions = start * (1 - share) + (centres[labels] + noise) * share
    if sphere:
        positions /= np.linalg.norm(positions, axis=2, keepdims=True)
    else:
        positions *= 4 + 8 * share
    own = np.degrees(np.arccos(np.clip((positions * centres[labels]).sum(2), -1, 1))) if sphere else positions[..., 0]
    prediction = np.where(rng.random(points) < 0.1, (labels + 1) % classes, labels)
    return Panel(
        key=key,
        title=key.title(),
        subtitle=f"synthetic · {points} points",
        positions=positions.astype(np.float32),
        epochs=tuple(range(epochs)),
        ids=np.arange(points, dtype=np.int64) * 3 + 1,
        labels=labels.astype(np.int64),
        class_names=tuple(f"class {i}" for i in range(classes)),
        channels=(
            Channel("prediction", "Predicted", "class", prediction),
            Channel("correct", "Correct", "binary", (prediction == labels).astype(np.int64)),
            Channel("own", "Angle to own prototype", "continuous", own.astype(np.float32), "deg"),
        ),
        prototypes=np.broadcast_to(centres, (epochs, classes, axes)).astype(np.float32).copy(),
        prototype_labels=np.arange(classes),
        sphere=sphere,
        sprite=sprite(points),
        data="synthetic",
    )


MARGIN = 0.5


def arc(steps: int = 721) -> np.ndarray:
    """ArcFace's curve, (1, steps)."""
    return np.cos(np.linspace(0, np.pi, steps) + MARGIN)[None].astype(np.float32)


def regions(key: str, axes: int, *, sphere: bool = True, by: str = "direction", margin: bool = True) -> Panel:
    """A point and a prototype on both ends of each axis; at the second epoch all are turned by 37 degrees."""
    ends = np.concatenate([np.eye(axes), -np.eye(axes)])
    turn = np.eye(axes)
    turn[:2, :2] = [[0.8, -0.6], [0.6, 0.8]]
    both = np.stack([ends, ends @ turn.T]).astype(np.float32) * (1 if sphere else 3)
    classes = len(ends)
    return Panel(
        key=key,
        title=key.title(),
        subtitle="regions",
        positions=both,
        epochs=(0, 1),
        ids=np.arange(classes),
        labels=np.arange(classes),
        class_names=tuple(f"class {i}" for i in range(classes)),
        prototypes=both.copy(),
        prototype_labels=np.arange(classes),
        sphere=sphere,
        data="regions",
        regions=Regions(by, arc() if margin else None),
    )


def first(whole: Panel, epochs: int) -> Panel:
    """The panel as it was after so many epochs."""
    channels = tuple(
        replace(each, values=each.values[:epochs]) if each.values.ndim > 1 else each for each in whole.channels
    )
    prototypes = None if whole.prototypes is None else whole.prototypes[:epochs]
    cut = {"positions": whole.positions[:epochs], "epochs": whole.epochs[:epochs]}
    return replace(whole, **cut, channels=channels, prototypes=prototypes)


RADIUS = 25.0  # degrees, of acceptance areas about directions
REACH = 1.1  # and of those about places, where the prototypes are 3 long


def bounded(key: str, axes: int, *, sphere: bool, degrees: bool) -> tuple[Panel, Areas]:
    """A panel of :func:`regions` without these, and areas about its prototypes as they are at epoch 0."""
    panel = replace(regions(key, axes, sphere=sphere), regions=None, ruled=False)
    assert panel.prototypes is not None
    centres = panel.prototypes[0] * (5.0 if degrees else 1.0)  # of any length where they are directions
    return panel, Areas(key, centres, panel.labels, RADIUS if degrees else REACH, degrees, epoch=0)


BOUNDED = [
    bounded("cap", 3, sphere=True, degrees=True),
    bounded("pie", 2, sphere=True, degrees=True),
    bounded("sector", 2, sphere=False, degrees=True),
    bounded("disc", 2, sphere=False, degrees=False),
    bounded("ball", 3, sphere=False, degrees=False),
]

MINE = (200, 30, 90)  # colour of a guest's picture


def picture(colour: tuple[int, int, int]) -> str:
    file = io.BytesIO()
    Image.new("RGB", (28, 28), colour).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def guests() -> list[Guest]:
    """In "one" with weights of all epochs, in "two" of the last only; another, not chosen; one in "flat"."""
    way = np.linspace([0.1, 0.2, 0.9], [0.7, -0.5, 0.3], 6).astype(np.float32)
    facts = (("Predicted", "class 3"), ("Placed", "by neighbours"))
    none, some = np.zeros(6, np.float32), np.array([0.2], np.float32)
    other = np.array([[-0.6, -0.5, 0.5]], np.float32)
    return [
        Guest("one", "mine", "7.png", way, tuple(range(6)), none, picture(MINE), facts, (1, 4, 7, 999_999)),
        Guest("two", "mine", "7.png", way[-1:], (5,), some, picture(MINE), facts),
        Guest("one", "other", "9.png", other, (5,), np.zeros(1, np.float32), None, chosen=False),
        Guest("two", "other", "9.png", other, (5,), np.zeros(1, np.float32), None, chosen=False),
        Guest("flat", "mine", "7.png", np.array([[0.3, 0.1]], np.float32), (5,), some, None),
    ]
