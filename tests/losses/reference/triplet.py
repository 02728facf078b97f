"""FaceNet 2015, Eq. 2-4, and Hermans et al. 2017 (soft margin, mean over active triplets), triplet by triplet."""

import torch

CASES = [
    {},
    {"margin": 0.5, "squared": False},
    {"mining": "all"},
    {"mining": "all", "average": "active"},
    {"mining": "hard", "margin": 0.4},
    {"mining": "easy", "soft_margin": True},
    {"mining": "semihard", "soft_margin": True, "margin": 1.0},
    {"mining": "all", "normalise": False, "squared": False, "margin": 1.0},
    {"mining": "hard", "normalise": False, "average": "active"},
    {"mining": "similarity", "squared": False, "margin": 0.05, "average": "active"},
]


def wanted(mining, d_ap, d_an, margin):
    if mining == "easy":
        return d_an > d_ap + margin
    if mining == "semihard":
        return d_ap < d_an <= d_ap + margin
    if mining == "hard":
        return d_an <= d_ap
    return True


def mined_by_similarity(x, y, epsilon=0.1):
    """Wang et al. 2019, Eq. 11-12: pairs by cosine, then every positive of an anchor with every negative of it."""
    unit = [row / row.norm() for row in x]
    every = range(len(y))
    for a in every:
        alike = {p: (unit[a] @ unit[p]).item() for p in every if p != a and y[p] == y[a]}
        other = {n: (unit[a] @ unit[n]).item() for n in every if y[n] != y[a]}
        near = [p for p in alike if alike[p] < max(other.values()) + epsilon]
        rivals = [n for n in other if other[n] > min(alike.values()) - epsilon]
        yield from ((a, p, n) for p in near for n in rivals)


def value(loss, weights, x, y):
    points = [row / row.norm() if loss.normalise else row for row in x]

    def d(i, j):
        distance = (points[i] - points[j]).norm()
        return distance**2 if loss.squared else distance

    every = range(len(y))
    terms = []
    mined = set(mined_by_similarity(x, y)) if loss.mining == "similarity" else None
    for a, p, n in ((a, p, n) for a in every for p in every for n in every):
        if a != p and y[a] == y[p] and y[a] != y[n]:
            used = wanted(loss.mining, d(a, p), d(a, n), loss.margin) if mined is None else (a, p, n) in mined
            gap = d(a, p) - d(a, n)
            if used:
                terms.append(torch.log1p(gap.exp()) if loss.soft_margin else torch.clamp(gap + loss.margin, min=0))
    if loss.average == "active":
        terms = [term for term in terms if term > 0]
    return sum(terms) / len(terms)
