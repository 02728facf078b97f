"""Liu et al. 2016, Eq. 4 to 7: the multiple angle as a polynomial in the cosine, k by comparing with its borders."""

import math

import torch

CASES = [{}, {"margin": 1}, {"margin": 3, "lambda_min": 0.0}, {"margin": 4, "lambda_min": 5.0}]

POLYNOMIALS = {
    1: lambda c: c,
    2: lambda c: 2 * c**2 - 1,
    3: lambda c: 4 * c**3 - 3 * c,
    4: lambda c: 8 * c**4 - 8 * c**2 + 1,
}


def multiplied(cosine, m):
    k = sum(1 for border in range(1, m) if cosine <= math.cos(border * math.pi / m))
    return (-1) ** k * POLYNOMIALS[m](cosine) - 2 * k


def value(loss, weights, x, y):
    total = 0.0
    for sample, label in zip(x, y, strict=True):
        logits = [row @ sample for row in weights["weight"]]
        length = weights["weight"][label].norm() * sample.norm()
        margined = length * multiplied(logits[label] / length, loss.margin)
        logits[label] = (loss.lambda_min * logits[label] + margined) / (loss.lambda_min + 1)
        total = total - logits[label] + torch.logsumexp(torch.stack(logits), 0)
    return total / len(y)
