"""Oh Song et al. 2016, Eq. 4, for every positive pair once."""

import torch

CASES = [{}, {"margin": 2.5}, {"normalise": True}]


def value(loss, weights, x, y):
    points = [row / row.norm() if loss.normalise else row for row in x]
    every = range(len(y))
    total, positives = 0.0, 0
    for i in every:
        for j in range(i):
            if y[i] == y[j]:
                pushes = [
                    (loss.margin - (points[end] - points[k]).norm()).exp()
                    for end in (i, j)
                    for k in every
                    if y[k] != y[i]
                ]
                total = total + torch.clamp(torch.log(sum(pushes)) + (points[i] - points[j]).norm(), min=0) ** 2
                positives += 1
    return total / (2 * positives)
