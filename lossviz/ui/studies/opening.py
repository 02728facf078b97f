"""Opening a study from a file: uploaded, or by its path on the machine that runs the dashboard."""

from pathlib import Path
from tempfile import TemporaryDirectory

import streamlit as st

from lossviz import data
from lossviz.errors import LossvizError, StudyError
from lossviz.jobs.checks import check
from lossviz.studies import Study, reading

OPENED = "studies opened"
"""The name of a study that was opened a moment ago, for the menu to stand at."""
MOST_MB = 1
FORM = "studies open"


def open_file() -> None:
    """Draw the form; a file that is a study is kept beside the runs, and shown."""
    with st.form(FORM, border=False):
        upload = st.file_uploader("A study's file", type="toml", max_upload_size=MOST_MB, key="studies upload")
        path = st.text_input(
            "Or its path on the machine that runs lossviz", placeholder="~/mine.toml", key="studies path"
        )
        replace = st.checkbox("Replace a study of the same name", key="studies replace")
        pressed = st.form_submit_button("Open", icon=":material/folder_open:")
    if not pressed:
        return
    try:
        st.session_state[OPENED] = _opened(upload, path.strip(), replace)
    except LossvizError as error:
        st.error(_sentence(str(error)), icon=":material/error:")
        return
    st.rerun()


def _opened(upload: "st.runtime.uploaded_file_manager.UploadedFile | None", path: str, replace: bool) -> str:
    """The name of the study, which is kept; raises :class:`LossvizError` where it is none."""
    if upload is not None:
        name, content = upload.name, upload.getvalue()
    elif path:
        place = Path(path).expanduser()
        if place.suffix != ".toml":
            raise StudyError(f"a study is a TOML file, and its name ends with .toml; got '{path}'")
        try:
            name, content = place.name, place.read_bytes()
        except OSError as error:
            raise StudyError(f"{place} cannot be read: {error.strerror}") from None
    else:
        raise StudyError("choose a file, or type the path of one")
    return take(name, content, replace)


def take(file: str, content: bytes, replace: bool = False) -> str:
    """Keep a study's file beside the runs; its name.

    Raises :class:`StudyError` on what is no study, and where its name is taken.
    """
    with TemporaryDirectory() as folder:
        copy = Path(folder) / Path(file).name
        copy.write_bytes(content)
        try:
            text = content.decode()
        except UnicodeDecodeError:
            raise StudyError(f"{file} is no text") from None
        study = reading.parse(text, copy.stem, file)
        _check(study, file)
        if study.name in reading.presets():
            raise StudyError(f"a study that came with lossviz is called '{study.name}'; give the file another name")
        before = reading.kept().get(study.name)
        if before is not None and before.read_bytes() != content and not replace:
            raise StudyError(
                f"there is another study called '{study.name}' here; give the file another name, or have it replaced"
            )
        reading.keep(copy)
    return study.name


def _check(study: Study, file: str) -> None:
    """Raise :class:`StudyError` on losses, nets and knobs that there are not; its data may be added later."""
    known = data.available()
    for cell in study.cells:
        for place in range(len(study.candidates(cell))):
            config = study.final(cell, study.seeds[0], place).config
            if config.data.name in known:
                try:
                    check(config)
                except (LossvizError, ValueError) as error:
                    raise StudyError(f"{file}: {error}") from None


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
