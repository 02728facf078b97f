"""Parquet: one row an image and epoch, with its vector, what is told of it, and its picture.

pandas, DuckDB and Embedding Atlas (``embedding-atlas FILE --vector embedding --image picture``) open it. A picture is a
struct of ``bytes`` (PNG) and ``path``, as Hugging Face data sets and Embedding Atlas
(https://apple.github.io/embedding-atlas/data-formats.html) have it. What makes the run known again is in the file's
metadata, under the key ``lossviz``.
"""

import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lossviz.errors import RunError
from lossviz.exchange._files import new_file
from lossviz.exchange.content import Content, Pictures, class_name, known_again, rows_of
from lossviz.exchange.foreign import Sheet

KEY = b"lossviz"
AXES = ("x", "y", "z")


def write(contents: Sequence[Content], folder: Path) -> list[Path]:
    """Write ``<run>.parquet`` into ``folder`` for each run; returns the files."""
    import pyarrow.parquet as pq  # noqa: PLC0415

    written = []
    for content in contents:
        path = folder / f"{content.name}.parquet"
        with new_file(path) as fresh:
            pq.write_table(_table(content), fresh, compression="zstd", row_group_size=1 << 14)
        written.append(path)
    return written


def _table(content: Content) -> Any:
    import pyarrow as pa  # noqa: PLC0415

    pictures = {name: _encoded(name, part.pictures) for name, part in content.parts.items()}
    tables = [_epoch(content, epoch, pictures) for epoch in content.epochs]
    about = {KEY: json.dumps(content.about).encode()}
    return pa.concat_tables(tables).replace_schema_metadata(about)


def _epoch(content: Content, epoch: int, pictures: Mapping[str, list[dict[str, Any]]]) -> Any:
    import pyarrow as pa  # noqa: PLC0415

    rows, names = rows_of(content, epoch), content.class_names
    known = rows.prediction >= 0
    norms = np.linalg.norm(rows.vectors.astype(np.float64), axis=1)
    columns: dict[str, Any] = {
        "epoch": pa.array(np.full(len(rows.sets), epoch), pa.int32()),
        "set": pa.array(rows.sets),
        "image": pa.array(rows.index, pa.int64(), mask=rows.index < 0),
        "label": pa.array(rows.labels, pa.int64()),
        "class": pa.array([class_name(names, label) for label in rows.labels]),
        "prediction": pa.array([class_name(names, label) or None for label in rows.prediction], pa.string()),
        "correct": pa.array(rows.prediction == rows.labels, mask=~known),
        "confidence": pa.array(rows.confidence, pa.float32(), mask=~known),
        "head": pa.array(rows.head, pa.int64(), mask=rows.head < 0),
        "norm": pa.array(norms, pa.float32()),
    }
    dim = rows.vectors.shape[1]
    if dim <= len(AXES):
        columns |= {axis: pa.array(rows.vectors[:, place]) for place, axis in zip(range(dim), AXES, strict=False)}
    columns["embedding"] = pa.FixedSizeListArray.from_arrays(pa.array(rows.vectors.ravel(), pa.float32()), dim)
    if any(pictures.values()):
        cells: list[dict[str, Any] | None] = []
        for name in dict.fromkeys(rows.sets):
            there: Sequence[dict[str, Any] | None] = pictures.get(name, ())
            cells += there or [None] * rows.sets.count(name)
        columns["picture"] = pa.array(cells, pa.struct([("bytes", pa.binary()), ("path", pa.string())]))
    return pa.table(columns)


def _encoded(name: str, pictures: Pictures | None) -> list[dict[str, Any]]:
    from PIL import Image  # noqa: PLC0415

    found = []
    for place, pixels in enumerate(() if pictures is None else pictures):
        png = io.BytesIO()
        Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels).save(png, "PNG")
        found.append({"bytes": png.getvalue(), "path": f"{name}-{place:05d}.png"})
    return found


def read(path: Path, vector: str | None) -> tuple[list[Sheet], dict[str, Any]]:
    """The sheets of a Parquet file by epoch, and what lossviz wrote about its run (empty for other files).

    ``vector`` names the column with the vectors; ``None`` takes ``embedding``, else the only one of lists of numbers.
    Raises :class:`RunError`.
    """
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowException) as error:
        raise RunError(f"{path} cannot be read as Parquet: {error}") from None
    text = (table.schema.metadata or {}).get(KEY)
    about = {} if text is None else known_again(text, path)
    name = vector or _vector_column(table, path)
    if name not in table.column_names:
        raise RunError(f"{path} has no column '{name}'; it has {', '.join(table.column_names)}")
    vectors = _vectors(table.column(name), path, name)
    columns = {each: table.column(each) for each in table.column_names if each != name}
    epochs = np.zeros(len(vectors), np.int64)
    if "epoch" in columns:
        epochs = np.asarray(columns.pop("epoch").to_numpy(zero_copy_only=False), np.int64)
    return [_sheet(int(epoch), epochs == epoch, vectors, columns) for epoch in np.unique(epochs)], about


def _sheet(epoch: int, rows: Any, vectors: Any, columns: Mapping[str, Any]) -> Sheet:
    import pyarrow as pa  # noqa: PLC0415

    mask = pa.array(rows)
    cells = {name: column.filter(mask).to_pylist() for name, column in columns.items()}
    return Sheet(epoch, vectors[rows], cells)


def _vector_column(table: Any, path: Path) -> str:
    import pyarrow.types as kinds  # noqa: PLC0415

    def is_vector(kind: Any) -> bool:
        lists = kinds.is_list(kind) or kinds.is_large_list(kind) or kinds.is_fixed_size_list(kind)
        return bool(lists and (kinds.is_floating(kind.value_type) or kinds.is_integer(kind.value_type)))

    found = [entry.name for entry in table.schema if is_vector(entry.type)]
    if "embedding" in found:
        return "embedding"
    if len(found) != 1:
        has = f"it has several: {', '.join(found)}" if found else f"none of {', '.join(table.column_names)} is one"
        raise RunError(f"{path}: which column has the vectors? A list of numbers in every row is needed; {has}. "
                       "Name it with --vector")  # fmt: skip
    return found[0]


def _vectors(column: Any, path: Path, name: str) -> Any:
    """As (rows, d) float32, without a detour over lists of Python's: there may be a million numbers."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    try:
        lengths = set(pc.unique(pc.list_value_length(column)).to_pylist())
        flat = pc.list_flatten(column).cast(pa.float32(), safe=False)
    except pa.ArrowException:
        lengths = {None}
    if len(lengths) != 1 or None in lengths:
        raise RunError(f"{path}: column '{name}' must hold lists of numbers, all of the same length")
    return flat.to_numpy().reshape(len(column), *lengths)
