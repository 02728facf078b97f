"""Wang et al. 2018, Eq. 4."""

import torch

CASES = [{}, {"margin": 0.1, "scale": 8.0}, {"margin": 0.02, "scale": 8.0, "margin_in_degrees": True}]


def value(loss, weights, x, y):
    total = 0.0
    margin = loss.margin / torch.pi * 180 if loss.margin_in_degrees else loss.margin
    for sample, label in zip(x, y, strict=True):
        cosines = [sample @ row / (sample.norm() * row.norm()) for row in weights["library_loss.W"].T]
        own = torch.exp(loss.scale * (cosines[label] - margin))
        rivals = sum(torch.exp(loss.scale * cosine) for j, cosine in enumerate(cosines) if j != label)
        total = total - torch.log(own / (own + rivals))
    return total / len(y)
