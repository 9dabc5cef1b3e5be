"""The negative controls beside the dev results of `clefgan evaluate --controls`."""

from typing import TYPE_CHECKING

from rich.table import Table

from clefgan.cli.console import console

if TYPE_CHECKING:
    from clefgan.contrast import Noise, Row
    from clefgan.method import Progress
    from clefgan.trials import Plan, Results


def show(plan: "Plan", results: "Results", progress: "Progress") -> None:
    """Print each method's held-out AUC beside those of its controls, and what that means."""
    found, what = contrasts(plan, results, progress)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("method", overflow="fold")
    table.add_column("control", no_wrap=True)
    for column in ("AUC", "control's", "difference", "p"):
        table.add_column(column, justify="right", no_wrap=True)
    for name, (rows, noise) in found.items():
        for row in rows:
            gap = f"{row.difference:+.3f} [{row.low:+.2f}, {row.high:+.2f}]"
            cells = (f"{row.auc:.3f}", f"{row.control_auc:.3f}", gap, f"{row.p_value:.2g}")
            table.add_row(name, row.control, *cells, style="" if row.above else "yellow")
        below = f"<{noise.limit:.3f}"
        cells = (f"{noise.auc:.3f}", below, "", f"{noise.p_value:.2g}")
        table.add_row(name, "permuted labels", *cells)
    console.print("negative controls of the held-out AUC", style="dim")
    console.print(table)
    console.print(
        f"image only: from nuisance features of the real images alone; other generator: {what} in "
        "the place of dev's; permuted labels: 95% of them stay below.",
        style="dim",
    )
    for name, (rows, _) in found.items():
        for row in rows:
            if not row.above:
                console.print(f"{name}: {row.sentence}", style="yellow", markup=False)


def contrasts(
    plan: "Plan", results: "Results", progress: "Progress"
) -> "tuple[dict[str, tuple[list[Row], Noise]], str]":
    """Each method's held-out scores of the first repeat beside what each control scores.

    The text says what the images of the other generator are.
    """
    from clefgan import controls, nuisance, registry, trials

    found = trials.read(plan)
    bench = trials.load(plan)
    assert found.dev is not None
    sizes = [*nuisance.file_sizes(found.dev.used), *nuisance.file_sizes(found.dev.not_used)]
    blind = controls.image_only(bench.dev, bench.groups, plan.seed, file_sizes=sizes)
    other, what = controls.foreign(found, seed=plan.seed, progress=progress)
    rows = {}
    for name, scores in results.scores["held-out"].items():
        method = registry.configure(name, seed=plan.seed)
        elsewhere = controls.other_generator(
            method,
            bench.dev,
            other,
            bench.groups,
            plan.seed,
            n_folds=plan.n_folds,
            progress=progress,
        )
        beside = {controls.IMAGE_ONLY: blind, controls.OTHER_GENERATOR: elsewhere}
        rows[name] = (
            controls.rows(bench.truth, scores[0], beside, groups=bench.groups, seed=plan.seed),
            controls.permutation(bench.truth, scores[0], groups=bench.groups, seed=plan.seed),
        )
    return rows, what
