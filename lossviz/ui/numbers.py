"""The numbers behind a figure: a table that is opened, and the same as a file."""

import csv
import io
from collections.abc import Mapping, Sequence

import pyarrow as pa
import streamlit as st

Columns = Mapping[str, Sequence[object]]
"""A table by columns, every one as long as the others."""


def numbers(table: Columns, alt: str, file: str, key: str) -> None:
    """Offer ``table`` as a table called ``alt`` for those who do not see it, and as the CSV ``file``.

    Numbers with a fraction are shown with four digits, and saved as they are.
    """
    fractions = [name for name, column in table.items() if any(isinstance(value, float) for value in column)]
    with st.expander("The numbers", icon=":material/table_rows:"):
        st.dataframe(
            pa.table({name: list(column) for name, column in table.items()}),
            hide_index=True,
            height="content",
            column_config={name: st.column_config.NumberColumn(format="%.4g") for name in fractions},
            alt=alt,
        )
        st.download_button(
            "Download as CSV", as_csv(table), file, "text/csv", icon=":material/download:", key=f"{key}_csv",
            on_click="ignore",
        )  # fmt: skip


def as_csv(table: Columns) -> str:
    """Comma-separated, with a heading line."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(table)
    writer.writerows(zip(*table.values(), strict=True))
    return file.getvalue()
