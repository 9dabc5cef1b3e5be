"""What `score`, `leaderboard` and `evaluate` share: options, reading runs, writing tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clefgan.cli import usage
from clefgan.cli.console import console
from clefgan.errors import ClefganError

if TYPE_CHECKING:
    from clefgan.panel import Entrant
    from clefgan.report.sheet import Sheet
    from evaluation.metrics import Metric
    from evaluation.runs import Panel
    from submissions.edition import Edition

RUNS = Annotated[list[Path], typer.Argument(metavar="RUN...", help="Run files, or zips of one.")]
TRUTH = Annotated[
    Path | None, typer.Option(help="CSV of id, 0 or 1. Not given: the truth that --data holds.")
]
DATA = Annotated[str | None, typer.Option(help="The challenge that the runs answer.")]
EDITION = Annotated[str, typer.Option(help="Whose run format: 2023, 2025_s1, ..., or a .toml.")]
METRIC = Annotated[
    str | None,
    typer.Option(help="That ranks: f1, cohen_kappa, auc, ...; the edition's if not given."),
]
KNOWLEDGE = Annotated[
    list[str] | None,
    typer.Option(metavar="RUN=S0", help="What a run without a record used; repeatable."),
]
GROUPS = Annotated[
    Path | None, typer.Option(help="CSV of id, patient: whole patients are drawn again.")
]
LEVEL = Annotated[float, typer.Option(help="Of every interval, such as 0.95.")]
SEED = Annotated[int, typer.Option(help="Of all that is drawn.", min=0)]
CSV = Annotated[Path | None, typer.Option("--csv", help="Write the table as CSV.")]
JSON = Annotated[Path | None, typer.Option("--json", help="Write the table as JSON.")]
MARKDOWN = Annotated[Path | None, typer.Option("--markdown", help="Write the table as Markdown.")]
LATEX = Annotated[Path | None, typer.Option("--latex", help="Write the table as LaTeX, booktabs.")]


@dataclass(frozen=True, slots=True)
class Entered:
    """Runs that were read, lined up with their truth."""

    panel: "Panel"
    edition: "Edition"
    ids: tuple[str, ...]
    notes: tuple[str, ...]


def enter(
    paths: Sequence[Path],
    truth: Path | None,
    data: str | None,
    edition: str,
    knowledge: Sequence[str],
    groups: Path | None,
) -> Entered:
    """Read truth, run files and their records."""
    from clefgan import panel, sidecar
    from submissions import editions

    rules = editions.get(edition)
    answers = known_truth(truth, data, edition)
    entrants: dict[str, Entrant] = {
        name: panel.read(path, rules, answers)
        for name, path in zip(panel.names(paths), paths, strict=True)
    }
    with usage.of("--knowledge"):
        entrants = panel.with_knowledge(entrants, knowledge)
    clusters = None if groups is None else sidecar.groups(groups, tuple(answers))
    notes = tuple(note for entrant in entrants.values() for note in entrant.notes)
    return Entered(panel.line_up(entrants, answers, clusters), rules, tuple(answers), notes)


def known_truth(truth: Path | None, data: str | None, edition: str) -> Mapping[str, bool]:
    """Truth of a file, or the one that a challenge holds."""
    if truth is not None:
        from clefgan import panel

        return panel.read_truth(truth)
    if data is None:
        raise typer.BadParameter("give --truth FILE, or --data of a challenge that holds its truth")
    from clefgan import challenge

    test = challenge.read(data, edition).test
    if test is None or test.truth is None:
        raise ClefganError(f"{data}: no truth of test candidates here; give --truth FILE")
    return test.truth


def ranking_metric(name: str | None, edition: "Edition") -> "Metric":
    """The metric asked for, or the edition's."""
    from evaluation import metrics

    return metrics.get(name or edition.metric)


def check_level(level: float) -> None:
    """Refuse a level that is no share."""
    if not 0 < level < 1:
        raise typer.BadParameter(f"{level} is not between 0 and 1", param_hint="--level")


def refuse_inputs(outputs: Sequence[Path | None], inputs: Sequence[Path | None]) -> None:
    """Raise before any work if a table would replace what is read."""
    read = {path.resolve() for path in inputs if path is not None}
    for path in outputs:
        if path is not None and path.resolve() in read:
            raise ClefganError(f"{path}: is read; give another file to write to")


def export(sheets: "Sequence[Sheet]", files: Mapping[str, Path | None]) -> None:
    """Write the sheets in every format that is asked for."""
    from clefgan.report import exports

    for kind, path in files.items():
        if path is not None:
            exports.write(path, exports.FORMATS[kind](sheets))
            console.print(f"wrote [cyan]{path}[/cyan]", soft_wrap=True)
