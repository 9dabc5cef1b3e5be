"""`clefgan lab study`: how well methods see a leak that is set by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from clefgan.cli import outputs, pictures
from clefgan.cli.completion import membership_method_names, one_of
from clefgan.cli.console import console, fail_with, progress_bar, say, say_wrote
from clefgan.cli.lab_options import (
    CANDIDATES,
    COUNTS,
    DCGAN_SETTINGS,
    GENERATED,
    GROUP,
    MANIFEST,
    NOT_USED,
    PER_GROUP,
    REAL,
    SIZE,
    TEST_GENERATED,
    USED,
    networks,
)
from clefgan.cli.options import JOBS
from clefgan.cli.outputs import Output
from clefgan.experiments.lab import evaluate as evaluation
from clefgan.experiments.lab import picture, power
from clefgan.experiments.lab import study as studies
from clefgan.experiments.lab.role_counts import RoleCounts
from clefgan.plugins import registry
from clefgan.report.files import study as tables
from clefgan.report.terminal import lab_tables

FILES = ("study.csv", "study.json", "study.md", "study.png")


METHOD = Annotated[
    list[str],
    typer.Option(
        help="A method, such as 'nearest' or 'csls(features=hog)'; repeatable. "
        "The first seven have a colour in the picture.",
        show_default=False,
        autocompletion=membership_method_names,
    ),
]
LEAK = Annotated[
    list[float] | None,
    typer.Option(
        help="A strength of the leak, from 0 to 1; repeatable.  [default: 0 .05 .1 .25 .5]"
    ),
]
HOW = Annotated[
    list[str] | None,
    typer.Option(
        help="A kind of leak: copy, blend, tiles, pca, dcgan or flow; repeatable.  [default: copy]",
        autocompletion=one_of("--how"),
    ),
]
SEEDS = Annotated[int, typer.Option(help="The number of challenges of each kind.", min=1)]
SEED = Annotated[int, typer.Option(help="The seed of the first challenge.", min=0)]
OUT = Annotated[
    Path, typer.Option(help="The folder for the tables, the picture and what is done so far.")
]


def study(
    real: REAL,
    method: METHOD,
    leak: LEAK = None,
    how: HOW = None,
    seeds: SEEDS = 5,
    seed: SEED = 0,
    out: OUT = Path("study"),
    jobs: JOBS = 0,
    group: GROUP = None,
    manifest: MANIFEST = None,
    window: pictures.WINDOW = None,
    size: SIZE = None,
    used: USED = COUNTS.used,
    not_used: NOT_USED = COUNTS.not_used,
    generated: GENERATED = COUNTS.generated,
    candidates: CANDIDATES = COUNTS.candidates,
    test_generated: TEST_GENERATED = COUNTS.test_generated,
    per_group: PER_GROUP = COUNTS.per_group,
    settings: DCGAN_SETTINGS = None,
) -> None:
    """Measure how strong a leak must be before each method sees it.

    A second start goes on where the first stopped.

    Writes study.csv, study.json, study.md and study.png.
    """
    levels = pictures.window_levels(window)
    for name in method:
        registry.configure(name)  # a misspelt one stops here, before any work
    files = [Output("--out", out, is_folder=True), *(Output("--out", out / name) for name in FILES)]
    outputs.refuse(files, [real, manifest, *outputs.named_files(method)])
    kinds = tuple(how or ["copy"])
    chosen = {} if leak is None else {"strengths": tuple(leak)}
    gan, flow = networks(settings, 0, kinds)
    counts = RoleCounts(
        used=used, not_used=not_used, generated=generated, candidates=candidates,
        test_generated=test_generated, per_group=per_group,
    )  # fmt: skip
    plan = studies.StudyPlan(
        source=studies.RealSource(
            path=real, group=group, manifest=manifest, size=size, window=levels
        ),
        methods=tuple(method),
        folder=out,
        kinds=kinds,
        seeds=seeds,
        seed=seed,
        counts=counts,
        gan=gan,
        flow=flow,
        **chosen,
    )
    with progress_bar() as progress:
        results = evaluation.evaluate(plan, jobs=jobs, progress=progress)
    finish(results, out)


def finish(results: studies.StudyResults, out: Path) -> None:
    """Write and print what there is; exit with 1 if a method failed."""
    if results.methods:
        points = power.points(results)
        write(results, points, out)
        show(results, points)
        say_wrote(out / name for name in FILES)
    fail_with(results.failures)


def write(results: studies.StudyResults, points: Sequence[power.CurvePoint], out: Path) -> None:
    """Write tables and picture."""
    contents = {
        out / "study.csv": tables.as_csv(points),
        out / "study.json": tables.as_json(results, points),
        out / "study.md": tables.as_markdown(results, points),
    }
    outputs.write(contents)
    picture.draw(points, out / "study.png", n_seeds=results.plan.seeds)


def show(results: studies.StudyResults, points: Sequence[power.CurvePoint]) -> None:
    """Print the AUC tables."""
    for how in results.plan.kinds:
        own = [point for point in points if (point.how, point.metric) == (how, "auc")]
        limits = lab_tables.shows_intervals(own, results.methods, console.width)
        beside = "; 95% intervals over seeds" if limits else ""
        say(f"{how}: AUC, mean of {results.plan.seeds} seeds{beside}", "bold")
        console.print(lab_tables.power_table(own, results.methods, console.width))
        console.print()
