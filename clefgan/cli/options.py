"""Options and arguments that several commands have, each defined once; no library is loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clefgan.cli.completion import (
    data_names,
    edition_names,
    levels_of_runs,
    method_names,
    metric_names,
    one_of,
    setting_names,
)

RUNS = Annotated[list[Path], typer.Argument(metavar="RUN...", help="Run files, or zips of one.")]
IDS = Annotated[Path | None, typer.Option(help="A text file with the test ids, one per line.")]
DATA = Annotated[
    str | None,
    typer.Option(
        help="The challenge that the runs answer: its candidates, and their truth.",
        autocompletion=data_names,
    ),
]
CHALLENGE_HELP = "A folder in a challenge layout, a dataset's name, or its prepared folder."
CHALLENGE = Annotated[str, typer.Option(help=CHALLENGE_HELP, autocompletion=data_names)]
CHALLENGE_OR_DEFAULT = Annotated[
    str | None,
    typer.Option(
        help=CHALLENGE_HELP,
        show_default="phantom_ct, or phantom_classes",
        autocompletion=data_names,
    ),
]
EDITION = Annotated[
    str | None,
    typer.Option(
        help="The edition whose rules hold: 2023, 2024_s1, 2025_s1, ..., or a .toml file.",
        show_default="that of the data, else 2023",
        autocompletion=edition_names,
    ),
]
EDITION_OF_RUNS = Annotated[
    str | None,
    typer.Option(
        help="The edition whose rules hold: 2023, 2024_s1, ..., or a .toml file.",
        show_default="that of the records, the data or the ids",
        autocompletion=edition_names,
    ),
]
METHODS = Annotated[
    list[str],
    typer.Option(
        help="A method, such as 'nearest' or 'lbp-svm(C=10)'; repeatable.",
        show_default=False,
        autocompletion=method_names,
    ),
]
SETTINGS = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="The value of a hyper-parameter; repeatable.",
        autocompletion=setting_names,
    ),
]
PROTOCOL = Annotated[
    list[str] | None,
    typer.Option(
        help="How dev is scored: held-out, or paper (on the training images); repeatable.",
        show_default="both",
        autocompletion=one_of("run --protocol"),
    ),
]
FOLDS = Annotated[int, typer.Option(help="The number of folds for the held-out dev scores.", min=2)]
SEED = Annotated[int, typer.Option(help="The seed of every random number.", min=0)]
JOBS = Annotated[int, typer.Option(help="The number of processes; 0 means one per core.", min=0)]
FOLDER = Annotated[
    list[str] | None,
    typer.Option(
        metavar="ROLE=NAME",
        help="For classes: the name of the folder of a role (real, generated or unknown); "
        "repeatable.",
        autocompletion=one_of("--folder"),
    ),
]
SHARED = Annotated[
    bool, typer.Option("--shared", help="For classes: a real image may be in several of them.")
]
CLUSTER = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS", help="The scheduler of a Dask cluster on which images are compared."
    ),
]
TRUTH = Annotated[
    Path | None, typer.Option(help="A CSV of id, 0 or 1; the truth that --data holds if not given.")
]
METRIC = Annotated[
    str | None,
    typer.Option(
        help="The metric that ranks: f1, cohen_kappa, auc, ...; that of the edition if not given.",
        autocompletion=metric_names,
    ),
]
KNOWLEDGE = Annotated[
    list[str] | None,
    typer.Option(
        metavar="RUN=S0",
        help="What a run without a record knew: S0 (image) to S3 (labels); repeatable.",
        autocompletion=levels_of_runs,
    ),
]
GROUPS = Annotated[
    Path | None,
    typer.Option(help="A CSV of id, patient: intervals and tests then draw whole patients."),
]
LEVEL = Annotated[float, typer.Option(help="The level of every interval, such as 0.95.")]
CSV = Annotated[Path | None, typer.Option("--csv", help="Write the table as CSV; replaces a file.")]
JSON = Annotated[
    Path | None,
    typer.Option(
        "--json",
        metavar="[FILE]",
        help="Print the result as JSON, and nothing else; with a file, write it there.",
    ),
]
MARKDOWN = Annotated[
    Path | None, typer.Option("--markdown", help="Write the table as Markdown; replaces a file.")
]
LATEX = Annotated[
    Path | None,
    typer.Option("--latex", help="Write the table as LaTeX with booktabs; replaces a file."),
]
ALL = Annotated[
    bool, typer.Option("--all", help="Show every metric and finding, not the headlines alone.")
]
QUIET = Annotated[
    bool,
    typer.Option("--quiet", "-q", help="Print errors alone; files are written all the same."),
]
AS_JSON = Annotated[
    bool, typer.Option("--json", help="Print the result as JSON, and nothing else.")
]
HTML = Annotated[
    Path | None,
    typer.Option(
        "--html", help="The folder for the report, index.html; an older report is replaced."
    ),
]
