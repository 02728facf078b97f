"""What a preset is, and where the papers are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ARXIV = "https://arxiv.org/abs/"
SPHEREFACE, COSFACE, ARCFACE = f"{ARXIV}1704.08063", f"{ARXIV}1801.09414", f"{ARXIV}1801.07698"
NORMFACE, LSOFTMAX, AMSOFTMAX = f"{ARXIV}1704.06369", f"{ARXIV}1612.02295", f"{ARXIV}1801.05599"
CIRCLE, FACENET, ADAFACE = f"{ARXIV}2002.10857", f"{ARXIV}1503.03832", f"{ARXIV}2204.00964"
MAGFACE = f"{ARXIV}2103.06627"
NPAIR = "https://proceedings.neurips.cc/paper/2016/hash/6b180037abbebea991d8b1232f8a8ca9-Abstract.html"
DRLIM = "http://yann.lecun.com/exdb/publis/pdf/hadsell-chopra-lecun-06.pdf"
SUPCON, PROXY_ANCHOR = f"{ARXIV}2004.11362", f"{ARXIV}2003.13911"
CENTER = "https://kpzhang93.github.io/papers/eccv2016.pdf"

PAPERS = {
    CENTER: "Center loss · Wen et al. 2016",
    LSOFTMAX: "L-Softmax · Liu et al. 2016",
    SPHEREFACE: "SphereFace · Liu et al. 2017",
    NORMFACE: "NormFace · Wang et al. 2017",
    COSFACE: "CosFace · Wang, Wang et al. 2018",
    AMSOFTMAX: "AM-Softmax · Wang, Cheng et al. 2018",
    ARCFACE: "ArcFace · Deng et al. 2019",
    CIRCLE: "Circle loss · Sun et al. 2020",
    DRLIM: "DrLIM · Hadsell, Chopra, LeCun 2006",
    FACENET: "FaceNet · Schroff et al. 2015",
    NPAIR: "N-pair · Sohn 2016",
}
"""Papers with several figures, in the order in which the gallery has them; all others come after."""


@dataclass(frozen=True)
class Preset:
    """A figure by its paper's name.

    ``section`` and ``state`` draw it, with the section's Streamlit ``widgets``, by key, where it has some. A figure of
    trained features names a ``page`` instead, and the ``query`` with which that page shows runs in its place.
    """

    name: str
    says: str
    url: str
    section: str = ""
    state: Mapping[str, Any] = field(default_factory=dict)
    widgets: Mapping[str, Any] = field(default_factory=dict)
    page: str = ""
    query: tuple[tuple[str, str], ...] = ()

    @property
    def runs(self) -> tuple[str, ...]:
        """The runs that the page shows."""
        return tuple(value for key, value in self.query if key in ("run", "runs"))


def slots(*chosen: tuple[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The state of several losses with their knobs."""
    knobs = {f"{i}.{name}": value for i, (_, values) in enumerate(chosen) for name, value in values.items()}
    return {"losses": [key for key, _ in chosen], **knobs}


def shown_runs(*names: str) -> tuple[tuple[str, str], ...]:
    """The query that shows these runs on Compare."""
    return tuple(("runs", name) for name in names)
