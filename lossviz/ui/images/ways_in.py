"""The ways in for a person's own images: files, paste, camera, a drawing pad, and a random test image."""

from collections.abc import Sequence
from html import escape

import numpy as np
import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from lossviz import inference, runs
from lossviz.data._pictures import UPLOADS
from lossviz.errors import LossvizError
from lossviz.runs import Run
from lossviz.ui.images import held
from lossviz.ui.images.held import Source, made
from lossviz.ui.images.in_view import VIEW
from lossviz.ui.images.pad import component, drawing_pad
from lossviz.ui.images.prepared import original
from lossviz.ui.images.samples import at_hand, has_unseen, how_to_have, some_test_image
from lossviz.ui.images.strip import strip
from lossviz.ui.listing import RUNS, of_digits
from lossviz.ui.orders import order

FILES, ROUND, REFUSED, CAMERA = "image_files", "image_round", "image_refused", "image_camera"
ARRIVALS = "image_arrivals"
LABELS = ("Random test image", "Of a class it never saw")
MOST_MB = UPLOADS.bytes >> 20  # of a million bytes, as the browser counts them
MANY = 4  # files above which it is told how far reading them is
MOST_TOLD = 120  # refusals that are kept
STYLE = """
.li-refusals { max-height: 11rem; overflow-y: auto; margin: 0; padding: .6rem .9rem .6rem 2rem; border-radius: 6px;
  background: var(--st-orange-background-color, #e08a0022); font-size: .875rem; overflow-wrap: anywhere; }
"""


def ways_in(run: Run) -> None:
    """Draw the inputs and all images that are held.

    What comes in is in ``held.images()`` at once. ``run`` says how a drawing should look, and which test images there
    are. Files that are not taken get a sentence each. Call ``pad.answered()`` where the page ends.
    """
    with st.container(gap="small"):
        if _is_drawn(run):
            drawing_pad(run, refuse)
        _files(run)
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            _arrivals()
            offer(run, "image_lot", ("Test image", "Unseen class"))
            st.toggle("Camera", key=CAMERA)
        if not at_hand(run):
            st.caption(f"The test images of {run.config.data.name} are not on this machine. {how_to_have(run)}")
        with st.container():  # places of their own, used or not: what moves on a page is mounted anew
            if st.session_state.get(CAMERA):
                _camera(run)
        with st.container():
            _refusals()
    strip()


def offer(run: Run, key: str = "image_test", labels: tuple[str, str] = LABELS) -> None:
    """A button for a random test image, and one for an image of a class that ``run`` never saw, if there are any.

    Where its images are not here, a button that goes on with runs of digits, whose images come with the program.
    """
    if not at_hand(run):
        _offer_digits(key)
        return
    for unseen, label in enumerate(labels if has_unseen(run) else labels[:1]):
        st.button(
            label,
            icon=":material/casino:",
            key=f"{key}_{unseen}",
            on_click=_draw_lot,
            args=(run, bool(unseen)),
            help=f"From the test images of {run.config.data.name}, of a class that {run.id} "
            f"{'did not see' if unseen else 'was trained on'}.",
        )


def _offer_digits(key: str) -> None:
    """A button that chooses shipped runs of digits, if there are any, and gives them a test image."""
    names = of_digits()
    if names and st.button(
        "Test image of digits",
        icon=":material/casino:",
        key=f"{key}_digits",
        on_click=_go_on_with_digits,
        args=(names,),
        help=f"Chooses {', '.join(names)}: their test images come with the program.",
    ):
        st.rerun()


def _go_on_with_digits(names: Sequence[str]) -> None:
    st.session_state[RUNS] = list(names)
    first = runs.find(names[0])
    order(VIEW, epoch=inference.last_epoch(first))
    _draw_lot(first, False)


def refuse(sentence: str) -> None:
    """Have ``sentence`` told beside the inputs until it is dismissed."""
    told = [each for each in st.session_state.get(REFUSED, []) if each != sentence]
    st.session_state[REFUSED] = [*told, sentence][-MOST_TOLD:]


def _is_drawn(run: Run) -> bool:
    """Whether the pictures that the run knows can be drawn: those of one channel."""
    return int(run.header["image_shape"][0]) == 1


def _files(run: Run) -> None:
    with st.container(key=FILES, gap=None):
        sent = st.file_uploader(
            "Your images",
            accept_multiple_files=True,
            key=f"{FILES}_{_round()}",
            max_upload_size=MOST_MB,
            label_visibility="collapsed",
        )
        st.caption("Drop or paste pictures anywhere on the page.")
    if sent:
        _take(sent, run, "file")


def _arrivals() -> None:
    """The button for pasting, and what takes pictures that are pasted or dropped anywhere on the page."""
    data = {"field": f"st-key-{FILES}", "most": MOST_MB * 10**6}
    component("arrivals")(key=ARRIVALS, data=data, width=84, on_refused_change=_too_large, on_told_change=_told)


def _camera(run: Run) -> None:
    taken = st.camera_input("Camera", key=f"{CAMERA}_{_round()}", label_visibility="collapsed", resolution="720p")
    if taken is not None:
        _take([taken], run, "camera")


def _take(sent: Sequence[UploadedFile], run: Run, source: Source) -> None:
    """Hold what was ``sent``, tell what cannot be, and draw the inputs anew, with nothing in them."""
    near = inference.recipe_of(run)[0].near
    told = st.progress(0.0) if len(sent) > MANY else None
    for number, file in enumerate(sent):
        if told is not None:
            told.progress(number / len(sent), f"Reading picture {number + 1} of {len(sent)}")
        image = made(file.getvalue(), "photograph.jpg" if source == "camera" else file.name, source)
        try:
            held.check_room(image)
            original(image, near)
            held.add(image)
        except LossvizError as error:
            refuse(str(error))
    _let_go(sent)
    st.session_state[ROUND] = _round() + 1
    st.rerun()


def _let_go(sent: Sequence[UploadedFile]) -> None:
    """Have the server forget the files: it would keep those that were refused, and those removed later, to the end."""
    context = get_script_run_ctx()
    if context is not None and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        for file in sent:
            context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)


def _told() -> None:
    if words := st.session_state[ARRIVALS].get("told"):
        refuse(str(words))


def _too_large() -> None:
    for name in st.session_state[ARRIVALS].get("refused") or ():
        shown = made(b"", str(name)).name
        refuse(f"{shown}: the file is larger than {MOST_MB} MB, the most that is taken; make it smaller")


def _draw_lot(run: Run, unseen: bool) -> None:
    try:
        held.add(some_test_image(run, unseen, np.random.default_rng()))
    except LossvizError as error:
        refuse(str(error))


def _refusals() -> None:
    told: list[str] = st.session_state.get(REFUSED, [])
    if not told:
        return
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in told)
    with st.container(gap=None):
        st.html(f'<style>{STYLE}</style><ul class="li-refusals" role="alert">{items}</ul>')
        st.button("Dismiss", key="image_dismiss", on_click=lambda: st.session_state.pop(REFUSED, None), type="tertiary")


def _round() -> int:
    """How often the inputs were drawn anew."""
    return int(st.session_state.get(ROUND, 0))
