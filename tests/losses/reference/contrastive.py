"""Hadsell, Chopra, LeCun 2006, Eq. 4, and the un-squared hinge; equal and different pairs averaged apart."""

import torch

CASES = [
    {},
    {"margin": 1.0},
    {"margin": 3.5},
    {"margin": 0.8, "normalise": True},
    {"margin": 3.0, "form": "hinge"},
    {"margin": 1.2, "form": "hinge", "normalise": True},
]


def value(loss, weights, x, y):
    points = [row / row.norm() if loss.normalise else row for row in x]
    pull, push = [], []
    for i in range(len(y)):
        for j in range(i):
            distance = (points[i] - points[j]).norm()
            if y[i] == y[j]:
                pull.append(distance**2 / 2 if loss.form == "squared" else distance)
            elif loss.form == "squared":
                push.append(torch.clamp(loss.margin - distance, min=0) ** 2 / 2)
            elif distance < loss.margin:
                push.append(loss.margin - distance)
    return sum(pull) / len(pull) + sum(push) / max(1, len(push))
