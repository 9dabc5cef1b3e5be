"""Names that only the packages which work with them know, for completion: loaded when one is typed.

Each function takes what is typed so far and gives all names that fit it.
"""

from collections.abc import Iterable

import typer

from clefgan.dcgan import config
from clefgan.errors import ClefganError
from clefgan.experiments.lab.bench import suite
from clefgan.plugins import hyperparameters, registry
from clefgan.runs.decisions import rules as decision_rules
from evaluation import class_tables
from evaluation import metrics as membership_tables
from submissions import editions

RULES = (
    *("auto", "auto:", "zero", "dev-best", "quota:", "mixture", "null95", "conformal:"),
    *("argmax", "open:", "balanced"),
)


def of_edition(ctx: typer.Context, membership: Iterable[str], classes: Iterable[str]) -> list[str]:
    """Names of membership or of classes, by the edition that is typed; both where none is."""
    edition = ctx.params.get("edition")
    if edition in editions.names():
        return [*(membership if editions.get(edition).is_membership else classes)]
    return list(dict.fromkeys([*membership, *classes]))


def methods(ctx: typer.Context) -> list[str]:
    """Names of methods."""
    classes = [*registry.ATTRIBUTORS.entries(), *registry.CLUSTERERS.entries()]
    return of_edition(ctx, registry.METHODS.entries(), classes)


def membership_methods(_: typer.Context) -> list[str]:
    """Names of the methods of membership."""
    return [*registry.METHODS.entries()]


def metrics(ctx: typer.Context) -> list[str]:
    """Names of metrics."""
    names = [metric.name for metric in membership_tables.METRICS]
    return of_edition(ctx, names, class_tables.METRICS)


def rules(_: typer.Context) -> list[str]:
    """Decision rules; those with a number end where it begins."""
    return [*RULES, *(f"dev-best:{name}" for name in decision_rules.metrics_to_choose_by())]


def challenges(_: typer.Context) -> list[str]:
    """Names of the bench's challenges."""
    return [entry.name for entry in suite.SUITE]


def settings(ctx: typer.Context) -> list[str]:
    """`NAME=` of the settings of the method that is typed; of a DCGAN where none can be."""
    if "method" not in ctx.params:
        described = hyperparameters.describe(config.DCGANConfig)
    else:
        try:
            name, _ = registry.split(ctx.params["method"] or "")
            described = hyperparameters.describe(registry.room_of(name).get(name))
        except ClefganError:  # no such method, or none yet
            return []
    return [f"{setting.name}=" for setting in described]
