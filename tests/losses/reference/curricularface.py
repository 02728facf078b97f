"""Huang et al. 2020 with the mean t as it stands: a rival c above cos(theta + m) becomes c (t + c)."""

import math

import torch

CASES = [{}, {"margin": 0.3, "scale": 10.0, "past_pi": "plain"}]


def value(loss, weights, x, y):
    t = weights["t"]
    total = 0.0
    for sample, label in zip(x, y, strict=True):
        cosines = [sample @ row / (sample.norm() * row.norm()) for row in weights["weight"]]
        theta = torch.acos(cosines[label])
        target = torch.cos(theta + loss.margin)
        if loss.past_pi == "fallback" and theta + loss.margin > math.pi:
            target = cosines[label] - loss.margin * math.sin(loss.margin)
        own = torch.exp(loss.scale * target)
        rivals = 0.0
        for j, cosine in enumerate(cosines):
            if j != label:
                rivals = rivals + torch.exp(loss.scale * (cosine if target >= cosine else cosine * (t + cosine)))
        total = total - torch.log(own / (own + rivals))
    return total / len(y)
