"""The leaderboard's table on the page: sortable, with intervals drawn."""

import math
from collections.abc import Mapping
from types import MappingProxyType

from clefgan.report.page.markup import Markup, join, tag
from clefgan.report.sheet import Column, Entry, Holds, Line, Sheet, text_of
from clefgan.report.terminal.ranking import drawn_range, limit_value
from clefgan.report.wording import knowledge, limits, number, p_value, span
from evaluation.boards.rows import Kind

BADGES = {
    Kind.TRIVIAL: "trivial",
    Kind.SHORTCUT: "shortcut",
    Kind.CHANCE_LIMIT: "limit",
    Kind.PUBLISHED: "printed",
    Kind.INVALID: "invalid",
}
LABS = ("knows", "lab_training", "lab_texture")
PLOT_WIDTH, PLOT_HEIGHT = 150, 18


def leaderboard(sheet: Sheet, links: Mapping[str, str] = MappingProxyType({})) -> Markup:
    """The whole table in a region that scrolls sideways; names of runs may be links."""
    columns = shown(sheet)
    heads = [head(sheet.column("run"))]
    for column in columns:
        heads.append(head(column, column.key == sheet.primary))
        if column.key == sheet.primary:
            heads.append(tag("th", *scale(sheet), scope="col", class_="drawn"))
    rows = [row(sheet, line, columns, links.get(line.name, "")) for line in sheet.lines]
    caption = tag(
        "caption",
        f"{sheet.title}: {sheet.subtitle}; {100 * sheet.level:g}% intervals. "
        "The buttons in the header sort.",
    )
    table = tag(
        "table", caption, tag("thead", tag("tr", *heads)), tag("tbody", *rows), class_="board"
    )
    return tag("div", table, class_="scroll", tabindex="0", role="region", aria_label=sheet.title)


def shown(sheet: Sheet) -> list[Column]:
    """The columns that say something, the primary metric before the groups."""
    columns = [column for column in sheet.for_people if column.key != "run"]  # heads the row
    first = ["rank", sheet.primary, "groups", "p_chance", "knowledge", *LABS]
    return sorted(columns, key=lambda c: first.index(c.key) if c.key in first else len(first))


def head(column: Column, sorts: bool = False) -> Markup:
    """A header with its sorting button; the first press puts the best on top."""
    first = "ascending"
    if column.holds is Holds.MEASURE and not column.lower_is_better:
        first = "descending"
    kind = "text" if column.holds is Holds.TEXT else "number"
    button = tag("button", column.brief, type="button", title=column.help or None)
    now = first if sorts else "none"
    return tag("th", button, scope="col", aria_sort=now, data_first=first, data_kind=kind)


def scale(sheet: Sheet) -> list[str]:
    """Heading of the drawing: the ends of its scale."""
    bounds = drawn_range(sheet)
    labels: list[str] = [tag("span", "drawn", class_="hidden")]
    if bounds is not None:
        ends = (tag("span", number(bound, 1)) for bound in bounds)
        labels.append(tag("span", *ends, class_="ends"))
    return labels


def row(sheet: Sheet, line: Line, columns: list[Column], link: str = "") -> Markup:
    """One row; its header is the run's name."""
    cells = [name(line, link)]
    for column in columns:
        cells.append(cell(line, column))
        if column.key == sheet.primary:
            cells.append(tag("td", plot(sheet, line), class_="drawn"))
    return tag("tr", *cells, class_=line.kind.value.replace(" ", "-"))


def name(line: Line, link: str = "") -> Markup:
    """The run's name, with what the row stands for."""
    parts: list[str] = [tag("a", line.name, href=link) if link else line.name]
    if line.kind in BADGES:
        parts += [" ", tag("span", BADGES[line.kind], class_="badge")]
    return tag("th", *parts, scope="row", data_sort=line.name)


def cell(line: Line, column: Column) -> Markup:
    """One cell, with the value that it sorts by."""
    entry = line.entries.get(column.key, Entry())
    if column.holds is Holds.MEASURE:
        ends = limits(entry.low, entry.high)
        parts: list[str] = [tag("b", number(entry.measure))]
        if ends:
            parts += [" ", tag("span", ends, class_="limits")]
        return tag("td", *parts, data_sort=sortable(entry), class_="n")
    if column.key == "p_chance":
        return tag("td", *chance(line, entry), data_sort=sortable(entry), class_="n")
    if column.holds is Holds.P_VALUE:
        said = "" if math.isnan(entry.measure) else p_value(entry.measure)
        return tag("td", said, data_sort=sortable(entry), class_="n")
    if column.key == "rank":
        return tag("td", *rank(entry), data_sort=sortable(entry), class_="n")
    words = knowledge(text_of(entry)) if column.key == "knowledge" else text_of(entry)
    if column.key == "knowledge" and line.kind is Kind.RUN and not line.comparable:
        unlike = tag("abbr", "≠", title="used more than was allowed: not comparable")
        return tag("td", f"{words} ", unlike, data_sort=words)
    return tag("td", words, data_sort=words)


def rank(entry: Entry) -> list[str]:
    """Rank and its interval."""
    if entry.value is None:
        return [""]
    markup: list[str] = [tag("b", str(entry.value))]
    if not math.isnan(entry.low):
        markup += [" ", tag("span", span(int(entry.low), int(entry.high)), class_="limits")]
    return markup


def chance(line: Line, entry: Entry) -> list[str]:
    """The p-value, with a sign and a word for whether the run beats chance."""
    if math.isnan(entry.measure):
        return [""]
    sign, words, style = "○", "not distinguished from guessing", "untold"
    if line.beats_guessing:
        sign, words, style = "●", "better than guessing", "told"
    elif line.below_guessing:
        sign, words = "▼", "worse than guessing"
    mark = tag("span", sign, class_=style, title=words)
    return [p_value(entry.measure), " ", mark, tag("span", f" {words}", class_="hidden")]


def sortable(entry: Entry) -> str:
    """The value for the script; nothing if undefined, which it puts last."""
    value = entry.measure
    return "" if math.isnan(value) else repr(value)


def plot(sheet: Sheet, line: Line) -> Markup:
    """Interval and value of the primary metric on the scale that all rows share."""
    entry, bounds = line[sheet.primary], drawn_range(sheet)
    if bounds is None or math.isnan(entry.measure):
        return Markup("")
    middle = PLOT_HEIGHT / 2

    def x_of(value: float) -> float:
        share = (value - bounds[0]) / (bounds[1] - bounds[0])
        return 5 + min(1.0, max(0.0, share)) * (PLOT_WIDTH - 10)

    parts = []
    critical = limit_value(sheet)
    if not math.isnan(critical):
        parts.append(stroke(x_of(critical), 0, x_of(critical), PLOT_HEIGHT, "threshold"))
    if not math.isnan(entry.low):
        low, high = x_of(entry.low), x_of(entry.high)
        parts.append(stroke(low, middle, high, middle, "whisker"))
        parts += [stroke(end, middle - 4, end, middle + 4, "whisker") for end in (low, high)]
    parts.append(tag("circle", cx=x_of(entry.measure), cy=middle, r=4.0, class_="dot"))
    words = f"{line.name}: {number(entry.measure)} {limits(entry.low, entry.high)}".strip()
    box = f"0 0 {PLOT_WIDTH} {PLOT_HEIGHT}"
    return tag("svg", tag("title", words), join(parts), viewBox=box, aria_hidden="true")


def stroke(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    """A straight line."""
    return tag("line", x1=float(x1), y1=float(y1), x2=float(x2), y2=float(y2), class_=class_)
