"""A table in LaTeX with booktabs rules."""

from collections.abc import Sequence

from clefgan.report.sheet import Sheet
from clefgan.report.wording import MINUS, NOTHING

SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    MINUS: "$-$",
    NOTHING: "--",
}


def escaped(text: str) -> str:
    """Text that LaTeX prints as it stands."""
    return "".join(SPECIAL.get(sign, sign) for sign in " ".join(text.splitlines()))


def table(
    sheet: Sheet, heads: Sequence[str], aligned: Sequence[str], rows: Sequence[Sequence[str]]
) -> str:
    """A floating table with caption; intervals are smaller than values.

    Parameters
    ----------
    heads, aligned : one per column; `l` or `r`
    rows : plain text, escaped here
    """
    lines = [
        "% needs \\usepackage{booktabs}; for a wide table also \\usepackage{graphicx}",
        r"\begin{table}",
        r"\centering",
        rf"\caption{{{escaped(sheet.title)}: {escaped(sheet.subtitle)}.}}",
        r"\resizebox{\textwidth}{!}{%",
        rf"\begin{{tabular}}{{{''.join(aligned)}}}",
        r"\toprule",
        " & ".join(escaped(head) for head in heads) + r" \\",
        r"\midrule",
        *(" & ".join(cell(text) for text in row) + r" \\" for row in rows),
        r"\bottomrule",
        r"\end{tabular}}",
        *(rf"\par\smallskip{{\footnotesize {escaped(note)}\par}}" for note in sheet.notes),
        r"\end{table}",
    ]
    return "\n".join(lines) + "\n"


def cell(text: str) -> str:
    """One cell, an interval at its end in smaller type."""
    value, bracket, rest = text.partition(" [")
    if bracket and rest.endswith("]"):
        return rf"{escaped(value)} {{\scriptsize {escaped('[' + rest)}}}"
    return escaped(text)
