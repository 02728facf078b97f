"""A table as CSV, Markdown, and LaTeX with booktabs."""

import csv
import io

from lossviz.report.document import Table

LATEX = {
    "\\": r"\textbackslash{}",
    **{sign: "\\" + sign for sign in "&%$#_{}"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "°": r"\textdegree{}",
    "±": r"$\pm$",
    "−": "$-$",  # noqa: RUF001
    "×": r"$\times$",  # noqa: RUF001
    "≠": r"$\neq$",
    "✓": r"$\checkmark$",
    "✗": r"$\times$",
    "–": "--",  # noqa: RUF001
    "—": "---",
    "…": r"\ldots{}",
    "→": r"$\rightarrow$",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
}


def as_csv(table: Table) -> str:
    """Comma-separated, with a heading line; quotes where they are needed."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerows([table.head, *table.rows])
    return file.getvalue()


def as_markdown(table: Table) -> str:
    """A pipe table, its best values bold."""
    rows = [
        [_bold(_piped(cell), (y, x) in table.best and bool(cell)) for x, cell in enumerate(row)]
        for y, row in enumerate(table.rows)
    ]
    rule = ["---:" if table.of_numbers(column) else "---" for column in range(len(table.head))]
    lines = [[_piped(cell) for cell in table.head], rule, *rows]
    text = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    return f"**{table.title}**\n\n{text}\n" + (f"\n{table.note}\n" if table.note else "")


def _piped(cell: str) -> str:
    return cell.replace("|", "\\|").replace("\n", " ") or " "


def _bold(cell: str, best: bool) -> str:
    return f"**{cell}**" if best else cell


def as_latex(table: Table) -> str:
    """A ``table`` environment; it needs the packages booktabs, textcomp and amssymb."""
    sides = "".join("r" if table.of_numbers(column) else "l" for column in range(len(table.head)))
    rows = [
        " & ".join(
            rf"\textbf{{{escaped(cell)}}}" if (y, x) in table.best and cell else escaped(cell)
            for x, cell in enumerate(row)
        )
        for y, row in enumerate(table.rows)
    ]
    head = " & ".join(map(escaped, table.head))
    body = " \\\\\n".join(rows)
    note = f"\n\n\\smallskip\\footnotesize {escaped(table.note)}" if table.note else ""
    return (
        f"\\begin{{table}}\n\\centering\n\\caption{{{escaped(table.title)}}}\n\\label{{tab:{table.key}}}\n"
        f"\\begin{{tabular}}{{{sides}}}\n\\toprule\n{head} \\\\\n\\midrule\n{body} \\\\\n"
        f"\\bottomrule\n\\end{{tabular}}{note}\n\\end{{table}}\n"
    )


def escaped(text: str) -> str:
    """``text`` as LaTeX prints it."""
    return "".join(LATEX.get(sign, sign) for sign in text.replace("**", ""))
