"""A study that runs an earlier one again: what was published, what came of it here, and why they differ."""

import streamlit as st

from lossviz.errors import StudyError
from lossviz.studies import Results
from lossviz.studies.published import ORIGINALS, Original
from lossviz.studies.published_table import original_of, rows_said, verification
from lossviz.studies.study import Study
from lossviz.ui.frame import guarded, link
from lossviz.ui.studies.earlier_numbers import explanations, faces, numbers
from lossviz.ui.studies.earlier_play import play
from lossviz.ui.studies.pictures import grid
from lossviz.words import listed_seeds

FLAT = 3  # dimensions up to which an embedding is drawn as it is


def earlier_part(results: Results, score: str) -> None:
    """Draw it; ``score`` replaces the one that decides under the corrected protocol, where it was measured."""
    original = original_of(results.study)
    if original is None:
        raise StudyError(f"'{results.study.name}' runs no earlier study again")
    st.markdown(f"#### {original.title}: published, run again, corrected")
    st.caption(rows_said(original))
    guarded(numbers)(results, original, score)
    _behind(results, original)
    if drawn_as_it_is(results.study):
        st.markdown("#### The animation")
        guarded(play)(results)
    else:
        st.markdown("#### Its Figure 2: t-SNE of the test embeddings in three dimensions")
        guarded(grid)(results)
    if verification(results):
        st.markdown("#### Faces: same person or not?")
        guarded(faces)(results)
    st.markdown("#### Why they differ")
    explanations(original)
    st.markdown("#### What the run as published does not share with the original")
    st.markdown("\n".join(f"* {sentence}" for sentence in original.not_the_same))


def drawn_as_it_is(study: Study) -> bool:
    """Whether all embeddings have so few dimensions that they need no projection."""
    return all(study.final(cell, study.seeds[0]).config.settings.dim <= FLAT for cell in study.cells)


def _behind(results: Results, original: Original) -> None:
    """How much of it was run, on how many images, and the commands that run the rest."""
    study = results.study
    left = results.total - results.done
    words = f"{results.done} of {results.total} trainings are finished"
    elsewhere = sum(not each.here for each in results.outcomes if each.state == "finished")
    if elsewhere:
        words += f", {elsewhere} of them elsewhere, and their numbers came with the program"
    seeds = f"seed{'s' * (len(study.seeds) != 1)} {listed_seeds(study.seeds)}"
    st.caption(f"{words}. {_trained(study)}; {seeds}.")
    if left:
        missing = "The one that is missing is" if left == 1 else f"The {left} that are missing are"
        st.caption(f"{missing} made by this command, which goes on where it stopped:")
        st.code(f"python -m lossviz study {study.name}", language="sh")
    whole = next((each.preset for each in ORIGINALS.values() if each.parts == original.preset), "")
    if whole:
        st.caption("This is a part of the study that a processor trains. The whole of it, for a machine with a GPU:")
        st.code(f"python -m lossviz study {whole}", language="sh")
        link("studies", "What there is of the whole", [("study", whole), ("part", "earlier")])
    if original.parts:
        link("studies", "The same on parts of the data", [("study", original.parts), ("part", "earlier")])


def _trained(study: Study) -> str:
    """On how many images of each data set, and for how many epochs; with the protocol where each has its own."""
    told = []
    for ground in study.grounds:
        cells = [each for each in study.cells if each.ground == ground.key]
        protocols = {study.contender(each.contender).protocol for each in cells}
        name = ground.title.partition(",")[0] + (f" {protocols.pop()}" if len(protocols) == 1 else "")
        limit = study.final(cells[0], study.seeds[0]).config.settings.limit
        told.append(f"{name}: {'all images' if limit is None else f'{limit:,} images'}")
    epochs = sorted({study.final(cell, study.seeds[0]).config.settings.epochs for cell in study.cells})
    return f"Trained for {', '.join(map(str, epochs))} epochs; {', '.join(told)}"
