"""The embedding seen along two or three of its classes."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Self

import numpy as np

from lossviz.knobs import knob
from lossviz.projection._linear import Doubles, Linear, LinearMethod, unit
from lossviz.projection.base import Fitted, ProjectionError, Subject, Watch
from lossviz.records import Floats, Ints


@dataclass(frozen=True)
class ClassDirections(LinearMethod):
    """Each axis is the direction from the origin to the mean of one class in the last epoch.

    As in the Grand Tour of Li, Zhao & Scheidegger (Distill 2020), whose axes are the classes of a classifier. Means
    of the points drawn serve every loss alike, with class weights or without.
    """

    title: ClassVar[str] = "Class directions"
    says: ClassVar[str] = (
        "How alike each point is to two or three classes that you choose: a coordinate is the point's length along "
        "that class, and its cosine where lengths are left out. The axes are those of the last epoch, for all epochs: "
        "this view tells when a class parted from others."
    )
    cannot: ClassVar[str] = (
        "Any other class: those that are not chosen gather near the origin. The axes are drawn at right angles and "
        "are seldom so in the embedding: two similar classes look farther apart than they are."
    )
    place: ClassVar[int] = 40

    x: int | None = knob(None, 0, 1_000_000, kind=int, help="Number of the class along x; auto takes the first.")
    y: int | None = knob(None, 0, 1_000_000, kind=int, help="Number of the class along y; auto takes the next.")
    z: int | None = knob(None, 0, 1_000_000, kind=int, help="Number of the class along z; auto takes the next.")
    subject: Subject | None = field(default=None, compare=False, repr=False)

    def settled(self, subject: Subject) -> Self:
        if subject.labels is None:
            raise ProjectionError("class directions need to know the points' classes")
        normalise = subject.normalises if self.normalise is None else self.normalise
        there = [int(label) for label in np.unique(subject.labels)]
        free = iter([label for label in there if label not in (self.x, self.y, self.z)] + 3 * there)
        x, y, z = (next(free) if wish is None else wish for wish in (self.x, self.y, self.z))
        return replace(self, x=x, y=y, z=z, normalise=normalise, subject=subject)

    def _fit(self, epochs: Sequence[Floats], watch: Watch) -> Fitted:
        if self.subject is None or self.subject.labels is None:
            raise ProjectionError("class directions need to know the points' classes")
        normalise = bool(self.normalise)
        seen = [unit(epoch) for epoch in epochs] if normalise else epochs
        classes = self._classes(self.subject.labels, seen[0].shape)
        axes = np.stack([_direction(seen[-1][self.subject.labels == each]) for each in classes], axis=1)
        names = [self._name(each) for each in classes]
        along = ", ".join(f"{axis} {name}" for axis, name in zip("xyz", names, strict=False))
        return Linear.of(seen, np.zeros(len(axes)), axes, normalise, f"likeness to the classes {along}")

    def _classes(self, labels: Ints, shape: tuple[int, ...]) -> list[int]:
        if len(labels) != shape[0]:
            raise ProjectionError(f"there are {shape[0]} points and classes for {len(labels)}")
        there = np.unique(labels)
        chosen = [each for each in (self.x, self.y, self.z) if each is not None][: min(self.components, shape[1])]
        for each in chosen:
            if each not in there:
                raise ProjectionError(
                    f"none of the points is of class {each}; there are {len(there)} classes, {there[0]} to {there[-1]}"
                )
        return chosen

    def _name(self, label: int) -> str:
        names = self.subject.class_names if self.subject is not None else ()
        return names[label] if label < len(names) else str(label)


def _direction(points: Floats) -> Doubles:
    """The unit vector (d,) to the mean of ``points`` (n, d); a mean at the origin has no direction and stays there."""
    mean = points.mean(axis=0, dtype=np.float64)
    length = float(np.linalg.norm(mean))
    return mean / length if length > 0 else mean
