"""A report as a PDF on A4: contents with page numbers, an outline, figures and tables; made without a browser."""

import re
from functools import singledispatchmethod
from io import BytesIO

from PIL import Image

from lossviz.errors import ReportError
from lossviz.report.document import Block, Chart, Document, Embedding, Figure, Section, Strip, Table, Words
from lossviz.report.encode import Told, silent
from lossviz.report.images import png
from lossviz.report.looks import LIGHT as LOOK
from lossviz.report.looks import font_file, mixed

try:
    from fpdf import FPDF, FontFace, XPos, YPos
    from fpdf.enums import MethodReturnValue, TableBordersLayout
    from fpdf.outline import OutlineSection
except ImportError:
    raise ReportError("a PDF needs fpdf2: install it with `pip install fpdf2`, or take .html") from None

MARGIN, FOOT = 18.0, 20.0  # mm
SIZES = {"plain": 9.5, "item": 9.5, "small": 8.0, "warning": 9.5, "code": 7.0}
LEAD = 0.5  # mm a point, from one line to the next
CELL, SMALLEST = 8.0, 5.5  # points of type in tables
WHOLE = 16  # rows of a table that is not parted between two pages
AROUND = 12.0  # mm of title and ground at a figure
LEAST = 0.75  # that a figure may shrink to where the page ends
WARNED = (252, 240, 224)
SHADED = (244, 246, 249)
FAMILY = "DejaVu"


def pdf(document: Document, told: Told = silent) -> bytes:
    """The document's bytes."""
    sheet = _Pages(document)
    figures = max(1, len(document.figures))
    for section in document.sections:
        sheet.section(section, lambda done, doing: told(done / figures, doing))
    return bytes(sheet.output())


class _Pages(FPDF):
    MARKDOWN_MARKERS = ("**", "**", "**", "**")  # no others: the dashes of a shell command's flags would be one

    def __init__(self, document: Document) -> None:
        super().__init__(format="A4")
        self.document = document
        self.drawn = 0
        self.pictures: dict[str, bytes] = {}
        for style in ("", "B"):
            self.add_font(FAMILY, style, font_file(bold=style == "B"))
        self.add_font("Mono", "", font_file().with_name("DejaVuSansMono.ttf"))
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(True, FOOT)
        self.set_title(document.title)
        self.set_creator("lossviz")
        self.set_lang("en")
        self.add_page()
        self._head()
        self.insert_toc_placeholder(_contents, pages=1, allow_extra_pages=True)

    def footer(self) -> None:
        """Title and page number; called by fpdf2."""
        self.set_y(-13)
        self._type(7.5, colour=LOOK.quiet)
        self.cell(self.epw - 25, 5, self.document.title)
        self.cell(25, 5, f"{self.page_no()} / {{nb}}", align="R")

    def _type(
        self, size: float, style: str = "", colour: tuple[int, int, int] = LOOK.ink, family: str = FAMILY
    ) -> None:
        self.set_font(family, style, size)
        self.set_text_color(*colour)

    def _line(self, text: str, size: float, style: str = "", colour: tuple[int, int, int] = LOOK.ink) -> None:
        self._type(size, style, colour)
        self.multi_cell(0, size * LEAD, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT, markdown=True)

    def _head(self) -> None:
        self.ln(6)
        self._line(self.document.title, 20, "B")
        self.ln(2)
        self._line(self.document.subtitle, 10)
        self._line(f"Made {self.document.made}", 8.5, colour=LOOK.quiet)
        self.ln(6)

    def section(self, section: Section, told: Told) -> None:
        """A heading, and what belongs to it."""
        first = section.blocks[0]
        self._room(26 + (self._size(first)[1] if isinstance(first, Figure) else 20))
        self.ln(5)
        self.start_section(section.title)
        self._line(section.title, 14, "B")
        self.set_draw_color(*mixed(LOOK.ground, LOOK.ink, 0.2))
        self.line(MARGIN, self.get_y() + 1, self.w - MARGIN, self.get_y() + 1)
        self.ln(4)
        for block in section.blocks:
            if isinstance(block, Figure):
                told(float(self.drawn), f"drawing {block.title}")
                self.drawn += 1
            self._block(block)

    def _room(self, height: float) -> None:
        """Goes to the next page where less than ``height`` mm is left on this one."""
        if self.will_page_break(height):
            self.add_page()

    def _size(self, block: Figure) -> tuple[float, float]:
        """Width and height of a figure in mm; it is drawn now."""
        if block.key not in self.pictures:
            self.pictures[block.key] = png(block)
        with Image.open(BytesIO(self.pictures[block.key])) as picture:
            across, down = picture.size
        share = min(1.0, (self.eph - 34) / (self.epw * down / across))
        return self.epw * share, self.epw * share * down / across

    @singledispatchmethod
    def _block(self, block: Block) -> None:
        raise TypeError(f"a report has no block of kind {type(block).__name__}")

    @_block.register
    def _words(self, block: Words) -> None:
        size = SIZES[block.kind]
        shaded = {"warning": WARNED, "code": SHADED}.get(block.kind)
        self._type(size, colour=LOOK.quiet if block.kind == "small" else LOOK.ink)
        if block.kind == "code":
            self._type(size, family="Mono")
        if block.kind == "item":
            self.cell(4, size * LEAD, "•")
        if shaded:
            self.set_fill_color(*shaded)
        self.multi_cell(
            0, size * LEAD, block.text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT, fill=shaded is not None,
            markdown=block.kind != "code", padding=2 if shaded else 0,
        )  # fmt: skip
        self.fill_color = self.DEFAULT_FILL_COLOR  # a table would take it for its cells
        self.ln(1.4)

    @_block.register
    def _table(self, block: Table) -> None:
        self._room(34)
        if len(block.rows) <= WHOLE:
            with self.offset_rendering() as tried:
                tried._grid(block)
            if tried.page_break_triggered:
                self.add_page()
        self._grid(block)
        self.ln(3)

    def _grid(self, block: Table) -> None:
        """The table between its title and its note."""
        self.ln(2)
        self._line(block.title, 9.5, "B")
        self.ln(1)
        widths, size = self._widths(block)
        self._type(size)
        self.set_draw_color(*mixed(LOOK.ground, LOOK.ink, 0.2))
        heading = FontFace(emphasis="BOLD", size_pt=size)
        aligned = tuple("RIGHT" if block.of_numbers(column) else "LEFT" for column in range(len(block.head)))
        with self.table(
            borders_layout=TableBordersLayout.HORIZONTAL_LINES, col_widths=widths, width=sum(widths), align="LEFT",
            headings_style=heading, line_height=size * LEAD, text_align=aligned, padding=(0.7, 1.0),
        ) as table:  # fmt: skip
            table.row(tuple(map(_held, block.head)))
            for y, cells in enumerate(block.rows):
                row = table.row()
                for x, cell in enumerate(cells):
                    row.cell(_held(cell), style=FontFace(emphasis="BOLD") if (y, x) in block.best else None)
        if block.note:
            self._line(block.note, SIZES["small"], colour=LOOK.quiet)

    def _widths(self, block: Table) -> tuple[tuple[float, ...], float]:
        """Widths of columns in mm that fit the page, and the size of type at which they do, or wrap least."""
        lines = [tuple(map(_held, line)) for line in (block.head, *block.rows)]
        self._type(CELL, "B")
        wide = [max(self.get_string_width(line[x]) for line in lines) + 3 for x in range(len(block.head))]
        words = [max(self._longest_word(line[x]) for line in lines) + 3 for x in range(len(block.head))]
        if sum(wide) <= self.epw:
            return tuple(wide), CELL
        size = max(SMALLEST, min(CELL, CELL * self.epw / max(sum(words), 1.0)))
        spare = self.epw - sum(words) * size / CELL
        wanted = [full - word for full, word in zip(wide, words, strict=True)]
        share = max(spare, 0.0) / max(sum(wanted), 1e-9)
        widths = [word * size / CELL + extra * share for word, extra in zip(words, wanted, strict=True)]
        fit = self.epw / sum(widths)
        return tuple(width * fit for width in widths), size

    def _longest_word(self, text: str) -> float:
        return max((self.get_string_width(word) for word in text.split(" ")), default=0.0)

    def _note_height(self, note: str) -> float:
        """How much room the words below a figure take, in mm."""
        if not note:
            return 0.0
        size = SIZES["small"]
        self._type(size)
        high = self.multi_cell(
            0, size * LEAD, note, align="L", markdown=True, dry_run=True, output=MethodReturnValue.HEIGHT
        )
        assert isinstance(high, float)
        return 1 + high

    @_block.register(Chart)
    @_block.register(Embedding)
    @_block.register(Strip)
    def _figure(self, block: Figure) -> None:
        width, height = self._size(block)
        around = AROUND + self._note_height(block.note)
        left = self.page_break_trigger - self.get_y() - around
        if LEAST * height <= left < height:  # rather somewhat smaller than the rest of the page empty
            width, height = width * left / height, left
        elif left < height:
            self.add_page()
            height = min(height, self.page_break_trigger - self.get_y() - around)
            width = min(width, width * height / self._size(block)[1])
        self.ln(2)
        self._line(block.title, 9.5, "B")
        self.ln(1)
        self.image(BytesIO(self.pictures.pop(block.key)), x=(self.w - width) / 2, w=width, alt_text=block.title)
        if block.note:
            self.ln(1)
            self._line(block.note, SIZES["small"], colour=LOOK.quiet)
        self.ln(3)


def _held(text: str) -> str:
    """``text`` with what belongs to a number, or to an equals sign, on the number's line."""
    return re.sub(r" (?=[=±%°])|(?<=[=±]) ", "\u00a0", text)


def _contents(pages: FPDF, outline: list[OutlineSection]) -> None:
    """The table of contents; called by fpdf2 once all page numbers are known."""
    pages.set_x(pages.l_margin)
    pages.set_font(FAMILY, "B", 12)
    pages.set_text_color(*LOOK.ink)
    pages.cell(0, 8, "Contents", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pages.set_font(FAMILY, "", 10)
    for part in outline:
        link = pages.add_link(page=part.page_number)
        dots = " ." * int((pages.epw - pages.get_string_width(part.name) - 14) / pages.get_string_width(" ."))
        pages.cell(pages.epw - 10, 6, part.name + dots, link=link)
        pages.cell(10, 6, str(part.page_number), align="R", link=link, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
