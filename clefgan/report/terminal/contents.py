"""What is in a folder of images, as lines for a terminal: one table, then notes."""

from collections import Counter
from collections.abc import Iterator

from rich.table import Table
from rich.text import Text

from clefgan.data.contents import Contents
from clefgan.report.wording import as_bytes

SHOWN = 4  # of many values


def show(contents: Contents) -> Iterator[Table | Text]:
    """Yield what to print, top to bottom."""
    yield Text(contents.source, style="bold")
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(overflow="fold")
    for title, value in rows(contents):
        table.add_row(title, value)
    yield table
    for note in notes(contents):
        yield Text(note, style="dim")


def rows(contents: Contents) -> Iterator[tuple[str, str]]:
    """Yield titles and values."""
    yield (
        "images",
        f"{contents.n_images:,} in {contents.n_files:,} "
        f"{'file' if contents.n_files == 1 else 'files'} ({as_bytes(contents.n_bytes)})",
    )
    yield "kinds", counted(contents.kinds)
    if contents.syntaxes:
        yield "encoded as", counted(contents.syntaxes)
    yield "sizes", counted(contents.sizes)
    for kind, (low, high) in contents.levels.items():
        yield "levels", f"{low:g} to {high:g} ({kind})"
    if contents.windows:
        windows = Counter(
            {f"{low:g},{high:g}": n for (low, high), n in contents.windows.most_common()}
        )
        yield "windows in headers", counted(windows)
    if contents.volumes:
        fewest, most = min(contents.volumes), max(contents.volumes)
        slices = f"{fewest}" if fewest == most else f"{fewest} to {most}"
        yield "volumes", f"{len(contents.volumes):,} of {slices} slices"
    yield "patients", patients(contents)
    repeated = sum(len(ids) - 1 for ids in contents.copies.values())
    pair = next((ids for ids in contents.copies.values() if len(ids) > 1), ())
    yield "exact copies", f"{repeated:,}, such as {pair[0]} = {pair[1]}" if pair else "none"


def patients(contents: Contents) -> str:
    """How many patients there are, without a name."""
    unknown = contents.patients[""]
    known = len(contents.patients) - ("" in contents.patients)
    if not known:
        return "not known (headers and --patients name none)"
    return f"{known:,}" + (
        f"; {unknown:,} {'image names' if unknown == 1 else 'images name'} none" if unknown else ""
    )


def notes(contents: Contents) -> Iterator[str]:
    """Yield what else is to be said."""
    yield from contents.notes
    if contents.others:
        others = some(contents.others)
        n = len(contents.others)
        which = "file that is no image" if n == 1 else "files that are no images"
        yield f"passed over {n:,} {which}: {others}"
    if len(contents.sizes) > 1:
        yield "images of several sizes: a command needs --size to bring them to one"
    if contents.levels:
        yield "images of more than 8 bits: a command needs one --window LOW,HIGH for all"
    yield "no folders of a challenge here: see docs/data.md for their names"


def counted(counter: Counter[str]) -> str:
    """Values with their counts, the most frequent first; one that is alone without."""
    if len(counter) == 1:
        return next(iter(counter))
    listed = [f"{value} ({count:,})" for value, count in counter.most_common(SHOWN)]
    more = f" and {len(counter) - SHOWN} more" if len(counter) > SHOWN else ""
    return ", ".join(listed) + more or "–"


def some(names: tuple[str, ...]) -> str:
    """The first few names."""
    return ", ".join(names[:SHOWN]) + (", ..." if len(names) > SHOWN else "")
