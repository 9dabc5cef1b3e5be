"""What is in some data, as tables: a row per role, and the exact copies."""

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.table import Table
from rich.text import Text

from clefgan.data.inspection import Report, RoleReport
from clefgan.report.wording import as_bytes

EXAMPLES = 2  # pairs of copies that are named


def role_table(report: Report) -> Table:
    """One row per role."""
    table = plain_table("role", "images", "size", "kind", "on disk", "where")
    for number in (1, 4):
        table.columns[number].justify = "right"
    folder = folder_of(report)
    for role in report.roles:
        table.add_row(
            Text(role.images.role, style="cyan"),
            f"{len(role.images):,}",
            counted(role.sizes),
            counted(role.kinds),
            as_bytes(role.n_bytes),
            Text(seen_from(folder, role, report.source), style="dim"),
        )
    return table


def copies_table(report: Report) -> Table:
    """Exact copies: within roles that have some, and between roles."""
    within = [role for role in report.roles if role.repeated]
    some = within or any(shared.pairs for shared in report.shared)
    table = plain_table("exact copies", "images", "such as" if some else "")
    table.columns[1].justify = "right"
    for role in within:
        repeats = [ids for ids in role.copies.values() if len(ids) > 1]
        table.add_row(f"within {role.images.role}", marked(role.repeated), examples(repeats))
    if not within:
        table.add_row("within a role", marked(0))
    for shared in report.shared:
        between = f"{shared.first} and {shared.second}"
        table.add_row(
            between, marked(len(shared.pairs), bad=shared.contradicts), examples(shared.pairs)
        )
    return table


def plain_table(*titles: str) -> Table:
    """A table without lines."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in titles:
        table.add_column(title, overflow="fold")
    return table


def counted(counter: Counter[str]) -> str:
    """`128x128`, or each value with its count if there are several."""
    if len(counter) == 1:
        return next(iter(counter))
    return ", ".join(f"{value} ({count:,})" for value, count in counter.most_common()) or "–"


def marked(count: int, *, bad: bool = False) -> Text:
    """A count that catches the eye if it is not 0."""
    if count == 0:
        return Text("none", style="dim")
    return Text(f"{count:,}", style="red" if bad else "yellow")


def examples(groups: Sequence[tuple[str, ...]]) -> Text:
    """The first few sets of equal images."""
    texts = [" = ".join(ids[:EXAMPLES]) for ids in groups[:EXAMPLES]]
    return Text(", ".join(texts) + (", ..." if len(groups) > EXAMPLES else ""), style="dim")


def folder_of(report: Report) -> str:
    """The folder that all roles are in: the source, or where a dataset of that name is kept."""
    places = [role.images.where for role in report.roles]
    if Path(report.source).is_dir() or len(places) < 2 or not all(map(os.path.isabs, places)):
        return report.source
    return os.path.commonpath(places)


def seen_from(folder: str, role: RoleReport, source: str) -> str:
    """Where a role is, as seen from the folder of all."""
    where = Path(role.images.where)
    if where.is_relative_to(folder):
        return str(where.relative_to(folder))
    return role.images.where.removeprefix(f"{source}, split ")
