"""`clefgan evaluate` for editions of classes: methods compared on the labelled images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from clefgan.cli import class_table, leaderboard_classes, outputs
from clefgan.cli.choices import refuse_unknown
from clefgan.cli.console import fail_with, progress_bar, say, say_wrote
from clefgan.cli.option_values import class_metric, connected
from clefgan.cli.run_classes import folders_of
from clefgan.data.classes import reading
from clefgan.data.formats import grid, raw
from clefgan.experiments.trials import class_evaluate, class_trials
from clefgan.report import class_boards, class_notebook, class_part
from clefgan.report.page import class_page
from submissions.edition import Edition


@dataclass(frozen=True, slots=True)
class AskedOfMethods:
    """The options of `clefgan evaluate` that classes have too."""

    methods: Sequence[str]
    data: str
    edition: Edition
    asked_edition: str
    folders: Sequence[str]
    protocols: Sequence[str] | None
    repeats: int
    n_folds: int
    seed: int
    jobs: int
    cluster: str | None
    kept: Path
    metric: str | None
    level: float
    window: raw.Window | None
    size: grid.Size | None
    shared: bool
    everything: bool = False


def evaluate(
    asked: AskedOfMethods, files: dict[str, Path | None], page: Path | None, title: str
) -> None:
    """Compare methods of attribution by both protocols, with the shortcuts beside them."""
    primary = class_metric(asked.metric, asked.edition)
    plan = planned(asked)
    with connected(asked.cluster), progress_bar() as progress:
        results = class_evaluate.evaluate(plan, jobs=asked.jobs, progress=progress)
    parts = class_boards.parts(plan, results, primary, asked.level) if results.seconds else []
    contents = leaderboard_classes.texts(parts, files) if parts else {}
    if page is not None and parts:
        contents[page] = class_page.html(title, parts)
    written = outputs.write(contents)
    say_wrote(written)
    show(parts, asked.everything, protocols=asked.protocols)
    fail_with(results.failures)


def planned(asked: AskedOfMethods) -> class_trials.ClassPlan:
    """The plan; what cannot be done is refused here."""
    known = class_notebook.CLASS_PROTOCOLS
    wanted = asked.protocols or known
    for text in wanted:
        refuse_unknown("--protocol", text, known, "the protocols of classes")
    return class_trials.ClassPlan(
        methods=tuple(asked.methods),
        data=reading.read(
            asked.data,
            asked.asked_edition,
            folders=folders_of(asked.folders),
            shared=asked.shared,
            window=asked.window,
            size=asked.size,
        ),
        folder=asked.kept,
        protocols=tuple(name for name in known if name in wanted),
        repeats=asked.repeats,
        n_folds=asked.n_folds,
        seed=asked.seed,
    )


def show(
    parts: Sequence[class_part.ClassPart], everything: bool, *, protocols: Sequence[str] | None
) -> None:
    """Print the tables and what they say; that of grouped folds, the one to believe, last."""
    if not everything and protocols is None:
        for part in parts[1:]:
            say(f"not shown: {part.title}; --all shows it, the files have it", "dim")
        parts = parts[:1]
    for part in reversed(parts):
        class_table.show(part, everything)
