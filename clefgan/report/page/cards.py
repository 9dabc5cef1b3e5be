"""Run by run: each in a fold of its own, with confusion matrix and charts."""

from clefgan.report import curves
from clefgan.report.page.charts import run as charts
from clefgan.report.page.charts import tables
from clefgan.report.page.markup import Markup, join, tag
from clefgan.report.part import Part
from clefgan.report.wording import number
from evaluation.boards.class_board import ClassRow
from evaluation.boards.rows import Kind, Row

OPEN = 2
"""So many runs are unfolded when the page opens."""


def runs(part: Part) -> Markup:
    """Every run in a fold of its own, the best ones open."""
    return join(
        run(part, row, index < OPEN or len(part.board.runs) <= OPEN + 1)
        for index, row in enumerate(part.board.runs)
    )


def run(part: Part, row: Row, opened: bool) -> Markup:
    """One run."""
    board = part.board
    head = tag(
        "summary",
        tag("span", row.name, class_="name"),
        tag(
            "span",
            f"{board.primary.label} {number(row.cells[board.primary.name].value)}",
            class_="quiet",
        ),
        tag("span", rank_of(row), class_="quiet"),
    )
    table = tag("div", tables.confusion(row), class_="card")
    content = tag("div", table, *pictures(part, row), class_="cards")
    return tag("details", head, content, open=opened, class_="run")


def rank_of(row: Row | ClassRow) -> str:
    """The rank in words; of a row that is no run, what it stands for."""
    if row.rank is not None:
        return f"rank {row.rank}"
    return "no rank" if row.kind is Kind.RUN else row.kind.value


def pictures(part: Part, row: Row) -> list[Markup]:
    """The charts of a run that has scores."""
    board, panel = part.board, part.panel
    own = panel.runs[row.name]
    if (scores := own.scores) is None:
        return [tag("p", "No scores beside this run file: no curves.", class_="card quiet")]
    made = []
    bands = curves.bands(panel.truth, scores, panel.clusters, level=board.level, seed=board.seed)
    if bands is not None:
        roc = charts.roc(row.name, bands.roc, row, board.level)
        precision = charts.precision_recall(
            row.name, bands.precision, row, panel.truth, board.level
        )
        area, average = (charts.measured(row, name) for name in ("auc", "average_precision"))
        made += [
            card("ROC", roc, f"AUC {area}"),
            card("Precision and recall", precision, f"Average precision {average}"),
        ]
    by_truth = charts.histogram(row.name, panel.truth, own)
    by_share = charts.shares(row.name, panel.truth, own, board.primary)
    return [
        *made,
        card("Scores by truth", by_truth, charts.histogram_legend(own)),
        card("If another share were decided as used", by_share, charts.share_legend(board.primary)),
    ]


def card(title: str, picture: Markup, words: str) -> Markup:
    """A chart with its title and a line below."""
    below = words if isinstance(words, Markup) else tag("p", words, class_="legend")
    return tag("figure", tag("figcaption", title), picture, below, class_="card")
