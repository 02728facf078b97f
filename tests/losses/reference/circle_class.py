"""Sun et al. 2020, Eq. 6 with one positive similarity, to the class weight, and C - 1 negative ones."""

import torch

CASES = [{}, {"margin": 0.4, "gamma": 16.0}]


def value(loss, weights, x, y):
    m, total = loss.margin, 0.0
    for row, label in zip(x, y, strict=True):
        negative = 0.0
        for j, w in enumerate(weights["weight"]):
            s = row @ w / (row.norm() * w.norm())
            if j == label:
                positive = torch.exp(-loss.gamma * max(0.0, 1 + m - s.item()) * (s - (1 - m)))
            else:
                negative = negative + torch.exp(loss.gamma * max(0.0, s.item() + m) * (s - m))
        total = total + torch.log(1 + negative * positive)
    return total / len(y)
