"""Reading embeddings of other programs, and what lossviz exported, into runs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lossviz.errors import RunError, UnknownName
from lossviz.exchange import npz, parquet, projector_reading
from lossviz.exchange.content import Content
from lossviz.exchange.foreign import Wanted, gathered, with_gallery
from lossviz.exchange.keeping import Named, keep
from lossviz.exchange.projector import CONFIG
from lossviz.runs import Run


@dataclass(frozen=True)
class Source:
    """What to read beside the file itself: ``metadata`` of a TSV of vectors, the column ``vector`` of a table."""

    metadata: Path | None = None
    vector: str | None = None
    wanted: Wanted = field(default_factory=Wanted)


Reader = Callable[[Path, Source], Iterator[Content]]


def _projector(path: Path, source: Source) -> Iterator[Content]:
    for name, found in projector_reading.read(path, source.metadata).items():
        yield gathered(name, found.sheets, source.wanted, found.about)


def _parquet(path: Path, source: Source) -> Iterator[Content]:
    sheets, about = parquet.read(path, source.vector)
    yield gathered(path.stem, sheets, source.wanted, about)


def _npz(path: Path, source: Source) -> Iterator[Content]:
    found = npz.read(path)
    if isinstance(found, list):
        yield gathered(path.stem, found, source.wanted, {})
    else:
        share = source.wanted.gallery
        yield with_gallery(found, share) if share and "gallery" not in found.parts else found


SOURCES: dict[str, Reader] = {"projector": _projector, "parquet": _parquet, "npz": _npz}
ENDINGS = {".tsv": "projector", ".pbtxt": "projector", ".parquet": "parquet", ".npz": "npz"}


def import_from(
    path: Path, kind: str | None = None, source: Source | None = None, named: Named | None = None
) -> list[Run]:
    """Make runs of what is at ``path``: one or, of a Projector's folder, several.

    ``kind`` is a key of :data:`SOURCES`, told by the file's ending where it is ``None``. Raises
    :class:`~lossviz.errors.LossvizError`; nothing is kept of a file that cannot be read whole.
    """
    kind = kind or ("projector" if path.is_dir() else ENDINGS.get(path.suffix.lower()))
    if kind is None:
        raise RunError(f"what is {path}? A folder with a {CONFIG}, or a file that ends in {', '.join(ENDINGS)} is read")
    if kind not in SOURCES:
        raise UnknownName("format to read", kind, SOURCES)
    if not path.exists():
        raise RunError(f"there is no {path}")
    contents = list(SOURCES[kind](path, source or Source()))
    named = named or Named()
    if named.name and len(contents) > 1:
        raise RunError(
            f"{path} holds {len(contents)} runs ({', '.join(each.name for each in contents)}), not one to name"
        )
    return [keep(content, kind, path.name, named) for content in contents]
