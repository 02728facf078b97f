"""The gallery: people and classes enrolled by name from a few images, and new images found among them."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from lossviz import runs
from lossviz.data._recipes import Pixels
from lossviz.errors import LossvizError
from lossviz.inference import Enrolled
from lossviz.ui.frame import guarded
from lossviz.ui.images import enrolling, held, pad
from lossviz.ui.images.finding import finding
from lossviz.ui.images.prepared import prepared
from lossviz.ui.images.trying import trying
from lossviz.ui.images.ways_in import ways_in
from lossviz.ui.images.words import short
from lossviz.ui.pictures import Shown, shown

FORM, NAME, IMAGES = "gallery_form", "gallery_name", "gallery_images"
SHOWN = 10  # images of a class that are drawn
FILE = "gallery_file"


@st.fragment
def gallery_tab(chosen: Sequence[runs.Run]) -> None:
    """Draw the tab: who is enrolled, who the images held are, and a try with classes that the runs never saw."""
    run = chosen[0]
    left, right = st.columns([3, 7], gap="medium")
    with left:
        guarded(ways_in)(run)
    with right:
        _gallery(chosen, run)
    pad.answered()


@guarded
def _gallery(chosen: Sequence[runs.Run], run: runs.Run) -> None:
    for sentence in enrolling.said():
        st.error(sentence, icon=":material/error:")
    guarded(_form)(run)
    guarded(_kept)(run)
    guarded(_listed)(run)
    gallery = enrolling.enrolled(run)
    alike = [each for each in chosen if enrolling.fits(gallery, each)]
    if gallery.names and alike:
        guarded(finding)(alike, gallery)
    with st.container(border=True):
        guarded(trying)([each for each in chosen if each.config.data == run.config.data])
    other = sorted({each.config.data.name for each in chosen} - {run.config.data.name})
    if other:
        st.caption(
            f"A gallery is of images as {run.config.data.name} has them, the data set of the first run. Those on "
            f"{', '.join(other)} take no part."
        )


def _form(run: runs.Run) -> None:
    """Name and images, enrolled together."""
    gallery = enrolling.enrolled(run)
    fitting = not gallery.names or enrolling.fits(gallery, run)
    by_key = {each.key: each for each in held.images()}
    new = [key for key in by_key if not (fitting and enrolling.among(prepared(run, by_key[key]).pixels, gallery))]
    with st.form(FORM, clear_on_submit=True), st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Enrol under the name", max_chars=60, placeholder="the files' names", key=NAME, width=220,
            help="Without one, every image is enrolled under its file's name without the number at its end: "
            "anna_1.jpg and anna_2.jpg are two of anna. They stay in this session, and in no run.",
        )  # fmt: skip
        st.multiselect(
            "Images", new, format_func=lambda key: by_key[key].name, key=IMAGES, disabled=not new,
            placeholder="one to a few of yours" if new else "first give one, at the left",
        )  # fmt: skip
        st.form_submit_button(
            "Enrol", icon=":material/person_add:", type="primary", disabled=not new, on_click=_enrol, args=(run,)
        )


def _enrol(run: runs.Run) -> None:
    """Enrol what the form holds."""
    name, keys = str(st.session_state[NAME]).strip(), set(st.session_state[IMAGES])
    picked = [each for each in held.images() if each.key in keys]
    if not picked:
        enrolling.say("Choose one image at least.")
        return
    try:
        images = [(each.truth or each.name, prepared(run, each).pixels) for each in picked]
        enrolling.enrol(run, _by_name(images, name))
    except LossvizError as error:
        enrolling.say(str(error))


def _by_name(images: Sequence[tuple[str, Pixels]], name: str) -> dict[str, list[Pixels]]:
    found: dict[str, list[Pixels]] = {}
    for file, pixels in images:
        found.setdefault(name or enrolling.class_of(file), []).append(pixels)
    return found


def _kept(run: runs.Run) -> None:
    """Undo, save, load, empty."""
    gallery = enrolling.enrolled(run)
    with st.container(horizontal=True):
        st.button(
            "Undo",
            on_click=enrolling.undo,
            disabled=not enrolling.undoable(),
            icon=":material/undo:",
            key="gallery_undo",
        )
        st.download_button(
            "Save", gallery.dump, f"gallery-{gallery.data_set}.safetensors", "application/octet-stream",
            disabled=not gallery.names, icon=":material/download:", key="gallery_save", on_click="ignore",
            help="The whole gallery as one file: names and prepared images.",
        )  # fmt: skip
        with st.popover("Load", icon=":material/upload_file:"):
            st.file_uploader("A gallery's file", type="safetensors", key=FILE, on_change=_load)
            st.caption("It takes the place of the gallery that is here; Undo brings that back.")
        st.button(
            "Empty", on_click=enrolling.become, args=(Enrolled.nobody(run),), disabled=not gallery.names,
            icon=":material/delete_sweep:", key="gallery_empty",
        )  # fmt: skip


def _load() -> None:
    file = st.session_state[FILE]
    if file is not None:
        enrolling.read(file.getvalue())


def _listed(run: runs.Run) -> None:
    """The classes with their images, each with a button that removes it."""
    gallery = enrolling.enrolled(run)
    if not gallery.names:
        st.info(
            "Nobody is enrolled yet. Give images at the left and enrol them here under a name: classes that no run "
            "ever saw are found again from one to five images. Below, it can be tried with those of the data set.",
            icon=":material/group_add:",
        )
        return
    st.markdown(f"**Enrolled: {len(gallery.names)} from {len(gallery.images)} images**")
    if not enrolling.fits(gallery, run):
        st.warning(
            f"This gallery is of images as {gallery.data_set} has them, and the first run takes others. Choose runs of "
            "that data set first, or empty the gallery.",
            icon=":material/warning:",
        )
        return
    with st.container(height=330 if len(gallery.names) > 4 else "content", border=False):
        for place, name in enumerate(gallery.names):
            images = gallery.images[gallery.labels == place]
            who, what, remove = st.columns([3, 8, 1], vertical_alignment="center")
            with who:
                more = f"<br><small>{len(images)} images</small>" if len(images) > SHOWN else ""
                st.html(f'<div class="lv-enrolled" title="{escape(name)}">{escape(short(name))}{more}</div>')
            with what:
                shown([Shown(pixels, hint=name) for pixels in images[:SHOWN]], 44)
            with remove:
                st.button(
                    "", key=f"gallery_remove_{place}", icon=":material/close:", type="tertiary", help=f"Remove {name}",
                    on_click=_remove, args=(gallery, name),
                )  # fmt: skip


def _remove(gallery: Enrolled, name: str) -> None:
    enrolling.become(gallery.without(name))
