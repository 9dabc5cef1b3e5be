"""The report: one HTML page that needs no network and nothing beside it."""

from collections.abc import Sequence
from math import isnan

from clefgan.method import Knowledge
from clefgan.report import findings, sheet
from clefgan.report.page import cards, gallery, glossary, notes, table
from clefgan.report.page import imprint as imprints
from clefgan.report.page.charts import tables
from clefgan.report.page.document import document
from clefgan.report.page.markup import Markup, join, tag
from clefgan.report.part import Part
from clefgan.report.wording import number, percent
from evaluation.boards.rows import Kind


def html(title: str, parts: Sequence[Part], imprint: imprints.Imprint | None = None) -> str:
    """The whole page."""
    return document(
        title,
        tag("a", "To the table", href="#table", class_="skip"),
        header(title, parts, imprint or imprints.Imprint()),
        tag("main", *(part_of_page(part, number, len(parts)) for number, part in enumerate(parts))),
        footer(parts),
    )


def header(title: str, parts: Sequence[Part], imprint: imprints.Imprint) -> Markup:
    """Title, who made it and when, and where to go."""
    links = [
        ("table", "Table"),
        ("trust", "How far to trust it"),
        ("runs", "Run by run"),
        *([("gallery", "Gallery")] if any(part.galleries for part in parts) else []),
        ("how", "How it is made"),
        ("glossary", "Glossary"),
    ]
    items = [tag("li", tag("a", words, href=f"#{anchor}")) for anchor, words in links]
    sheets = [sheet.of(part.board, part.title, part.notes, part.extra) for part in parts]
    return tag(
        "header",
        tag("p", "clefgan · which real images trained the generator?", class_="over"),
        tag("h1", title),
        imprints.lines(imprint, title, sheets),
        tag("nav", tag("ul", *items), aria_label="On this page"),
    )


def part_of_page(part: Part, number: int, of: int) -> Markup:
    """All sections of one leaderboard."""
    first = number == 0
    several = of > 1
    of_part = sheet.of(part.board, part.title, part.notes, part.extra)
    sections = [
        section(
            "table",
            part.title if several else "Table",
            first,
            summary(part),
            table.leaderboard(of_part, part.links),
            legend(part),
        ),
        section("trust", named("How far to trust it", part, several), first, *trust(part)),
        section("runs", named("Run by run", part, several), first, cards.runs(part)),
    ]
    if part.galleries:
        charts = [gallery.gallery(rows) for rows in part.galleries]
        words = tag(
            "p",
            "The candidates that a run is surest about, each beside the generated images that "
            "are most like it. A near copy is what a leak looks like; often it is seen in the "
            "detail alone.",
        )
        sections.append(section("gallery", named("Gallery", part, several), first, words, *charts))
    return join(sections)


def named(words: str, part: Part, several: bool) -> str:
    """A heading, with the part's title where there are several parts."""
    return f"{words}: {part.title}" if several else words


def section(anchor: str, title: str, first: bool, *content: str) -> Markup:
    """A section; the first of its kind is what the links lead to."""
    return tag("section", tag("h2", title, id=anchor if first else None), *content)


def summary(part: Part) -> Markup:
    """Size and findings."""
    board = part.board
    facts = [
        (f"{board.n_used} / {board.n_not}", "used / not used", "Images of each class in the truth"),
        (str(len(board.runs)), "runs", "Valid runs; invalid ones are listed and not ranked"),
        (board.primary.label, "ranks the runs", board.primary.formula),
        (
            number(board.power[board.primary.name].critical),
            "chance limit",
            f"Guessing rarely gets past this {board.primary.label} with so many images",
        ),
    ]
    if len(board.runs) > 1:
        facts.append(
            (
                number(board.detectable, 2),
                "detectable difference",
                "Two runs must differ by as much for 4 tests in 5 to notice it",
            )
        )
    boxes = [
        tag("div", tag("dd", value), tag("dt", words), title=tip, tabindex="0")
        for value, words, tip in facts
    ]
    said = notes.said(findings.sentences(board), (*board.notes, *part.notes))
    return join([tag("dl", *boxes, class_="facts"), said])


def legend(part: Part) -> Markup:
    """What the signs in the table mean."""
    printed = any(row.kind is Kind.PUBLISHED for row in part.board.rows)
    exempt = ", but not of printed rows" if printed else ""
    worse = ", ▼ worse than guessing" if any(row.below_chance for row in part.board.rows) else ""
    return tag(
        "p",
        f"● better than guessing, ○ not distinguished from it{worse} (p-values adjusted for the "
        f"number of runs, Holm{exempt}). Runs that share a letter do not differ significantly. "
        "Dotted line in the drawing: chance limit. The coin's interval is its range.",
        class_="legend",
    )


def trust(part: Part) -> list[Markup]:
    """Rank distribution, significance and the choice of metric; nothing for a run alone."""
    board = part.board
    names = board.pairs.names
    if len(names) < 2:
        return [tag("p", "One run alone: there is nothing to compare it with.")]
    order = tables.best_first(board.stability)
    undefined = {
        (row.name, name)
        for row in board.runs
        for name, cell in row.cells.items()
        if isnan(cell.value)
    }
    ranks = tables.rank_distribution(board.stability, names, order, undefined)
    pair = (
        figure("Rank distribution", ranks),
        figure("Significance map", tables.significance(board.pairs, order, board.level)),
    )
    by_metric = tables.ranks_by_metric(board.robustness, names, order, undefined)
    return [tag("div", *pair, class_="pair"), figure("Does the metric decide?", by_metric)]


def figure(title: str, content: Markup) -> Markup:
    """A wide table under its heading."""
    scroll = tag("div", content, class_="scroll", tabindex="0", role="region", aria_label=title)
    return tag("div", tag("h3", title), scroll)


def footer(parts: Sequence[Part]) -> Markup:
    """How the numbers are made, and every metric's formula."""
    board = parts[0].board
    metrics = {metric.name: metric for part in parts for metric in part.board.columns}
    formulas = [
        item
        for metric in metrics.values()
        for item in (tag("dt", metric.label), tag("dd", metric.formula))
    ]
    knows = [
        item
        for kind in Knowledge
        for item in (tag("dt", f"{kind} {kind.word}"), tag("dd", kind.meaning))
    ]
    return tag(
        "footer",
        tag("h2", "How it is made", id="how"),
        *(tag("p", findings.made(part.board)) for part in parts),
        tag(
            "p",
            "Positive is an image that was used. A metric that divides zero by zero is undefined: "
            f"–. Rank intervals are the middle {percent(board.level)} of the ranks when images are "
            "drawn again; bands of curves hold at each place by itself.",
        ),
        tag("h3", "Metrics"),
        tag("dl", *formulas, class_="terms"),
        tag("h3", "What a method knows"),
        tag("dl", *knows, class_="terms"),
        glossary.glossary(),
    )
