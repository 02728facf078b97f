"""What two earlier studies printed, and why it differs from what is found here: data, in the words of the pages.

Numbers are last-epoch test figures of the studies' own tables. Explanations say what was done, what follows from it,
and what is done instead.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

ARGMAX = "argmax of the embedding"
HEAD = "head_accuracy"
ACCURACY, LOSS = "accuracy", "loss"
"""Kinds of published numbers."""


@dataclass(frozen=True)
class Number:
    """A published number: the last-epoch test ``accuracy`` in [0, 1] and the mean test ``loss``; ``None``: not printed.

    ``contender`` and ``ground`` are keys of the preset that runs it again, ``corrected`` the keys that put it right.
    ``measure`` is the score that the accuracy was (:data:`HEAD`), or :data:`ARGMAX`, which is none.
    """

    contender: str
    ground: str
    title: str
    data: str
    accuracy: float | None
    loss: float | None
    measure: str
    corrected: tuple[str, str]


@dataclass(frozen=True)
class Explanation:
    """One difference: what was ``done``, what ``follows``, and what is done ``instead``.

    ``touches`` are the (contender, ground) keys whose published numbers it changes. ``voids`` names those of them
    (:data:`ACCURACY`, :data:`LOSS`) that it leaves without the meaning that they were published with.
    """

    title: str
    done: str
    follows: str
    instead: str
    touches: tuple[tuple[str, str], ...]
    voids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Original:
    """An earlier study: the preset that runs it again, where its numbers come from, and all that is to be said."""

    preset: str
    title: str
    source: str
    numbers: tuple[Number, ...]
    explanations: tuple[Explanation, ...]
    not_the_same: tuple[str, ...]
    """What the run as published does not share with the original."""
    parts: str = ""
    """The preset that runs the same on parts of the data, if there is one."""


_DATA = {"mnist": "MNIST", "lfw": "LFW", "cifar10": "CIFAR-10"}
_PRINTED: Mapping[str, Mapping[str, tuple[float, float]]] = {
    "arcface": {"mnist": (0.4283, 0.9939), "lfw": (32.8566, 0.4841), "cifar10": (12.1838, 0.7079)},
    "cosface": {"mnist": (1764.6043, 0.9935), "lfw": (1832.4358, 0.4444), "cifar10": (1805.1597, 0.6470)},
    "triplet": {"mnist": (0.0500, 0.2003), "lfw": (0.0500, 0.0000), "cifar10": (0.0500, 0.1000)},
}
_TITLES = {"arcface": "ArcFace", "cosface": '"CosFace"', "triplet": "Triplet"}


def _numbers() -> tuple[Number, ...]:
    return tuple(
        Number(
            contender=f"{loss}-published",
            ground=f"{data}-published",
            title=_TITLES[loss],
            data=_DATA[data],
            accuracy=accuracy,
            loss=value,
            measure=ARGMAX if loss == "triplet" else HEAD,
            corrected=(loss, data),
        )
        for data in _DATA
        for loss, row in _PRINTED.items()
        for value, accuracy in [row[data]]
    )


def _every(losses: tuple[str, ...], sets: tuple[str, ...] = tuple(_DATA)) -> tuple[tuple[str, str], ...]:
    return tuple((f"{loss}-published", f"{data}-published") for loss in losses for data in sets)


def margin_gap(loss: float, margin: float = 28.6, scale: float = 64.0) -> float:
    """What the faulty CosFace's printed loss says: mean of ``cos(theta_y) - log(sum over j != y of e^(s cos)) / s``.

    With so large a margin the true class's own term vanishes, and the loss is ``s * m`` less ``s`` times that.
    """
    return margin - loss / scale


def _gaps() -> str:
    told = [f"{margin_gap(_PRINTED['cosface'][data][0]):.3f} on {title}" for data, title in _DATA.items()]
    return f"{', '.join(told[:-1])} and {told[-1]}"


_UNLIKE_STARTS = "Not all began alike on LFW"

STUDY_2023 = Original(
    preset="study-2023",
    title="The study of 2023",
    source="last-epoch test figures of the report of a study of 2023, after 10 epochs of ResNet-18",
    numbers=_numbers(),
    explanations=(
        Explanation(
            "CosFace got ArcFace's margin",
            "The margin 28.6, which pytorch-metric-learning's ArcFace takes in degrees, was given to its CosFace too, "
            "which takes it off the cosine as it is, at scale 64.",
            f"A cosine is never above 1, so the margin cannot be met: the loss stays near 64 * 28.6 = "
            f"{64 * 28.6:,.1f} (a fresh start gives 1,835.5), the probability of the true class near 0, and the push "
            "never weakens. The printed losses say how far the true class's cosine is ahead of the others' log-sum-exp "
            f"over the scale, in the mean: {_gaps()}. That it still reached 99.35 % on MNIST shows that the direction "
            "of the gradient counts for more than the margin. It is not CosFace.",
            "CosFace with margin 0.35.",
            _every(("cosface",)),
            voids=(ACCURACY, LOSS),
        ),
        Explanation(
            "The triplet loss was judged by the argmax of its embedding",
            "The net ended in as many numbers as there are classes, and the largest of them was taken for the "
            "predicted class, though the triplet loss never ties a number to a class.",
            "Turning all embeddings together changes this accuracy and leaves every distance, and the loss, as it was. "
            "0.2003, 0.0000 and 0.1000 are accidents of how the embedding happens to lie, and say nothing of the loss.",
            "All losses are judged by the same scores of the embedding: nearest neighbours, retrieval, verification.",
            _every(("triplet",)),
            voids=(ACCURACY,),
        ),
        Explanation(
            "The printed triplet loss is its margin",
            "At test time the loss was computed on outputs[:, :-num_classes] of outputs that have exactly num_classes "
            "columns: on embeddings without a single number.",
            "Every distance is 0, so every triplet costs the margin, 0.05, whatever the net does.",
            "The loss of the probe is computed on the embeddings themselves.",
            _every(("triplet",)),
            voids=(LOSS,),
        ),
        Explanation(
            "On LFW the test images were trained on",
            "The test images were those of torchvision's LFWPeople with split 'test'; the training images were those "
            "of its default split, '10fold', which is all 13,233 images of 5,749 people.",
            "48.4 % and 44.4 % are accuracies on training images. Who has a single image, trained on and tested on, "
            "can only be known by heart.",
            "The people of the DevTest pairs are kept out of training, and the question is the one that LFW was made "
            "for: do two images show the same person? It is answered on DevTest, with the threshold of DevTrain, and "
            "on those of view 2's ten folds whose people were not trained on.",
            _every(("arcface", "cosface", "triplet"), ("lfw",)),
            voids=(ACCURACY, LOSS),
        ),
        Explanation(
            _UNLIKE_STARTS,
            "ArcFace and CosFace began with weights from ImageNet, the triplet loss with random ones.",
            "The comparison is of two starts as much as of losses.",
            "All begin with the same random weights at a seed.",
            _every(("arcface", "cosface", "triplet"), ("lfw",)),
        ),
        Explanation(
            "A stem for large photographs on small images",
            "torchvision's ResNet-18 as it is made for ImageNet, 7x7 with stride 2 and max-pooling, was given images "
            "of 32 pixels; grey ones repeated in three channels.",
            "Three quarters of all places are gone after the first layer and three quarters of the rest after the "
            "pooling: of 32 by 32 pixels 8 by 8 places are left before the first block. Digits bear that better than "
            "CIFAR-10 does.",
            "A first layer of 3x3 with stride 1 and no pooling, as is usual for CIFAR-10.",
            _every(("arcface", "cosface", "triplet")),
        ),
        Explanation(
            "Plain SGD, and no augmentation",
            "SGD without momentum, weight decay or schedule (learning rate 0.01, on CIFAR-10 0.05) for ten epochs, on "
            "images as they are.",
            "Ten epochs are few for such small steps, and nothing keeps the net from learning its training images by "
            "heart.",
            "AdamW on one cycle of the learning rate, random crops, and mirror images where they keep the class; the "
            "same for every loss.",
            _every(("arcface", "cosface", "triplet")),
        ),
    ),
    not_the_same=(
        "The last batch of an epoch is left out where it is not full.",
        "MNIST and CIFAR-10 are tested on 5,000 of the 10,000 test images, stratified.",
        "LFW photographs are the central 128x128 pixels, kept at 64 and brought to 32, and not the whole photograph; "
        "tested are the 963 people of 2,741 images whom the DevTest pairs name, of the 1,711 people of 3,708 images on "
        "the official list, which comes with no copy that is loaded here.",
        "The contrastive loss, which the study's text announces, has no published number; it runs corrected alone.",
        "Each training is repeated over seeds; the study had one.",
    ),
    parts="study-2023-small",
)

VGG8 = Original(
    preset="vgg8",
    title="The VGG8 animation",
    source="an animation of ArcFace against softmax on MNIST, 3-D embeddings of a VGG8, 80 epochs, without numbers",
    numbers=tuple(
        Number(f"{loss}-published", "mnist", title, "MNIST", None, None, HEAD, (loss, "mnist"))
        for loss, title in (("softmax", "Softmax"), ("arcface", "ArcFace"))
    ),
    explanations=(
        Explanation(
            "The net was trained in evaluation mode",
            "model.train() was called once, before the loop over epochs, and the evaluation after the first epoch left "
            "the net in evaluation mode.",
            "From the second epoch on batch norm keeps the statistics of the first one, while the weights below it go "
            "on moving, and dropout is off.",
            "The net is put into training mode at every epoch.",
            (("softmax-published", "mnist"), ("arcface-published", "mnist")),
        ),
        Explanation(
            "The images were never shuffled",
            "The loader had shuffle=False.",
            "Every epoch shows the same batches in the same order.",
            "A new order every epoch, the same for both losses.",
            (("softmax-published", "mnist"), ("arcface-published", "mnist")),
        ),
        Explanation(
            "Nothing was done about angles beyond pi",
            "cos(theta + m) was used wherever theta lay.",
            "Beyond pi - m the target logit rises again: an embedding on the far side is rewarded for going farther.",
            "ArcFace falls back to a line below the cosine there.",
            (("arcface-published", "mnist"),),
        ),
        Explanation(
            "Softmax was drawn by its directions alone",
            "The embeddings of both losses were normalised before they were drawn.",
            "The spokes of softmax, whose embeddings differ most in length, are hidden.",
            "Both views are there: the embedding as it is, and its directions.",
            (("softmax-published", "mnist"),),
        ),
        Explanation(
            "The embeddings drawn were collected while the net was learning",
            "Those of an epoch were kept from its training batches, so that the first and the last are of different "
            "weights.",
            "An epoch's picture is of no single net.",
            "Embeddings are made after the epoch, in evaluation mode, of the same images every time. This one is not "
            "run again: no setting makes a run record what is of no net.",
            (("softmax-published", "mnist"), ("arcface-published", "mnist")),
        ),
    ),
    not_the_same=(
        "48,000 training images are drawn at random, and the test images are MNIST's own, where the animation split "
        "the 60,000 training images.",
        "How much dropout the net had is not known; it is 0.5 here.",
        "AdamW without weight decay stands for Adam, which it then equals.",
        "The widths of the layers are those of VGG8 here.",
    ),
    parts="vgg8-small",
)

STUDY_2023_SMALL = replace(
    STUDY_2023,
    preset="study-2023-small",
    parts="",
    title="The study of 2023, on parts of its data",
    explanations=tuple(each for each in STUDY_2023.explanations if each.title != _UNLIKE_STARTS),
    not_the_same=(
        "The training images are a part, drawn at random with every class in its share: 10,000 of MNIST's 60,000, "
        "5,000 of CIFAR-10's 50,000. LFW's are all. Ten epochs of fewer images are fewer steps.",
        "The corrected protocol has 1,000 images of each data set, so it is behind where more images are what counts.",
        "CIFAR-10 is read from JPEG copies, which are slightly blurred.",
        "No net begins with ImageNet's weights, which ArcFace and CosFace had on LFW.",
        "Tested are 1,000 of the test images, stratified.",
        STUDY_2023.not_the_same[0],
        *STUDY_2023.not_the_same[2:4],
        "There is one seed, as in the study, so nothing is known of what chance does.",
    ),
)

VGG8_SMALL = replace(
    VGG8,
    preset="vgg8-small",
    parts="",
    title="The VGG8 animation, a short one",
    not_the_same=(
        "6,000 training images are drawn at random, where the animation had 48,000, and 20 epochs of its 80 are run.",
        "1,000 of MNIST's own test images are drawn, where the animation split the 60,000 training images.",
        *VGG8.not_the_same[1:],
    ),
)

ORIGINALS: Mapping[str, Original] = {each.preset: each for each in (STUDY_2023, STUDY_2023_SMALL, VGG8, VGG8_SMALL)}
