"""Deng et al. 2019, Eq. 4, with the cosine followed past pi."""

import torch

CASES = [{}, {"m1": 1.0, "m2": 0.3, "m3": 0.2}, {"m1": 1.35, "m2": 0.0, "m3": 0.0, "scale": 10.0}]


def value(loss, weights, x, y):
    total = 0.0
    for sample, label in zip(x, y, strict=True):
        angles = [torch.acos(sample @ row / (sample.norm() * row.norm())) for row in weights["weight"]]
        own = torch.exp(loss.scale * (torch.cos(loss.m1 * angles[label] + loss.m2) - loss.m3))
        rivals = sum(torch.exp(loss.scale * torch.cos(angle)) for j, angle in enumerate(angles) if j != label)
        total = total - torch.log(own / (own + rivals))
    return total / len(y)
