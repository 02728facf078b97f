"""The form of the Train page: what is to be trained, how long that takes, and Start."""

from dataclasses import dataclass

import streamlit as st

from lossviz.errors import LossvizError
from lossviz.jobs.tracking import TITLES, installed
from lossviz.knobs import Value
from lossviz.records import Choice, Config, Settings
from lossviz.report.shell import command
from lossviz.ui.declared import declared, is_known
from lossviz.ui.frame import guarded
from lossviz.ui.train import fields
from lossviz.ui.train.address import DETACH, GROUP, LOG, SEED, VALUES, VARY, query_of
from lossviz.ui.train.estimate import estimate
from lossviz.ui.train.fields import Problems
from lossviz.ui.train.link import fill, keep, take_link, told
from lossviz.ui.train.presets import PRESETS, Preset
from lossviz.ui.train.samples import counted, statuses
from lossviz.ui.train.start import How, free_name, report, start_button
from lossviz.ui.train.variation import Planned, Variation, expand, offered_name, what_varies, written
from lossviz.ui.train.vary import label_of, pick_variation

COMMANDS = 20  # lines of shell that are shown at most
DETACHED = (
    "Jobs end with the dashboard, cleanly, and one click resumes them to the same result. Detached ones go on without "
    "it, and are found again when it is opened."
)


@dataclass(frozen=True)
class Asked:
    """What the form says. ``base`` has the first loss and the first seed."""

    base: Config
    losses: tuple[Choice, ...]
    seeds: tuple[int, ...]
    vary: Variation | None
    how: How


def training_form() -> None:
    """Draw the form, and put into the queue what it says when Start is pressed."""
    if not (is_known("loss") and is_known("model")):
        with st.spinner("Reading which losses and nets there are; the first time that takes some seconds …"):
            declared("loss"), declared("model")
    take_link()
    _form()


@st.fragment
@guarded
def _form() -> None:
    _presets()
    told()
    problems = Problems()
    asked, start = _fields(problems)
    none: list[Planned] = []
    planned = none if asked is None else problems.caught(lambda: _planned(asked), none)
    with start:
        _start(asked, planned, problems)
    if asked is not None and planned:
        keep(_query(asked))
        _shell([command(each.config, log=asked.how.log) for each in planned])
    report()


def _query(asked: Asked) -> list[tuple[str, str]]:
    """The address of the form as it stands."""
    query = [(key, value) for key, value in query_of(asked.base, asked.losses) if key != SEED]
    if asked.seeds != (0,):
        query.append((SEED, ", ".join(map(str, asked.seeds))))
    if asked.vary is not None:
        values = ", ".join(written(value) for value in asked.vary.values)
        query += [(VARY, label_of(asked.vary.whose, asked.vary.knob)), (VALUES, values)]
    if group := st.session_state.get(GROUP):
        query.append((GROUP, str(group)))
    if asked.how.log:
        query.append((LOG, TITLES[asked.how.log]))
    return query + ([(DETACH, "true")] if asked.how.detach else [])


def preset_cards() -> None:
    """The presets as cards, for a page on which nothing was trained yet."""
    for row in (PRESETS[:3], PRESETS[3:]):
        for column, preset in zip(st.columns(3), row, strict=False):
            with column, st.container(border=True, height="stretch", gap="xxsmall"):
                _card(preset, "card")


def _presets() -> None:
    """A menu of trainings worth making."""
    with st.popover("Presets", icon=":material/auto_awesome:", width="stretch"), st.container(gap="xxsmall"):
        for preset in PRESETS:
            _card(preset, "menu")


def _card(preset: Preset, place: str) -> None:
    key = f"train preset {place} {preset.name}"
    st.button(f"**{preset.name}**", key=key, icon=preset.icon, type="tertiary", on_click=take, args=(preset,))
    st.caption(f"{preset.makes} *{preset.takes}*{_missing(preset)}")


def take(preset: Preset) -> None:
    """Fill in the form as the preset has it; nothing is started."""
    fill(preset.query())


def _missing(preset: Preset) -> str:
    status = statuses()[preset.data]
    there = status.state != "to download"
    return "" if there else f" :orange[{status.title} must be downloaded first, {status.download_mb:.0f} MB.]"


def _fields(problems: Problems) -> tuple[Asked | None, "st.delta_generator.DeltaGenerator"]:
    """All fields, and the place for Start, which stands above those that are rarely touched."""
    chosen = fields.pick_data()
    names = fields.pick_losses()
    sizes = fields.sizes(problems)
    start = st.container(gap="small")
    if not names:
        problems.append("choose at least one loss")
    losses = fields.loss_knobs(names, problems)
    with st.expander("Several values of a knob", key="train vary open", icon=":material/stacks:"):
        vary = pick_variation(names, sizes.model, problems)
    with st.expander("More", key="train more open", icon=":material/tune:"):
        data = fields.data_knobs(chosen)
        model = fields.model_knobs(sizes.model, problems)
        rest = fields.more_settings()
        how = How(st.toggle("Go on without the dashboard", help=DETACHED, key=DETACH, bind="query-params"), _tracker())
    first: dict[str, Value] = {"dim": sizes.dim, "epochs": sizes.epochs, "limit": sizes.limit, "seed": sizes.seeds[0]}
    settings = problems.caught(lambda: Settings.from_values({**first, **rest}), None)
    if settings is None or not losses:
        return None, start
    base = Config(losses[0], data, model, settings)
    return Asked(base, tuple(losses), sizes.seeds, vary, how), start


def _tracker() -> str:
    """Who else is told of the runs; empty for nobody."""
    there = installed()
    if not there:
        st.caption("To follow runs in MLflow or Weights & Biases as well: `pip install mlflow`, or `wandb`.")
        return ""
    picked = st.selectbox(
        "Tell a tracker",
        there,
        index=None,
        placeholder="None",
        format_func=TITLES.__getitem__,
        key=LOG,
        bind="query-params",
        help="It gets config, losses and scores as they come. Where it keeps them is its own setting.",
    )
    return str(picked or "")


def _planned(asked: Asked) -> list[Planned]:
    """Every run that Start would make; raises :class:`LossvizError` where one of them cannot be."""
    planned = expand(asked.base, asked.losses, asked.seeds, asked.vary)
    for each in planned:
        _check(each.config)
    return planned


def _check(config: Config) -> None:
    settings = config.settings
    if settings.warm_start is not None and settings.warm_start >= settings.epochs:
        raise LossvizError(
            f"a warm start of {settings.warm_start} epochs leaves none of the {settings.epochs} epochs for the loss: "
            "take fewer, or more epochs"
        )
    if problem := counted(config.data, settings).problem:
        raise LossvizError(problem)


def _start(asked: Asked | None, planned: list[Planned], problems: Problems) -> None:
    """How many runs, under which name, how long, and the button."""
    name = ""
    if asked is not None and len(planned) > 1:
        name = _group(asked, planned)
    start_button(planned, name, How() if asked is None else asked.how, problems)
    if problems:
        words = " ".join(f"{problem[:1].upper()}{problem[1:].rstrip('.')}." for problem in dict.fromkeys(problems))
        st.error(words, icon=":material/error:")
    elif planned:
        estimate(planned)


def _group(asked: Asked, planned: list[Planned]) -> str:
    """What a group consists of, and what it is to be called."""
    losses = [loss.name for loss in asked.losses]
    offered = free_name(offered_name(asked.base, losses, asked.vary))
    varies = what_varies(losses, asked.seeds, asked.vary)
    typed = st.text_input(
        f"{len(planned)} runs: {varies}. Name of the group",
        placeholder=offered,
        max_chars=60,
        key=GROUP,
        bind="query-params",
        help="Runs of one seed start from the same initial weights and see the same images in the same order, unless "
        "what varies is the net or the batches.",
    )
    return str(typed).strip() or offered


def _shell(commands: list[str]) -> None:
    """The equivalent commands."""
    with st.expander("As a shell command", key="train shell open", icon=":material/terminal:"):
        st.code("\n".join(commands[:COMMANDS]), language="sh", wrap_lines=True)
        if len(commands) > COMMANDS:
            st.caption(f"And {len(commands) - COMMANDS} more.")
