"""Pictures that somebody sends: a few at a time, by the same decoder as training, with narrower limits."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from PIL import Image

from lossviz.data._pictures import UPLOADS, Decoded, opened
from lossviz.errors import DataError

MOST_FILES = 100
MOST_BYTES = 256 << 20  # of all files of one drop together
SHOWN_NAME = 60  # characters of a file's name that are repeated


@dataclass(frozen=True)
class Upload:
    """One picture that was sent: its ``name``, fit to be shown and never a path, and what was decoded."""

    name: str
    decoded: Decoded

    @property
    def image(self) -> Image.Image:
        """Upright, of mode ``L`` or ``RGB``."""
        return self.decoded.image

    def preview(self, side: int = 512) -> Image.Image:
        """A copy that fits into ``side`` x ``side`` pixels: what is to be kept and shown, being small."""
        small = self.image.reduce(-(-max(self.image.size) // side))
        small.info.clear()
        return small


@dataclass(frozen=True)
class Refused:
    """A file that was not taken, and the sentence on why."""

    name: str
    reason: str


def take(content: bytes, name: str, near: int | None = None) -> Upload:
    """Decode what was sent under ``name``, which only stands in sentences; ``near`` as in ``opened``.

    Raises :class:`DataError`: the name, what was wrong, what is allowed, what to do.
    """
    if not content:
        raise DataError(f"{shown_name(name)}: the file is empty; choose a picture file")
    try:
        return Upload(shown_name(name), opened(content, near, UPLOADS))
    except DataError as error:
        raise DataError(f"{shown_name(name)}: {error}") from error


def take_all(files: Iterable[tuple[str, bytes]], near: int | None = None) -> Iterator[Upload | Refused]:
    """:func:`take` of many (name, content), one after the other: only the one that is asked for is decoded.

    Whoever keeps no more than ``preview`` and the prepared image of each holds one decoded picture at a time. What
    comes after :data:`MOST_FILES` files, or after :data:`MOST_BYTES` bytes, is refused.
    """
    taken = 0
    for number, (name, content) in enumerate(files):
        taken += len(content)
        if number >= MOST_FILES or taken > MOST_BYTES:
            most = f"{MOST_FILES} files of {MOST_BYTES >> 20} MB together are taken at once"
            yield Refused(shown_name(name), f"{shown_name(name)}: at most {most}; send the rest afterwards")
            continue
        try:
            yield take(content, name, near)
        except DataError as error:
            yield Refused(shown_name(name), str(error))


def shown_name(name: str) -> str:
    """The last part of a file's name, printable and short; ``picture`` where nothing is left of it."""
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = "".join(letter for letter in last if letter.isprintable()).strip()
    if len(plain) > SHOWN_NAME:
        plain = f"{plain[: SHOWN_NAME - 13]}...{plain[-10:]}"
    return plain or "picture"
