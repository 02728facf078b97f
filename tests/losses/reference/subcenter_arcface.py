"""Deng et al. 2020: a class's angle is the smallest to its K sub-centers, rows jK to jK + K - 1; then ArcFace."""

import math

import torch

CASES = [{}, {"sub_centers": 1}, {"sub_centers": 5, "margin": 0.3, "scale": 10.0, "past_pi": "plain"}]


def value(loss, weights, x, y):
    rows, K = weights["library_loss.W"].T, loss.sub_centers
    total = 0.0
    for sample, label in zip(x, y, strict=True):
        every = [torch.acos(sample @ row / (sample.norm() * row.norm())) for row in rows]
        angles = [min(every[j * K : j * K + K]) for j in range(len(rows) // K)]
        target = torch.cos(angles[label] + loss.margin)
        if loss.past_pi == "fallback" and angles[label] + loss.margin > math.pi:
            target = torch.cos(angles[label]) - loss.margin * math.sin(loss.margin)
        own = torch.exp(loss.scale * target)
        rivals = sum(torch.exp(loss.scale * torch.cos(angle)) for j, angle in enumerate(angles) if j != label)
        total = total - torch.log(own / (own + rivals))
    return total / len(y)
