"""``.npz``: all of it as plain arrays, for ``numpy.load``.

==============================  =====================================================================
``epochs`` (E,)                 which epochs
``<set>_embeddings``            (E, N, d) float32; of the set ``pairs`` those of the last epoch alone
``<set>_index`` (N,)            rows of the prepared data set
``<set>_labels`` (N,)           into ``class_names``
``<set>_pictures``              (N, H, W, C) uint8, where they are at hand
``prototypes`` (E, P, d)        with ``prototype_labels`` (P,)
``head`` (E, N)                 class that the loss's own head predicts for each probe
``protocol_<name>_index``       (P, 2) rows of the set ``pairs``, with ``_same`` and ``_fold`` (P,)
``class_names`` (C,)            text
``lossviz``                     JSON: the run's facts
==============================  =====================================================================
"""

import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossviz.errors import RunError
from lossviz.exchange._files import new_file
from lossviz.exchange.content import PAIRS, Content, Part, known_again
from lossviz.exchange.foreign import Sheet
from lossviz.records import PairSet

Arrays = dict[str, NDArray[Any]]
OURS = "lossviz"
VECTORS, LABELS = ("embeddings", "embedding", "vectors", "features"), ("labels", "label", "targets", "y")


def write(contents: Sequence[Content], folder: Path) -> list[Path]:
    """Write ``<run>.npz`` into ``folder`` for each run; returns the files."""
    written = []
    for content in contents:
        path = folder / f"{content.name}.npz"
        with new_file(path) as fresh, fresh.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **_arrays(content))
        written.append(path)
    return written


def _arrays(content: Content) -> Arrays:
    found: Arrays = {"epochs": np.array(content.epochs), "class_names": np.array(content.class_names, np.str_)}
    for name, part in content.parts.items():
        stack = np.stack([part.embeddings[epoch] for epoch in sorted(part.embeddings)]) if part.embeddings else None
        if stack is None:  # the pairs are embedded after the last epoch, which may not be among those asked for
            continue
        found |= {f"{name}_embeddings": stack[-1] if name == PAIRS else stack}
        found |= {f"{name}_index": part.index, f"{name}_labels": part.labels}
        if part.pictures is not None:
            found[f"{name}_pictures"] = part.pictures
    if content.prototypes and content.prototype_labels is not None:
        found["prototypes"] = np.stack([content.prototypes[epoch] for epoch in sorted(content.prototypes)])
        found["prototype_labels"] = content.prototype_labels
    if content.heads:
        found["head"] = np.stack([content.heads[epoch] for epoch in sorted(content.heads)])
    if f"{PAIRS}_embeddings" in found:
        for name, protocol in content.protocols.items():
            found |= {f"protocol_{name}_{part}": getattr(protocol, part) for part in ("index", "same", "fold")}
    return found | {OURS: np.array(json.dumps(content.about))}


def read(path: Path) -> Content | list[Sheet]:
    """What lossviz wrote as it was; of another program's file its sheets. Raises :class:`RunError`.

    Such a file holds ``embeddings`` (N, d), or (E, N, d) with ``epochs`` (E,), and what there is of ``labels`` (N,),
    ``class_names`` (C,), ``index`` (N,), ``set`` (N,) and ``images`` (N, H, W) or (N, H, W, C) uint8.
    """
    arrays = _load(path)
    return _ours(path, arrays) if OURS in arrays else _sheets(path, arrays)


def _load(path: Path) -> Arrays:
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, AttributeError) as error:
        raise RunError(f"{path} cannot be read as .npz: {error}") from None


def _ours(path: Path, arrays: Arrays) -> Content:
    try:
        epochs = [int(epoch) for epoch in arrays["epochs"]]
        parts = {}
        for name in [key.removesuffix("_embeddings") for key in arrays if key.endswith("_embeddings")]:
            stack = arrays[f"{name}_embeddings"]
            embeddings = {epochs[-1]: stack} if name == PAIRS else dict(zip(epochs, stack, strict=True))
            pictures = arrays.get(f"{name}_pictures")
            parts[name] = Part(arrays[f"{name}_index"], arrays[f"{name}_labels"], embeddings, pictures)
        names = [key.removeprefix("protocol_").removesuffix("_fold") for key in arrays if key.endswith("_fold")]
        return Content(
            name=path.stem,
            class_names=tuple(str(name) for name in arrays["class_names"]),
            parts=parts,
            prototypes=dict(zip(epochs, arrays.get("prototypes", ()), strict=False)),
            prototype_labels=arrays.get("prototype_labels"),
            heads=dict(zip(epochs, arrays.get("head", ()), strict=False)),
            protocols={name: _protocol(arrays, name) for name in names},
            about=known_again(str(arrays[OURS]), path),
        )
    except (KeyError, ValueError) as error:
        raise RunError(f"{path} is damaged: {error!r}") from None


def _protocol(arrays: Mapping[str, NDArray[Any]], name: str) -> PairSet:
    return PairSet(*(arrays[f"protocol_{name}_{part}"] for part in ("index", "same", "fold")))


def _sheets(path: Path, arrays: Arrays) -> list[Sheet]:
    vectors = next((arrays[name] for name in VECTORS if name in arrays), None)
    if vectors is None or vectors.ndim not in (2, 3):
        raise RunError(
            f"{path} needs an array 'embeddings' of shape (images, dimensions) or (epochs, images, dimensions); it has "
            f"{', '.join(f'{name} {array.shape}' for name, array in arrays.items()) or 'nothing'}"
        )
    stack = vectors[None] if vectors.ndim == 2 else vectors
    epochs = arrays.get("epochs", np.arange(len(stack)))
    if len(epochs) != len(stack):
        raise RunError(f"{path}: 'epochs' has {len(epochs)} numbers for {len(stack)} epochs of embeddings")
    columns = _columns(path, arrays, stack.shape[1])
    return [Sheet(int(epoch), each.astype(np.float32), columns) for epoch, each in zip(epochs, stack, strict=True)]


def _columns(path: Path, arrays: Arrays, count: int) -> dict[str, list[Any]]:
    """The arrays that tell something of each image, as columns; labels by their names where there are names."""
    found: dict[str, list[Any]] = {}
    for name in ("index", "set", *LABELS):
        if name in arrays:
            if arrays[name].shape != (count,):
                raise RunError(f"{path}: '{name}' must have one value for each of {count} images")
            found["label" if name in LABELS else name] = arrays[name].tolist()
    names = arrays.get("class_names")
    if names is not None and "label" in found:
        known = dict(enumerate(str(name) for name in names))
        found["class"] = [known.get(label, str(label)) for label in found["label"]]
    images = arrays.get("images")
    if images is not None:
        if images.dtype != np.uint8 or images.ndim not in (3, 4) or len(images) != count:
            raise RunError(
                f"{path}: 'images' must be uint8 of shape ({count}, height, width) or ({count}, height, width, 3)"
            )
        found["picture"] = list(images)
    return found
