"""Open-set rejection: are images of classes never seen in training told from images of known ones?"""

from typing import ClassVar

import numpy as np

from lossviz.metrics._roc import Roc
from lossviz.metrics._similarity import nearest
from lossviz.metrics.base import Evidence, Output, Score

DIR_FAR = 1e-2


class Rejection(Score):
    """A probe's score is its similarity to the nearest training image of a known class; open-set runs only.

    Genuine are held-out images of known classes (``known``), impostors are images of unseen classes (``probe``).
    """

    place: ClassVar[int] = 60
    outputs: ClassVar[tuple[Output, ...]] = (
        Output(
            "open_set_auroc",
            "Open-set AUROC",
            "The probability that an image of a known class is nearer to the training images than one of an unseen "
            "class, ties counting half.",
            unit="%",
        ),
        Output(
            "open_set_fpr95",
            "Open-set FPR95",
            "Images of unseen classes that are taken for known ones at the strictest threshold that accepts 95 % of "
            "the images of known classes.",
            better=-1,
            unit="%",
        ),
        Output(
            "open_set_dir_at_far_1e-2",
            "DIR @ FAR 1e-2",
            "Detection and identification rate (Phillips, Grother, Micheals 2011): images of known classes that are "
            "accepted and whose nearest training image is of their class, where at most 1 % of the images of unseen "
            "classes are accepted. Left out with fewer than 100 of these.",
            unit="%",
        ),
    )

    def compute(self, evidence: Evidence) -> dict[str, float]:
        known, gallery, labels = evidence.known, evidence.known_gallery, evidence.known_gallery_labels
        if known is None or gallery is None or labels is None or len(known) == 0 or len(gallery) == 0:
            return {}
        rows, similarities = nearest(known, gallery, evidence.metric, k=1)
        genuine = similarities[:, 0]
        impostor = nearest(evidence.probe, gallery, evidence.metric, k=1)[1][:, 0]
        roc = Roc(np.sort(genuine), np.sort(impostor))
        identified = np.where(labels[rows[:, 0]] == evidence.known_labels, genuine, -np.inf)
        rate = Roc(np.sort(identified), roc.impostor).tar_at_far(DIR_FAR)
        found = {"open_set_auroc": roc.auc(), "open_set_fpr95": roc.far_at_tar(0.95)}
        return found if rate is None else found | {"open_set_dir_at_far_1e-2": rate}
