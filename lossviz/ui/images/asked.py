"""The two images that are compared: two that somebody gave, or two of a run's data set at random."""

import io
from dataclasses import dataclass

import streamlit as st

from lossviz import inference, runs
from lossviz.data._recipes import Pixels, Recipe
from lossviz.ui.images import held
from lossviz.ui.images.held import Held

SEED = "verify_seed"


@dataclass(frozen=True)
class Asked:
    """Two images, and whether they are of the ``same`` class, where that is known."""

    first: Held
    second: Held

    @property
    def same(self) -> bool | None:
        if self.first.truth is None or self.second.truth is None:
            return None
        return self.first.truth == self.second.truth


def held_pair() -> Asked | None:
    """Two menus of the images that are held; says what to do where there are fewer than two."""
    by_key = {each.key: each for each in held.images()}
    if len(by_key) < 2:
        st.info(
            "Two images are compared here. Give them at the left, or take two of the data set.",
            icon=":material/compare:",
        )
        return None
    keys = list(by_key)
    picked = [
        str(
            st.selectbox(label, keys, index=at, format_func=lambda key: by_key[key].name, key=f"verify_{at}", width=220)
        )
        for at, label in enumerate(("First", "Second"))
    ]
    return Asked(*(by_key[key] for key in picked))


def random_pair(run: runs.Run, same: bool) -> Asked:
    """A pair of the run's data set, and a button for another one."""
    seed = st.session_state.setdefault(SEED, 0)
    st.button("Another pair", on_click=_another, icon=":material/casino:", key="verify_another")
    pair, (recipe, _) = inference.draw_pair(run, same, seed), inference.recipe_of(run)
    return Asked(*(as_sent(pixels, name, recipe) for pixels, name in zip(pair.images, pair.names, strict=True)))


def as_sent(pixels: Pixels, name: str, recipe: Recipe) -> Held:
    """An image (C, H, W) of a data set, of the class ``name``, as the file that somebody might have sent."""
    content = io.BytesIO()
    recipe.picture(pixels).save(content, "PNG")
    return held.made(content.getvalue(), name, "test", name)


def _another() -> None:
    st.session_state[SEED] += 1
