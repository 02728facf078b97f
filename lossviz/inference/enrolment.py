"""Classes that a person enrols from a few images each, and finding new images among them.

The prepared images are what is kept: every run of the same image shape can search among them, with its own net. A
gallery lives in memory; it leaves as one file and comes back from it, and no run is ever changed.
"""

import json
import re
from dataclasses import dataclass, field

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from lossviz.data._recipes import Pixels
from lossviz.errors import DataError, RunError
from lossviz.inference.decision import distances_of, stranger_scores
from lossviz.inference.nets import embed
from lossviz.inference.spaces import Space
from lossviz.metrics._similarity import Doubles, class_means, in_metric, similarity_blocks
from lossviz.records import Floats, Ints
from lossviz.runs import Run

FORMAT = 1
MOST_CLASSES, MOST_IMAGES, MOST_BYTES = 200, 2000, 64 << 20
LONGEST = 60  # characters of a class's name
NAME = re.compile(rf"[^\n\r\t]{{1,{LONGEST}}}")


@dataclass(frozen=True)
class Enrolled:
    """``names`` of the classes, ``images`` (N, C, H, W) ``uint8`` as ``data_set`` prepares them, ``labels`` (N,)."""

    data_set: str
    names: tuple[str, ...]
    images: Pixels
    labels: Ints

    @classmethod
    def nobody(cls, run: Run) -> "Enrolled":
        """An empty gallery for images as ``run`` takes them."""
        shape = tuple(run.header["image_shape"])
        return cls(run.config.data.name, (), np.zeros((0, *shape), np.uint8), np.zeros(0, np.int64))

    def with_class(self, name: str, images: Pixels) -> "Enrolled":
        """With ``images`` (M, C, H, W) added to the class called ``name``, which is made if it is new."""
        name = _named(name)
        if images.dtype != np.uint8 or images.shape[1:] != self.images.shape[1:] or not len(images):
            raise DataError(f"images of shape {self.images.shape[1:]} are enrolled here, got {images.shape}")
        names = self.names if name in self.names else (*self.names, name)
        labels = np.full(len(images), names.index(name), np.int64)
        return _checked(
            Enrolled(
                self.data_set,
                names,
                np.concatenate([self.images, images]),
                np.concatenate([self.labels, labels]),
            )
        )

    def without(self, name: str) -> "Enrolled":
        """Without the class called ``name``."""
        if name not in self.names:
            raise DataError(f"nobody called '{name}' is enrolled; there is: {', '.join(self.names) or 'nobody'}")
        gone = self.names.index(name)
        kept = self.labels != gone
        labels = self.labels[kept]
        names = tuple(each for each in self.names if each != name)
        return Enrolled(self.data_set, names, self.images[kept], labels - (labels > gone))

    @property
    def shots(self) -> int:
        """The fewest images of a class; 0 where there is none."""
        return int(np.bincount(self.labels, minlength=len(self.names)).min()) if self.names else 0

    def dump(self) -> bytes:
        """The gallery as the content of one file: safetensors, with names and data set as JSON in its header."""
        about = {"format": FORMAT, "data_set": self.data_set, "names": list(self.names)}
        return save({"images": self.images, "labels": self.labels}, {"gallery": json.dumps(about)})

    @classmethod
    def parse(cls, content: bytes) -> "Enrolled":
        """A gallery out of :meth:`dump`; raises :class:`DataError` for anything else."""
        if len(content) > MOST_BYTES:
            raise DataError(f"a gallery's file has at most {MOST_BYTES >> 20} MB, this one {len(content) >> 20}")
        try:
            arrays = load(content)
            header = int.from_bytes(content[:8], "little")
            about = json.loads(json.loads(content[8 : 8 + header])["__metadata__"]["gallery"])
            if about["format"] != FORMAT:
                raise DataError(f"the gallery has format {about['format']!r}; this program reads {FORMAT}")
            read = cls(str(about["data_set"]), tuple(map(_named, about["names"])), arrays["images"], arrays["labels"])
            return _checked(read)
        except DataError:
            raise
        except (SafetensorError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise DataError("this is no file of an enrolled gallery; save one with the page's own button") from error


@dataclass(frozen=True)
class Identified:
    """Who each of N images was taken for: ``nearest`` (N,) classes and ``distances`` (N, C) to every class's centre.

    ``threshold`` is the distance beyond which it is nobody, or ``None`` for a closed set; ``found`` (N,) has the class,
    or -1 for unknown.
    """

    names: tuple[str, ...]
    distances: Doubles
    threshold: float | None

    @property
    def nearest(self) -> Ints:
        return self.distances.argmin(axis=1)

    @property
    def found(self) -> Ints:
        near = self.nearest
        if self.threshold is None:
            return near
        return np.where(self.distances.min(axis=1) <= self.threshold, near, -1)

    def name(self, row: int) -> str:
        """Of one image the class's name, or ``unknown``."""
        found = int(self.found[row])
        return "unknown" if found < 0 else self.names[found]


@dataclass
class Search:
    """A gallery under a run's net at an epoch; the enrolled images are embedded once."""

    here: Space
    enrolled: Enrolled
    _centres: tuple[Floats, Ints] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if not self.enrolled.names:
            raise DataError("nobody is enrolled yet: give a class a name and at least one image")
        run, metric = self.here.run, self.here.metric
        if tuple(run.header["image_shape"]) != self.enrolled.images.shape[1:]:
            raise RunError(
                f"run '{run.id}' takes images of shape {tuple(run.header['image_shape'])}, and those enrolled have "
                f"{self.enrolled.images.shape[1:]}: they were prepared for {self.enrolled.data_set}"
            )
        embeddings = embed(run, self.here.epoch, self.enrolled.images)
        labels, means = class_means(in_metric(embeddings, metric), self.enrolled.labels)
        self._centres = in_metric(means, metric).astype(np.float32), labels

    def threshold(self, far: float) -> float | None:
        """The distance at which ``far`` of the run's own probes are taken for somebody among strangers.

        They meet as many of the run's classes as are enrolled here, each with as few images as the fewest here.
        ``None`` where there are fewer than 1/far probes.
        """
        return stranger_scores(self.here, self.enrolled.shots, len(self.enrolled.names)).threshold(far)

    def identify(self, embeddings: Floats, threshold: float | None = None) -> Identified:
        """Find ``embeddings`` (N, d) of this run and epoch; beyond ``threshold`` it is nobody."""
        blocks = similarity_blocks(embeddings, self._centres[0], self.here.metric)
        similar = np.concatenate([block for _, block in blocks])
        return Identified(self.enrolled.names, distances_of(similar, self.here.metric), threshold)


def _named(name: object) -> str:
    plain = name.strip() if isinstance(name, str) else ""
    if not NAME.fullmatch(plain) or not plain.isprintable() or plain.lower() == "unknown":
        raise DataError(f"a class's name has 1 to {LONGEST} printable characters and is not 'unknown', got {name!r}")
    return plain


def _checked(gallery: Enrolled) -> Enrolled:
    """``gallery``, or the sentence on what is wrong with it."""
    images, labels, names = gallery.images, gallery.labels, gallery.names
    if len(names) > MOST_CLASSES or len(images) > MOST_IMAGES:
        raise DataError(f"a gallery has at most {MOST_CLASSES} classes and {MOST_IMAGES} images")
    whole = images.dtype == np.uint8 and images.ndim == 4
    whole = whole and labels.dtype == np.int64 and labels.shape == images.shape[:1]
    if not whole or len(set(names)) != len(names) or not np.array_equal(np.unique(labels), np.arange(len(names))):
        raise DataError("the gallery's file does not fit together: images, labels and names disagree")
    return gallery
