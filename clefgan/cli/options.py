"""Options and arguments that several commands have, each defined once, and what their values mean.

A value that means nothing is wrong usage: one line, and exit code 2.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
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
    protocol_names,
    setting_names,
)
from clefgan.errors import ClefganError
from clefgan.runs import record
from clefgan.similarity import dask_cluster
from clefgan.storage import names
from evaluation import class_tables, metrics
from submissions.edition import Edition
from submissions.problems import quoted

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
        show_default="both for run, held-out for evaluate",
        autocompletion=protocol_names,
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
    typer.Option("--quiet", "-q", help="Print errors alone; the files are written all the same."),
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


@contextmanager
def wrong_usage(option: str) -> Iterator[None]:
    """Turn an error of the block, which reads the value of `option`, into one of usage."""
    try:
        yield
    except ClefganError as error:
        where = option.removeprefix("--")
        text = str(error).removeprefix(f"{option}: ").removeprefix(f"{where}: ")
        raise typer.BadParameter(text, param_hint=option) from None


def connected(address: str | None) -> AbstractContextManager[None]:
    """Compare on the cluster within this block; here if there is no address."""
    return nullcontext() if address is None else dask_cluster.on(address)


def main_metric(name: str | None, edition: Edition) -> metrics.Metric:
    """The metric asked for, or the edition's."""
    return metrics.get(name or edition.metric)


def class_metric(name: str | None, edition: Edition) -> str:
    """The metric of classes that is asked for, or the edition's.

    Raises
    ------
    ClefganError
        No such metric of classes.
    """
    chosen = name or edition.metric
    if chosen not in class_tables.METRICS:
        raise ClefganError(
            f"metric {quoted(chosen)} is none of classes; give one of "
            f"{', '.join(class_tables.METRICS)}"
        )
    return chosen


def check_level(level: float) -> None:
    """Refuse a level that is no share."""
    if not 0 < level < 1:
        raise typer.BadParameter(f"{level} is not between 0 and 1", param_hint="--level")


def chosen_protocols(asked: Sequence[str] | None) -> tuple[record.Protocol, ...]:
    """The protocols asked for, in the order of the record; all if none is named."""
    for text in asked or ():
        if text not in record.PROTOCOLS:
            raise typer.BadParameter(
                f"{text!r} is not one of {', '.join(record.PROTOCOLS)}", param_hint="--protocol"
            )
    return tuple(known for known in record.PROTOCOLS if not asked or known in asked)


def plain_name(name: str) -> str:
    """The name without the ending of a run file, if it is that of a file and not a path."""
    name = name.removesuffix(".csv")
    fault = names.fault_of(name)
    if fault:
        raise typer.BadParameter(
            f"{quoted(name)} {fault}; give the folder with --out, and a short name here",
            param_hint="--name",
        )
    return name


def refuse_class_options(
    sources: list[str] | None,
    folder: list[str] | None,
    clusters: int | None,
    *,
    shared: bool = False,
) -> None:
    """Raise if a membership edition is given what classes need."""
    given = {
        "--sources": sources, "--folder": folder, "--clusters": clusters, "--shared": shared,
    }  # fmt: skip
    for option, value in given.items():
        if value:
            raise typer.BadParameter(
                "goes with an edition of classes, such as 2025_s2", param_hint=option
            )


def refuse_membership_options(given: Mapping[str, object]) -> None:
    """Raise if an edition of classes is given an option that is of membership alone.

    Parameters
    ----------
    given : option to its value; one that is empty or false was not given
    """
    for option, value in given.items():
        if value:
            raise typer.BadParameter("not for an edition of classes", param_hint=option)


def refuse_classes(edition: Edition) -> None:
    """Raise before any work is done if the edition asks for what no method here says."""
    if not edition.is_membership:
        raise ClefganError(
            f"edition {edition.name!r} asks for classes; a method says used or not; give a "
            "membership edition, such as 2023 or 2025_s1 (`clefgan check` takes class runs)"
        )
