"""Sun et al. 2020, Eq. 6 for every anchor; alpha is a number and not a function of the similarity (Eq. 9, 10)."""

import torch

CASES = [{}, {"margin": 0.25, "gamma": 32.0}, {"gamma": 8.0}]


def value(loss, weights, x, y):
    unit = [row / row.norm() for row in x]
    m, terms = loss.margin, []
    for i in range(len(y)):
        positive = negative = 0.0
        for j in (j for j in range(len(y)) if j != i):
            s = unit[i] @ unit[j]
            if y[i] == y[j]:
                alpha = max(0.0, 1 + m - s.item())
                positive = positive + torch.exp(-loss.gamma * alpha * (s - (1 - m)))
            else:
                alpha = max(0.0, s.item() + m)
                negative = negative + torch.exp(loss.gamma * alpha * (s - m))
        terms.append(torch.log(1 + negative * positive))
    return sum(terms) / len(terms)
