"""Khosla et al. 2020, Eq. 2 (L_out), the mean over anchors that have a positive."""

import torch

CASES = [{}, {"temperature": 0.5}]


def value(loss, weights, x, y):
    unit = [row / row.norm() for row in x]
    anchors = []
    for i in range(len(y)):
        others = [k for k in range(len(y)) if k != i]
        everyone = sum(torch.exp(unit[i] @ unit[a] / loss.temperature) for a in others)
        logs = [torch.log(torch.exp(unit[i] @ unit[p] / loss.temperature) / everyone) for p in others if y[p] == y[i]]
        if logs:
            anchors.append(-sum(logs) / len(logs))
    return sum(anchors) / len(anchors)
