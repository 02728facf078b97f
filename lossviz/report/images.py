"""Whatever is drawn in a report, as PNG or SVG."""

import io

from PIL import Image, ImageChops

from lossviz.report.charts import chart
from lossviz.report.document import Chart, Embedding, Figure, Strip
from lossviz.report.looks import LIGHT, Look

SHOWN = 1800
EDGE = 12  # pixels of ground that are left around a chart
PRINTED = 2400  # pixels across a picture that is to be printed


def png(figure: Figure, look: Look = LIGHT, wide: int = PRINTED) -> bytes:
    """The figure; where it is a picture of points ``wide`` pixels across, and a chart with 200 dots an inch."""
    if isinstance(figure, Chart):
        return _trimmed(chart(figure.figure, "png", look=look), look)
    sheet, file = figure.sheet(look, wide), io.BytesIO()
    sheet.picture(sheet.epochs[-1]).save(file, "PNG", compress_level=6)
    return file.getvalue()


def _trimmed(picture: bytes, look: Look) -> bytes:
    """A chart without the empty ground above and below it, which a page has enough of."""
    with Image.open(io.BytesIO(picture)) as image:
        drawn = ImageChops.difference(image.convert("RGB"), Image.new("RGB", image.size, look.ground)).getbbox()
        if drawn is None:
            return picture
        file = io.BytesIO()
        top, bottom = max(0, drawn[1] - EDGE), min(image.height, drawn[3] + EDGE)
        image.crop((0, top, image.width, bottom)).save(file, "PNG")
    return file.getvalue()


def webp(figure: Embedding | Strip, look: Look = LIGHT, wide: int = SHOWN) -> bytes:
    """A picture of points for a screen: small, and nearly as sharp."""
    sheet, file = figure.sheet(look, wide), io.BytesIO()
    sheet.picture(sheet.epochs[-1]).save(file, "WEBP", quality=88)
    return file.getvalue()


def vector(figure: Figure, look: Look = LIGHT) -> str:
    """The figure as an SVG document."""
    if isinstance(figure, Chart):
        return chart(figure.figure, "svg", look=look).decode()
    sheet = figure.sheet(look)
    return sheet.drawing(sheet.epochs[-1])
