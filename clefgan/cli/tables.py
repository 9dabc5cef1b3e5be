"""What `score`, `leaderboard` and `evaluate` share: options, and writing tables."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clefgan.cli.console import console
from clefgan.errors import ClefganError

if TYPE_CHECKING:
    from clefgan.report.sheet import Sheet
    from evaluation.metrics import Metric
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
MEASURED = Annotated[
    str | None,
    typer.Option(help="To test against blind calls: f1, auc, ...; the edition's if not given."),
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
CSV = Annotated[Path | None, typer.Option("--csv", help="Write the table as CSV; replaces a file.")]
JSON = Annotated[
    Path | None, typer.Option("--json", help="Write the table as JSON; replaces a file.")
]
MARKDOWN = Annotated[
    Path | None, typer.Option("--markdown", help="Write the table as Markdown; replaces a file.")
]
LATEX = Annotated[Path | None, typer.Option("--latex", help="As LaTeX, booktabs; replaces a file.")]


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
    from clefgan.report.files import exports

    for kind, path in files.items():
        if path is not None:
            put(path, exports.FORMATS[kind](sheets))


def put(path: Path, text: str) -> None:
    """Write a file whole or not at all, and say so."""
    from clefgan.report.files import exports

    exports.write(path, text)
    console.print(f"wrote [cyan]{path}[/cyan]", soft_wrap=True)
