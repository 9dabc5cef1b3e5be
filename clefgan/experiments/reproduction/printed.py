"""What the paper printed: its counts, and where it contradicts itself."""

from collections.abc import Iterable
from dataclasses import dataclass

from clefgan.experiments.reproduction.paper import Paper
from evaluation import metrics, published
from evaluation.counts import Counts
from evaluation.published import Consistency, Published

Table = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class PrintedCounts:
    """Counts tp, tn, fp, fn behind a printed row, and the value they do not give, if any."""

    table: Table
    without: str = ""


def results(paper: Paper) -> tuple[Published, ...]:
    """Every printed result of the rows of a paper, dev before test."""
    names = [row.dev for row in paper.rows] + [row.test for row in paper.rows]
    return tuple(published.get(name) for name in names if name)


def counts(row: Published) -> PrintedCounts | None:
    """Return the one table behind a row; of a contradictory one, behind all its values but one.

    Examples
    --------
    >>> counts(published.get("aimultimedialab-2023-dev-vgg16-rbf"))
    PrintedCounts(table=(80, 14, 66, 0), without='f1')
    """
    table = published.counts_of(row)
    if table is not None:
        return PrintedCounts(table)
    check = published.check(row)
    if check.verdict is Consistency.CONTRADICTORY and check.without and len(check.culprits) == 1:
        (culprit,) = check.culprits
        tables = check.without[culprit]
        if len(tables) == 1:
            return PrintedCounts(tables[0], culprit)
    return None


def flags(rows: Iterable[Published]) -> list[str]:
    """Return one sentence for each printed row that no whole counts give, or only if cut off."""
    sentences = []
    for row in rows:
        check = published.check(row)
        name = f"{row.table}, {row.title}"
        if check.verdict is Consistency.CONTRADICTORY:
            sentences.append(f"{name}: {contradiction(row)}")
        sentences += [
            f"{name}: {label(value)} {row.printed[value]} is cut off, not rounded: "
            f"{told(check.tables[0], value)}"
            for value in check.cut
        ]
    return sentences


def contradiction(row: Published) -> str:
    """What no whole counts can produce, and what would be right if one value is the wrong one."""
    check = published.check(row)
    parts = []
    for culprit in check.culprits:
        tables = (check.without or {})[culprit]
        would_be = " or ".join(dict.fromkeys(told(table, culprit) for table in tables))
        parts.append(
            f"all others give TP TN FP FN = {' or '.join(map(shown, tables))}, and with it "
            f"{label(culprit)} {would_be}, not {row.printed[culprit]}"
        )
    printed = ", ".join(f"{label(name)} {value}" for name, value in row.printed.items())
    return f"no whole counts give {printed}; {'; or '.join(parts) or 'no single value explains it'}"


def told(table: Table, metric: str) -> str:
    """Return a metric of a table to three decimals."""
    formula = metrics.get(metric).of_counts
    assert formula is not None  # printed values follow from counts, see published.check
    return f"{float(formula(Counts.of(*table))):.3f}"


def label(metric: str) -> str:
    """Return a metric's name as tables show it."""
    return metrics.get(metric).label


def shown(table: Table) -> str:
    """`80 14 66 0`."""
    return " ".join(map(str, table))
