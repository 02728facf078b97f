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
]


def wanted(mining, d_ap, d_an, margin):
    if mining == "easy":
        return d_an > d_ap + margin
    if mining == "semihard":
        return d_ap < d_an <= d_ap + margin
    if mining == "hard":
        return d_an <= d_ap
    return True


def value(loss, weights, x, y):
    points = [row / row.norm() if loss.normalise else row for row in x]

    def d(i, j):
        distance = (points[i] - points[j]).norm()
        return distance**2 if loss.squared else distance

    every = range(len(y))
    terms = []
    for a, p, n in ((a, p, n) for a in every for p in every for n in every):
        if a != p and y[a] == y[p] and y[a] != y[n] and wanted(loss.mining, d(a, p), d(a, n), loss.margin):
            gap = d(a, p) - d(a, n)
            terms.append(torch.log1p(gap.exp()) if loss.soft_margin else torch.clamp(gap + loss.margin, min=0))
    if loss.average == "active":
        terms = [term for term in terms if term > 0]
    return sum(terms) / len(terms)
