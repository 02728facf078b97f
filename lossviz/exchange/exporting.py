"""Writing runs for other programs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lossviz.errors import RunError, UnknownName
from lossviz.exchange import fiftyone, npz, parquet, projector
from lossviz.exchange.content import PAIRS, TABLE_SETS, Content, content_of
from lossviz.runs import Run

ALL, LAST = "all", "last"


@dataclass(frozen=True)
class Format:
    """One that is written: for whom, how, with which sample sets and epochs where nothing else is said.

    ``opens`` tells how it is opened; ``{path}`` stands for the first of what was written.
    """

    title: str
    write: Callable[[Sequence[Content], Path], list[Path]]
    sets: tuple[str, ...]
    epochs: str
    opens: str


FORMATS = {
    "projector": Format(
        "TensorBoard Projector", projector.write, ("probe",), ALL, "tensorboard --logdir {path}  (then: Projector)"
    ),
    "parquet": Format(
        "Parquet", parquet.write, TABLE_SETS, ALL, "embedding-atlas {path} --vector embedding --image picture"
    ),
    "npz": Format("NumPy .npz", npz.write, (*TABLE_SETS, PAIRS), ALL, "numpy.load('{path}')"),
    "fiftyone": Format(
        "FiftyOne", fiftyone.write, ("probe",), LAST,
        "fiftyone.Dataset.from_json('{path}', rel_dir='{path.parent}')",
    ),
}  # fmt: skip


def export(
    some: Sequence[Run], kind: str, folder: Path, epochs: str | None = None, sets: Sequence[str] | None = None
) -> list[Path]:
    """Write runs into ``folder`` in a format out of :data:`FORMATS`; returns what was written.

    ``epochs`` is ``"all"``, ``"last"`` or numbers with commas between. ``sets`` names sample sets; those of the format
    are taken as far as a run has them. Raises :class:`~lossviz.errors.LossvizError`; nothing is written over.
    """
    if kind not in FORMATS:
        raise UnknownName("format", kind, FORMATS)
    chosen = FORMATS[kind]
    contents = []
    for run in some:
        there = [name for name in chosen.sets if name in run.samples] if sets is None else list(sets)
        contents.append(content_of(run, chosen_epochs(run, epochs or chosen.epochs), there))
    return chosen.write(contents, folder)


def chosen_epochs(run: Run, text: str) -> list[int]:
    """``all``, ``last`` or ``0,5,10`` as epochs of ``run``; raises :class:`RunError` for anything else."""
    there = run.epochs()
    if text in (ALL, LAST):
        return there if text == ALL else there[-1:]
    try:
        return sorted({int(word) for word in text.split(",")})
    except ValueError:
        raise RunError(f"epochs are '{ALL}', '{LAST}' or numbers with commas between, got '{text}'") from None
