"""What a page without a browser holds, in words that tests use."""

import json
import re
from html import unescape

import numpy as np

from lossviz.view.payload import STEPS
from tests.view.test_payload import unpack

KINDS = ("plotly_chart", "html", "dataframe", "table", "code")


def parts(at) -> list[str]:
    """The kinds of what is drawn besides text, without the frame's own style sheet."""
    return [kind for kind in KINDS for _ in at.get(kind)]


def payload(at):
    """Header of what the view gets, and the reader of its arrays."""
    (raw,) = [each.proto.bytes for each in at.get("bidi_component") if each.proto.bytes]
    return unpack(raw)


def words(at) -> dict:
    """Lines and command that the view gets."""
    (said,) = [json.loads(each.proto.json) for each in at.get("bidi_component") if each.proto.json]
    return said


def positions(at, panel: int, of: str = "positions"):
    """(E, N, axes) of a panel, or of its prototypes."""
    header, array = payload(at)
    told = header["panels"][panel]
    group = told if of == "positions" else told[of]
    planar = array(group["positions"]).reshape(len(told["epochs"]), told["axes"], group["count"])
    return np.swapaxes(planar, 1, 2) * group["scale"] / STEPS


def score_rows(at) -> dict[str, list[tuple[str, bool]]]:
    """Rows of the score table by title: text and whether it is marked as the best, for each run."""
    return table_rows(next(each.proto.body for each in at.get("html") if "lv-scores" in each.proto.body))


def table_rows(html: str) -> dict[str, list[tuple[str, bool]]]:
    """The same from the table's HTML."""
    rows = {}
    for row in re.findall(r"<tr>(.*?)</tr>", html.split("<tbody>")[1]):
        title = unescape(re.search(r"<th[^>]*>(.*?)</th>", row).group(1))
        cells = re.findall(r"<td[^>]*>(?:<span( class=\"best\")?>)?([^<]*)", row)
        rows[title] = [(unescape(text), bool(best)) for best, text in cells]
    return rows


def written(value: float, unit: str) -> str:
    """A score as the table writes it."""
    return {"%": f"{100 * value:.1f} %", "deg": f"{value:.1f}°"}.get(unit, f"{value:.3g}")


def base36(number: int) -> str:
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    return digits[number] if number < 36 else base36(number // 36) + digits[number % 36]


def pinned(*ids: int) -> str:
    """Field of the link that pins images."""
    return "k" + "_".join(map(base36, ids))


def selected(ids) -> str:
    """Field of the link that selects images."""
    return "s" + "_".join(base36(int(step)) for step in np.diff(np.sort(ids), prepend=0))
