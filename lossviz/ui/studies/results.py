"""What came of a study: a table of all cells, which loss for what, and the ranking of each field."""

from collections.abc import Sequence

import pyarrow as pa
import streamlit as st

from lossviz.report import study_figured
from lossviz.studies import Results
from lossviz.studies.telling import Field, Standing, fields, with_interval
from lossviz.ui.charts import chart
from lossviz.ui.studies.cell import opened_cell
from lossviz.ui.studies.heat_table import WITHOUT, heat_table
from lossviz.ui.studies.listed import ranking_csv, trainings_csv
from lossviz.words import duration

LEGEND = (
    "Means over seeds ± 95 % intervals. Colour: from the worst mean of a column to its best, or over its widest "
    "interval where that is wider. ★: beaten by none, so that this study cannot tell those with a star from one "
    "another. A click opens a cell's runs in Compare, or its numbers where the runs are not here."
)
RANKS = (
    "A rank is 1 and how many beat it by more than seed noise, seed by seed and after Holm's correction for all pairs, "
    "so that all whom nobody beats share the first. Of those that a bar joins with dots no two can be told apart."
)
SMALL = 9.95  # seconds below which tenths are told


def results_part(results: Results, score: str) -> None:
    """Draw it, on the score that decides or on another one."""
    told = fields(results, score)
    heat_table(results, told)
    st.caption(LEGEND)
    opened_cell(results, score)
    if not any(standing.mean for field in told for standing in field.standings):
        st.info(
            "No training is finished yet that is judged on the test images. **Start** above trains the study, and the "
            "table fills as its trainings end.",
            icon=":material/grid_on:",
        )
        return
    st.markdown("#### Which loss for what")
    _advice(told)
    _downloads(results, told)
    st.markdown("#### Rankings")
    st.caption(RANKS)
    for number, (place, field) in enumerate(zip(results.fields(), told, strict=True)):
        _field(results, place, field, number)


def _advice(told: Sequence[Field]) -> None:
    """A sentence for each field, which claims no more than its intervals allow."""
    rows = [(field.title, field.score.title, field.sentence) for field in told]
    data, scores, sentences = zip(*rows, strict=True)
    st.table({"Data": data, "Score": scores, "Which loss": sentences}, hide_index=True)


def _downloads(results: Results, told: Sequence[Field]) -> None:
    name = results.study.name
    with st.container(horizontal=True):
        for label, file, made in (
            ("Rankings as CSV", f"{name}-rankings.csv", lambda: ranking_csv(told)),
            ("Every training as CSV", f"{name}-trainings.csv", lambda: trainings_csv(results)),
        ):
            st.download_button(
                label, made, file, "text/csv", icon=":material/download:", on_click="ignore", key=f"studies {file}"
            )


def _field(results: Results, place: tuple[str, str, str], field: Field, number: int) -> None:
    """Ranking, doubts and differences of one field."""
    st.markdown(f"##### {field.title}")
    table, drawn = st.columns([11, 9], gap="medium")
    with table:
        _ranking(field)
    if any(each.mean for each in field.standings):
        with drawn:
            figure = study_figured.ranking_figure(results, place, field)
            chart(figure, f"study_ranking_{number}", f"{field.score.title} on {field.title}, the best mean first.")
    for doubt in field.doubts:
        st.warning(doubt, icon=":material/warning:")
    if field.sentences:
        with st.expander(f"Differences of all {len(field.sentences)} pairs", key=f"studies differences {number}"):
            st.markdown("\n".join(f"* {sentence}" for sentence in field.sentences))


def _ranking(field: Field) -> None:
    columns: dict[str, list[object]] = {
        "Rank": [each.rank for each in field.standings],
        "Loss": [each.title for each in field.standings],
        field.score.title: [
            with_interval(each.mean, field.score) if each.mean else WITHOUT[each.state] for each in field.standings
        ],
        "Seeds": [each.mean.n if each.mean else 0 for each in field.standings],
        "Knobs chosen": [each.knobs for each in field.standings],
        "Training": [_seconds(each) for each in field.standings],
    }
    column = st.column_config
    st.dataframe(
        pa.table({**columns, "Rank": pa.array(columns["Rank"], pa.int64())}),
        hide_index=True,
        height="content",
        column_config={
            "Rank": column.NumberColumn(help=RANKS, width=52),
            "Loss": column.TextColumn(width=110),
            "Seeds": column.NumberColumn(width=56),
            "Training": column.TextColumn(help="What a training took, in the mean.", width=86),
        },
        placeholder="-",
        alt=f"Ranking on {field.title}",
    )


def _seconds(each: Standing) -> str:
    if each.seconds is None:
        return "-"
    return f"{each.seconds:.1f} s" if each.seconds < SMALL else duration(each.seconds)
