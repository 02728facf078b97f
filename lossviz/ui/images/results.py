"""A card for each run: what it takes the image for, how sure that is, whether it is accepted, and who is near."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from lossviz import inference, runs
from lossviz.inference import Landing, Space
from lossviz.ui.images.held import Held
from lossviz.ui.images.landing import Landed
from lossviz.ui.images.threshold import KEY, Ruler, drawn
from lossviz.ui.images.words import apart, share
from lossviz.ui.lab.mount import BASE
from lossviz.ui.lab.mount import HERE as LAB
from lossviz.ui.pictures import picture_url
from lossviz.view.sources import source, style

HERE = Path(__file__).parent
OWN = ("threshold", "bars", "results")
MOST_BARS = 12


def ruler_of(here: Space) -> Ruler:
    """The thresholds of a run; raises :class:`~lossviz.errors.RunError` where nothing can be compared."""
    return here.once("ruler", lambda: Ruler.of(inference.class_scores(here)))


def results(landed: Sequence[Landed], held: Held | None, level: float, view: str) -> None:
    """Draw the cards. While the threshold is dragged they feed what it accepts to the view whose key is ``view``.

    Doubts about the picture are told on the card of a run only where the first run, which the picture is prepared for
    beside its controls, does not have them.
    """
    names = list(dict.fromkeys(name for each in landed for name in each.run.class_names))
    number = {name: at for at, name in enumerate(names)}
    data = {
        "view": view,
        "level": level,
        "classes": len(names),
        "cards": [card(each, held, number, landed[0].said) for each in landed],
        "command": None,
    }
    _component()(key=KEY, data=data, height="content", on_heard_change=_nothing)


def card(landed: Landed, held: Held | None, number: Mapping[str, int], known: Sequence[str] = ()) -> dict[str, Any]:
    """What ``js/results.js`` draws of one run.

    ``number`` numbers the classes of all runs by name, as the view does; doubts in ``known`` are left out.
    """
    run = landed.run
    told: dict[str, Any] = {
        "key": run.id,
        "name": run.id,
        "title": str(run.header["loss"]["title"]),
        "problem": landed.problem,
        "unit": "",
        "ruler": None,
        "landed": None,
    }
    if landed.problem:
        return told
    here = landed.here
    scores = inference.class_scores(here)
    told |= {"unit": scores.unit, "ruler": here.once("drawn ruler", lambda: drawn(ruler_of(here), scores))}
    if landed.landing is not None and landed.pixels is not None:
        told["landed"] = _told(landed, landed.landing, None if held is None else held.truth, number)
        told["landed"]["picture"] = picture_url(landed.pixels)
        told["landed"]["said"] += [sentence for sentence in landed.said if sentence not in known]
    return told


def _told(landed: Landed, found: Landing, truth: str | None, number: Mapping[str, int]) -> dict[str, Any]:
    names = landed.run.class_names
    name, vote = names[found.prediction], names[found.vote]
    agrees = "say so as well" if vote == name else f"say {vote}"
    return {
        "name": name,
        "class": number[name],
        "truth": truth,
        "known": truth in {names[label] for label in found.centroids.labels},
        "confidence": found.confidence,
        "distance": found.to_class(found.prediction),
        "vote": f"Its 5 nearest images {agrees}.",
        "said": [strange(found)] if found.strange else [],
        "margin": None if found.margin is None else {"at": found.margin},
        "bars": {"rows": _rows(landed, found, number), "said": _bars_said(landed, found)},
        "near": _near(landed, found, number),
    }


def strange(found: Landing) -> str:
    """That hardly any of the run's own test images is as far from all that it knows."""
    return (
        f"Unlike what this run knows: {share(found.strangeness)} of its own test images are nearer to its gallery. "
        "What it is taken for means little."
    )


def _rows(landed: Landed, found: Landing, number: Mapping[str, int]) -> list[dict[str, Any]]:
    """A row for every class in the data set's order; of many the nearest, nearest first."""
    names, centres = landed.run.class_names, dict(zip(found.centroids.labels, found.centroids.distances, strict=True))
    weights: dict[int, list[float]] = {}
    if found.prototypes is not None:
        for label, distance in zip(found.prototypes.labels, found.prototypes.distances, strict=True):
            weights.setdefault(int(label), []).append(float(distance))
    labels = sorted({int(label) for label in centres} | set(weights))
    if len(labels) > MOST_BARS:
        nearest = sorted(labels, key=lambda label: centres[label] if label in centres else min(weights[label]))
        labels = nearest[:MOST_BARS]
    return [
        {
            "name": names[label],
            "class": number[names[label]],
            "centre": float(centres[label]) if label in centres else None,
            "weights": weights.get(label, []),
            "taken": label == found.prediction,
        }
        for label in labels
    ]


def _bars_said(landed: Landed, found: Landing) -> str:
    """What bars and ticks are, and whether the margin is met."""
    words = ["Bars: to the class's centre."]
    if found.prototypes is not None:
        words.append("Ticks: to its class weight.")
        if found.margin is not None:
            own = found.prototypes.distances[found.prototypes.labels == found.prediction].min()
            met = "met" if own <= found.margin else "not met"
            words.append(f"Margin: {apart(found.margin, 'deg')} to the weight or less; at {apart(own, 'deg')} {met}.")
    classes = len(set(found.centroids.labels.tolist()))
    if classes > MOST_BARS:
        words.append(f"The nearest of {classes} classes.")
    return " ".join(words)


def _near(landed: Landed, found: Landing, number: Mapping[str, int]) -> dict[str, Any]:
    """The nearest gallery images: one strip of pictures, and what is below each."""
    names, near = landed.run.class_names, found.near
    pictures = runs.pictures_of(landed.run, near.images)
    strip, height, width = None, 0, 0
    if pictures is not None:
        _, height, width, channels = pictures.shape
        whole = pictures.transpose(1, 0, 2, 3).reshape(height, -1, channels)
        strip = picture_url(whole.transpose(2, 0, 1))
    items = [
        {
            "name": names[label],
            "class": number[names[label]],
            "distance": float(distance),
            "own": label == found.prediction,
        }
        for label, distance in zip(near.labels.tolist(), near.distances, strict=True)
    ]
    title = f"Its {len(items)} nearest images in the gallery"
    if pictures is None:
        title += f" ({landed.run.config.data.name} is not on this machine: no pictures)"
    return {"title": title, "strip": strip, "height": height, "width": width, "items": items}


@cache
def script() -> str:
    """The cards' JavaScript: one module, on the Loss lab's base; the view's colours of classes come along."""
    lab, own = (
        [(room / "js" / f"{name}.js").read_text() for name in names] for room, names in ((LAB, BASE), (HERE, OWN))
    )
    colours = ["const { classColours } = (() => {", source("math"), source("palette"), "return { classColours }; })();"]
    return "\n".join([source("kept"), *lab, *colours, *own, (LAB / "js" / "main.js").read_text()])


@cache
def _component() -> Any:
    return st.components.v2.component(
        "lossviz_image_cards",
        html='<div class="lab-root"></div>',
        css=style(LAB / "lab.css") + (HERE / "results.css").read_text(),
        js=script(),
    )


def _nothing() -> None:
    """Streamlit remembers a state only where a callback is given."""
