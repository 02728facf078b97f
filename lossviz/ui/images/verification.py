"""Same or different: two images under every run, with the threshold, the verdict and the place on the ROC."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import streamlit as st

from lossviz import figures, inference, runs
from lossviz.errors import LossvizError
from lossviz.inference import Scores, Verdict
from lossviz.ui.charts import chart
from lossviz.ui.frame import guarded
from lossviz.ui.images import pad
from lossviz.ui.images.asked import Asked, held_pair, random_pair
from lossviz.ui.images.landing import embedded
from lossviz.ui.images.prepared import prepared
from lossviz.ui.images.ways_in import ways_in
from lossviz.ui.images.words import PAGE_STYLE, apart, named, share, short
from lossviz.ui.pictures import Shown, shown

MINE, SAME, DIFFERENT = "Two of mine", "Two of one class", "Two of different classes"
BEST = "protocol"
FARS = {"10 %": 0.1, "1 %": 0.01, "0.1 %": 0.001}
SIZE, PREVIEW = 108, 240


@dataclass(frozen=True)
class _Compared:
    """Two images under one run; ``verdict`` is ``None`` where there are too few comparisons for a threshold."""

    run: runs.Run
    color: str
    scores: Scores
    pairs: str
    distance: float
    verdict: Verdict | None

    @property
    def name(self) -> str:
        return named(self.run)


@st.fragment
def verification_tab(chosen: Sequence[runs.Run]) -> None:
    """Draw the tab: which two images, by which threshold, and what every one of ``chosen`` says."""
    left, right = st.columns([3, 7], gap="medium")
    with left:
        guarded(ways_in)(chosen[0])
    with right:
        _verification(chosen)
    pad.answered()


@guarded
def _verification(chosen: Sequence[runs.Run]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        of, rule = _of(), _rule(chosen)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        asked = held_pair() if of == MINE else random_pair(chosen[0], of == SAME)
    if asked is None:
        return
    _pictures(chosen[0], asked)
    compared = []
    for run, color in zip(chosen, figures.RUN_COLORS, strict=False):
        try:
            compared.append(_compare(run, color, asked, rule))
        except LossvizError as error:
            st.error(str(error), icon=":material/error:")
    if compared:
        _table(compared, asked.same)
        _curves(compared)


def _of() -> str:
    """Which two images are compared: ``MINE``, ``SAME`` or ``DIFFERENT``."""
    picked = st.segmented_control(
        "Which two images",
        (MINE, SAME, DIFFERENT),
        default=MINE,
        required=True,
        key="verify_of",
        bind="query-params",
        help="Two that you gave, or two at random: of the run's verification protocol where its data set has one "
        "(people it was not trained on), else of its test images.",
    )
    return str(picked)


def _rule(chosen: Sequence[runs.Run]) -> str:
    """By which threshold: a key of ``FARS``, or ``BEST``."""
    rules = [*FARS]
    if any(inference.default_protocol(run) for run in chosen):
        rules.insert(0, BEST)
    picked = st.segmented_control(
        "Threshold",
        rules,
        default=rules[0] if rules[0] == BEST else "1 %",
        required=True,
        format_func=lambda rule: "of the protocol" if rule == BEST else f"FAR {rule}",
        key="verify_threshold",
        bind="query-params",
        help="Two images are taken for the same up to this distance. FAR: the share of pairs of different classes that "
        "is taken for the same. Of the protocol: where most of its pairs are told right.",
    )
    return str(picked)


def _pictures(run: runs.Run, asked: Asked) -> None:
    """Both images: as they were given, and as the nets of this data set see them."""
    row = []
    for held in (asked.first, asked.second):
        made = prepared(run, held)
        if held.source != "test":
            original = np.asarray(made.upload.preview(PREVIEW).convert("RGB")).transpose(2, 0, 1)
            row.append(Shown(original, held.name, hint=f"{held.name}, as it was given"))
        row.append(
            Shown(
                made.pixels,
                short(held.truth) if held.truth else "what the net sees",
                hint=f"{held.name}, as the net sees it",
            )
        )
    shown(row, SIZE)


def _compare(run: runs.Run, color: str, asked: Asked, rule: str) -> _Compared:
    here = inference.space(run, inference.last_epoch(run))
    protocol = inference.default_protocol(run)
    if protocol in here.evidence.pairs:
        scores, pairs = (
            inference.protocol_scores(here, str(protocol)),
            f"pairs of {protocol}, all of classes not trained on",
        )
    else:
        protocol, scores, pairs = None, inference.pair_scores(here), "pairs of test images"
    if rule != BEST:
        threshold = scores.threshold(FARS[rule])
    else:
        threshold = None if protocol is None else inference.protocol_threshold(here, protocol)
    first, second = embedded(run, here.epoch, [prepared(run, held).pixels for held in (asked.first, asked.second)])
    # an endless threshold accepts all: the distance is told even where there is none
    verdict = inference.verify(here, (first, second), scores, float("inf") if threshold is None else threshold)
    return _Compared(run, color, scores, pairs, verdict.distance, None if threshold is None else verdict)


def _table(compared: Sequence[_Compared], same: bool | None) -> None:
    """A row a run."""
    head = "".join(
        f'<th scope="col" title="{escape(said)}">{title}</th>'
        for title, said in (
            ("Run", ""),
            ("Distance", "between the two embeddings, in the run's own metric"),
            ("Threshold", "up to which they are taken for the same"),
            ("Verdict", ""),
            ("TAR", "share of pairs of one class that this threshold accepts"),
            ("FAR", "share of pairs of different classes that it accepts"),
            ("As near or nearer", "share of pairs of one class, and of different classes, that are not farther apart"),
        )
    )
    body = "".join(f"<tr>{_row(each, same)}</tr>" for each in compared)
    st.html(
        f'<style>{PAGE_STYLE}</style><table class="lv-told" data-of="verification"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table>"
    )


def _row(each: _Compared, same: bool | None) -> str:
    verdict, unit = each.verdict, each.scores.unit
    name = f'<th scope="row"><span style="color:{each.color}">■</span> {escape(each.name)}</th>'
    near = f"{share(each.scores.tar(each.distance))} same, {share(each.scores.far(each.distance))} different"
    if verdict is None:
        cells = ["-", '<span class="none">too few pairs to tell</span>', "-", "-"]
    else:
        mark = "" if same is None else "right" if verdict.same == same else "wrong"
        said = f'<b class="{mark}">{"same" if verdict.same else "different"}</b>'
        cells = [apart(verdict.threshold, unit), said, share(verdict.tar), share(verdict.far)]
    return name + "".join(f"<td>{cell}</td>" for cell in (apart(each.distance, unit), *cells, near))


def _curves(compared: Sequence[_Compared]) -> None:
    lines, thresholds, places = [], [], []
    for each in compared:
        _, far, tar = each.scores.roc()
        lines.append((each.name, far, tar))
        thresholds.append(None if each.verdict is None else (each.verdict.far, each.verdict.tar))
        places.append((each.scores.far(each.distance), each.scores.tar(each.distance)))
    chart(figures.roc_places(lines, thresholds, places, [each.color for each in compared]), "verify_roc")
    told = dict.fromkeys(
        f"{len(each.scores.genuine):,} same and {len(each.scores.impostor):,} different {each.pairs}"
        for each in compared
    )
    st.caption(
        f"Curves and rates are over {'; '.join(told)}. ◆ is where a threshold at this pair's own distance would stand: "
        "to the left of ○ the pair is taken for the same."
    )
