"""Thumbnails of probes: the sheet that the browser fetches once, and rows of them in a page."""

import hashlib
import io
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from lossviz import runs
from lossviz.records import Ints
from lossviz.ui.serving import thumbnails_url
from lossviz.view import Sprite

GLYPH = "no picture"


@dataclass(frozen=True)
class Thumb:
    """A probe in a row of thumbnails: its place on the sheet, what is written below it, and how it is marked.

    ``mark`` is ``""``, ``"right"`` or ``"wrong"``.
    """

    place: int
    caption: str = ""
    mark: str = ""
    hint: str = ""


STYLE = """
.lv-thumbs { display: flex; flex-wrap: wrap; gap: .6rem .5rem; }
.lv-thumbs > div { display: flex; flex-direction: column; align-items: center; gap: .2rem; font-size: .75rem;
  line-height: 1.2; font-variant-numeric: tabular-nums; max-width: 7rem; text-align: center;
  overflow-wrap: anywhere; }
.lv-thumb { border-radius: 4px; outline: 1px solid var(--st-border-color, #8886); background-color: #8881;
  display: grid; place-items: center; font-size: .6rem; opacity: 1; background-repeat: no-repeat; }
.lv-thumb.right { outline: 2px solid #2a9d6f; }
.lv-thumb.wrong { outline: 2px solid #d1495b; }
"""


def sprite(run: runs.Run, rows: Ints) -> Sprite | None:
    """The sheet of the run's probe images ``rows``, or ``None`` where the images are not at hand."""
    size = runs.picture_size(run)
    if size is None:
        return None
    height, width = size
    named = hashlib.sha256(rows.tobytes()).hexdigest()[:12]
    columns = runs.sheet_columns(len(rows), width)
    return Sprite(thumbnails_url(run, named), width, height, columns, len(rows))


def thumbs(sheet: Sprite | None, row: Sequence[Thumb], size: int = 56) -> None:
    """Draw a row of thumbnails ``size`` pixels high; plain glyphs where there is no sheet."""
    items = "".join(
        f'<div role="listitem">{_picture(sheet, thumb, size)}{escape(thumb.caption)}</div>' for thumb in row
    )
    st.html(f'<style>{STYLE}</style><div class="lv-thumbs" role="list">{items}</div>')


@dataclass(frozen=True)
class Shown:
    """A picture that is on no sheet, in a row of thumbnails: ``pixels`` (C, H, W) ``uint8`` with C = 1 or 3.

    ``mark`` is ``""``, ``"right"`` or ``"wrong"``.
    """

    pixels: NDArray[np.uint8]
    caption: str = ""
    mark: str = ""
    hint: str = ""

    def html(self, size: int) -> str:
        """The picture alone, ``size`` pixels high; needs :data:`STYLE`."""
        _, height, width = self.pixels.shape
        what = escape(self.hint or self.caption, quote=True)
        style = (
            f"width:{size * width / height:.1f}px;height:{size}px;background-image:url({picture_url(self.pixels)});"
            f"background-size:100% 100%;image-rendering:{'pixelated' if size > 2 * height else 'auto'}"
        )
        return f'<div class="lv-thumb {self.mark}" role="img" aria-label="{what}" title="{what}" style="{style}"></div>'


def shown(row: Sequence[Shown], size: int = 56) -> None:
    """Draw a row of pictures ``size`` pixels high."""
    st.html(f"<style>{STYLE}</style>{thumbs_html(row, size)}")


def thumbs_html(row: Sequence[Shown], size: int) -> str:
    """The row as HTML; needs :data:`STYLE`."""
    items = "".join(f'<div role="listitem">{each.html(size)}{escape(each.caption)}</div>' for each in row)
    return f'<div class="lv-thumbs" role="list">{items}</div>'


def picture_url(pixels: NDArray[np.uint8]) -> str:
    """``pixels`` (C, H, W) as a ``data:`` URL."""
    from PIL import Image  # noqa: PLC0415

    content = io.BytesIO()
    Image.fromarray(pixels[0] if len(pixels) == 1 else pixels.transpose(1, 2, 0)).save(content, "PNG")
    return f"data:image/png;base64,{b64encode(content.getvalue()).decode()}"


def _picture(sheet: Sprite | None, thumb: Thumb, size: int) -> str:
    what = escape(thumb.hint or thumb.caption, quote=True)
    if sheet is None:
        box = f"width:{size}px;height:{size}px"
        return f'<div class="lv-thumb {thumb.mark}" role="img" title="{what}" style="{box}">{GLYPH}</div>'
    zoom = size / sheet.height
    wide, x, y = zoom * sheet.width, thumb.place % sheet.columns, thumb.place // sheet.columns
    style = (
        f"width:{wide:.1f}px;height:{size}px;background-image:url({escape(sheet.url, quote=True)});"
        f"background-size:{zoom * sheet.width * sheet.columns:.1f}px auto;"
        f"background-position:-{x * wide:.1f}px -{y * size}px;image-rendering:{'pixelated' if zoom > 2 else 'auto'}"
    )
    return f'<div class="lv-thumb {thumb.mark}" role="img" aria-label="{what}" title="{what}" style="{style}"></div>'
