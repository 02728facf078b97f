"""Meng et al. 2021: margin m(a), a straight line in a = clip(|x|), and lambda_g (1/a + a/u^2)."""

import math

import torch

CASES = [
    {},
    {"past_pi": "fallback", "low_length": 2.0, "high_length": 3.0, "length_weight": 20.0},
    {"past_pi": "plain", "low_margin": 0.1, "high_length": 4.0, "scale": 10.0},
]


def value(loss, weights, x, y):
    total = 0.0
    for sample, label in zip(x, y, strict=True):
        a = torch.clip(sample.norm(), loss.low_length, loss.high_length)
        part = (a - loss.low_length) / (loss.high_length - loss.low_length)
        margin = (1 - part) * loss.low_margin + part * loss.high_margin
        cosines = [sample @ row / (sample.norm() * row.norm()) for row in weights["weight"]]
        theta = torch.acos(cosines[label])
        target = torch.cos(theta + margin)
        if loss.past_pi == "fallback" and theta + margin > math.pi:
            target = cosines[label] - margin * torch.sin(margin)
        if loss.past_pi == "easy" and cosines[label] <= 0:
            target = cosines[label]
        own = torch.exp(loss.scale * target)
        rivals = sum(torch.exp(loss.scale * cosine) for j, cosine in enumerate(cosines) if j != label)
        total = total - torch.log(own / (own + rivals)) + loss.length_weight * (1 / a + a / loss.high_length**2)
    return total / len(y)
