"""What a page does, as a shell command."""

import shlex
from collections.abc import Iterator, Sequence

from lossviz.knobs import Value, flag_names
from lossviz.records import Choice, Config, Settings


def command(config: Config, name: str = "", log: str = "") -> str:
    """The shell command that makes the run that ``config`` describes, called ``name`` where one is given.

    ``log`` names the tracker that is told of it, if any. Settings that are the default are left out; knobs of loss,
    data set and model are written as ``config`` has them.
    """
    words = ["--loss", config.loss.name, "--dataset", config.data.name, "--model", config.model.name]
    words += [word for flag, value in _chosen(config) for word in _typed(flag, value)]
    if name:
        words += ["--name", name]
    if log:
        words += ["--log", log]
    return "python -m lossviz train " + " ".join(shlex.quote(word) for word in words)


def embed_command(runs: Sequence[str], files: Sequence[str]) -> str:
    """The shell command that tells where picture ``files`` land under ``runs``."""
    return "python -m lossviz embed " + " ".join(shlex.quote(word) for word in (*runs, *files))


def _chosen(config: Config) -> Iterator[tuple[str, Value]]:
    """Flags with their values, in the order in which ``train --help`` has them."""
    settings = {
        knob.name: value
        for knob in Settings.knobs()
        if (value := getattr(config.settings, knob.name)) not in (None, knob.default)
    }
    owners: tuple[tuple[str, Choice], ...] = (("loss", config.loss), ("data", config.data), ("model", config.model))
    kinds = {"settings": [knob.name for knob in Settings.knobs()], **{kind: list(each.knobs) for kind, each in owners}}
    names = flag_names(kinds)
    yield from ((names["settings", name], value) for name, value in settings.items())
    for kind, choice in owners:
        yield from ((names[kind, name], value) for name, value in choice.knobs.items() if value is not None)


def _typed(flag: str, value: Value) -> list[str]:
    if isinstance(value, bool):
        return [f"--{flag}" if value else f"--no-{flag}"]
    return [f"--{flag}", str(value)]
