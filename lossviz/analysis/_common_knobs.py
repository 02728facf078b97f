"""Runs of different ages: what is said of them in knobs that all of them know."""

from collections.abc import Mapping, Sequence
from typing import Any

PARTS = ("data", "model")  # what a run is made of besides its loss, which is what is compared


def on_common_knobs(headers: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The headers (``run.json``) without knobs of data set or net that not all with the same one have.

    A run that was made before a knob was added says nothing of it. What such a knob changes shows in the hashes.
    """
    shared: dict[tuple[str, str], set[str]] = {}
    for header in headers:
        for part in PARTS:
            chosen = header["config"][part]
            shared.setdefault((part, chosen["name"]), set(chosen["knobs"])).intersection_update(chosen["knobs"])

    def kept(part: str, chosen: Mapping[str, Any]) -> dict[str, Any]:
        names = shared[part, chosen["name"]]
        return {**chosen, "knobs": {name: value for name, value in chosen["knobs"].items() if name in names}}

    return [
        {**header, "config": {**header["config"], **{part: kept(part, header["config"][part]) for part in PARTS}}}
        for header in headers
    ]
