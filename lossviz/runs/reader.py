"""Looking at a run. Nothing here needs torch."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from lossviz.errors import LossvizError, RunError
from lossviz.metrics.base import Evidence, PairEvidence
from lossviz.records import Config, EpochRecord, Ints, PairSet, SampleSet, Snapshot
from lossviz.runs import layout


@dataclass(frozen=True)
class Status:
    """Where a run stands.

    ``state`` is ``running``, ``finished``, ``stopped`` (asked for), ``failed`` or ``interrupted`` (its process is
    gone). ``epoch`` is the last one recorded, -1 before the first. ``live`` is what the running epoch says of
    itself. ``seconds`` are those that training took so far; ``None`` in runs made before they were kept.
    """

    state: str
    epoch: int
    updated: str
    message: str = ""
    resumable: bool = True
    live: Mapping[str, Any] | None = None
    seconds: float | None = None


class Run:
    """A run on disk, read as it is asked for. Every problem with its files is a :class:`RunError` that names them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def id(self) -> str:
        """The run's name, which is its folder's."""
        return self.folder.name

    @cached_property
    def header(self) -> dict[str, Any]:
        """``run.json``."""
        header = layout.read_json(self.folder / layout.HEADER)
        if header.get("format") != layout.FORMAT:
            raise RunError(
                f"{self.folder} has run format {header.get('format')!r}; this version of lossviz reads {layout.FORMAT}"
            )
        return header

    @cached_property
    def config(self) -> Config:
        """What the run was made with."""
        try:
            return Config.from_json(self.header["config"])
        except (KeyError, TypeError, AttributeError) as error:
            raise RunError(f"{self.folder / layout.HEADER} is damaged: config: {error!r}") from None

    @cached_property
    def asked(self) -> Config | None:
        """What the run was asked to be, with ``None`` where the program decided; ``None`` in older runs."""
        raw = self.header.get("asked")
        try:
            return None if raw is None else Config.from_json(raw)
        except (KeyError, TypeError, AttributeError) as error:
            raise RunError(f"{self.folder / layout.HEADER} is damaged: asked: {error!r}") from None

    @property
    def origin(self) -> Mapping[str, Any] | None:
        """Where an imported run comes from: ``format``, ``file`` and ``run``; ``None`` of one that was trained here."""
        found: Mapping[str, Any] | None = self.header.get("origin")
        return found

    @property
    def foreign(self) -> bool:
        """Whether it was trained elsewhere: of its config, data set, epochs and embedding size alone are known."""
        return self.origin is not None and self.origin["run"] is None

    @cached_property
    def class_names(self) -> tuple[str, ...]:
        """Names of the data set's classes, indexed by label."""
        names = layout.read_json(self.folder / layout.CLASSES).get("class_names")
        if not isinstance(names, list):
            raise RunError(f"{self.folder / layout.CLASSES} is damaged: it has no list of class_names")
        return tuple(str(name) for name in names)

    @property
    def status(self) -> Status:
        """Read afresh at every look."""
        raw = layout.read_json(self.folder / layout.STATUS)
        try:
            status = Status(**raw)
        except TypeError as error:
            raise RunError(f"{self.folder / layout.STATUS} is damaged: {error}") from None
        if status.state == "running" and not layout.is_locked(self.folder):
            last = f"its process ended without a word after epoch {status.epoch}; it can be resumed"
            return Status("interrupted", status.epoch, status.updated, last, seconds=status.seconds)
        return status

    def epochs(self) -> list[int]:
        """Epochs with a snapshot, ascending."""
        names = (self.folder / layout.SNAPSHOTS).glob("epoch-*.safetensors")
        return sorted(int(path.stem.removeprefix("epoch-")) for path in names)

    def signature(self) -> str:
        """Changes whenever a snapshot does; read from the folder's entries, not from the files."""
        files = sorted((self.folder / layout.SNAPSHOTS).glob("epoch-*.safetensors"))
        facts = [(file.stem, file.stat()) for file in files]
        return " ".join(f"{name}:{fact.st_mtime_ns}:{fact.st_size}" for name, fact in facts)

    def record(self, epoch: int) -> EpochRecord:
        """The numbers of one epoch."""
        _, metadata = layout.read_arrays(self.snapshot_file(epoch), set())
        return _record(metadata, self.snapshot_file(epoch))

    def history(self) -> list[EpochRecord]:
        """The numbers of every epoch."""
        return [self.record(epoch) for epoch in self.epochs()]

    def snapshot(self, epoch: int) -> Snapshot:
        """One epoch's embeddings; its ``state`` is empty."""
        arrays, metadata = layout.read_arrays(self.snapshot_file(epoch))
        head, prototypes = arrays.pop("head", None), arrays.pop("prototypes", None)
        return Snapshot(_record(metadata, self.snapshot_file(epoch)), arrays, head, prototypes)

    def weight_epochs(self) -> list[int]:
        """Epochs whose net is kept, ascending: the last, or all of a run with ``--keep-weights all``."""
        names = (self.folder / layout.WEIGHTS).glob("epoch-*.safetensors")
        return sorted(int(path.stem.removeprefix("epoch-")) for path in names)

    def weights(self, epoch: int) -> layout.Arrays:
        """``net.*`` and ``criterion.*`` of an epoch out of :meth:`weight_epochs`; raises :class:`RunError`."""
        kept = self.weight_epochs()
        if not kept and self.origin is not None:
            raise RunError(f"run '{self.id}' was imported, and weights do not travel: it cannot embed other images")
        if epoch not in kept:
            has = f"those of epoch {', '.join(map(str, kept))} are" if kept else "no others are either"
            raise RunError(
                f"the weights of epoch {epoch} of run '{self.id}' were not kept, {has}; a run trained with "
                "--keep-weights all keeps those of every epoch"
            )
        return layout.read_arrays(self.weights_file(epoch))[0]

    def weights_file(self, epoch: int) -> Path:
        """Where the weights of ``epoch`` are, if they were kept."""
        return layout.epoch_file(self.folder / layout.WEIGHTS, epoch)

    @cached_property
    def _sample_arrays(self) -> layout.Arrays:
        return layout.read_arrays(self.folder / layout.SAMPLES)[0]

    @cached_property
    def samples(self) -> dict[str, SampleSet]:
        """Which images were embedded, by set."""
        arrays = self._sample_arrays
        names = [name.removesuffix(".labels") for name in arrays if name.endswith(".labels")]
        return {name: SampleSet(arrays[f"{name}.index"], arrays[f"{name}.labels"]) for name in names}

    @cached_property
    def protocols(self) -> dict[str, PairSet]:
        """Verification protocols over the rows of the sample set ``pairs``."""
        arrays = self._sample_arrays
        parts = ("index", "same", "fold")
        names = [name.split("/")[1].removesuffix(".fold") for name in arrays if name.endswith(".fold")]
        return {name: PairSet(*(arrays[f"protocol/{name}.{part}"] for part in parts)) for name in names}

    @property
    def train_classes(self) -> Ints:
        """``(C,)`` the data set's class of each of the loss's class numbers."""
        return self._sample_arrays["train_classes"]

    @property
    def prototype_labels(self) -> Ints | None:
        """``(P,)`` the data set's class of each prototype."""
        return self._sample_arrays.get("prototype_labels")

    def evidence(self, epoch: int) -> Evidence:
        """What scores look at."""
        snapshot, samples = self.snapshot(epoch), self.samples
        arrays: dict[str, Any] = {}
        for name in ("probe", "gallery", "known", "known_gallery"):
            if name in snapshot.embeddings:
                arrays |= {name: snapshot.embeddings[name], f"{name}_labels": samples[name].labels}
        pairs = {}
        if "pairs" in snapshot.embeddings:
            rows = snapshot.embeddings["pairs"]
            for name, protocol in self.protocols.items():
                first, second = rows[protocol.index[:, 0]], rows[protocol.index[:, 1]]
                pairs[name] = PairEvidence(first, second, protocol.same, protocol.fold)
        return Evidence(
            metric=self.header["loss"]["metric"],
            head=snapshot.head,
            prototypes=snapshot.prototypes,
            prototype_labels=self.prototype_labels,
            pairs=pairs,
            **arrays,
        )

    def problem(self) -> str | None:
        """What is wrong with the files that a table needs, or ``None``."""
        try:
            _ = self.config, self.status, self.header["created"]
        except LossvizError as error:
            return str(error)
        except KeyError as error:
            return f"{self.folder / layout.HEADER} is damaged: it has no {error}"
        return None

    def size(self) -> int:
        """Bytes on disk."""
        return sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())

    def snapshot_file(self, epoch: int) -> Path:
        """Where the snapshot of ``epoch`` is, if there is one."""
        return layout.epoch_file(self.folder / layout.SNAPSHOTS, epoch)


def origin_in_words(origin: Mapping[str, Any]) -> str:
    """Where an imported run comes from, as :attr:`Run.origin` has it."""
    made = "trained elsewhere" if origin["run"] is None else f"exported from run {origin['run']}"
    return f"from {origin['file']}, {made}"


def _record(metadata: Mapping[str, str], path: Path) -> EpochRecord:
    try:
        values = json.loads(metadata["record"])
        return EpochRecord(**{**values, "notes": tuple(values["notes"])})
    except (KeyError, TypeError, ValueError) as error:
        raise RunError(f"{path} is damaged: its record cannot be read ({error!r})") from None
