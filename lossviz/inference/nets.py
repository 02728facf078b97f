"""A run's net as it was after an epoch, for images that it never saw."""

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lossviz import data, models
from lossviz.data import Recipe, Seen
from lossviz.errors import RunError
from lossviz.records import Floats
from lossviz.runs import Run

if TYPE_CHECKING:
    from lossviz.models.base import Net

BATCH = 250
MOST_NETS = 24  # kept in memory; a ResNet-18 takes 45 MB
TYPICAL = 2000  # images of the set whose brightness says what is usual


@dataclass(frozen=True)
class _Kept:
    """Nets by run, epoch and file; the one asked for longest ago leaves first."""

    nets: "OrderedDict[tuple[str, int, int], Net]" = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)


_KEPT = _Kept()


def net(run: Run, epoch: int) -> "Net":
    """The net of ``run`` after ``epoch``, one of ``run.weight_epochs()``, in evaluation mode on the processor.

    The most recent are kept in memory: whoever gets one must not change it. Raises
    :class:`~lossviz.errors.RunError` where the weights were not kept, are damaged or do not fit.
    """
    key = (str(run.folder.resolve()), epoch, _changed(run, epoch))
    with _KEPT.lock:
        if key in _KEPT.nets:
            _KEPT.nets.move_to_end(key)
            return _KEPT.nets[key]
    made = _built(run, epoch)
    with _KEPT.lock:
        _KEPT.nets[key] = made
        while len(_KEPT.nets) > MOST_NETS:
            _KEPT.nets.popitem(last=False)
    return made


def embed(run: Run, epoch: int, images: NDArray[np.uint8]) -> Floats:
    """Embeddings (N, d) float32 of prepared ``images`` (N, C, H, W) ``uint8``, as the run's own were made."""
    import torch  # noqa: PLC0415  seconds, for whoever embeds

    shape = tuple(run.header["image_shape"])
    if images.dtype != np.uint8 or images.ndim != 4 or images.shape[1:] != shape:
        raise RunError(
            f"run '{run.id}' takes uint8 images of shape (count, {shape}), got {images.dtype} {images.shape}"
        )
    whole, parts = net(run, epoch), []
    with torch.inference_mode():
        for start in range(0, len(images), BATCH):
            pixels = torch.from_numpy(np.ascontiguousarray(images[start : start + BATCH]))
            parts.append(whole(pixels).float().numpy())
    return np.concatenate(parts) if parts else np.zeros((0, run.config.settings.dim), np.float32)


def recipe_of(run: Run) -> tuple[Recipe, str]:
    """How the run's pictures were prepared, and a sentence where that had to be assumed (else empty)."""
    channels, height, width = run.header["image_shape"]
    return data.recipe(run.config.data.name, (channels, height, width))


def seen_by(run: Run) -> Seen:
    """What the run's net was trained on, for ``data.doubts``; brightness where the prepared set is at hand."""
    whole = net(run, run.weight_epochs()[-1]) if run.weight_epochs() else None
    mean, std = ([], []) if whole is None else (whole.mean.ravel().tolist(), whole.std.ravel().tolist())
    name = run.config.data.name
    images = data.open_prepared(name, run.config.data.knobs)
    if images is None:
        return Seen(name, mean, std)
    rows = np.flatnonzero(~images.is_test)
    rows = rows[np.linspace(0, len(rows) - 1, min(TYPICAL, len(rows))).astype(int)]
    return Seen(images.title, mean, std, images.images[rows].mean(axis=(1, 2, 3)))


def _changed(run: Run, epoch: int) -> int:
    """When the file was written; 0 where there is none, of which reading it tells more."""
    path = run.weights_file(epoch)
    return path.stat().st_mtime_ns if path.exists() else 0


def _built(run: Run, epoch: int) -> "Net":
    import torch  # noqa: PLC0415

    arrays = run.weights(epoch)
    own = {name.removeprefix("net."): np.array(array) for name, array in arrays.items() if name.startswith("net.")}
    config, (channels, height, width) = run.config, run.header["image_shape"]
    model = models.get(config.model.name).from_values(config.model.knobs).unloaded()
    if not {"mean", "std"} <= own.keys():
        raise RunError(
            f"the weights of epoch {epoch} of run '{run.id}' are damaged: the pixels' mean or std is missing"
        )
    mean, std = own["mean"].ravel().tolist(), own["std"].ravel().tolist()
    made = model.build((channels, height, width), config.settings.dim, mean, std)
    try:
        made.load_state_dict({name: torch.from_numpy(array) for name, array in own.items()})
    except RuntimeError as error:
        raise RunError(
            f"the weights of epoch {epoch} of run '{run.id}' do not fit this program's {config.model.name} (was the "
            f"run made by another version?): {str(error).splitlines()[-1].strip()}"
        ) from error
    return made.eval().requires_grad_(False).to(memory_format=torch.channels_last)
