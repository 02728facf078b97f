"""Face verification on official pair lists: the LFW 10-fold protocol, and the development pairs."""

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from lossviz.metrics._roc import Roc
from lossviz.metrics._similarity import Doubles, paired_similarities
from lossviz.metrics.base import Evidence, Output, PairEvidence, Score

Flags = NDArray[np.bool_]


class LfwFolds(Score):
    """Accuracy of same-or-different on given pairs, in the run's own metric.

    The first protocol (by name) whose pairs lie in two or more folds is scored fold by fold (``lfw_...``). The
    protocol called ``devtest`` gives ``devtest_...``; its accuracy needs ``devtrain`` pairs for the threshold.
    """

    place: ClassVar[int] = 50
    outputs: ClassVar[tuple[Output, ...]] = (
        Output(
            "lfw_accuracy",
            "LFW accuracy",
            "Pairs of each of ten folds told right with the threshold that is best on the other folds, the mean over "
            "folds (Huang et al. 2007, view 2). Folds without pairs are skipped.",
            unit="%",
        ),
        Output(
            "lfw_standard_error",
            "LFW standard error",
            "Standard error of that mean: the standard deviation over folds (n - 1) over the root of their number.",
            better=0,
            unit="%",
        ),
        Output("lfw_pairs", "LFW pairs", "How many pairs the accuracy is measured on.", better=0),
        Output(
            "devtest_accuracy",
            "DevTest accuracy",
            "Pairs of LFW's development test list told right with the threshold that is best on the development "
            "training list (view 1).",
            unit="%",
        ),
        Output("devtest_roc_auc", "DevTest ROC AUC", "ROC AUC on LFW's development test list.", unit="%"),
        Output("devtest_eer", "DevTest EER", "Equal error rate on that list.", better=-1, unit="%"),
    )

    def compute(self, evidence: Evidence) -> dict[str, float]:
        folded = [name for name in sorted(evidence.pairs) if len(np.unique(evidence.pairs[name].fold)) > 1]
        found = _over_folds(evidence.pairs[folded[0]], evidence.metric) if folded else {}
        test, train = evidence.pairs.get("devtest"), evidence.pairs.get("devtrain")
        if test is None or len(test.same) == 0:
            return found
        similarities = _similarities(test, evidence.metric)
        if train is not None and len(train.same):
            threshold = best_threshold(_similarities(train, evidence.metric), train.same)
            found["devtest_accuracy"] = _accuracy(similarities, test.same, threshold)
        roc = Roc.of(similarities[test.same], similarities[~test.same])
        return found if roc is None else found | {"devtest_roc_auc": roc.auc(), "devtest_eer": roc.eer()}


def best_threshold(similarities: Doubles, same: Flags) -> float:
    """The threshold at which most pairs (P,) are told right, ``same`` meaning similarity >= threshold.

    It lies midway between two neighbouring similarities; of equally good ones it is the lowest.
    """
    order = np.argsort(similarities)
    values, same = similarities[order], same[order]
    right = np.append(0, np.cumsum(~same)) + np.append(np.cumsum(same[::-1])[::-1], 0)
    cuts = np.concatenate([[-np.inf], (values[:-1] + values[1:]) / 2, [np.inf]])
    possible = np.concatenate([[True], values[:-1] < values[1:], [True]])
    return float(cuts[np.where(possible, right, -1).argmax()])


def _over_folds(pairs: PairEvidence, metric: str) -> dict[str, float]:
    similarities = _similarities(pairs, metric)
    accuracies = []
    for fold in np.unique(pairs.fold):
        held_out = pairs.fold == fold
        threshold = best_threshold(similarities[~held_out], pairs.same[~held_out])
        accuracies.append(_accuracy(similarities[held_out], pairs.same[held_out], threshold))
    return {
        "lfw_accuracy": float(np.mean(accuracies)),
        "lfw_standard_error": float(np.std(accuracies, ddof=1) / np.sqrt(len(accuracies))),
        "lfw_pairs": float(len(pairs.same)),
    }


def _similarities(pairs: PairEvidence, metric: str) -> Doubles:
    return paired_similarities(pairs.first, pairs.second, metric)


def _accuracy(similarities: Doubles, same: Flags, threshold: float) -> float:
    return float(((similarities >= threshold) == same).mean())
