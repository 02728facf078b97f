"""Packing panels into the bytes that the browser gets once.

``u32 length of the header | header, JSON | arrays``, little-endian, header and arrays padded to four bytes. In the
header an array is ``[type, offset into the arrays, number of elements]``. Positions are 16-bit whole numbers, planar:
for every epoch all x, then all y, then all z; ``scale / 32767`` times the number is the position, so the origin stays
where it is. Continuous channels are 16-bit steps between ``low`` and ``high``, with 65535 for "no value".
"""

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossviz.records import Floats
from lossviz.view.panel import Channel, Panel

PARAMETER = "view"
STEPS = 32767
NO_VALUE = 65535
SPREAD = 99.5  # percentile of |position| that fills the picture: single stray points may lie outside
_TYPES = {"int16": "i2", "uint16": "u2", "uint8": "u1", "int32": "i4", "float32": "f4"}


class _Body:
    """The arrays, one after another."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.size = 0

    def add(self, array: NDArray[Any]) -> list[Any]:
        raw = np.ascontiguousarray(array).tobytes()
        where = [_TYPES[array.dtype.name], self.size, array.size]
        raw += b"\0" * (-len(raw) % 4)
        self.parts.append(raw)
        self.size += len(raw)
        return where


def classes_of(panels: tuple[Panel, ...]) -> list[str]:
    """What the browser numbers classes by: their names, over all panels, the first panel's first."""
    return list(dict.fromkeys(name for panel in panels for name in panel.class_names))


def pack(panels: tuple[Panel, ...], key: str, height: int, parameter: str = PARAMETER) -> bytes:
    """The bytes for checked ``panels``; the view's state is kept in the query ``parameter``."""
    classes, body = classes_of(panels), _Body()
    header: dict[str, Any] = {
        "key": key,
        "parameter": parameter,
        "height": height,
        "classes": classes,
        "channels": _channels(panels),
        "panels": [_panel(panel, classes, body) for panel in panels],
    }
    head = json.dumps(header, separators=(",", ":"), allow_nan=False).encode()
    head += b" " * (-len(head) % 4)
    return b"".join([len(head).to_bytes(4, "little"), head, *body.parts])


def quantise(positions: Floats) -> tuple[NDArray[np.int16], float]:
    """``(E, N, k)`` to planar ``(E, k, N)`` whole numbers, and the scale that 32767 stands for."""
    scale = float(np.abs(positions).max()) or 1.0
    planar = np.swapaxes(positions, 1, 2) * np.float32(STEPS / scale)
    return np.rint(planar).clip(-STEPS, STEPS).astype(np.int16), scale


def _panel(panel: Panel, classes: list[str], body: _Body) -> dict[str, Any]:
    to_shared = np.array([*(classes.index(name) for name in panel.class_names), -1])  # -1 stays -1
    positions, scale = quantise(panel.positions)
    described: dict[str, Any] = {
        "key": panel.key,
        "title": panel.title,
        "subtitle": panel.subtitle,
        "axes": panel.positions.shape[2],
        "count": panel.positions.shape[1],
        "epochs": [int(epoch) for epoch in panel.epochs],
        "sphere": panel.sphere,
        "ruled": panel.ruled,
        "data": panel.data,
        "scale": scale,
        "radius": 1.0 if panel.sphere else radius_of(panel.positions),
        "positions": body.add(positions),
        "ids": body.add(panel.ids.astype(np.int32)),
        "labels": body.add(to_shared[panel.labels].astype(np.int16)),
        "channels": {channel.key: _channel(channel, to_shared, body) for channel in panel.channels},
    }
    if panel.prototypes is not None and panel.prototype_labels is not None:
        prototypes, reach = quantise(panel.prototypes)
        described["prototypes"] = {
            "scale": reach,
            "count": panel.prototypes.shape[1],
            "positions": body.add(prototypes),
            "labels": body.add(to_shared[panel.prototype_labels].astype(np.int16)),
        }
    if panel.regions is not None:
        described["regions"] = {"by": panel.regions.by}
        if panel.regions.curves is not None:
            described["regions"] |= {
                "steps": panel.regions.curves.shape[1],
                "curves": body.add(panel.regions.curves.astype(np.float32)),
            }
    if panel.sprite is not None:
        described["sprite"] = vars(panel.sprite)
    return described


def radius_of(positions: Floats) -> float:
    """What fills the picture; before training, points may lie anywhere and do not decide it."""
    norms = np.linalg.norm(positions[1:] if len(positions) > 1 else positions, axis=2)
    return float(np.percentile(norms, SPREAD)) * 1.05 or 1.0


def _channels(panels: tuple[Panel, ...]) -> list[dict[str, Any]]:
    """One entry a channel key, with one colour range for all panels."""
    found: dict[str, dict[str, Any]] = {}
    for channel in (channel for panel in panels for channel in panel.channels):
        low, high = _range(channel)
        entry = found.setdefault(
            channel.key,
            {"key": channel.key, "title": channel.title, "kind": channel.kind, "unit": channel.unit}
            | {"low": low, "high": high},
        )
        entry["low"], entry["high"] = min(entry["low"], low), max(entry["high"], high)
    return list(found.values())


def _range(channel: Channel) -> tuple[float, float]:
    if channel.kind != "continuous":
        return 0.0, 1.0
    low, high = _extent(channel.values)
    return low if channel.low is None else channel.low, high if channel.high is None else channel.high


def _extent(values: NDArray[Any]) -> tuple[float, float]:
    real = values[np.isfinite(values)]
    return (float(real.min()), float(real.max())) if real.size else (0.0, 1.0)


def _channel(channel: Channel, to_shared: NDArray[np.int64], body: _Body) -> dict[str, Any]:
    described: dict[str, Any] = {"every": channel.values.ndim == 1}
    if channel.kind == "class":
        return described | {"values": body.add(to_shared[channel.values.astype(np.int64)].astype(np.int16))}
    if channel.kind == "binary":
        return described | {"values": body.add(channel.values.astype(np.uint8))}
    low, high = _extent(channel.values)
    values = channel.values.astype(np.float64)
    steps = np.rint((values - low) * ((NO_VALUE - 1) / ((high - low) or 1.0)))
    packed = np.where(np.isfinite(values), steps, NO_VALUE).astype(np.uint16)
    return described | {"low": low, "high": high, "values": body.add(packed)}
