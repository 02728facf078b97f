"""Wang et al. 2019: mining (Eq. 11, 12) and loss (Eq. 15), anchor by anchor."""

import torch

CASES = [{}, {"epsilon": 2.0}, {"epsilon": 0.0, "alpha": 5.0, "beta": 10.0}, {"shift": 1.0}]


def value(loss, weights, x, y):
    unit = [row / row.norm() for row in x]
    total = 0.0
    for i in range(len(y)):
        positives = [unit[i] @ unit[j] for j in range(len(y)) if j != i and y[j] == y[i]]
        negatives = [unit[i] @ unit[j] for j in range(len(y)) if y[j] != y[i]]
        used_p = [s for s in positives if s < max(negatives) + loss.epsilon]
        used_n = [s for s in negatives if s > min(positives) - loss.epsilon]
        pull = sum(torch.exp(-loss.alpha * (s - loss.shift)) for s in used_p)
        push = sum(torch.exp(loss.beta * (s - loss.shift)) for s in used_n)
        for weight, terms in ((loss.alpha, pull), (loss.beta, push)):
            total = total + torch.log1p(torch.as_tensor(terms)) / weight
    return total / len(y)
