"""Small pictures of sections of the lab, drawn by the losses' Python functions: 200 x 130 SVG for light and dark."""

import base64
import io
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from lossviz import losses
from lossviz.toy import pairs, ring, similarity_plane
from lossviz.toy.caps import caps
from lossviz.toy.cloud import CloudKnobs, make_cloud, spread_directions
from lossviz.toy.edges import pair_weights
from lossviz.toy.forces import forces
from lossviz.toy.training import ToyKnobs, train_toy

WIDTH, HEIGHT = 200, 130
COLOURS = ("#2f86c8", "#e0792a", "#8b6fe0", "#a09a1e", "#d0523a", "#58aee0", "#2aa981", "#cf5fa6", "#8a6a4a", "#7d8a9a")
GREY = "#8c97a6"
State = Mapping[str, Any]
Doubles = NDArray[Any]


def drawing(section: str, state: State) -> str:
    """A section of the lab in ``state``, its Streamlit widgets by their keys among it, as an SVG document."""
    return framed(DRAWN[section](state))


def framed(body: str) -> str:
    """SVG shapes as a document with a frame."""
    edge = f'rx="5" fill="none" stroke="{GREY}" opacity="0.4"'
    frame = f'<rect x="0.5" y="0.5" width="{WIDTH - 1}" height="{HEIGHT - 1}" {edge}/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">{body}{frame}</svg>'


def psis(state: State) -> list[Callable[[Doubles], Doubles]]:
    """psi of every loss in the state's slots, on arrays of radians."""
    return [_psi(state, index, key) for index, key in enumerate(state["losses"])]


def _psi(state: State, index: int, key: str) -> Callable[[Doubles], Doubles]:
    cls = losses.get(key)
    own = {name.split(".")[1]: value for name, value in state.items() if name.startswith(f"{index}.")}
    known = {knob.name for knob in cls.knobs()}
    made: Any = cls.from_values({name: value for name, value in own.items() if name in known})
    more = [torch.tensor(float(value)) for name, value in own.items() if name not in known]
    return lambda theta: np.asarray(made.psi(torch.as_tensor(theta, dtype=torch.float64), *more))


def line(xs: Doubles, ys: Doubles, colour: str, width: float = 2.0, dash: str = "") -> str:
    """A polyline through points in 0..1, the second axis upwards; the pen is lifted where one is not finite."""
    parts, down = [], False
    for x, y in zip(xs, ys, strict=True):
        if np.isfinite(x) and np.isfinite(y) and -0.05 <= y <= 1.05:
            parts.append(f"{'L' if down else 'M'}{8 + 184 * x:.1f} {8 + 114 * (1 - y):.1f}")
            down = True
        else:
            down = False
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path d="{"".join(parts)}" fill="none" stroke="{colour}" stroke-width="{width}"{dashed}/>'


def _two(state: State) -> str:
    theta = np.linspace(0, np.pi / 2, 91)
    ratio, cosine, right = state.get("ratio", 1.0), state.get("axes") == "cosine", np.pi / 2
    to: Callable[[Doubles], Doubles] = np.cos if cosine else lambda angle: angle / right
    lines = [line(to(theta), to(theta), GREY, 1.2, "3 3")]
    for index, (key, psi) in enumerate(zip(state["losses"], psis(state), strict=True)):
        own = ratio if losses.get(key).free_weights else 1.0
        value = psi(theta) / own
        other = np.where(np.abs(value) <= 1, to(np.arccos(np.clip(value, -1, 1))), np.nan)
        lines.append(line(to(theta), other, COLOURS[index]))
        lines.append(line(other, to(theta), COLOURS[index], 1.2) if own == 1 else "")
    return "".join(lines)


def _target(state: State) -> str:
    low, high = np.radians(state.get("low", 0)), np.radians(state.get("high", 180))
    if state["losses"] == ["normface"]:
        return _bound()
    theta = np.linspace(low, high, 181)
    curves = [psi(theta) for psi in psis(state)]
    least, most = min(curve.min() for curve in curves), max(curve.max() for curve in curves)
    across = np.linspace(0, 1, 181)
    return "".join(line(across, (y - least) / (most - least), COLOURS[i]) for i, y in enumerate(curves))


def _bound() -> str:
    scales = np.linspace(1, 40, 80)
    lines = [
        line((scales - 1) / 39, (6 + np.log10([ring.loss_bound(count, s) for s in scales])) / 7, COLOURS[i])
        for i, count in enumerate((10, 100, 1000))
    ]
    return "".join(lines)


def _many(state: State) -> str:
    count, shown = state["count"], list(enumerate(psis(state)))
    radius = min(52, 88 / len(shown))
    return "".join(_wheel(psi, count, 100 + (i - (len(shown) - 1) / 2) * (2 * radius + 6), radius) for i, psi in shown)


def _wheel(psi: Callable[[Doubles], Doubles], count: int, middle: float, radius: float) -> str:
    """Each class's sector on a grey disk."""
    apart = ring.neighbour_angle(count)
    theta = np.linspace(0, apart, 721)
    kept = theta[psi(theta) >= np.cos(apart - theta) - 1e-9]
    parts = [f'<circle cx="{middle:.1f}" cy="65" r="{radius:.1f}" fill="{GREY}" opacity="0.4"/>']
    for k in range(count if len(kept) else 0):
        ends = [(k * apart + sign * kept.max()) for sign in (-1, 1)]
        (x1, y1), (x2, y2) = ((middle + radius * np.sin(at), 65 - radius * np.cos(at)) for at in ends)
        route = f"M{middle:.1f} 65L{x1:.1f} {y1:.1f}A{radius:.1f} {radius:.1f} 0 0 1 {x2:.1f} {y2:.1f}Z"
        parts.append(f'<path d="{route}" fill="{COLOURS[k % 10]}"/>')
    return "".join(parts)


def _sphere(state: State) -> str:
    """What each class keeps of the half of the sphere that is seen."""
    weights = spread_directions(state["count"], 3).astype(np.float64)
    shown = list(enumerate(psis(state)))
    radius, parts = min(56, 88 / len(shown)), []
    for i, psi in shown:
        middle = 100 + (i - (len(shown) - 1) / 2) * (2 * radius + 6)
        parts.append(f'<circle cx="{middle:.1f}" cy="65" r="{radius:.1f}" fill="{GREY}" opacity="0.4"/>')
        found = caps(lambda theta, psi=psi: torch.from_numpy(psi(theta.numpy())), weights, 900)  # type: ignore[misc]
        parts += [
            f'<circle cx="{middle + radius * y:.1f}" cy="{65 - radius * z:.1f}" r="2" fill="{COLOURS[owner % 10]}"/>'
            for (x, y, z), owner in zip(found.points, found.owner, strict=True)
            if x > 0
        ]
    return "".join(parts)


def _spokes(state: State) -> str:
    y, x = np.mgrid[8:-8:65j, -12:12:100j]
    turn = 2 * np.pi * np.arange(10) / 10
    weights = np.where(np.arange(10) == 0, state["first"], 1.0)
    logits = x[..., None] * weights * np.sin(turn) + y[..., None] * weights * np.cos(turn)
    logits[..., 0] += state["bias"]
    chance = torch.softmax(torch.as_tensor(logits), -1).numpy()
    palette = np.array([[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in COLOURS])
    if state["shown"] < 0:
        return _image(palette[chance.argmax(-1)])
    return _image(_ramp(chance[..., state["shown"]]))


def _ramp(share: Doubles) -> Doubles:
    """Blue to yellow for 0 to 1, (..., 3)."""
    stops = np.array([[27, 42, 107], [63, 138, 152], [251, 228, 91]])
    return np.stack([np.interp(share, [0, 0.5, 1], stops[:, part]) for part in range(3)], -1)


def _image(pixels: Doubles) -> str:
    held = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(held, "PNG")
    data = base64.b64encode(held.getvalue()).decode()
    return f'<image width="{WIDTH}" height="{HEIGHT}" preserveAspectRatio="none" href="data:image/png;base64,{data}"/>'


def _pairs(state: State) -> str:
    distance = np.linspace(0.01, 2, 100)
    if state["loss"] == "triplet":
        rings = "".join(
            f'<circle cx="100" cy="65" r="{radius}" fill="none" stroke="{colour}" stroke-width="2"/>'
            for radius, colour in ((30, COLOURS[4]), (48, COLOURS[3]))
        )
        dots = zip(((100, 65), (121, 44), (60, 85)), COLOURS[:2] + COLOURS[4:5], strict=True)
        return rings + "".join(f'<circle cx="{x}" cy="{y}" r="5" fill="{colour}"/>' for (x, y), colour in dots)
    margin, form, across = state.get("margin", 1.0), state["form"], distance / 2
    curves = [pairs.contrastive_curve(distance, same=same, margin=margin, form=form) for same in (True, False)]
    values = [curve.force if "scene" in state else curve.loss for curve in curves]
    most = max(float(np.abs(value).max()) for value in values)
    low = -most if "scene" in state else 0.0
    return "".join(
        line(across, (value - low) / (most - low), colour)
        for value, colour in zip(values, (COLOURS[4], COLOURS[0]), strict=True)
    )


def _plane(_state: State) -> str:
    positive, negative = np.mgrid[0.99:0.01:14j, 0.01:0.99:21j]
    found = similarity_plane.surface("circle", negative.ravel(), positive.ravel(), margin=0.25, gamma=32.0)
    size = np.abs(np.asarray(found.by_positive)).reshape(positive.shape)
    turn = np.linspace(0, np.pi / 2, 60)
    border = line(0.25 * 2**0.5 * np.sin(turn), 1 - 0.25 * 2**0.5 * np.cos(turn), "#ffffff", 1.5, "4 3")
    return _image(_ramp(size / size.max())) + border


def _unified(_state: State) -> str:
    """The loss of one pair over its violation s_n - s_p, divided by gamma: towards the triplet's hinge."""
    violation = np.linspace(-1, 1, 60)
    lines = []
    for i, gamma in enumerate((2.0, 6.0, 32.0)):
        pair = [torch.tensor([each / 2]) for each in violation]
        value = [float(similarity_plane.unified(each, -each, margin=0.25, gamma=gamma)) / gamma for each in pair]
        lines.append(line((violation + 1) / 2, np.array(value) / 1.5, COLOURS[i]))
    return "".join(lines)


def _edges(state: State) -> str:
    """The pairs of a batch, as thick as the first of the losses weighs them."""
    cloud = make_cloud(CloudKnobs(classes=4, overlap=0.5, seed=1), 2, 16)
    name = state.get("edges", ["n_pair"])[0]
    weights = pair_weights(losses.get(name)(), cloud.points, cloud.labels, "product").weights
    lines = []
    for i, j in np.argwhere(np.tril(np.abs(weights)) > 0.02 * np.abs(weights).max()):
        ends, colour = cloud.points[[i, j]] / 3 + 0.5, COLOURS[0 if cloud.labels[i] == cloud.labels[j] else 4]
        lines.append(line(ends[:, 0], ends[:, 1], colour, 5 * abs(weights[i, j]) / np.abs(weights).max()))
    return "".join(lines) + dots(cloud.points / 3, cloud.labels)


def _forces(state: State) -> str:
    """Minus the gradient of the first of the losses as a line on every point."""
    cloud = make_cloud(CloudKnobs(classes=5), 2, 30)
    found = forces(losses.get(state["forces"][0])(), cloud.points, cloud.labels, 5)
    ends = (cloud.points + 0.6 * found.points / found.strengths.max()) / 3 + 0.5
    starts = cloud.points / 3 + 0.5
    lines = [line(np.array([a[0], b[0]]), np.array([a[1], b[1]]), GREY, 1.5) for a, b in zip(starts, ends, strict=True)]
    return "".join(lines) + dots(cloud.points / 3, cloud.labels)


def _toy(state: State) -> str:
    """The end of a short training of the last of the losses."""
    knobs = ToyKnobs(steps=120, points=90, body=state.get("toy.body", "net"))
    loss = losses.get(state["toy"][-1])()
    toy = train_toy(loss, knobs, CloudKnobs(classes=state.get("toy.cloud.classes", 6)))
    length = np.linalg.norm(toy.frames[-1], axis=1, keepdims=True)
    return dots(toy.frames[-1] / (2.4 * (length if loss.normalises else np.quantile(length, 0.95))), toy.labels)


def dots(places: Doubles, labels: Doubles, radius: float = 2.4) -> str:
    """Points of -0.5 to 0.5, in the colours of their classes."""
    return "".join(
        f'<circle cx="{100 + 184 * x:.1f}" cy="{65 - 114 * y:.1f}" r="{radius}" fill="{COLOURS[int(label) % 10]}"/>'
        for (x, y), label in zip(places, labels, strict=True)
    )


DRAWN: dict[str, Callable[[State], str]] = {
    "two": _two,
    "target": _target,
    "many": _many,
    "sphere": _sphere,
    "spokes": _spokes,
    "pairs": _pairs,
    "plane": _plane,
    "unified": _unified,
    "edges": _edges,
    "forces": _forces,
    "toy": _toy,
}
