"""Trainings worth making, each a form filled in."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lossviz.knobs import Value
from lossviz.records import Choice, Config, Settings
from lossviz.ui.train.address import VALUES, VARY, query_of


@dataclass(frozen=True)
class Preset:
    """A form filled in: ``makes`` says what comes of it, ``takes`` how long that is on two processor cores."""

    name: str
    icon: str
    makes: str
    takes: str
    data: str
    losses: tuple[Choice, ...]
    settings: Mapping[str, Value]
    model: Choice = field(default_factory=lambda: Choice("convnet"))
    vary: tuple[str, str] | None = None
    """Which knob takes several values (a key of the form's menu), and which."""

    def config(self) -> Config:
        """What the form then holds, with the first of the losses."""
        return Config(self.losses[0], Choice(self.data), self.model, Settings.from_values(self.settings))

    def query(self) -> list[tuple[str, str]]:
        """What fills in the form."""
        varied = [] if self.vary is None else list(zip((VARY, VALUES), self.vary, strict=True))
        return query_of(self.config(), self.losses) + varied


def _choices(*names: str) -> tuple[Choice, ...]:
    return tuple(Choice(name) for name in names)


_STUDY: dict[str, Value] = {
    **{"epochs": 10, "dim": 512, "batch_size": 256, "optimizer": "sgd", "lr": 0.01, "prototype_lr": 0.01},
    **{"momentum": 0.0, "weight_decay": 0.0, "schedule": "constant", "augment": False},
}
"""Plain SGD without momentum, decay or schedule, as the study had it."""

PRESETS = (
    Preset(
        "Digits in 10 seconds",
        ":material/bolt:",
        "Softmax and ArcFace on small handwritten digits in 3-D, from the same start, to watch both spaces form.",
        "About 10 seconds once both have started. Nothing is downloaded.",
        "digits",
        _choices("softmax", "arcface"),
        {"epochs": 20},
    ),
    Preset(
        "MNIST in 3-D",
        ":material/3d_rotation:",
        "Softmax, NormFace, CosFace and ArcFace on 10,000 images of MNIST: clusters that fill a ball, and clusters on "
        "a sphere.",
        "About a minute.",
        "mnist",
        _choices("softmax", "normface", "cosface", "arcface"),
        {"epochs": 6, "limit": 10_000},
    ),
    Preset(
        "Five margins",
        ":material/tune:",
        "ArcFace with margins from 0 to 0.8 on 5,000 images of MNIST: a group of five runs, and each score as a curve "
        "over the margin.",
        "About a minute.",
        "mnist",
        _choices("arcface"),
        {"epochs": 6, "limit": 5_000},
        vary=("loss.arcface.margin", "0, 0.2, 0.4, 0.6, 0.8"),
    ),
    Preset(
        "Center-loss figure",
        ":material/center_focus_strong:",
        "Figures 2 and 3 of the center-loss paper: MNIST in 2-D by LeNet++, under softmax alone and with center loss.",
        "An hour and a half; with 10,000 images a quarter of an hour.",
        "mnist",
        (Choice("softmax"), Choice("center", {"center_weight": 0.1})),
        {"epochs": 20, "dim": 2},
        Choice("lenetpp"),
    ),
    Preset(
        "The 2023 study",
        ":material/science:",
        "ResNet-18 on MNIST with 512 dimensions and plain SGD, as in a study of 2023, but judged alike: its CosFace "
        "had ArcFace's 28.6 degrees for a cosine, its triplet was scored by coordinates.",
        "An hour and a half without a GPU; 2,000 images give a first look in minutes.",
        "mnist",
        (
            Choice("arcface", {"margin": 0.5, "scale": 64.0}),
            Choice("cosface", {"margin": 0.35, "scale": 64.0}),
            Choice("triplet", {"margin": 0.05, "squared": False}),
            Choice("contrastive"),
        ),
        _STUDY,
        Choice("resnet18", {"stem": "imagenet"}),
    ),
    Preset(
        "Face verification on LFW",
        ":material/face:",
        "Softmax, CosFace and ArcFace on faces, three people in ten kept out of training; pairs of these strangers are "
        "verified: TAR at FAR, EER, the LFW protocols.",
        "About 3 minutes.",
        "lfw",
        _choices("softmax", "cosface", "arcface"),
        {"epochs": 30, "dim": 128, "unseen_classes": 0.3},
    ),
)
