"""Crammer and Singer 2001 (the strongest rival) and Weston and Watkins 1999 (all rivals, over the classes)."""

CASES = [{}, {"margin": 3.0}, {"form": "weston_watkins"}, {"form": "weston_watkins", "margin": 0.4}]


def value(loss, weights, x, y):
    rows = weights["head.weight"]
    total = 0.0
    for sample, label in zip(x, y, strict=True):
        own = rows[label] @ sample
        violations = [(loss.margin + row @ sample - own).clamp(min=0) for j, row in enumerate(rows) if j != label]
        total = total + (max(violations) if loss.form == "crammer_singer" else sum(violations) / len(rows))
    return total / len(y)
