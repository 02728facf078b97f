"""Sohn 2016, Eq. 7: log(1 + sum of exp(x_i . x_j+ - x_i . x_i+)), and the mean squared length of what is in it."""

import torch

CASES = [{}, {"l2": 0.0}, {"l2": 0.2}]


def value(loss, weights, x, y):
    of = {c: [i for i in range(len(y)) if y[i] == c] for c in sorted(set(y))}
    tuples = []
    for r in range(max(len(rows) for rows in of.values()) // 2):
        pairs = [rows[2 * r : 2 * r + 2] for rows in of.values() if len(rows) >= 2 * r + 2]
        terms = []
        for a, p in pairs:
            rivals = [(x[a] @ x[q] - x[a] @ x[p]).exp() for b, q in pairs if b != a]
            terms.append(torch.log(1 + sum(rivals)))
        lengths = [x[i] @ x[i] for pair in pairs for i in pair]
        tuples.append(sum(terms) / len(terms) + loss.l2 * sum(lengths) / len(lengths))
    return sum(tuples) / len(tuples)
