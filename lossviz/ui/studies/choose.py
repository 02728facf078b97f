"""Choosing a study: from a menu or a file, over which seeds, and what it needs."""

import shlex
from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from lossviz.errors import LossvizError
from lossviz.studies import Study, reading
from lossviz.ui.studies import address
from lossviz.ui.studies.opening import OPENED, open_file
from lossviz.words import listed_seeds

PICKED, SEEDS = "studies study", "studies seeds"
FIRST = "default"
WIDE = 440  # CSS pixels


def choose() -> Study | None:
    """Draw what chooses; the study over the seeds that were asked for, or nothing where its file cannot be read."""
    files = reading.presets() | reading.kept() | reading.presets()  # those that came with the program count
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = _pick(files)
        study, problem = _loaded(name, _stamp(files))
        if study is not None:
            study = _over_seeds(study)
        with st.popover("Open a file", icon=":material/upload_file:"):
            open_file()
        st.download_button(
            "Its file",
            files[name].read_bytes(),
            file_name=f"{name}.toml",
            mime="application/toml",
            icon=":material/download:",
            on_click="ignore",
            help="The study as TOML, to copy and to change; open the changed file here under another name.",
        )
        if study is not None:
            _shell(study)
    if study is None:
        st.error(f"This study cannot be read: {problem}. Correct its file, and open it again.", icon=":material/error:")
        return None
    if study.note:
        st.caption(study.note, width="stretch")
    return study


def _pick(files: Mapping[str, Path]) -> str:
    """A menu of titles; the address has the name."""
    legal = list(files)
    if OPENED in st.session_state:
        address.keep(address.STUDY, st.session_state.pop(OPENED))
        st.session_state[PICKED] = address.held(address.STUDY)
    asked = address.held(address.STUDY)
    address.follow(address.STUDY, PICKED, legal)
    st.session_state.setdefault(PICKED, FIRST)
    titles = _titles(files)
    name = str(
        st.selectbox("Study", legal, format_func=lambda name: titles[name], key=PICKED, width=430, on_change=_forget)
    )
    if asked and asked not in files:
        st.warning(f"There is no study called “{asked}” here; this is another one.", icon=":material/search_off:")
    address.keep(address.STUDY, name)
    return name


def _forget() -> None:
    """Seeds and cell are those of the study before."""
    for name in (address.SEEDS, address.CELL):
        address.keep(name, "")


def _titles(files: Mapping[str, Path]) -> dict[str, str]:
    """What the menu calls them: by their titles, and those of files of one's own by their names as well."""
    found = {}
    shipped = reading.presets()
    for name in files:
        study, _ = _loaded(name, _stamp(files))
        title = study.title if study is not None else "cannot be read"
        found[name] = title if name in shipped and study is not None else f"{title} ({name}.toml)"
    return found


def _stamp(files: Mapping[str, Path]) -> tuple[tuple[str, int], ...]:
    """Changes with any of the files: a study may be like another one."""
    return tuple((str(path), path.stat().st_mtime_ns) for path in files.values())


@st.cache_resource(max_entries=128, show_spinner=False)
def _loaded(name: str, files: tuple[tuple[str, int], ...]) -> tuple[Study | None, str]:
    """The study of this name, or what is wrong with its file."""
    try:
        return reading.load(name), ""
    except LossvizError as error:
        return None, str(error)


def _over_seeds(study: Study) -> Study:
    """The study over the seeds that are typed, or over its own."""
    key = f"{SEEDS} {study.name}"
    own = listed_seeds(study.seeds)
    address.follow(address.SEEDS, key)
    typed = st.text_input(
        "Seeds",
        placeholder=own,
        key=key,
        width=120,
        help="As 0-9 or 0, 1, 5: each loss is trained with each of them. More seeds say more; what is there already is "
        f"not trained again. The study's own: {own}.",
    ).strip()
    try:
        seeds = reading.seeds_of(typed, "seeds") if typed else study.seeds
    except LossvizError as error:
        st.error(f"{str(error)[:1].upper()}{str(error)[1:]}.", icon=":material/error:")
        seeds = study.seeds
    address.keep(address.SEEDS, "" if seeds == study.seeds else listed_seeds(seeds))
    return study.with_seeds(seeds) if seeds != study.seeds else study


def _shell(study: Study) -> None:
    """How a shell trains it."""
    with st.popover("Shell", icon=":material/terminal:"), st.container(width=WIDE):
        st.code(command(study), language="sh", wrap_lines=True)
        st.caption(
            "With `--plan` it tells what there is to do, with `--table` what came of it. Page and shell go on with one "
            "another's trainings."
        )


def command(study: Study) -> str:
    """The shell command that does what Start does."""
    words = ["python", "-m", "lossviz", "study", study.name]
    if study.seeds != reading.load(study.name).seeds:
        words += ["--seeds", listed_seeds(study.seeds)]
    return shlex.join(words)
