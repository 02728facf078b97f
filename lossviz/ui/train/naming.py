"""What jobs are called in lists: the loss, what it is trained on, and in what a group's jobs differ."""

from collections.abc import Mapping, Sequence
from functools import cache

from lossviz.jobs.job import Job
from lossviz.knobs import Value
from lossviz.records import Config
from lossviz.ui.declared import declared, is_known
from lossviz.ui.train.variation import written

UNSAID = ("device", "threads", "precision")
"""Settings that say nothing about what is trained."""


def loss_title(config: Config) -> str:
    """The loss's name in words; its key while nobody has read the words yet, which would take seconds."""
    known = _titles() if _titles.cache_info().currsize or is_known("loss") else {}
    return known.get(config.loss.name, config.loss.name)


@cache
def _titles() -> Mapping[str, str]:
    """The losses' names in words, by key: a list of fifty jobs asks for them a hundred times a second."""
    return {name: each.title for name, each in declared("loss").items()}


def trained_on(config: Config) -> str:
    """``digits, mlp, 3-D, 20 epochs``."""
    settings = config.settings
    limit = "" if settings.limit is None else f" (limit {settings.limit:,})"
    return f"{config.data.name}{limit}, {config.model.name}, {settings.dim}-D, {settings.epochs} epochs"


def differing(jobs: Sequence[Job]) -> dict[str, str]:
    """In a few words, by id, in what each of several jobs differs from the others; empty words for a single one.

    Losses are left out: every list names them already.
    """
    facts = {job.id: _facts(job.config) for job in jobs}
    names = list(dict.fromkeys(name for found in facts.values() for name in found))
    missing = object()
    told = [name for name in names if len({found.get(name, missing) for found in facts.values()}) > 1]
    return {job: _in_words({name: found[name] for name in told if name in found}) for job, found in facts.items()}


def changed(config: Config) -> str:
    """The loss's own knobs that were set, for a job that stands alone."""
    return _in_words({name: value for name, value in config.loss.knobs.items() if value is not None})


def _facts(config: Config) -> Mapping[str, Value]:
    settings = {name: value for name, value in config.settings.values().items() if name not in UNSAID}
    chosen = {"data set": config.data.name, "net": config.model.name}
    return {**chosen, **config.loss.knobs, **config.data.knobs, **config.model.knobs, **settings}


def _in_words(values: Mapping[str, Value]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {written(value)}" for name, value in values.items())
