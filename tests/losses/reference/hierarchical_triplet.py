"""Ge et al. 2018, Eq. 2-6, from every pair of samples of the one batch: a criterion that has seen nothing yet."""

import torch

CASES = [{}, {"levels": 3}, {"beta": 0.5, "levels": 1}, {"squared": False}]


def mean(terms):
    terms = list(terms)
    return sum(terms) / len(terms)


def joining_level(between, limits, p, q):
    """First level whose merging puts p and q under one node: at each level, nodes with classes nearer than the limit
    are joined until no two are left."""
    nodes = [{c} for c in sorted({c for pair in between for c in pair})]
    for limit in limits:
        joined = True
        while joined:
            joined = False
            for one in nodes:
                for other in nodes:
                    if one is not other and any(between[a, b] < limit for a in one for b in other):
                        nodes = [node for node in nodes if node is not one and node is not other] + [one | other]
                        joined = True
                        break
                if joined:
                    break
        if any({p, q} <= node for node in nodes):
            return limit
    return limits[-1]


def value(loss, weights, x, y):
    r = [row / row.norm() for row in x]
    n, classes = len(y), sorted(set(y))
    of = {c: [i for i in range(n) if y[i] == c] for c in classes}

    def apart(i, j):
        return float(((r[i] - r[j]) ** 2).sum().detach())

    between = {(p, q): mean(apart(i, j) for i in of[p] for j in of[q]) for p in classes for q in classes if p != q}
    within = {c: mean(apart(i, j) for i in of[c] for j in of[c] if i != j) for c in classes}
    base = mean(within.values())
    limits = [base + level * (4 - base) / loss.levels for level in range(loss.levels + 1)]
    terms = []
    for a in range(n):
        for k in (k for k in range(n) if y[k] != y[a]):
            margin = loss.beta + joining_level(between, limits, y[a], y[k]) - within[y[a]]
            for p in (p for p in of[y[a]] if p != a):
                near, far = (r[a] - r[p]).norm(), (r[a] - r[k]).norm()
                gap = near**2 - far**2 if loss.squared else near - far
                terms.append(torch.clamp(gap + margin, min=0))
    return mean(terms) / 2
