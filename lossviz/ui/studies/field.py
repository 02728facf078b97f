"""Which field of a study is looked at: a data set with a net, and the contenders of one protocol on it."""

import streamlit as st

from lossviz.studies import Results
from lossviz.studies.telling import Field, fields
from lossviz.ui.studies import address

PICKED_FIELD = "studies field"
Place = tuple[str, str, str]


def pick_field(results: Results, score: str) -> tuple[Place, Field]:
    """A menu where there are several; the address keeps it. The first is the one that opens."""
    found = dict(zip(map(_named, results.fields()), fields(results, score), strict=True))
    places = dict(zip(found, results.fields(), strict=True))
    names = list(found)
    if len(names) == 1:
        return places[names[0]], found[names[0]]
    address.follow(address.FIELD, PICKED_FIELD, names)
    if st.session_state.get(PICKED_FIELD) not in names:
        st.session_state[PICKED_FIELD] = names[0]
    name = str(st.selectbox("Data set", names, format_func=lambda name: found[name].title, key=PICKED_FIELD, width=430))
    address.keep(address.FIELD, "" if name == names[0] else name)
    return places[name], found[name]


def _named(place: Place) -> str:
    """What the address calls it."""
    return ",".join(part for part in place if part)


def nothing_yet(results: Results, what: str) -> None:
    """That there is nothing to draw, and what to do."""
    st.info(
        f"{what} It appears here as trainings end; start what is left above, or with "
        f"`python -m lossviz study {results.study.name}`.",
        icon=":material/hourglass_empty:",
    )


def has_knobs(results: Results) -> bool:
    """Whether a study tries knobs, or has one loss with several values of them."""
    study = results.study
    losses = [(each.loss.name, each.protocol) for each in study.contenders]
    return study.trials is not None or len(set(losses)) < len(losses)
