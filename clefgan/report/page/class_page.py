"""The report of classes: one HTML page that needs no network and nothing beside it."""

from collections.abc import Sequence

from clefgan.method import Evidence
from clefgan.report import class_findings, class_sheet
from clefgan.report.class_part import ClassPart
from clefgan.report.page import glossary, notes, table
from clefgan.report.page.cards import rank_of
from clefgan.report.page.charts import class_table
from clefgan.report.page.document import document
from clefgan.report.page.imprint import Imprint, lines
from clefgan.report.page.markup import Markup, join, tag
from clefgan.report.page.page import section
from clefgan.report.wording import number
from clefgan.runs.classes import knows
from evaluation.boards.class_board import ClassRow
from evaluation.class_tables import METRICS

OPEN = 2  # runs that are unfolded when the page opens


def html(title: str, parts: Sequence[ClassPart], imprint: Imprint | None = None) -> str:
    """The whole page."""
    several = len(parts) > 1
    sections = [part_of_page(part, several, first=number == 0) for number, part in enumerate(parts)]
    return document(
        title,
        tag("a", "To the table", href="#table", class_="skip"),
        header(title, parts, imprint or Imprint()),
        tag("main", *sections),
        footer(parts),
    )


def header(title: str, parts: Sequence[ClassPart], imprint: Imprint) -> Markup:
    """Title, who made it and when, and where to go."""
    links = [
        ("table", "Table"),
        ("runs", "Run by run"),
        ("how", "How it is made"),
        ("glossary", "Glossary"),
    ]
    items = [tag("li", tag("a", words, href=f"#{anchor}")) for anchor, words in links]
    sheets = [class_sheet.of(part) for part in parts]
    tables = [of_run for part in parts for of_run in class_sheet.tables(part)]
    return tag(
        "header",
        tag("p", "clefgan · which source made these images?", class_="over"),
        tag("h1", title),
        lines(imprint, title, sheets, tables),
        tag("nav", tag("ul", *items), aria_label="On this page"),
    )


def part_of_page(part: ClassPart, several: bool, *, first: bool) -> Markup:
    """The table and the class tables of one leaderboard."""
    ranking = table.leaderboard(class_sheet.of(part), part.links)
    head = part.title if several else "Table"
    runs = named_runs(part, several)
    return join(
        [
            section("table", head, first, summary(part), ranking, legend(part)),
            section("runs", runs, first, cards(part)),
        ]
    )


def named_runs(part: ClassPart, several: bool) -> str:
    """Heading of the class tables."""
    return f"Run by run: {part.title}" if several else "Run by run"


def summary(part: ClassPart) -> Markup:
    """Size and findings."""
    board = part.board
    facts = [
        (str(board.n), "images"),
        (str(len(board.classes)), "classes"),
        (str(len(board.runs)), "runs"),
        (board.metric.label, "ranks the runs"),
    ]
    boxes = [tag("div", tag("dd", value), tag("dt", words)) for value, words in facts]
    said = notes.said(class_findings.sentences(part), part.notes)
    return join([tag("dl", *boxes, class_="facts"), said])


def legend(part: ClassPart) -> Markup:
    """What the signs in the table mean."""
    words = (
        "● better than guessed labels, ○ not distinguished from them (p adjusted, Holm). Runs that "
        "share a letter do not differ significantly. Shortcuts know "
        "nothing of training data. The coin's interval is its range."
    )
    if any(part.labs.values()):
        words += (
            " Labs have known truth: in one only the training data tells classes apart, in the "
            f"other only texture; chance is {number(1 / part.n_classes)}."
        )
    return tag("p", words, class_="legend")


def cards(part: ClassPart) -> Markup:
    """Every run and shortcut in a fold of its own, the best ones open."""
    rows = [row for row in part.board.rows if row.table is not None]
    return join(card(part, row, number < OPEN) for number, row in enumerate(rows))


def card(part: ClassPart, row: ClassRow, opened: bool) -> Markup:
    """One run: its class table, and a picture of it."""
    assert row.table is not None
    value = number(row.cells[part.board.primary].value)
    head = tag(
        "summary",
        tag("span", row.name, class_="name"),
        tag("span", f"{part.board.metric.label} {value}", class_="quiet"),
        tag("span", rank_of(row), class_="quiet"),
    )
    drawn = tag(
        "figure",
        tag("figcaption", "Table of classes"),
        class_table.picture(row.name, row.table),
        tag("p", "True class by row, label by column; green is right.", class_="legend"),
        class_="card",
    )
    cells = tag("div", class_table.confusion(row.table, row.knowledge != "A0"), class_="scroll")
    content = tag("div", drawn, tag("div", cells, *of_labs(part, row), class_="card wide"),
                  class_="cards")  # fmt: skip
    return tag("details", head, content, open=opened, class_="run")


def of_labs(part: ClassPart, row: ClassRow) -> list[Markup]:
    """What its method reached on the labs."""
    labs = part.labs.get(row.name)
    if not labs:
        return []
    values = "; ".join(f"{title}: {number(value)}" for title, value in labs.items())
    what = knows.meaning(labs, part.n_classes, part.board.level)
    chance = number(1 / part.n_classes)
    return [tag("p", f"Knows, by the labs: {what} ({values}; chance {chance})", class_="legend")]


def footer(parts: Sequence[ClassPart]) -> Markup:
    """How the numbers are made, and every metric's meaning."""
    metrics = [
        item
        for metric in METRICS.values()
        for item in (tag("dt", metric.label), tag("dd", metric.help))
    ]
    given = [
        item
        for kind in Evidence
        for item in (tag("dt", f"{kind} {kind.word}"), tag("dd", kind.meaning))
    ]
    return tag(
        "footer",
        tag("h2", "How it is made", id="how"),
        *(tag("p", words) for words in dict.fromkeys(class_findings.made(part) for part in parts)),
        tag("h3", "Metrics"),
        tag("dl", *metrics, class_="terms"),
        tag("h3", "What a method was given"),
        tag("dl", *given, class_="terms"),
        glossary.glossary(glossary.CLASS_TERMS),
    )
