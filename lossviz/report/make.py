"""What a page's button and the command line call: runs or a study in, bytes or files out, with words on the way."""

import io
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lossviz import runs
from lossviz.errors import ReportError
from lossviz.paths import replacing, replacing_folder
from lossviz.report.document import Document
from lossviz.report.encode import FORMATS, Told, encoded, silent
from lossviz.report.film import Film, Reel
from lossviz.report.of_runs import Asked, of_runs, pictured, title_of
from lossviz.report.of_study import of_study
from lossviz.studies import Results

DOCUMENTS = ("html", "pdf", "zip")
KINDS = (*DOCUMENTS, *FORMATS)
"""What a report can be, by the end of its file's name; a name without one of these is a folder."""


Chosen = Sequence[runs.Run] | Results
"""What a report is of: runs, or a study with what came of it."""


@dataclass(frozen=True)
class Wanted:
    """A report as it is asked for.

    ``films`` are the formats of the film that a folder holds. ``pictures``: whether thumbnails of the images are in the
    HTML; ``None`` where the runs bring their own.
    """

    asked: Asked = field(default_factory=Asked)
    film: Film = field(default_factory=Film)
    films: tuple[str, ...] = ()
    pictures: bool | None = None


def report_bytes(chosen: Chosen, kind: str, wanted: Wanted | None = None, told: Told = silent) -> bytes:
    """A report of ``chosen`` as one of :data:`KINDS`, in memory: what a button downloads.

    ``told`` hears how far it is. Raises :class:`ReportError` where it cannot be made as asked.
    """
    wanted = wanted or Wanted()
    if kind not in KINDS:
        raise ReportError(f"a report is one of {', '.join(KINDS)}, or a folder; got '{kind}'")
    if kind in FORMATS:
        return _film(chosen, kind, wanted, told)
    document = document_of(chosen, wanted.asked, part(told, 0.0, 0.4))
    if kind == "zip":
        return _zipped(document, chosen, wanted, part(told, 0.4, 1.0))
    return document_bytes(document, kind, wanted.pictures, part(told, 0.4, 1.0))


def document_of(chosen: Chosen, asked: Asked, told: Told = silent) -> Document:
    """What is told of runs or of a study, not written yet."""
    if isinstance(chosen, Results):
        return of_study(chosen, asked, told)
    return of_runs(chosen, asked, told)


def document_bytes(document: Document, kind: str, pictures: bool | None = None, told: Told = silent) -> bytes:
    """A document as ``html`` or ``pdf``."""
    told(0.0, f"writing {kind.upper()}")
    if kind == "html":
        from lossviz.report.html import html  # noqa: PLC0415  it reads plotly's JavaScript

        return html(document, pictures).encode()
    from lossviz.report.pdf import pdf  # noqa: PLC0415  an installation may do without

    return pdf(document, told)


def write(chosen: Chosen, path: Path, wanted: Wanted | None = None, told: Told = silent) -> None:
    """Write the report to ``path``: a file of the kind that its name ends with, or a folder with everything.

    Nothing is left behind where it fails. Raises :class:`ReportError` as :func:`report_bytes` does, and where ``path``
    ends with something that a report cannot be, or its folder does not exist.
    """
    wanted, kind = wanted or Wanted(), kind_of(path)
    if kind:
        content = report_bytes(chosen, kind, wanted, told)
        with replacing(path) as temporary:
            temporary.write_bytes(content)
        return
    document = document_of(chosen, wanted.asked, part(told, 0.0, 0.2))
    with replacing_folder(path) as temporary:
        fill(temporary, document, wanted.pictures, part(told, 0.2, 0.6))
        _films(temporary, chosen, wanted, part(told, 0.6, 1.0))


def kind_of(path: Path) -> str:
    """What ``path`` asks for by its ending: one of :data:`KINDS`, or nothing for a folder."""
    kind = path.suffix.lower().removeprefix(".")
    if kind and kind not in KINDS:
        raise ReportError(
            f"a report is written as .{', .'.join(KINDS)} or into a folder; '{path.name}' is none of these"
        )
    if not path.absolute().parent.is_dir():
        raise ReportError(f"there is no folder {path.absolute().parent}")
    if kind and path.is_dir():
        raise ReportError(f"{path} is a folder; give the name of a file, or of a folder without .{kind}")
    if not kind and path.exists() and (not path.is_dir() or (any(path.iterdir()) and not (path / REPORT).exists())):
        raise ReportError(f"{path} is there and holds something else than a report; give another name")
    return kind


REPORT = "report.html"


def fill(folder: Path, document: Document, pictures: bool | None = None, told: Told = silent) -> None:
    """A document as HTML and PDF, with every figure as PNG and SVG and every table as CSV, LaTeX and Markdown."""
    from lossviz.report.images import png, vector  # noqa: PLC0415  they need matplotlib
    from lossviz.report.tables import as_csv, as_latex, as_markdown  # noqa: PLC0415

    (folder / REPORT).write_bytes(document_bytes(document, "html", pictures, part(told, 0.0, 0.1)))
    (folder / "report.pdf").write_bytes(document_bytes(document, "pdf", pictures, part(told, 0.1, 0.5)))
    figures, tables = folder / "figures", folder / "tables"
    for made in (figures, tables):
        made.mkdir()
    for index, figure in enumerate(document.figures):
        told(0.5 + 0.5 * index / len(document.figures), f"drawing {figure.title}")
        (figures / f"{figure.key}.png").write_bytes(png(figure))
        (figures / f"{figure.key}.svg").write_text(vector(figure))
    for table in document.tables:
        for ending, text in (("csv", as_csv(table)), ("tex", as_latex(table)), ("md", as_markdown(table))):
            (tables / f"{table.key}.{ending}").write_text(text)


def _films(folder: Path, chosen: Chosen, wanted: Wanted, told: Told) -> None:
    for index, kind in enumerate(wanted.films):
        share = part(told, index / len(wanted.films), (index + 1) / len(wanted.films))
        (folder / f"epochs.{kind}").write_bytes(_film(chosen, kind, wanted, share))


def _film(chosen: Chosen, kind: str, wanted: Wanted, told: Told) -> bytes:
    if isinstance(chosen, Results):
        raise ReportError("a film shows the epochs of runs: name up to 6 of them instead of a study")
    shown = pictured(chosen, wanted.asked.method, part(told, 0.0, 0.1))
    reel = Reel([each.panel for each in shown], wanted.film, wanted.asked.title or title_of(shown))
    return encoded(reel, kind, part(told, 0.1, 1.0))


def _zipped(document: Document, chosen: Chosen, wanted: Wanted, told: Told) -> bytes:
    file = io.BytesIO()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fill(folder, document, wanted.pictures, part(told, 0.0, 0.6))
        _films(folder, chosen, wanted, part(told, 0.6, 1.0))
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(folder.rglob("*")):
                if path.is_file():
                    archive.write(path, path.relative_to(folder))
    return file.getvalue()


def part(told: Told, start: float, end: float) -> Told:
    """What tells ``told`` of a part of the work, from ``start`` to ``end`` of the whole."""
    return lambda done, doing: told(start + min(max(done, 0.0), 1.0) * (end - start), doing)
