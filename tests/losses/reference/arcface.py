"""Deng et al. 2019, Eq. 3, with the paper's and InsightFace's behaviours past pi."""

import math

import torch

CASES = [{}, {"margin": 0.3, "scale": 16.0, "past_pi": "plain"}, {"margin": 0.9, "past_pi": "easy"}]


def value(loss, weights, x, y):
    rows = weights["library_loss.W"].T
    total = 0.0
    for sample, label in zip(x, y, strict=True):
        angles = [torch.acos(sample @ row / (sample.norm() * row.norm())) for row in rows]
        theta = angles[label]
        target = torch.cos(theta + loss.margin)
        if loss.past_pi == "fallback" and theta + loss.margin > math.pi:
            target = torch.cos(theta) - loss.margin * math.sin(loss.margin)
        if loss.past_pi == "easy" and theta >= math.pi / 2:
            target = torch.cos(theta)
        logits = [loss.scale * torch.cos(angle) for angle in angles]
        logits[label] = loss.scale * target
        total = total - logits[label] + torch.logsumexp(torch.stack(logits), 0)
    return total / len(y)
