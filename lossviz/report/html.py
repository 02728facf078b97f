"""A report as one HTML file that needs nothing else: views to turn, charts to point at, tables to save."""

import base64
import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import singledispatch
from html import escape
from pathlib import Path

from plotly.offline import get_plotlyjs

from lossviz import runs
from lossviz.report.document import Block, Chart, Document, Embedding, Section, Strip, Table, Words
from lossviz.report.images import webp
from lossviz.report.looks import DARK, LIGHT
from lossviz.report.pictured import Pictured
from lossviz.report.tables import as_csv, as_latex, as_markdown
from lossviz.view import Sprite
from lossviz.view import sources as view
from lossviz.view.payload import pack

HERE = Path(__file__).parent
VIEW_HEIGHT = {1: 640, 2: 620, 3: 560}
MANY = 820  # pixels for two rows of panels
KINDS = {"plain": "", "small": ' class="small"', "warning": ' class="warning" role="note"'}


def html(document: Document, pictures: bool | None = None) -> str:
    """The document. ``pictures``: whether thumbnails are in it; ``None`` where the runs bring their own."""
    embeddings = [block for block in document.figures if isinstance(block, Embedding)]
    sheets = {each.run.id: sheet for block in embeddings for each in block.shown if (sheet := _sheet(each, pictures))}
    stored = dict.fromkeys(sheets.values())
    names = {data: f"sheet-{index}" for index, data in enumerate(stored)}
    body = "".join(_section(section) for section in document.sections)
    data = "".join(_points(block, {run: names[sheet] for run, sheet in sheets.items()}) for block in embeddings)
    images = "".join(
        f'<img id="{name}" hidden alt="" src="data:image/png;base64,{_b64(sheet)}">' for sheet, name in names.items()
    )
    charts = any(isinstance(block, Chart) for block in document.figures)
    script = view.script() + "\n" + (HERE / "js" / "page.js").read_text()
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(document.title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f"<style>{view.style(view.HERE / 'view.css')}\n{(HERE / 'page.css').read_text()}</style>"
        "<noscript><style>.lv-host { display: none; } .still { display: block; }</style></noscript></head><body>"
        f'<div class="layout"><nav aria-label="Contents">{_contents(document)}</nav>'
        f"<main>{_head(document)}{body}</main></div>"
        f"{images}{data}"
        + (f"<script>{get_plotlyjs()}</script>" if charts else "")
        + f'<script type="module">{script}</script></body></html>\n'
    )


def _sheet(each: Pictured, pictures: bool | None) -> bytes | None:
    """Thumbnails of a run's drawn images: where they may be passed on, or are wanted anyway."""
    own = (each.run.folder / "thumbnails.png").exists()
    if pictures is False or (pictures is None and not own):
        return None
    found = runs.probe_pictures(each.run)
    return None if found is None else runs.sheet(found[each.rows])


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _points(block: Embedding, sheets: dict[str, str]) -> str:
    """The points of a view, compressed."""
    sprites = {each.panel.key: _sprite(each, sheets[each.run.id]) for each in block.shown if each.run.id in sheets}
    panels = [replace(panel, sprite=sprites.get(panel.key)) for panel in block.drawn]
    packed = pack(tuple(panels), block.key, VIEW_HEIGHT.get(len(panels), MANY))
    small = _b64(gzip.compress(packed, 6, mtime=0))
    return f'<script type="text/plain" id="points-{block.key}">{small}</script>'


def _sprite(each: Pictured, sheet: str) -> Sprite | None:
    """Where the thumbnails of a run are in the sheet of that name."""
    size = runs.picture_size(each.run)
    if size is None:
        return None
    return Sprite(sheet, size[1], size[0], runs.sheet_columns(len(each.rows), size[1]), len(each.rows))


def _contents(document: Document) -> str:
    rows = (f'<li><a href="#{section.key}">{escape(section.title)}</a></li>' for section in document.sections)
    return f"<ol>{''.join(rows)}</ol>"


def _head(document: Document) -> str:
    return (
        f'<div class="top"><div><h1>{escape(document.title)}</h1><p>{escape(document.subtitle)}</p>'
        f'<p class="made">Made {escape(document.made)}</p></div>'
        '<button class="switch" type="button" aria-label="Switch between light and dark">Dark</button></div>'
    )


def _section(section: Section) -> str:
    return f'<section id="{section.key}"><h2>{escape(section.title)}</h2>{"".join(_listed(section.blocks))}</section>'


def _listed(blocks: tuple[Block, ...]) -> Iterator[str]:
    """The blocks, with items that follow one another in one list."""
    open_list = False
    for block in blocks:
        item = isinstance(block, Words) and block.kind == "item"
        if item != open_list:
            yield "<ul>" if item else "</ul>"
        open_list = item
        yield _block(block)
    if open_list:
        yield "</ul>"


@singledispatch
def _block(block: Block) -> str:
    raise TypeError(f"a report has no block of kind {type(block).__name__}")


@_block.register
def _words(block: Words) -> str:
    if block.kind == "item":
        return f"<li>{_marked(block.text)}</li>"
    if block.kind == "code":
        return f"<pre><code>{escape(block.text)}</code></pre>"
    return f"<p{KINDS[block.kind]}>{_marked(block.text)}</p>"


def _marked(text: str) -> str:
    return re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", escape(text, quote=False))


def _row(block: Table, y: int, right: list[str]) -> str:
    first, *rest = block.rows[y]
    cells = "".join(
        f'<td class="{"best" if (y, x) in block.best else ""}{right[x]}">{escape(cell)}</td>'
        for x, cell in enumerate(rest, 1)
    )
    return f'<tr><th scope="row">{escape(first)}</th>{cells}</tr>'


@_block.register
def _table(block: Table) -> str:
    right = [" num" if block.of_numbers(column) else "" for column in range(len(block.head))]
    head = "".join(
        f'<th scope="col" class="{side}">{escape(cell)}</th>' for cell, side in zip(block.head, right, strict=True)
    )
    rows = "".join(_row(block, y, right) for y in range(len(block.rows)))
    texts = json.dumps({"csv": as_csv(block), "tex": as_latex(block), "md": as_markdown(block)}).replace("<", "\\u003c")
    named = {"csv": "CSV", "tex": "LaTeX", "md": "Markdown"}
    buttons = " ".join(
        f'<button type="button" data-table="{block.key}" data-kind="{kind}">{name}</button>'
        for kind, name in named.items()
    )
    return (
        f'<div class="wide" id="{block.key}"><table><caption>{escape(block.title)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>{_note(block.note)}"
        f'<p class="saved">Save as {buttons}</p><script type="application/json" id="{block.key}-texts">{texts}</script>'
    )


@_block.register
def _chart(block: Chart) -> str:
    figure = json.loads(block.figure.to_json())
    layout = {key: value for key, value in figure["layout"].items() if key != "template"}
    told = json.dumps({"data": figure["data"], "layout": layout}).replace("<", "\\u003c")
    height = block.figure.layout.height or 420
    return (
        f'<figure id="{block.key}"><h3>{escape(block.title)}</h3><div class="chart" data-figure="{block.key}-figure" '
        f'style="min-height:{height}px"></div>{_caption(block.note)}</figure>'
        f'<script type="application/json" id="{block.key}-figure">{told}</script>'
    )


@_block.register
def _embedding(block: Embedding) -> str:
    still = f'<img class="still" alt="{escape(block.title)}" src="data:image/webp;base64,{_b64(webp(block))}">'
    return (
        f'<figure id="{block.key}"><h3>{escape(block.title)}</h3><div class="lv-host" data-points="points-{block.key}">'
        f'<div class="lv-root"></div></div>{still}{_caption(block.note)}</figure>'
    )


@_block.register
def _strip(block: Strip) -> str:
    what = f"{block.title}: {', '.join(f'epoch {epoch}' for epoch in block.epochs)}"
    drawn = "".join(
        f'<img class="on-{look.name}" alt="{escape(what)}" src="data:image/webp;base64,{_b64(webp(block, look))}">'
        for look in (LIGHT, DARK)
    )
    return f'<figure id="{block.key}"><h3>{escape(block.title)}</h3>{drawn}{_caption(block.note)}</figure>'


def _caption(note: str) -> str:
    return f"<figcaption>{_marked(note)}</figcaption>" if note else ""


def _note(note: str) -> str:
    return f'<p class="note">{_marked(note)}</p>' if note else ""
