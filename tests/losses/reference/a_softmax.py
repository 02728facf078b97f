"""Liu et al. 2017, Eq. 7, with the polynomials of a multiple angle; SphereFace-R as a value and its own gradient.

SphereFace-R trains on the value of psi with the gradient of the plain cosine.
"""

import math

import torch

from tests.losses.reference.l_softmax import multiplied

CASES = [
    {},
    {"margin": 2.0, "lambda_min": 0.0},
    {"margin": 3.0, "lambda_min": 5.0},
    {"form": "sphereface_r", "margin": 1.5},
    {"form": "sphereface_r", "margin": 1.7, "scale": 10.0},
]


def real_margin(cosine, m):
    stretched, k = m * math.acos(cosine), 0
    while stretched > (k + 1) * math.pi:
        k += 1
    return (-1) ** k * math.cos(stretched) - 2 * k


def value(loss, weights, x, y):
    total = 0.0
    for sample, label in zip(x, y, strict=True):
        cosines = [sample @ row / (sample.norm() * row.norm()) for row in weights["weight"]]
        own, scale = cosines[label], sample.norm()
        if loss.form == "classic":
            margined = multiplied(own, int(loss.margin))
            target = own + (margined - own) / (1 + loss.lambda_min)
        else:
            scale = loss.scale
            target = own + (real_margin(own.item(), loss.margin) - own.item())
        logits = [scale * cosine for cosine in cosines]
        logits[label] = scale * target
        total = total - logits[label] + torch.logsumexp(torch.stack(logits), 0)
    return total / len(y)
