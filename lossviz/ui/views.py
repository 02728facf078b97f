"""Choosing how embeddings are projected, and what to say of that."""

from collections.abc import Sequence

import streamlit as st

from lossviz import projection, runs
from lossviz.projection import Projection
from lossviz.ui.knob_widgets import knob_widgets


def pick_projection(chosen: Sequence[runs.Run], linear: bool = False) -> Projection:
    """A menu of the projections that fit every one of the runs, with their knobs and what they can and cannot say.

    ``linear``: of those only that are fitted in no time.
    """
    dims = sorted({run.config.settings.dim for run in chosen})
    methods = {
        method.key(): method
        for method in sorted(projection.registry, key=lambda each: (each.place, each.title))
        if method.linear or not linear
    }
    fitting = [name for name, method in methods.items() if all(method.fits(dim) is None for dim in dims)]
    name = st.selectbox(
        "View",
        fitting,
        width=220,
        format_func=lambda name: methods[name].title,
        key="view_of",
        bind="query-params",
    )
    method = methods[str(name)]
    with st.popover("Options", icon=":material/tune:"):
        st.markdown(f"**{method.title}.** {method.says}")
        st.caption(method.cannot)
        picked = knob_widgets(method, str(name))
        for other, left_out in methods.items():
            reasons = {why for dim in dims if (why := left_out.fits(dim)) is not None}
            if other not in fitting and reasons:
                st.caption(f"{left_out.title} is not offered: {'; '.join(sorted(reasons))}")
    return picked
