"""Kim et al. 2020, Eq. 4, proxy by proxy."""

import torch

CASES = [{}, {"alpha": 8.0, "margin": 0.3}]


def value(loss, weights, x, y):
    proxies = [w / w.norm() for w in weights["library_loss.proxies"]]
    pull = push = 0.0
    for c, proxy in enumerate(proxies):
        similar = [(row @ proxy / row.norm(), label == c) for row, label in zip(x, y, strict=True)]
        pull = pull + torch.log(1 + sum(torch.exp(-loss.alpha * (s - loss.margin)) for s, own in similar if own))
        push = push + torch.log(1 + sum(torch.exp(loss.alpha * (s + loss.margin)) for s, own in similar if not own))
    return pull / len(set(y)) + push / len(proxies)
