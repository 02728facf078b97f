"""Writing marks as SVG: the same picture as ``raster`` paints, to be scaled and edited."""

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from lossviz.report.looks import Look, Rgb, css
from lossviz.report.marks import Bar, Disc, Mark, Scene, Word

FAMILY = "DejaVu Sans, Verdana, sans-serif"
ANCHORS = {"l": "start", "m": "middle", "r": "end"}
LOWERED = 0.36  # of the size from the middle of a line of words down to its baseline


def svg(scenes: Sequence[Scene], words: Sequence[Word], size: tuple[float, float], look: Look) -> str:
    """A document of ``size`` (width, height) with all ``scenes`` and with ``words`` over them."""
    width, height = size
    parts = [f'<rect width="{_n(width)}" height="{_n(height)}" fill="{css(look.ground)}"/>']
    for scene in scenes:
        x, y, across, down = map(_n, scene.box)
        name = f"box{len(parts)}"
        parts.append(f'<clipPath id="{name}"><rect x="{x}" y="{y}" width="{across}" height="{down}"/></clipPath>')
        parts += [f'<g clip-path="url(#{name})">', *_shapes(scene, look), "</g>"]
    parts += [_word(word, look.ground) for word in words]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(width)}" height="{_n(height)}"'
    body = "\n".join(parts)
    return f'{head} viewBox="0 0 {_n(width)} {_n(height)}" font-family="{FAMILY}">\n{body}\n</svg>\n'


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _shapes(scene: Scene, look: Look) -> Iterator[str]:
    if scene.ball:
        x, y, r = map(_n, scene.ball)
        yield f'<circle cx="{x}" cy="{y}" r="{r}" fill="{css(look.ink)}" fill-opacity="0.05"/>'
        yield f'<circle cx="{x}" cy="{y}" r="{r}" fill="none" stroke="{css(look.ink)}" stroke-opacity="0.2"/>'
    yield from map(_mark, scene.standing)
    yield from map(_mark, scene.marks)
    yield from (_word(word, look.ground) for word in scene.words)


def _mark(mark: Mark) -> str:
    if isinstance(mark, Disc):
        radius = max(mark.radius - mark.rim / 2, 0.1)
        return (
            f'<circle cx="{_n(mark.x)}" cy="{_n(mark.y)}" r="{_n(radius)}" fill="{css(mark.colour)}" '
            f'stroke="{css(mark.edge)}" stroke-width="{_n(mark.rim)}" opacity="{_n(mark.alpha)}"/>'
        )
    if isinstance(mark, Bar):
        return (
            f'<path d="M{_n(mark.x)} {_n(mark.y)}L{_n(mark.to_x)} {_n(mark.to_y)}" stroke="{css(mark.colour)}" '
            f'stroke-width="{_n(mark.width)}" stroke-opacity="{_n(mark.alpha)}" stroke-linecap="round"/>'
        )
    path = "".join("M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in triangle) + "Z" for triangle in mark.triangles)
    return f'<path d="{path}" fill="{css(mark.colour)}"/>'


def _word(word: Word, ground: Rgb) -> str:
    y = word.y + (LOWERED * word.size if word.anchor[1] == "m" else 0)
    weight = ' font-weight="700"' if word.bold else ""
    halo = f' stroke="{css(ground)}" stroke-width="{_n(2 * word.halo)}" paint-order="stroke" stroke-linejoin="round"'
    return (
        f'<text x="{_n(word.x)}" y="{_n(y)}" font-size="{_n(word.size)}"{weight} text-anchor='
        f'{quoteattr(ANCHORS[word.anchor[0]])} fill="{css(word.colour)}" opacity="{_n(word.alpha)}"'
        f"{halo if word.halo else ''}>{escape(word.text)}</text>"
    )
