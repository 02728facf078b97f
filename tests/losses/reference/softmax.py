"""Cross-entropy of W x + b, written as minus the log of a quotient of sums."""

import torch

CASES = [{}, {"bias": True}]


def value(loss, weights, x, y):
    rows = weights["head.weight"]
    offsets = weights["head.bias"] if loss.bias else [0.0] * len(rows)
    total = 0.0
    for sample, label in zip(x, y, strict=True):
        powers = [torch.exp((row * sample).sum() + offset) for row, offset in zip(rows, offsets, strict=True)]
        total = total - torch.log(powers[label] / sum(powers))
    return total / len(y)
