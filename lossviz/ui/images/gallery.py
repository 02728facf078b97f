"""The gallery: people and classes enrolled by name from a few images, and new images found among them."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from lossviz import runs
from lossviz.data._pictures import UPLOADS
from lossviz.data._recipes import Pixels
from lossviz.inference import Enrolled
from lossviz.ui.frame import guarded
from lossviz.ui.images import enrolling, held
from lossviz.ui.images.finding import finding
from lossviz.ui.images.prepared import prepared
from lossviz.ui.images.trying import trying
from lossviz.ui.pictures import Shown, shown

FORM = "gallery_form"
SHOWN = 12  # images of a class that are drawn
FILE = "gallery_file"


def gallery_tab(chosen: Sequence[runs.Run]) -> None:
    """Draw the tab: who is enrolled, who the images held are, and a try with classes that the runs never saw."""
    run = chosen[0]
    for sentence in enrolling.said():
        st.error(sentence, icon=":material/error:")
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.markdown("**Enrol**", help="From one to a few images of each. They stay in this session, and in no run.")
        guarded(_form)(run)
        guarded(_kept)(run)
    with right:
        guarded(_listed)(run)
    gallery = enrolling.enrolled(run)
    alike = [each for each in chosen if enrolling.fits(gallery, each)]
    if gallery.names and alike:
        st.divider()
        finding(alike, gallery)
    st.divider()
    with_set = [each for each in chosen if each.config.data == run.config.data]
    guarded(trying)(with_set)
    other = sorted({each.config.data.name for each in chosen} - {run.config.data.name})
    if other:
        st.caption(
            f"A gallery is of images as {run.config.data.name} has them, the data set of the first run. Those on "
            f"{', '.join(other)} take no part."
        )


def _form(run: runs.Run) -> None:
    """Name, images that are held, files; enrolled together."""
    by_key = {each.key: each for each in held.images()}
    with st.form(FORM, clear_on_submit=True):
        name = st.text_input(
            "Name", max_chars=60, placeholder="from the files' names", key=f"{FORM}.name",
            help="Without one, every image is enrolled under its file's name without the number at its end: "
            "anna_1.jpg and anna_2.jpg are two of anna.",
        )  # fmt: skip
        picked = st.multiselect(
            "Images that you gave", list(by_key), format_func=lambda key: by_key[key].name, key=f"{FORM}.held",
            placeholder="none yet" if not by_key else "choose", disabled=not by_key,
        )  # fmt: skip
        files = st.file_uploader(
            "Or files", type=[kind.lower() for kind in (*UPLOADS.formats, "JPG")], accept_multiple_files=True,
            key=f"{FORM}.files",
        )  # fmt: skip
        if not st.form_submit_button("Enrol", icon=":material/person_add:", type="primary"):
            return
    images = [(by_key[key].truth or by_key[key].name, prepared(run, by_key[key]).pixels) for key in picked]
    images += enrolling.taken(run, [(file.name, file.getvalue()) for file in files])
    if not images:
        enrolling.say("Choose one image at least, or a file.")
    else:
        enrolling.enrol(run, _by_name(images, name.strip()))
    st.rerun()


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
            "Nobody is enrolled yet. Give a name and one image or more at the left, or try it below with classes that "
            "the runs never saw.",
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
    with st.container(height=420 if len(gallery.names) > 4 else "content", border=False):
        for place, name in enumerate(gallery.names):
            images = gallery.images[gallery.labels == place]
            what, remove = st.columns([9, 1], vertical_alignment="center")
            with what:
                more = f" (+{len(images) - SHOWN})" if len(images) > SHOWN else ""
                st.html(f'<span class="lv-enrolled">{escape(name)}</span>{more}')
                shown([Shown(pixels, hint=name) for pixels in images[:SHOWN]], 44)
            with remove:
                st.button(
                    "", key=f"gallery_remove_{place}", icon=":material/close:", type="tertiary", help=f"Remove {name}",
                    on_click=_remove, args=(gallery, name),
                )  # fmt: skip


def _remove(gallery: Enrolled, name: str) -> None:
    enrolling.become(gallery.without(name))
