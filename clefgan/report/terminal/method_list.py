"""The methods as tables that fit: by what they do, with what they know, cost and see."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from clefgan.report import method_guide
from clefgan.report.terminal.room import is_wide
from clefgan.report.wording import NOTHING, knowledge

LEGEND = (
    "copy, blend, tiles, pca: AUC where the generated images are copies, blends or patchworks of "
    "used images, or drawn from a Gaussian of them; 0.5 is chance, – was not measured; see "
    "docs/study.md. cost: product takes seconds; features, tiles and SSIM take minutes; training "
    "and DCGAN take minutes to hours"
)


@dataclass(frozen=True, slots=True)
class ListedMethod:
    """One method: its name, what it knows, and the first line of what it says of itself."""

    name: str
    knows: str
    does: str
    source: str


def membership(rows: Sequence[ListedMethod], width: int) -> Iterator[RenderableType]:
    """Yield a table for each group, and before them where to start."""
    names = [row.name for row in rows]
    begin = [name for name in method_guide.BEGIN_WITH if name in names]
    if begin:
        yield Text.assemble(("Start here: ", "bold"), (", then ".join(begin), "cyan"))
    for group in method_guide.GROUPS:
        own = [row for row in rows if method_guide.expected(row.name).group == group]
        if own:
            yield Text("")
            yield table(group, own, width, measured=group != method_guide.OTHER)
    yield Text("")
    yield Text(LEGEND, style="dim")


def table(
    title: str, rows: Sequence[ListedMethod], width: int, *, measured: bool = False
) -> RenderableType:
    """One group."""
    listed = Table(
        box=None, pad_edge=False, header_style="bold", title=title, title_justify="left",
        title_style="italic",
    )  # fmt: skip
    listed.add_column("method", no_wrap=True, style="cyan", min_width=20)
    listed.add_column("knows", no_wrap=True, min_width=9)
    if measured:
        listed.add_column("cost", no_wrap=True, min_width=8)
        for kind in ("copy", "blend", "tiles", "pca"):
            listed.add_column(kind, no_wrap=True, min_width=5)
    describes = not measured or is_wide(width)
    if describes:
        listed.add_column("what it does", overflow="fold")
    for row in rows:
        cells = [Text(row.name), Text(knowledge(row.knows))]
        if measured:
            known = method_guide.expected(row.name)
            auc = known.auc or (NOTHING,) * 4
            cells += [Text(known.cost), *map(Text, auc)]
        if describes:
            cells.append(Text(row.does))
        listed.add_row(*cells)
    return listed
