"""A number that was published as an accuracy and is none: kept to show what it gives, and no score of the registry."""

from lossviz.metrics.base import Floats, Ints, ScoreError


def argmax_of_embedding(embeddings: Floats, labels: Ints) -> float:
    """Share of the ``(N, d)`` embeddings whose largest coordinate has the number of their class, of d classes.

    A loss on pairs never ties a coordinate to a class, so this is a matter of chance: turning all embeddings together
    changes it and leaves every distance as it was. Raises :class:`ScoreError` where a class has no coordinate.
    """
    if labels.max() >= embeddings.shape[1]:
        raise ScoreError(
            f"the largest coordinate can stand for {embeddings.shape[1]} classes, and there are {labels.max() + 1}"
        )
    return float((embeddings.argmax(axis=1) == labels).mean())
