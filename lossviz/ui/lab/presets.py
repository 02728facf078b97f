"""Figures of papers that the lab draws, each as a section's state. What a state leaves out is the section's default."""

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
CENTER = "https://kpzhang93.github.io/papers/eccv2016.pdf"


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


def _slots(*chosen: tuple[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The state of several losses with their knobs."""
    knobs = {f"{i}.{name}": value for i, (_, values) in enumerate(chosen) for name, value in values.items()}
    return {"losses": [key for key, _ in chosen], **knobs}


def _runs(*names: str) -> tuple[tuple[str, str], ...]:
    return tuple(("runs", name) for name in names)


_FOUR = _slots(
    ("normface", {}),
    ("a_softmax", {"margin": 4, "lambda_min": 0}),
    ("cosface", {"margin": 0.35}),
    ("arcface", {"margin": 0.5}),
)
_WHOLE = {"lambda_min": 0}

PRESETS = (
    Preset(
        "ArcFace Fig. 5",
        "Decision margins in the (θ₁, θ₂) plane: a wedge for SphereFace, a curve for CosFace, a constant strip for "
        "ArcFace.",
        ARCFACE,
        "two",
        {**_FOUR, "apart": 90},
    ),
    Preset(
        "CosFace Fig. 2",
        "The same margins over the cosines, with softmax and its unequal weight lengths first.",
        COSFACE,
        "two",
        {
            **_slots(
                ("softmax", {}),
                ("normface", {}),
                ("a_softmax", {"margin": 4, **_WHOLE}),
                ("cosface", {"margin": 0.35}),
            ),
            "axes": "cosine",
            "ratio": 0.7,
        },
    ),
    Preset(
        "SphereFace Fig. 3",
        "What each loss leaves to two classes on the circle: softmax, modified softmax, A-Softmax.",
        SPHEREFACE,
        "two",
        {**_slots(("softmax", {}), ("normface", {}), ("a_softmax", {"margin": 4, **_WHOLE})), "ratio": 0.7},
    ),
    Preset(
        "The table of decision boundaries",
        "Softmax with unequal weights, L-Softmax, A-Softmax, CosFace, ArcFace and the combined margin.",
        ARCFACE,
        "two",
        {
            **_slots(
                ("softmax", {}),
                ("l_softmax", {"margin": 2, **_WHOLE}),
                ("a_softmax", {"margin": 4, **_WHOLE}),
                ("cosface", {}),
                ("arcface", {}),
                ("combined_margin", {}),
            ),
            "ratio": 0.8,
        },
    ),
    Preset(
        "AdaFace: margin by quality",
        "Short embeddings get ArcFace's margin, average ones CosFace's, long ones a negative angle.",
        ADAFACE,
        "two",
        _slots(*(("adaface", {"quality": quality}) for quality in (-1, 0, 1))),
    ),
    Preset(
        "MagFace: margin by length",
        "The longer an embedding, the larger its margin.",
        MAGFACE,
        "two",
        _slots(*(("magface", {"length": length}) for length in (1, 10, 20))),
    ),
    Preset(
        "ArcFace Fig. 4 (b)",
        "Target logits between 20° and 100°: softmax, SphereFace (m = 4, λ = 5), CosFace, ArcFace, CM1 and CM2. The "
        "paper's m = 1.35 is the combined margin with m₁ = 1.35.",
        ARCFACE,
        "target",
        {
            **_slots(
                ("normface", {}),
                ("a_softmax", {"margin": 4, "lambda_min": 5}),
                ("cosface", {"margin": 0.35}),
                ("arcface", {"margin": 0.5}),
                ("combined_margin", {"m1": 1, "m2": 0.3, "m3": 0.2}),
                ("combined_margin", {"m1": 0.9, "m2": 0.4, "m3": 0.15}),
            ),
            "low": 20,
            "high": 100,
        },
    ),
    Preset(
        "AM-Softmax: ψ(θ)",
        "cos θ, A-Softmax with m = 2 and m = 4, the latter with λ = 5, and cos θ - 0.35.",
        AMSOFTMAX,
        "target",
        _slots(
            ("normface", {}),
            ("a_softmax", {"margin": 2, **_WHOLE}),
            ("a_softmax", {"margin": 4, **_WHOLE}),
            ("a_softmax", {"margin": 4, "lambda_min": 5}),
            ("cosface", {"margin": 0.35}),
        ),
    ),
    Preset(
        "L-Softmax: ψ(θ)",
        "The multiplied angle for m = 1, 2, 3, 4.",
        LSOFTMAX,
        "target",
        _slots(*(("l_softmax", {"margin": margin, **_WHOLE}) for margin in (1, 2, 3, 4))),
    ),
    Preset(
        "NormFace Fig. 5",
        "The lowest loss that can be reached against the scale: without a scale, training cannot converge.",
        NORMFACE,
        "target",
        {**_slots(("normface", {"scale": 1})), "count": 10},
    ),
    Preset(
        "ArcFace past π - m",
        "Three behaviours where the moved angle passes π: fallback, plain, easy margin.",
        ARCFACE,
        "target",
        {**_slots(*(("arcface", {"past_pi": word}) for word in ("fallback", "plain", "easy"))), "low": 60},
    ),
    Preset(
        "CosFace Fig. 4",
        "Eight classes on the circle with m = 0, 0.1 and 0.2; above 1 - cos 45° = 0.29 nothing is left.",
        COSFACE,
        "many",
        {**_slots(*(("cosface", {"margin": margin}) for margin in (0, 0.1, 0.2, 0.35))), "count": 8},
    ),
    Preset(
        "ArcFace Fig. 3",
        "Eight classes: softmax leaves no gap between neighbours, ArcFace one as large as its margin.",
        ARCFACE,
        "many",
        {**_slots(("softmax", {}), ("arcface", {"margin": 0.5})), "count": 8},
    ),
    Preset(
        "NormFace Fig. 2",
        "Probability of one class over the plane of embeddings: it grows outwards along a spoke.",
        NORMFACE,
        "spokes",
        {"shown": 0, "first": 1, "bias": 0},
    ),
    Preset(
        "NormFace Fig. 3",
        "With a bias a class can sit at the origin.",
        NORMFACE,
        "spokes",
        {"shown": -1, "first": 0.2, "bias": 4},
    ),
    Preset(
        "DrLIM Fig. 1",
        "Contrastive loss over the distance, for similar and for dissimilar pairs.",
        DRLIM,
        "pairs",
        {"loss": "contrastive", "form": "squared", "margin": 1},
    ),
    Preset(
        "DrLIM Fig. 2",
        "Springs: similar pairs attract, dissimilar ones repel within the margin; where they balance.",
        DRLIM,
        "pairs",
        {"loss": "contrastive", "form": "squared", "scene": "equilibrium"},
    ),
    Preset(
        "FaceNet Fig. 3",
        "An anchor, its positive and a negative, with the rings of easy, semi-hard and hard.",
        FACENET,
        "pairs",
        {"loss": "triplet", "squared": True, "tripletMargin": 0.2},
    ),
    Preset(
        "Circle Fig. 1 and 2",
        "Gradients over the (sₙ, sₚ) plane for triplet, AM-Softmax and circle loss, with their boundaries.",
        CIRCLE,
        "plane",
        {"sn": 0.8, "sp": 0.8},
    ),
    Preset(
        "Circle Eq. 1: the unified view",
        "From pairs to classes and to the hardest triplet as gamma and the numbers of similarities move.",
        CIRCLE,
        "unified",
    ),
    Preset(
        "N-pair Fig. 1 and 2",
        "A positive against the negatives of all other classes at once: pairs as edges, as thick as they count.",
        NPAIR,
        "edges",
        widgets={"edges": ["n_pair", "triplet"]},
    ),
    Preset(
        "Multi-Similarity Fig. 1 and 2",
        "Which pairs of a batch weigh how much under losses that weigh them differently.",
        f"{ARXIV}1904.06627",
        "edges",
        widgets={"edges": ["contrastive", "lifted", "multi_similarity", "circle"]},
    ),
    Preset(
        "NormFace Fig. 4",
        "The gradient of a loss of directions is at a right angle to the embedding; that of plain softmax is not.",
        NORMFACE,
        "forces",
        widgets={"forces": ["normface", "softmax"]},
    ),
    Preset(
        "ArcFace Fig. 3, trained",
        "Eight classes under softmax and under ArcFace with a warm start, trained while you watch.",
        ARCFACE,
        "toy",
        widgets={"toy": ["softmax", "arcface"], "toy.start": "Warm", "toy.cloud.classes": 8},
    ),
    Preset(
        "No convergence in two dimensions",
        "Why normalised losses fail on the circle from a cold start, and what a warm start on softmax changes.",
        "https://github.com/deepinsight/insightface/issues/479",
        "toy",
        widgets={"toy": ["arcface"], "toy.start": "Both", "toy.body": "free"},
    ),
    Preset(
        "L-Softmax Fig. 2",
        "Trained: 2-D features of MNIST for m = 1, 2 and 4.",
        LSOFTMAX,
        page="compare",
        query=_runs("mnist2d-l_softmax-1", "mnist2d-l_softmax-2", "mnist2d-l_softmax-4"),
    ),
    Preset(
        "Center loss Fig. 2 and 3",
        "Trained: 2-D features of MNIST under softmax alone and with center loss.",
        CENTER,
        page="compare",
        query=_runs("mnist2d-softmax", "mnist2d-center"),
    ),
    Preset(
        "AM-Softmax: the sphere",
        "Trained: 3-D features of MNIST on the sphere under softmax, NormFace and CosFace.",
        AMSOFTMAX,
        page="compare",
        query=_runs("mnist-softmax", "mnist-normface", "mnist-cosface"),
    ),
)
