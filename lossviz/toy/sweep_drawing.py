"""Small pictures of sweeps, for the gallery: features side by side, or the scores as a line."""

import numpy as np

from lossviz.toy.drawings import COLOURS, GREY, line
from lossviz.toy.kept_sweeps import kept_sweep
from lossviz.toy.sweep import Outcome, Sweep, digits_for, run_sweep

MOST = 4  # settings whose features are drawn
EVERY = 3  # of so many images one is drawn


def drawing(sweep: Sweep) -> str:
    """SVG shapes on the ground of :mod:`lossviz.toy.drawings`, from the kept outcomes or, without these, anew."""
    outcomes = kept_sweep(sweep) or run_sweep(sweep)
    drawn = [each for each in outcomes if each.features is not None]
    if drawn:
        return "".join(_heap(each, sweep, i, min(len(drawn), MOST)) for i, each in enumerate(drawn[:MOST]))
    return _scores([each for each in outcomes if each.at is not None])


def _heap(outcome: Outcome, sweep: Sweep, index: int, count: int) -> str:
    """The features of one setting, in its share of the width."""
    features, labels = outcome.features, digits_for(sweep.knobs.digits).held_out[1]
    assert features is not None
    flat = features[::EVERY, :2] / max(float(np.quantile(np.linalg.norm(features, axis=1), 0.99)), 1e-9)
    columns = count if count < MOST else MOST // 2
    half = min(92 / columns, 57 * columns / count)
    middle, height = 8 + 184 * (index % columns + 0.5) / columns, 8 + 114 * (index // columns + 0.5) * columns / count
    return "".join(
        f'<circle cx="{middle + half * x:.1f}" cy="{height - half * y:.1f}" r="1.4" fill="{COLOURS[int(label) % 10]}"/>'
        for (x, y), label in zip(np.clip(flat, -1, 1), labels[::EVERY], strict=True)
    )


def _scores(outcomes: list[Outcome]) -> str:
    """Means over the seeds, setting by setting, with a dot a net."""
    kinds = [([each.known for each in outcomes], COLOURS[0]), ([each.unseen for each in outcomes], COLOURS[1])]
    parts, across = [], (np.arange(len(outcomes)) + 0.5) / len(outcomes)
    for rows, colour in kinds:
        scores = np.array(rows)
        if not scores.size:
            continue
        low, high = scores.min(), scores.max()
        shares = 0.08 + 0.84 * (scores - low) / max(high - low, 1e-9)
        parts.append(line(across, shares.mean(1), colour))
        parts += [_ring(x, y, colour) for x, nets in zip(across, shares, strict=True) for y in nets]
    return f'<path d="M8 122H192" stroke="{GREY}" opacity="0.5"/>' + "".join(parts)


def _ring(x: float, y: float, colour: str) -> str:
    return f'<circle cx="{8 + 184 * x:.1f}" cy="{122 - 114 * y:.1f}" r="2.2" fill="none" stroke="{colour}"/>'
