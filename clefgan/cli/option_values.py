"""What values of options mean that several commands have.

A value that means nothing is wrong usage: one line, and exit code 2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext

import typer

from clefgan.cli.choices import refuse_unknown
from clefgan.errors import ClefganError
from clefgan.runs import record
from clefgan.similarity import dask_cluster
from clefgan.storage import names
from evaluation import class_tables, metrics
from submissions.edition import Edition
from submissions.problems import quoted


def connected(address: str | None) -> AbstractContextManager[None]:
    """Compare on the cluster within this block; here if there is no address."""
    return nullcontext() if address is None else dask_cluster.on(address)


def main_metric(name: str | None, edition: Edition) -> metrics.Metric:
    """The metric asked for, or the edition's."""
    refuse_unknown("--metric", name, (metric.name for metric in metrics.METRICS))
    return metrics.get(name or edition.metric)


def class_metric(name: str | None, edition: Edition) -> str:
    """The metric of classes that is asked for, or the edition's."""
    refuse_unknown("--metric", name, class_tables.METRICS, "the metrics of classes")
    return name or edition.metric


def check_level(level: float) -> None:
    """Refuse a level that is no share."""
    if not 0 < level < 1:
        raise typer.BadParameter(f"{level} is not between 0 and 1", param_hint="--level")


def chosen_protocols(asked: Sequence[str] | None) -> tuple[record.Protocol, ...]:
    """The protocols asked for, in the order of the record; all if none is named."""
    for text in asked or ():
        refuse_unknown("--protocol", text, record.PROTOCOLS)
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
