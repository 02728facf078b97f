"""Writing marks as SVG: the same picture as ``raster`` paints, to be scaled and edited."""

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from lossviz.report.looks import Look, Rgb, css
from lossviz.report.marks import Bar, Discs, Doubles, Mark, Scene, Word

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
    hiding = [*_discs(scene.points), *((mark.depth, _mark(mark)) for mark in scene.marks)]
    yield from (shape for _, shape in sorted(hiding, key=lambda each: each[0]))
    yield from (_word(word, look.ground) for word in scene.words)


def _discs(discs: Discs | None) -> Iterator[tuple[float, str]]:
    """Points with their depths."""
    if discs is None:
        return
    for i in range(len(discs.x)):
        rim, colour, edge = float(discs.rim[i]), _css(discs.colour[i]), _css(discs.edge[i])
        radius = max(float(discs.radius[i]) - rim / 2, 0.1)
        yield (
            float(discs.depth[i]),
            f'<circle cx="{_n(discs.x[i])}" cy="{_n(discs.y[i])}" r="{_n(radius)}" fill="{colour}" '
            f'stroke="{edge}" stroke-width="{_n(rim)}" opacity="{_n(discs.alpha[i])}"/>',
        )


def _css(colour: Doubles) -> str:
    return css([round(part) for part in colour.tolist()])


def _mark(mark: Mark) -> str:
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
