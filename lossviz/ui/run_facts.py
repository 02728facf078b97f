"""What made a run: its config, its training curves, its timings and surroundings."""

from collections.abc import Mapping

import streamlit as st

from lossviz import figures, runs
from lossviz.report.shell import command
from lossviz.ui.charts import chart
from lossviz.ui.pictured import Pictured, epoch_of


def faults_told(each: Pictured) -> None:
    """What the run does wrong on purpose, if it does."""
    for sentence in each.run.header.get("faults", ()):
        st.warning(sentence, icon=":material/report:")


def training_panel(each: Pictured, epoch: int) -> None:
    """Losses, learning rate and speed, with all that was noted on the way."""
    if each.run.foreign:
        st.info("This run was imported: how its loss went is not known.")
        return
    records = each.run.history()
    chart(figures.training_curves(records, epoch_of(each, epoch)), "training")
    seconds, images = sum(record.seconds for record in records), sum(record.images for record in records)
    if seconds:
        st.caption(f"{images:,} images in {seconds:,.0f} s of training, {images / seconds:,.0f} images/s.")
    for record in records:
        for note in record.notes:
            st.warning(f"Epoch {record.epoch}: {note}", icon=":material/warning:")


def facts_panel(each: Pictured) -> None:
    """The config with every value that was used, the environment, and the command that makes the run again."""
    run = each.run
    config, header = run.config, run.header
    if run.origin is not None:
        st.info(f"Imported {runs.origin_in_words(run.origin)}.", icon=":material/input:")
    if run.foreign:
        st.markdown("How it was trained is not known: its loss, its net and its settings were not in the file.")
        _table("Hashes", {name: str(value)[:16] for name, value in header["hashes"].items()})
        return
    st.markdown("Made again from a shell by")
    st.code(command(config), language="sh", wrap_lines=True)
    sides = st.columns(3)
    for side, (title, choice) in zip(
        sides, {"Loss": config.loss, "Data set": config.data, "Net": config.model}.items(), strict=True
    ):
        with side:
            _table(f"{title}: {choice.name}", dict(choice.knobs))
    left, right = st.columns(2)
    with left:
        _table("Training", config.settings.values())
    with right:
        status = run.status
        _table(
            "Run",
            {
                "created": header["created"],
                "state": f"{status.state} at epoch {status.epoch}. {status.message}".strip(),
                "train images": header["train_images"],
                "classes": f"{header['train_classes']} of {header['classes']} trained on",
                "weights of the net": header["parameters"],
                "size on disk": f"{run.size() / 1e6:.1f} MB",
                "folder": str(run.folder),
            },
        )
        _table("Environment", header["environment"])
        _table("Hashes", {name: str(value)[:16] for name, value in header["hashes"].items()})


def _table(title: str, values: Mapping[str, object]) -> None:
    if values:
        st.table({title: list(values), " ": ["auto" if value is None else str(value) for value in values.values()]})
    else:
        st.markdown(f"{title}: nothing to set")
