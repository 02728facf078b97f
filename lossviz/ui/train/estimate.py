"""How long a training will take: from runs that this machine made, else from a measurement in the background."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import streamlit as st

from lossviz import runs
from lossviz.jobs import rates
from lossviz.jobs.processes import Processes
from lossviz.jobs.rates import Wanted
from lossviz.records import Config
from lossviz.ui.queueing import queue
from lossviz.ui.train.samples import Counted, counted, statuses
from lossviz.ui.train.variation import Planned

LOOK = 0.7  # seconds between two looks at a measurement under way
START = 5.0  # seconds until a process trains, before this machine has been measured
FRESH = 20.0  # seconds that what runs say is good for
UNKNOWN = "How long it takes is not known: measuring it did not succeed."


def estimate(planned: Sequence[Planned]) -> None:
    """A line that says how long the runs take and whence that is known; it fills itself in when it is measured."""
    pending = [each.config for each in planned if _seconds(each.config) is None]
    if not pending:
        _told(planned)
        return

    def look() -> None:
        waiting = [config for config in pending if _seconds(config) is None]
        if not waiting:
            st.rerun()
        known = _measure(waiting[0])
        st.caption("Measuring how fast this machine trains it …" if known else UNKNOWN)

    st.fragment(look, run_every=LOOK)()


def _told(planned: Sequence[Planned]) -> None:
    found = [_seconds(each.config) for each in planned]
    each = [seconds for known in found if known is not None for seconds in [known[0]]]
    sources = {known[1] for known in found if known is not None}
    at_once = min(queue().at_once, len(each))
    total = max(sum(each) / at_once, *each)
    words = f"About **{spoken(sum(each) / len(each))}** a run"
    if len(each) > 1:
        how = "one at a time" if at_once == 1 else f"{at_once} at a time"
        words = f"{words}, **{spoken(total)}** for all {len(each)}, {how}"
    st.caption(f"{_trained_on(planned)} {words} (from {' and '.join(sorted(sources))}).")


def _trained_on(planned: Sequence[Planned]) -> str:
    """What a run learns from, where that is the same for all."""
    found = {counted(each.config.data, each.config.settings) for each in planned}
    (first, *others) = found
    return "" if others or not first.exact else f"Trained on {first.images:,} images of {first.classes:,} classes."


def _seconds(config: Config) -> tuple[float, str] | None:
    """How long a run takes here, and whence that is known; ``None`` before it is."""
    config, images = _settled(config)
    wanted = _wanted(config, images)
    rate, settings = rates.measured(wanted), config.settings
    epoch = _epoch_seconds(config, images.images)
    if epoch is not None:
        return (rate.start if rate else START) + settings.epochs * epoch, "runs made here"
    if rate is None:
        return None
    embedded = settings.probe + settings.gallery
    return rate.seconds(images.images, embedded, settings.epochs), "a measurement here"


def _settled(config: Config) -> tuple[Config, Counted]:
    """The config with what decides its speed settled, and what it trains on."""
    settings = config.settings
    images = counted(config.data, settings)
    batch = settings.batch(images.images, images.classes)
    share = max(1, queue().most_at_once // queue().at_once)
    return replace(config, settings=replace(settings, batch_size=batch, threads=settings.threads or share)), images


def _wanted(config: Config, images: Counted) -> Wanted:
    status = statuses()[config.data.name]
    shape = (status.channels, status.size, status.size)
    return Wanted(rates.measurable(config), shape, max(images.classes, 2))


@st.cache_data(ttl=FRESH, max_entries=256, show_spinner=False)
def _epoch_seconds(config: Config, images: int) -> float | None:
    return rates.epoch_seconds(config, images, runs.list_runs()[:200])


class Bench:
    """Measurements of this server, one at a time: the last that was asked for."""

    def __init__(self) -> None:
        self._processes = Processes(at_once=1, threads=1)
        self._asked: str = ""

    def measure(self, wanted: Wanted) -> bool:
        """Have it measured, instead of what was asked for before; false where that was tried and gave nothing."""
        name = str(wanted.file)
        if self._asked != name:
            self._processes.stop(self._asked)
            self._asked = name
            rates.start(self._processes, wanted)
        return self._processes.state(name) != "gone" or wanted.file.exists()


@cache
def _bench() -> Bench:
    return Bench()


def _measure(config: Config) -> bool:
    return _bench().measure(_wanted(*_settled(config)))


def spoken(seconds: float) -> str:
    """``8 s``, ``3 min`` or ``2 h 10 min``, as roughly as it is known."""
    if seconds < 90:
        return f"{max(1, round(seconds)) if seconds < 20 else 5 * round(seconds / 5)} s"
    minutes = round(seconds / 60)
    hours, tens = minutes // 60, 10 * (minutes % 60 // 10)
    return f"{minutes} min" if minutes < 90 else f"{hours} h" + (f" {tens} min" if tens and hours < 10 else "")
