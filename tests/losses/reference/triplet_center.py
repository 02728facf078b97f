"""He et al. 2018: the hinge on half the squared distances to the own and to the nearest other center."""

import torch

CASES = [{}, {"margin": 0.5}, {"softmax": True}, {"softmax": True, "center_weight": 2.0, "margin": 1.0}]


def value(loss, weights, x, y):
    total = 0.0
    for sample, label in zip(x, y, strict=True):
        halves = [((sample - center) ** 2).sum() / 2 for center in weights["centers"]]
        nearest = min(half for j, half in enumerate(halves) if j != label)
        hinge = torch.clamp(halves[label] + loss.margin - nearest, min=0)
        if loss.softmax:
            powers = [torch.exp(row @ sample) for row in weights["softmax.head.weight"]]
            hinge = loss.center_weight * hinge - torch.log(powers[label] / sum(powers))
        total = total + hinge
    return total / len(y)
