"""Whether a config can be trained at all, before anything waits for it."""

from lossviz import data, losses, models
from lossviz.errors import DataError, TrainingError, UnknownName
from lossviz.records import Config


def check(config: Config) -> None:
    """Raise the :class:`~lossviz.errors.LossvizError` that says what is wrong with ``config``; imports its loss."""
    losses.get(config.loss.name).from_values(config.loss.knobs)
    models.get(config.model.name).from_values(config.model.knobs)
    _check_data(config)
    settings = config.settings
    if settings.warm_start is not None and settings.warm_start >= settings.epochs:
        raise TrainingError(
            f"a warm start of {settings.warm_start} epochs leaves none of the {settings.epochs} epochs for the loss; "
            "use fewer, or more epochs"
        )


def _check_data(config: Config) -> None:
    name, knobs = config.data.name, config.data.knobs
    if name in data.registry.files():
        data.get(name).from_values(knobs)
    elif name not in data.available():
        raise UnknownName("data set", name, data.available())
    elif knobs:
        raise DataError(f"the data set '{name}' is a folder of images and has no knobs, got {', '.join(knobs)}")
