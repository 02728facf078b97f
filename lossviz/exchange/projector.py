"""TensorBoard's Embedding Projector: vectors and metadata as TSV, a sprite of the images, and a config.

``FOLDER/projector_config.pbtxt`` lists a tensor for each run and epoch; ``tensorboard --logdir FOLDER`` opens it.
Format: https://github.com/tensorflow/tensorboard/tree/master/tensorboard/plugins/projector (``projector_config.proto``
and ``projector_plugin.py``: TSV without a header for vectors, with one for metadata of more than one column).
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from lossviz import runs
from lossviz.exchange._files import new_folder
from lossviz.exchange.content import PAIRS, Content, class_name, rows_of

CONFIG = "projector_config.pbtxt"
ABOUT = "lossviz.json"
SPRITE = "sprite.png"
LAST = "(last)"
COLUMNS = ("class", "label", "set", "image", "prediction", "correct", "confidence", "norm")
GREY, WHITE = 128, 255
WIDEST = 8192  # pixels a side of a sprite that the Projector takes


def write(contents: Sequence[Content], folder: Path) -> list[Path]:
    """Write ``contents`` into ``folder``, one folder a run under one config; returns ``[folder]``."""
    with new_folder(folder) as fresh:
        lines = [line for content in contents for line in _write_run(content, fresh)]
        (fresh / CONFIG).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return [folder]


def _write_run(content: Content, folder: Path) -> Iterator[str]:
    """Write one run's files; its lines of the config."""
    home = folder / content.name
    home.mkdir()
    (home / ABOUT).write_text(json.dumps(content.about), encoding="utf-8")
    cell = _write_sprite(content, home / SPRITE)
    for epoch, name in _names(content):
        vectors, metadata = f"epoch-{epoch:04d}-vectors.tsv", f"epoch-{epoch:04d}-metadata.tsv"
        rows = rows_of(content, epoch)
        np.savetxt(home / vectors, rows.vectors, "%.9g", "\t")  # 9 digits tell every float32 from every other
        (home / metadata).write_text("\n".join(_metadata(content, epoch)) + "\n", encoding="utf-8")
        yield "embeddings {"
        yield f'  tensor_name: "{name}"'
        yield f'  tensor_path: "{content.name}/{vectors}"'
        yield f'  metadata_path: "{content.name}/{metadata}"'
        if cell is not None:
            yield f'  sprite {{ image_path: "{content.name}/{SPRITE}" {_dims(cell)} }}'
        yield "}"


def _names(content: Content) -> Iterator[tuple[int, str]]:
    """The epochs with what they are called, the last one first.

    The Projector sorts by size and then by name, whatever the order of the config, and opens what comes first: a
    bracket comes before a letter.
    """
    *earlier, last = content.epochs
    digits = len(str(last))
    yield last, f"{content.name} {LAST} epoch {last:0{digits}d}" if earlier else f"{content.name} epoch {last}"
    yield from ((epoch, f"{content.name} epoch {epoch:0{digits}d}") for epoch in earlier)


def _dims(cell: tuple[int, int]) -> str:
    return " ".join(f"single_image_dim: {pixels}" for pixels in cell)


def _metadata(content: Content, epoch: int) -> Iterator[str]:
    names, rows = content.class_names, rows_of(content, epoch)
    norms = np.linalg.norm(rows.vectors.astype(np.float64), axis=1)
    yield "\t".join(COLUMNS)
    for place, label in enumerate(rows.labels):
        known = rows.prediction[place] >= 0
        row = (
            _plain(class_name(names, label)),
            label,
            rows.sets[place],
            rows.index[place] if rows.index[place] >= 0 else "",
            _plain(class_name(names, rows.prediction[place])),
            {True: "right", False: "wrong"}[bool(rows.prediction[place] == label)] if known else "",
            f"{rows.confidence[place]:.4f}" if known else "",
            f"{norms[place]:.6g}",
        )
        yield "\t".join(map(str, row))


def _plain(text: str) -> str:
    """On one line and in one cell."""
    return " ".join(text.split())


def _write_sprite(content: Content, path: Path) -> tuple[int, int] | None:
    """The sheet of all images in the order of the rows; width and height of a cell.

    Prototypes are white squares, images that are not at hand grey ones. ``None`` where those of the probe are not at
    hand, or where all do not fit on one sheet.
    """
    probe = content.parts["probe"].pictures if "probe" in content.parts else None
    if probe is None:
        return None
    blocks = [
        np.full((len(part.index), *probe.shape[1:]), GREY, np.uint8) if part.pictures is None else part.pictures
        for name, part in content.parts.items()
        if name != PAIRS
    ]
    prototypes = 0 if content.prototype_labels is None or not content.prototypes else len(content.prototype_labels)
    cells = np.concatenate([*blocks, np.full((prototypes, *probe.shape[1:]), WHITE, np.uint8)])
    count, height, width, _ = cells.shape
    if -(-count // runs.sheet_columns(count, width)) * height > WIDEST:
        return None
    path.write_bytes(runs.sheet(cells))
    return width, height
