"""Figures of trained features and of scores against a knob: shipped runs, and sweeps of small nets on digits."""

from typing import Any

from lossviz.ui.lab.preset import (
    AMSOFTMAX,
    ARCFACE,
    CENTER,
    CIRCLE,
    COSFACE,
    DRLIM,
    FACENET,
    LSOFTMAX,
    NORMFACE,
    SPHEREFACE,
    Preset,
    shown_runs,
)


def _swept(loss: str, over: str, values: str, beside: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    """The widgets of a sweep; ``more`` are other keys, with dots written as two underlines."""
    widgets: dict[str, Any] = {"sweep.loss": loss, f"over.{loss}": over, f"values.{loss}.{over}": values}
    widgets |= {"beside": list(beside)} if beside else {}
    return widgets | {key.replace("__", "."): value for key, value in more.items()}


def _features(digits: str = "0-9", dim: int = 2, steps: int = 600) -> dict[str, Any]:
    """One net a setting, its features drawn."""
    return {"sweep.run.digits": digits, "sweep.run.dim": dim, "sweep.run.steps": steps, "sweep.run.seeds": 1}


_WARM = {"sweep.run.warm_share": 0.25}

RUNS = (
    Preset(
        "Center loss Fig. 2",
        "2-D features of MNIST under softmax alone and with center loss.",
        CENTER,
        page="compare",
        query=shown_runs("mnist2d-softmax", "mnist2d-center"),
    ),
    Preset(
        "L-Softmax Fig. 2",
        "2-D features of MNIST for m = 1, 2 and 4, epoch by epoch.",
        LSOFTMAX,
        page="compare",
        query=shown_runs("mnist2d-l_softmax-1", "mnist2d-l_softmax-2", "mnist2d-l_softmax-4"),
    ),
    Preset(
        "NormFace Fig. 2, left",
        "2-D features of MNIST under softmax: near in distance is not near in angle.",
        NORMFACE,
        page="explore",
        query=(("run", "mnist2d-softmax"),),
    ),
    Preset(
        "AM-Softmax: the sphere, MNIST",
        "3-D features of MNIST on the sphere under softmax, NormFace and CosFace, epoch by epoch.",
        AMSOFTMAX,
        page="compare",
        query=shown_runs("mnist-softmax", "mnist-normface", "mnist-cosface"),
    ),
    Preset(
        "ArcFace Fig. 4 (a)",
        "Angles of images to their own class weight: drag the epoch from the first to the last.",
        ARCFACE,
        page="compare",
        query=(*shown_runs("mnist-arcface"), ("below", "Angles")),
    ),
    Preset(
        "ArcFace Fig. 6",
        "Angles of positive and negative pairs; Table 3's W-EC, W-Inter, Intra and Inter are among the scores.",
        ARCFACE,
        page="compare",
        query=(*shown_runs("mnist-softmax", "mnist-triplet", "mnist-arcface"), ("below", "Pairs")),
    ),
    Preset(
        "FaceNet Fig. 5",
        "Validation rate over false accepts, both axes logarithmic, for runs on MNIST in place of four nets on faces.",
        FACENET,
        page="compare",
        query=(*shown_runs("mnist-triplet", "mnist-contrastive", "mnist-arcface"), ("below", "Verification")),
    ),
)

SWEEPS = (
    Preset(
        "Center loss Fig. 3",
        "Features on digits for λ = 0.001, 0.01, 0.1 and 1: the larger, the tighter each digit about its center.",
        CENTER,
        "sweep",
        widgets=_swept("center", "center_weight", "0.001, 0.01, 0.1, 1") | _features(),
    ),
    Preset(
        "Center loss Fig. 5 (a)",
        "Scores against λ, on digits in place of LFW's faces.",
        CENTER,
        "sweep",
        widgets=_swept("center", "center_weight", "0.0001, 0.001, 0.01, 0.1, 1"),
    ),
    Preset(
        "Center loss Fig. 5 (b)",
        "Scores against how fast the centers move, on digits in place of LFW's faces.",
        CENTER,
        "sweep",
        widgets=_swept("center", "alpha", "0.01, 0.1, 0.25, 0.5, 0.75, 1", sweep__center__center_weight=0.1),
    ),
    Preset(
        "L-Softmax Fig. 2, digits",
        "Features on digits for m = 1, 2, 3 and 4.",
        LSOFTMAX,
        "sweep",
        widgets=_swept("l_softmax", "margin", "1, 2, 3, 4") | _features(),
    ),
    Preset(
        "SphereFace Fig. 2",
        "Two identities, here the digits 4 and 9, under softmax, modified softmax (m = 1) and A-Softmax.",
        SPHEREFACE,
        "sweep",
        widgets=_swept("a_softmax", "margin", "1, 2, 4", ("softmax",)) | _features("4 and 9"),
    ),
    Preset(
        "SphereFace Fig. 5",
        "Six classes on the sphere for m = 1, 2, 3 and 4, and the angles of their positive and negative pairs.",
        SPHEREFACE,
        "sweep",
        {"below": "angles"},
        widgets=_swept("a_softmax", "margin", "1, 2, 3, 4") | _features("0-5", 3),
    ),
    Preset(
        "NormFace Fig. 3, trained",
        "Features on digits without and with a bias: with one, a class may sit at the origin.",
        NORMFACE,
        "sweep",
        widgets=_swept("softmax", "bias", "no, yes") | _features(),
    ),
    Preset(
        "CosFace Fig. 4, trained",
        "Eight digits under softmax and CosFace with m = 0, 0.1 and 0.2, warm-started.",
        COSFACE,
        "sweep",
        widgets=_swept("cosface", "margin", "0, 0.1, 0.2", ("softmax",)) | _features("0-7") | _WARM,
    ),
    Preset(
        "CosFace Fig. 5",
        "Scores against the margin, on digits in place of LFW's and YTF's faces.",
        COSFACE,
        "sweep",
        widgets=_swept("cosface", "margin", "0, 0.15, 0.25, 0.35, 0.45"),
    ),
    Preset(
        "AM-Softmax: the sphere",
        "Ten digits in 3-D: softmax, NormFace, SphereFace (m = 4, λ = 0.5) and CosFace with m = 0.2 and 0.5 at s = 10.",
        AMSOFTMAX,
        "sweep",
        widgets=_swept("cosface", "margin", "0.2, 0.5", ("softmax", "normface", "a_softmax"))
        | {"sweep.cosface.scale": 10.0, "beside.normface.scale": 10.0}
        | {"beside.a_softmax.margin": 4.0, "beside.a_softmax.lambda_min": 0.5}
        | _features(dim=3),
    ),
    Preset(
        "Circle Fig. 3 (a)",
        "Scores against the scale, gamma, on digits in place of people seen again.",
        CIRCLE,
        "sweep",
        {"below": "similarities"},
        widgets=_swept("circle", "gamma", "8, 16, 32, 64, 128, 256"),
    ),
    Preset(
        "Circle Fig. 3 (b)",
        "Scores against the relaxation m, on digits in place of people seen again.",
        CIRCLE,
        "sweep",
        {"below": "similarities"},
        widgets=_swept("circle", "margin", "0.05, 0.15, 0.25, 0.35, 0.45"),
    ),
    Preset(
        "Circle Fig. 5",
        "Similarities (sₙ, sₚ) after training under triplet, CosFace and circle loss: how closely they gather.",
        CIRCLE,
        "sweep",
        {"below": "similarities"},
        widgets=_swept("circle_class", "margin", "0.25", ("triplet", "cosface")) | {"sweep.run.seeds": 1},
    ),
    Preset(
        "DrLIM: 4 and 9",
        "The digits 4 and 9 in the plane under contrastive loss, for three margins.",
        DRLIM,
        "sweep",
        widgets=_swept("contrastive", "margin", "0.5, 1, 2") | _features("4 and 9"),
    ),
    Preset(
        "FaceNet Fig. 4",
        "Scores of triplet loss against the net's width, in place of operations against the validation rate.",
        FACENET,
        "sweep",
        widgets=_swept("triplet", "hidden", "4, 8, 16, 32, 64"),
    ),
)

TRAINED = RUNS + SWEEPS
