"""A person's own image under trained runs: embedded, placed, identified, accepted or refused.

>>> from lossviz import data, inference
>>> epoch, (recipe, _) = inference.last_epoch(run), inference.recipe_of(run)
>>> pixels = recipe.prepare(data.take(content, "mine.png", recipe.near).image)
>>> landing = inference.land(run, epoch, inference.embed(run, epoch, pixels[None])[0])
>>> scores = inference.class_scores(inference.space(run, epoch))
>>> accepted = landing.to_class(landing.prediction) <= scores.threshold(0.01)

Nothing here writes to the disk. Importing it imports no torch.
"""

from lossviz.inference.attribution import gradient, occlusion, pushed
from lossviz.inference.decision import (
    Scores,
    Verdict,
    class_scores,
    default_protocol,
    pair_scores,
    protocol_scores,
    protocol_threshold,
    regions,
    stranger_scores,
    verify,
)
from lossviz.inference.enrolment import Enrolled, Identified, Search
from lossviz.inference.examples import Draw, Pair, Rates, Unseen, draw, draw_pair, rates, unseen, whole_set
from lossviz.inference.landing import Bars, Landing, Near, land, last_epoch, nearest_probes, path
from lossviz.inference.nets import embed, net, recipe_of, seen_by
from lossviz.inference.placing import Placed, fitted_to, place
from lossviz.inference.spaces import Calibration, Space, space

__all__ = [
    "Bars",
    "Calibration",
    "Draw",
    "Enrolled",
    "Identified",
    "Landing",
    "Near",
    "Pair",
    "Placed",
    "Rates",
    "Scores",
    "Search",
    "Space",
    "Unseen",
    "Verdict",
    "class_scores",
    "default_protocol",
    "draw",
    "draw_pair",
    "embed",
    "fitted_to",
    "gradient",
    "land",
    "last_epoch",
    "nearest_probes",
    "net",
    "occlusion",
    "pair_scores",
    "path",
    "place",
    "protocol_scores",
    "protocol_threshold",
    "pushed",
    "rates",
    "recipe_of",
    "regions",
    "seen_by",
    "space",
    "stranger_scores",
    "unseen",
    "verify",
    "whole_set",
]
