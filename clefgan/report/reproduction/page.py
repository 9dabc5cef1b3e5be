"""`reproduction.md`: our numbers beside the printed ones."""

from collections.abc import Iterable, Sequence

from clefgan.experiments.reproduction import printed, rows
from clefgan.experiments.reproduction.paper import PaperRow
from clefgan.experiments.reproduction.paper import printed as published_row
from clefgan.experiments.reproduction.result import Reproduction
from clefgan.experiments.reproduction.rows import METRICS, Done, MeasuredPart
from clefgan.report import wording
from clefgan.report.files import markdown
from clefgan.report.wording import NOTHING, limits, measured
from clefgan.runs.result import Scored
from evaluation import metrics
from evaluation.boards.cells import Cell
from evaluation.published import Published
from evaluation.runs import of_counts

MATRICES, EXAMPLES = "confusion.png", "examples.png"


def text(made: Reproduction) -> str:
    """Return the whole page."""
    sections = (
        head(made),
        dev_table(made),
        test_table(made),
        reading(made),
        contradictions(made),
        separated(made),
        pictures(made),
        settings(made),
    )
    return "\n\n".join(section for section in sections if section) + "\n"


def head(made: Reproduction) -> str:
    """What was run, on what."""
    lines = [
        f"# {made.paper.title}: run again",
        f"Paper: {made.paper.source}. Data: `{made.data}`. Size: {made.sizes.name} "
        f"({made.sizes.why}). Seed {made.seed}; {made.n_folds} folds held out.",
        "Brackets: 95% intervals, Wilson's for shares, BCa bootstrap for F1, balanced accuracy and "
        "AUC. *Printed* is the paper, on its own data, its intervals from the counts behind it; "
        "*paper* and *held-out* are ours, by both dev protocols. All used: all images called used.",
    ]
    if is_drawn(made.data):
        lines.append(
            "`phantom_ct` is drawn, not scanned: the numbers say that everything runs, and nothing "
            "of real CT."
        )
    lines += [f"Not run: `{key}`: {reason}" for key, reason in made.outcome.not_run.items()]
    return "\n\n".join(lines)


def is_drawn(data: str) -> bool:
    """Whether the data is the embedded default."""
    return data.partition("/")[0] == "phantom_ct"


def dev_table(made: Reproduction) -> str:
    """Table 2: every row as printed and by both protocols, and all used last."""
    done = {row_done.row.key: row_done for row_done in made.outcome.done}
    lines = []
    for row in made.paper.rows:
        lines += lines_of(row, row.dev, done.get(row.key), ("paper", "held-out"))
    lines += all_used_lines(made, "paper")
    notes = {note for row_done in made.outcome.done for note in row_done.run.notes}
    sizes = {part.n for row_done in made.outcome.done for part in (row_done.parts["paper"],)}
    images = f" ({sizes.pop()} images; the paper has 160)" if sizes else ""
    return "\n\n".join([f"## Dev, Table 2{images}", table(lines), *sorted(notes)])


def test_table(made: Reproduction) -> str:
    """Table 3: test rows as printed and ours; where the truth is not known, how many called."""
    done = {row_done.row.key: row_done for row_done in made.outcome.done}
    lines = []
    for row in made.paper.rows:
        if row.test:
            lines += lines_of(row, row.test, done.get(row.key), ("test",))
    lines += all_used_lines(made, "test")
    parts = ["## Test, Table 3", table(lines)]
    called = [
        f"`{row_done.row.key}` {row_done.parts['test'].called_used} of {row_done.parts['test'].n}"
        for row_done in made.outcome.done
        if "test" in row_done.parts
    ]
    if called:
        parts.append(
            f"Candidates that are called used: {', '.join(called)}; run files are beside the page. "
            "The paper's linear kernel called 9 of 200 used."
        )
        if "test" not in made.outcome.all_used:
            parts.append("The truth of these candidates is not known here: no score can be told.")
    else:
        parts.append("This data has no test candidates.")
    return "\n\n".join(parts)


def table(lines: Iterable[Sequence[str]]) -> str:
    """Rows as a Markdown table."""
    titles = [metrics.get(name).brief for name in METRICS]
    return markdown.table(("row", "", *titles, "TP", "TN", "FP", "FN"), lines)


def lines_of(
    row: PaperRow, name: str, done: Done | None, parts: Sequence[str]
) -> list[tuple[str, ...]]:
    """A row as printed, and each of its parts that was run."""
    lines = []
    result = published_row(name)
    if result is not None:
        lines.append(printed_line(row.title, result))
    for part in parts:
        if done is None:
            lines.append(("", f"ours, {part}", "not run", *[""] * (len(METRICS) + 3)))
        elif part in done.parts:
            lines.append(measured_line("", f"ours, {part}", done.parts[part]))
    return lines


def printed_line(title: str, result: Published) -> tuple[str, ...]:
    """A printed row; intervals and counts as far as they follow from it."""
    counts = printed.counts(result)
    cells = {} if counts is None else of_table(counts.table).cells
    values = []
    for metric in METRICS:
        value = result.printed.get(metric)
        if value is None:
            values.append(NOTHING)
        elif counts is not None and counts.without == metric:
            values.append(f"**{value}** (!)")
        else:
            brackets = limits(cells[metric].low, cells[metric].high) if metric in cells else ""
            values.append(f"{value} {brackets}".strip())
    table_of = tuple(map(str, counts.table)) if counts is not None else (NOTHING,) * 4
    return (title, "printed", *values, *table_of)


def of_table(counts: tuple[int, int, int, int]) -> MeasuredPart:
    """Measure a run of which only the counts are known."""
    truth, decisions = of_counts(*counts)
    scores = decisions.astype(float)
    return rows.measured(Scored(tuple(map(str, range(len(truth)))), scores, truth), None)


def measured_line(title: str, kind: str, part: MeasuredPart) -> tuple[str, ...]:
    """One of our parts."""
    if part.counts is None:
        called = f"{part.called_used} of {part.n} used"
        return (title, kind, called, *[""] * (len(METRICS) + 3))
    values = [number(part.cells[metric]) for metric in METRICS]
    return (title, kind, *values, *map(str, part.counts))


def all_used_lines(made: Reproduction, part: str) -> list[tuple[str, ...]]:
    """The trivial row of a part, where its truth is known."""
    scored = made.outcome.all_used.get(part)
    return [] if scored is None else [measured_line("all used", "trivial", scored)]


def number(cell: Cell) -> str:
    """`0.541 [0.45, 0.62]`."""
    return measured(cell.value, cell.low, cell.high)


def reading(made: Reproduction) -> str:
    """What the numbers say, in sentences; empty where no truth was met."""
    parts = [
        (f"`{row.row.key}` ({part})", scored)
        for row in made.outcome.done
        for part, scored in row.parts.items()
        if scored.counts is not None
    ]
    if not parts:
        return ""
    trivial = [name for name, scored in parts if scored.called_used in (0, scored.n)]
    clear = [
        f"{name} {number(scored.cells['auc'])}"
        for name, scored in parts
        if scored.cells["auc"].low > 0.5 or scored.cells["auc"].high < 0.5
    ]
    sentences = []
    if trivial:
        sentences.append(
            f"All images on one side, so no better than a trivial row whatever its F1, and its "
            f"interval without width: {', '.join(trivial)}."
        )
    if clear:
        sentences.append(
            f"AUC whose interval leaves out 0.5: {', '.join(clear)}. Of {len(parts)} intervals of "
            "95%, one in twenty does so by chance."
        )
    else:
        sentences.append(
            f"None of the {len(parts)} AUC intervals leaves out 0.5, the value of guessing."
        )
    return "\n\n".join(["## What it says", *sentences])


def contradictions(made: Reproduction) -> str:
    """What the consistency check says of the printed tables."""
    flags = printed.flags(printed.results(made.paper))
    if not flags:
        return ""
    return "\n".join(
        ["## Where the paper contradicts itself", "", *(f"- {flag}" for flag in flags)]
    )


def separated(made: Reproduction) -> str:
    """The check of the two generated sets."""
    if not made.separation:
        return ""
    lines = []
    for key, splits in made.separation.items():
        for split in splits:
            share = f"{split.train_share:.0%} / {1 - split.train_share:.0%}"
            accuracy = f"{wording.number(split.accuracy)} {limits(split.low, split.high, 3)}"
            right = f"{split.right} of {split.n}"
            lines.append((f"`{key}`", share, accuracy, right, wording.number(split.larger_class)))
    words = (
        "An SVM is trained on a share of both generated sets, own and given, and tested on the "
        "rest. The paper prints 100%. It shows that two generators have fingerprints; it says "
        "nothing of which real images were used."
    )
    heads = ("row", "train / test", "accuracy [95%]", "right", "larger set")
    return f"## The two generated sets separate\n\n{words}\n\n{markdown.table(heads, lines)}"


def pictures(made: Reproduction) -> str:
    """The pictures; the sheet has images of the data, so it is to be shared as they may be."""
    parts = ["## Pictures"]
    parts.append(f"![Confusion matrices, printed and ours]({MATRICES})")
    parts.append(f"![Examples: real, given generated, own generated]({EXAMPLES})")
    if not is_drawn(made.data):
        parts.append("The second shows images of your data: share it only as you may share these.")
    if made.own is not None:
        parts.append(
            f"Look at the last row of the sheet before reading anything into the scores: "
            f"{made.sizes.epochs} epochs on few images make a weak generator, and then the SVM "
            "learns how a weak generator looks."
        )
    return "\n\n".join(parts)


def settings(made: Reproduction) -> str:
    """What was run, to the last hyper-parameter."""
    lines = [f"- `{row_done.row.key}`: `{row_done.run.settings}`" for row_done in made.outcome.done]
    words = (
        "`clefgan methods lbp-svm` says which of these the paper prints and which are our choice; "
        "`clefgan reproduce NAME --sensitivity` says how much each choice moves the result."
    )
    return "\n".join(["## Settings", "", words, "", *lines]) if lines else ""
