"""The address of the Train page: which query opens it with its form filled in."""

from collections.abc import Iterator, Mapping, Sequence

from lossviz import data
from lossviz.knobs import Value
from lossviz.records import Choice, Config, Settings
from lossviz.ui.declared import declared

PREFIX = "train"
DATASET, MODEL, LOSSES = f"{PREFIX}.dataset", f"{PREFIX}.model", f"{PREFIX}.losses"
SEED, GROUP, DETACH = f"{PREFIX}.seed", f"{PREFIX}.group", f"{PREFIX}.detach"
LOG = f"{PREFIX}.log"
VARY, VALUES = f"{PREFIX}.vary", f"{PREFIX}.values"
OF_THE_MACHINE = ("device", "threads")
"""Settings that a run records and that another machine, or a busier one, decides anew."""


def query_of(config: Config, losses: Sequence[Choice] = ()) -> list[tuple[str, str]]:
    """The query that opens the Train page with its form filled in as ``config`` says.

    ``losses`` replaces the config's loss where there are several. Settings are left out where they are the default,
    and so is what the machine decides; what a finished run was given by the program is in, so that the form makes the
    same run.
    """
    chosen = list(losses) or [config.loss]
    pairs = [(DATASET, data_title(config.data.name)), (MODEL, title("model", config.model.name))]
    pairs += [(LOSSES, title("loss", loss.name)) for loss in chosen]
    pairs += _knobs("data", config.data) + _knobs("model", config.model)
    for loss in chosen:
        pairs += _knobs("loss", loss)
    return pairs + [(f"{PREFIX}.{name}", text(value)) for name, value in changed_settings(config.settings)]


def changed_settings(settings: Settings) -> Iterator[tuple[str, Value]]:
    """Name and value of each setting that is not the default, but for what the machine decides."""
    for knob in Settings.knobs():
        value = getattr(settings, knob.name)
        if value != knob.default and knob.name not in OF_THE_MACHINE:
            yield knob.name, value


def knob_prefix(kind: str, name: str) -> str:
    """What the addresses of the knobs of a ``"loss"``, ``"model"`` or ``"data"`` called ``name`` begin with."""
    return f"{PREFIX}.{kind}.{name}"


def title(kind: str, name: str) -> str:
    """What menus, and with them the address, call the ``"loss"`` or ``"model"`` of this name."""
    known = declared(kind)
    return known[name].title if name in known else name


def data_title(name: str) -> str:
    """What menus, and with them the address, call a data set; a folder that was added goes by its name."""
    return data.get(name).title if name in data.registry.files() else name


def text(value: Value) -> str:
    """A value as it stands in an address."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _knobs(kind: str, choice: Choice) -> list[tuple[str, str]]:
    given: Mapping[str, Value] = choice.knobs
    prefix = knob_prefix(kind, choice.name)
    return [(f"{prefix}.{name}", text(value)) for name, value in given.items() if value is not None]
