"""What a data set is: prepared once into one memory-mapped ``uint8`` array, opened in well under a second after."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from lossviz.knobs import Knobbed, Value

if TYPE_CHECKING:
    from lossviz.data._recipes import Recipe

Report = Callable[[str, float | None], None]
"""Called with what is being done and how much of it is done in [0, 1] (``None``: not known)."""


@dataclass(frozen=True)
class Pairs:
    """A verification protocol: ``index`` (P, 2) rows of the data set's images, ``same`` (P,) bool, ``fold`` (P,)."""

    index: NDArray[np.int64]
    same: NDArray[np.bool_]
    fold: NDArray[np.int64]


@dataclass(frozen=True)
class Images:
    """A data set, opened.

    ``images`` (N, C, H, W) ``uint8``, usually memory-mapped; ``labels`` (N,) into ``class_names``, where -1 marks an
    image that takes part neither in training nor in testing (``select`` left its class out, but a verification pair
    may name it); ``is_test`` (N,) marks the test split. ``groups`` names what each class belongs to (an alphabet),
    or is empty. ``flip``: a mirror image shows the same class; ``pad``: pixels that a random crop may move the
    picture by. ``fit`` and ``invert`` say how a picture from outside becomes one of these, see
    :func:`lossviz.data.to_array`. ``mean`` and ``std`` are those of the prepared training split, one a channel, in
    [0, 1]. ``digest`` is the sha256 of pixels, labels and split (and of the knobs, where there are any).
    ``note`` is what must be said wherever a number from this set is shown (JPEG copies, say). ``strangers`` are classes
    that a protocol of the set's own keeps out of training. ``leaks``: the test images are trained on as well, as in a
    faulty protocol that was published.
    """

    name: str
    title: str
    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    is_test: NDArray[np.bool_]
    class_names: tuple[str, ...]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    digest: str
    groups: tuple[str, ...] = ()
    flip: bool = False
    pad: int = 0
    fit: str = "crop"
    invert: bool = False
    note: str = ""
    pairs: Mapping[str, Pairs] = field(default_factory=dict)
    strangers: tuple[int, ...] = ()
    leaks: bool = False


@dataclass(frozen=True)
class Raw:
    """What :meth:`DataSet.build` hands over to be written: see :class:`Images` for shapes."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    is_test: NDArray[np.bool_]
    class_names: tuple[str, ...]
    groups: tuple[str, ...] = ()
    pairs: Mapping[str, Pairs] = field(default_factory=dict)


@dataclass(frozen=True)
class DataSet(Knobbed, ABC):
    """A known data set. One subclass a file; the file's name is the key.

    ``source`` says where it comes from, ``licence`` what may be done with it, ``size_mb`` how much is downloaded.
    ``shape`` (N, C, H, W) and ``classes`` are what a whole build has: anything else is taken for a broken download.
    The knobs act in :meth:`select` alone: a set is prepared once, whatever they are.
    """

    title: ClassVar[str]
    idea: ClassVar[str]
    source: ClassVar[str]
    licence: ClassVar[str]
    size_mb: ClassVar[float]
    shape: ClassVar[tuple[int, int, int, int]]
    classes: ClassVar[int]
    flip: ClassVar[bool] = False
    pad: ClassVar[int] = 0
    invert: ClassVar[bool] = False
    note: ClassVar[str] = ""

    @classmethod
    def recipe(cls) -> "Recipe":
        """How a picture from outside becomes one of the set's: by default its centre, resized."""
        from lossviz.data._recipes import Fit  # noqa: PLC0415  it needs what is declared here

        return Fit(cls.shape[1:], cls.invert, fit="crop", invert=cls.invert)

    @classmethod
    def key(cls) -> str:
        """The name it is asked for by, which is its file's name."""
        return cls.__module__.rpartition(".")[2]

    @classmethod
    def at_hand(cls) -> bool:
        """Whether the originals are on this machine, so that :meth:`build` needs no network."""
        return True

    @abstractmethod
    def build(self, report: Report) -> Raw:
        """Read the originals, downloading them first if need be; raises :class:`~lossviz.errors.DataError`."""

    def select(self, images: Images) -> Images:
        """The part of the prepared set that the knobs ask for (by default all of it)."""
        return images

    def told_apart(self) -> dict[str, Value]:
        """The knobs that go into a selection's digest: all, but for those that came later and are at their default.

        So what was made before there was such a knob is still known to be of the same images.
        """
        return self.values()
