"""`clefgan lab bench`: all methods on a fixed suite of challenges with known truth."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from clefgan.cli import outputs
from clefgan.cli.completion import membership_method_names, suite_names
from clefgan.cli.console import console, fail_with, progress_bar, say, say_wrote
from clefgan.cli.options import JOBS
from clefgan.cli.outputs import Output
from clefgan.errors import ClefganError
from clefgan.experiments.lab import study
from clefgan.experiments.lab.bench import evaluate as benches
from clefgan.experiments.lab.bench import suite, table
from clefgan.plugins import registry
from clefgan.report.files import bench as tables
from clefgan.report.terminal import bench_table
from clefgan.storage import files as storage

FILES = ("bench.json", "bench.md")
TRAIN = ("autoencoder", "two-decoders", "texture-cdf", "relation", "siamese", "learned-space",
         "dcgan-critic", "lbp-svm", "vgg16-svm", "reference-generators")  # fmt: skip


REAL = Annotated[
    list[Path] | None,
    typer.Option(
        help="Real images of patients: a folder or an npz file, as for 'lab make'; at most two. "
        "Without it phantoms are drawn.",
        show_default=False,
    ),
]
KNOWN = Annotated[
    list[Path] | None,
    typer.Option(
        help="A challenge whose dev truth is known: its folder, or an npz file with generated, "
        "used and not_used; repeatable.",
        show_default=False,
    ),
]
GROUP = Annotated[
    list[str] | None,
    typer.Option(
        metavar="COLUMN",
        help="The column of the patients, one for each --real; '' for the usual one.",
    ),
]
MANIFEST = Annotated[
    list[str] | None,
    typer.Option(
        metavar="CSV",
        help="The table of the patients, one for each --real; '' for the usual one.",
    ),
]
METHOD = Annotated[
    list[str] | None,
    typer.Option(
        help="A method; repeatable.  [default: all that train no network of their own]",
        show_default=False,
        autocompletion=membership_method_names,
    ),
]
ONLY = Annotated[
    list[str] | None,
    typer.Option(
        help="A challenge of the suite; repeatable.  [default: all]", autocompletion=suite_names
    ),
]
QUICK = Annotated[
    bool, typer.Option("--quick", help="Use tiny images and networks, to try the command.")
]
OUT = Annotated[Path, typer.Option(help="The folder for the tables.")]


def bench(
    real: REAL = None,
    known: KNOWN = None,
    group: GROUP = None,
    manifest: MANIFEST = None,
    method: METHOD = None,
    only: ONLY = None,
    quick: QUICK = False,
    out: OUT = Path("bench"),
    jobs: JOBS = 0,
) -> None:
    """Measure methods on a fixed suite of leaks and controls, made once and kept in the cache.

    Two generators trained for three lengths, stated leaks, controls without a leak, and a split
    that is confounded with brightness. Stopped and started again, it goes on. Writes bench.json
    and bench.md.
    """
    places = [Output("--out", out / name) for name in FILES]
    sources = [*(real or []), *(known or []), *(Path(file) for file in manifest or [] if file)]
    outputs.refuse([*places, Output("--out", out, is_folder=True)], [*sources])
    plan = benches.BenchPlan(
        sources=real_sources(real or [], group or [], manifest or []),
        known=tuple(known or ()),
        entries=suite.chosen(tuple(only or ())),
        methods=tuple(method or usual_methods()),
        size=suite.QUICK if quick else suite.FULL,
        folder=storage.cache("bench"),
    )
    with progress_bar() as progress:
        results = benches.evaluate(plan, jobs=jobs, progress=progress)
    cells = table.cells(results)
    if cells:
        outputs.write({
            out / "bench.json": tables.as_json(results, cells),
            out / "bench.md": tables.as_markdown(results, cells),
        })  # fmt: skip
        say(f"{len(results.outcomes)} challenges", "bold")
        console.print(bench_table.rows_table(table.rows(cells), console.width))
        say(bench_table.legend(console.width), "dim")
        say_wrote(out / name for name in FILES)
    fail_with(results.failures)


def real_sources(
    paths: Sequence[Path], groups: Sequence[str], manifests: Sequence[str]
) -> tuple[study.RealSource, ...]:
    """Return where the real images are, each with its table and column of patients."""
    if len(paths) > 2:
        raise ClefganError(f"--real: {len(paths)} are given; the suite is made of one or two")
    for option, given in (("--group", groups), ("--manifest", manifests)):
        if given and len(given) != len(paths):
            raise ClefganError(
                f"{option}: {len(given)} for {len(paths)} --real; give one for each, '' for the "
                "usual"
            )
    columns, files = groups or [""] * len(paths), manifests or [""] * len(paths)
    return tuple(
        study.RealSource(path=path, group=column or None, manifest=Path(file) if file else None)
        for path, column, file in zip(paths, columns, files, strict=True)
    )


def usual_methods() -> tuple[str, ...]:
    """Return all built-in methods but those that train a network, which take far longer."""
    return tuple(name for name in registry.built_in() if name not in TRAIN)
