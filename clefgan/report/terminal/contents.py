"""What is in a folder of images, as lines for a terminal: one table, then notes."""

from collections import Counter
from collections.abc import Iterator

from rich.table import Table
from rich.text import Text

from clefgan.data.contents import Contents
from clefgan.report.wording import as_bytes

SHOWN = 4  # of many values


def show(found: Contents) -> Iterator[Table | Text]:
    """Yield what to print, top to bottom."""
    yield Text(found.source, style="bold")
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(overflow="fold")
    for title, value in rows(found):
        table.add_row(title, value)
    yield table
    for note in notes(found):
        yield Text(note, style="dim")


def rows(found: Contents) -> Iterator[tuple[str, str]]:
    """Yield titles and values."""
    yield "images", f"{found.n_images:,} in {found.n_files:,} files ({as_bytes(found.n_bytes)})"
    yield "kinds", counted(found.kinds)
    if found.syntaxes:
        yield "encoded as", counted(found.syntaxes)
    yield "sizes", counted(found.sizes)
    for kind, (low, high) in found.levels.items():
        yield "levels", f"{low:g} to {high:g} ({kind})"
    if found.windows:
        windows = Counter(
            {f"{low:g},{high:g}": n for (low, high), n in found.windows.most_common()}
        )
        yield "windows in headers", counted(windows)
    if found.volumes:
        fewest, most = min(found.volumes), max(found.volumes)
        slices = f"{fewest}" if fewest == most else f"{fewest} to {most}"
        yield "volumes", f"{len(found.volumes):,} of {slices} slices"
    yield "patients", patients(found)
    repeated = sum(len(ids) - 1 for ids in found.copies.values())
    pair = next((ids for ids in found.copies.values() if len(ids) > 1), ())
    yield "exact copies", f"{repeated:,}, such as {pair[0]} = {pair[1]}" if pair else "none"


def patients(found: Contents) -> str:
    """How many patients there are, without a name."""
    unknown = found.patients[""]
    known = len(found.patients) - ("" in found.patients)
    if not known:
        return "not known (headers and --patients name none)"
    return f"{known:,}" + (f"; {unknown:,} images name none" if unknown else "")


def notes(found: Contents) -> Iterator[str]:
    """Yield what else is to be said."""
    yield from found.notes
    if found.others:
        yield f"passed over {len(found.others):,} files that are no images: {some(found.others)}"
    if len(found.sizes) > 1:
        yield "images of several sizes: a command needs --size to bring them to one"
    if found.levels:
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
