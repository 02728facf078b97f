"""Qian et al. 2019, Eq. 8 (relaxed class similarity, margin, scale) and Eq. 9 (the merging penalty)."""

import torch

CASES = [
    {},
    {"centers": 1},
    {"centers": 4, "gamma": 0.5, "margin": 0.2, "scale": 8.0},
    {"merging": 0.0},
    {"merging": 1.0, "centers": 2},
]


def value(loss, weights, x, y):
    columns = [w / w.norm() for w in weights["library_loss.fc"].t()]
    k = loss.centers
    classes = [columns[c * k : (c + 1) * k] for c in range(len(columns) // k)]
    total = 0.0
    for row, label in zip(x, y, strict=True):
        logits = []
        for c, centers in enumerate(classes):
            s = torch.stack([row @ center / row.norm() for center in centers])
            relaxed = (torch.softmax(s / loss.gamma, 0) * s).sum()
            logits.append(loss.scale * (relaxed - (loss.margin if c == label else 0.0)))
        total = total + torch.logsumexp(torch.stack(logits), 0) - logits[label]
    apart = 0.0
    for centers in classes:
        for t in range(k):
            for s in range(t + 1, k):
                apart = apart + torch.sqrt(2 - 2 * centers[s] @ centers[t])
    return total / len(y) + loss.merging * apart / max(1, len(classes) * k * (k - 1))
