"""Bromley et al. 1993: squared error of the cosine against +1 and against the negative target."""

CASES = [{}, {"negative_target": -1.0}, {"negative_target": 0.0}]


def value(loss, weights, x, y):
    errors = {True: [], False: []}
    for i in range(len(y)):
        for j in range(len(y)):
            if i != j:
                cosine = x[i] @ x[j] / (x[i].norm() * x[j].norm())
                target = 1.0 if y[i] == y[j] else loss.negative_target
                errors[y[i] == y[j]].append((cosine - target) ** 2)
    return sum(sum(terms) / len(terms) for terms in errors.values())
