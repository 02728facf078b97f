"""Reading what is made for TensorBoard's Embedding Projector: a config with its files, or a TSV of vectors alone."""

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from lossviz.errors import RunError
from lossviz.exchange.content import Pictures, known_again
from lossviz.exchange.foreign import Sheet
from lossviz.exchange.projector import ABOUT, CONFIG, LAST
from lossviz.records import Floats

TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|([{}])|([^\s{}:"]+)\s*:?|(#[^\n]*)|:')
STEP = re.compile(rf"^(.*?)[\s,:/_-]*(?:{re.escape(LAST)})?[\s,:/_-]*(?:epoch|step)?[\s,:/_-]*(\d+)$")


@dataclass(frozen=True)
class Tensor:
    """One ``embeddings { ... }`` of a config, with the paths resolved."""

    name: str = ""
    vectors: Path = Path()
    metadata: Path | None = None
    sprite: Path | None = None
    cell: tuple[int, ...] = ()
    shape: tuple[int, ...] = ()


@dataclass
class Found:
    """One run in a config: its sheets, and what lossviz wrote beside them."""

    sheets: list[Sheet] = field(default_factory=list)
    about: Mapping[str, Any] = field(default_factory=dict)


def read(path: Path, metadata: Path | None) -> dict[str, Found]:
    """The runs in a folder with a config, the config itself, or a TSV of vectors with its ``metadata``, by name.

    Tensors whose names differ in a number at the end alone (``tag:00002``, ``run epoch 7``) are epochs of one run.
    """
    if path.is_dir():
        path = path / CONFIG
    if not path.exists():
        raise RunError(f"there is no {path}; give a folder with a {CONFIG}, or a TSV of vectors")
    if path.suffix == ".tsv":
        tensor = Tensor(path.stem, path, metadata)
        return {path.stem: Found([_sheet(tensor, 0)])}
    found: dict[str, Found] = {}
    tensors = list(_tensors(path))
    if not tensors:
        raise RunError(f"{path} lists no tensor that is in a file of its own; checkpoints of TensorFlow are not read")
    for place, tensor in enumerate(tensors):
        name, epoch = _epoch(tensor.name, place)
        run = found.setdefault(name or path.parent.name, Found())
        run.sheets.append(_sheet(tensor, epoch))
        beside = tensor.vectors.parent / ABOUT
        if beside.exists():
            run.about = known_again(_text(beside), beside)
    return found


def _epoch(name: str, place: int) -> tuple[str, int]:
    """The run's name and the epoch in a tensor's name; its place where no number is in it."""
    match = STEP.match(name)
    return (match[1], int(match[2])) if match else (name, 0)


def _tensors(path: Path) -> Iterator[Tensor]:
    """The tensors of a config in protobuf's text format."""
    home, depth, inside, key = path.parent, 0, Tensor(), ""
    for quoted, brace, word, _comment in TOKEN.findall(_text(path)):
        if brace == "{":
            depth += 1
            inside = Tensor() if depth == 1 else inside
        elif brace == "}":
            depth -= 1
            if depth == 0 and inside.vectors != Path():
                yield inside
        elif word and not word.isdigit():
            key = word
        elif quoted or word:
            inside = _with(inside, key, quoted or word, home)


def _with(tensor: Tensor, key: str, value: str, home: Path) -> Tensor:
    changes: dict[str, dict[str, Any]] = {
        "tensor_name": {"name": value},
        "tensor_path": {"vectors": home / value},
        "metadata_path": {"metadata": home / value},
        "image_path": {"sprite": home / value},
    }
    if value.isdigit():
        changes["single_image_dim"] = {"cell": (*tensor.cell, int(value))}
        changes["tensor_shape"] = {"shape": (*tensor.shape, int(value))}
    return replace(tensor, **changes.get(key, {}))


def _sheet(tensor: Tensor, epoch: int) -> Sheet:
    vectors = _vectors(tensor)
    columns: dict[str, Any] = {} if tensor.metadata is None else _metadata(tensor.metadata, len(vectors))
    if tensor.sprite is not None and len(tensor.cell) == 2:
        columns["picture"] = list(_sprite(tensor.sprite, tensor.cell, len(vectors)))
    return Sheet(epoch, vectors, columns)


def _vectors(tensor: Tensor) -> Floats:
    """As TensorBoard reads them: TSV, or float32 in the machine's order where that is not text."""
    path = tensor.vectors
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise RunError(f"{path} cannot be read: {error.strerror or error}") from None
    try:
        return np.loadtxt(io.StringIO(raw.decode()), np.float32, delimiter="\t", ndmin=2)
    except UnicodeDecodeError:
        if len(tensor.shape) == 2 and len(raw) == 4 * tensor.shape[0] * tensor.shape[1]:
            return np.frombuffer(raw, "<f4").reshape(tensor.shape)
        raise RunError(f"{path} is neither text nor as many float32 as its tensor_shape says") from None
    except ValueError as error:
        raise RunError(f"{path} must hold numbers, as many in every line, with tabs between: {error}") from None


def _metadata(path: Path, count: int) -> dict[str, list[str]]:
    """Columns by name. A single one has no header, as the Projector has it; one that is there all the same is seen."""
    rows = [line.split("\t") for line in _text(path).splitlines()]
    rows = [row for row in rows if row != [""]] if rows and len(rows[0]) > 1 else rows
    if rows and len(rows[0]) > 1:
        header, body = rows[0], rows[1:]
    else:
        header, body = (rows[0], rows[1:]) if len(rows) == count + 1 else (["label"], rows)
    if len(body) != count or any(len(row) != len(header) for row in body):
        raise RunError(
            f"{path} must have a line for each of {count} vectors, with {len(header)} cells each, below a header if "
            f"there are several; it has {len(body)}"
        )
    return {name: [row[place] for row in body] for place, name in enumerate(header)}


def _sprite(path: Path, cell: tuple[int, ...], count: int) -> Pictures:
    from lossviz import data  # noqa: PLC0415

    try:
        image = data.decode(path.read_bytes())
    except OSError as error:
        raise RunError(f"{path} cannot be read: {error.strerror or error}") from None
    pixels = np.asarray(image)
    pixels = pixels[:, :, None] if pixels.ndim == 2 else pixels
    width, height = cell
    columns, rows = pixels.shape[1] // width, pixels.shape[0] // height
    if columns * rows < count:
        raise RunError(f"{path} has {columns * rows} pictures of {width} x {height} pixels for {count} vectors")
    whole = pixels[: rows * height, : columns * width].reshape(rows, height, columns, width, -1).swapaxes(1, 2)
    return np.ascontiguousarray(whole.reshape(rows * columns, height, width, -1)[:count])


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RunError(f"{path} cannot be read: {error}") from None
