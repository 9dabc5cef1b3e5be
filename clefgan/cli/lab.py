"""`clefgan lab`: challenges whose leak is set by hand, and how well methods see it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from clefgan.cli.console import console, errors, progress_bar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clefgan.dcgan.config import DCGANConfig
    from clefgan.experiments.lab.make import Drawn
    from clefgan.experiments.lab.power import Point
    from clefgan.experiments.lab.study import StudyResults

app = typer.Typer(
    no_args_is_help=True, help="Make challenges with a known leak, and study methods on them."
)

REAL = Annotated[
    Path, typer.Option(help="A folder of real images, or an npz with 'images'.", show_default=False)
]
GROUP = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN",
        help="Column of the manifest, or key of the npz, that tells patients apart; "
        "'group' or 'patient' if not given.",
    ),
]
MANIFEST = Annotated[
    Path | None,
    typer.Option(
        metavar="CSV",
        help="Ids and groups of a folder's images; groups.csv or manifest.csv in it if not given.",
    ),
]
SIZE = Annotated[
    int | None, typer.Option(help="Side to reduce square images to, by averaging blocks.", min=1)
]
USED = Annotated[int, typer.Option(help="Dev images that are used.", min=1)]
NOT_USED = Annotated[int, typer.Option(help="Dev images that are not.", min=1)]
GENERATED = Annotated[int, typer.Option(help="Dev images that are generated.", min=1)]
CANDIDATES = Annotated[int, typer.Option(help="Test candidates; half of them used.", min=2)]
TEST_GENERATED = Annotated[int, typer.Option(help="Test images that are generated.", min=1)]
PER_GROUP = Annotated[int, typer.Option(help="Real images of one group at most.", min=1)]
SETTINGS = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="A hyper-parameter of the DCGANs of 'dcgan'; repeatable.",
    ),
]


@app.command()
def make(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The new challenge's folder.")],
    real: REAL,
    leak: Annotated[
        float, typer.Option(help="0 to 1; 0 is the control without a leak.", show_default=False)
    ],
    how: Annotated[str, typer.Option(help="copy, blend, tiles, pca or dcgan.")] = "copy",
    seed: Annotated[int, typer.Option(help="Of everything that is drawn.", min=0)] = 0,
    group: GROUP = None,
    manifest: MANIFEST = None,
    size: SIZE = None,
    used: USED = 80,
    not_used: NOT_USED = 80,
    generated: GENERATED = 500,
    candidates: CANDIDATES = 200,
    test_generated: TEST_GENERATED = 1000,
    per_group: PER_GROUP = 1,
    settings: SETTINGS = None,
) -> None:
    """Make a challenge with a known truth, in the layout of 2023, from real images.

    No group (patient) is in two roles. The leak is the share of the generated images that come from
    used images; with 'pca', the share of the used images' principal components that are kept.
    """
    from clefgan.experiments.lab import make as making
    from clefgan.experiments.lab import reals
    from clefgan.experiments.lab.roles import Counts

    making.refuse_existing(folder)
    counts = Counts(
        used=used,
        not_used=not_used,
        generated=generated,
        candidates=candidates,
        test_generated=test_generated,
        per_group=per_group,
    )
    spec = making.Spec(
        leak=leak, how=how, seed=seed, counts=counts, gan=network(settings, seed, [how])
    )
    with progress_bar() as progress:
        found = reals.read(real, group=group, manifest=manifest, size=size, progress=progress)
        drawn = making.draw(found, spec, progress=progress)
        making.write(folder, found, spec, drawn, progress=progress)
    n_groups = len(set(found.groups))
    console.print(
        f"{found.source}: {len(found.images)} images, {n_groups} groups by {found.group_source}",
        markup=False,
    )
    console.print(roles_table(drawn))
    console.print(f"wrote [cyan]{folder}[/cyan]", soft_wrap=True)


@app.command()
def study(
    real: REAL,
    method: Annotated[
        list[str],
        typer.Option(
            help="A method, such as 'nearest' or 'csls(features=hog)'; repeatable. "
            "The first seven have a colour in the picture.",
            show_default=False,
        ),
    ],
    leak: Annotated[
        list[float] | None, typer.Option(help="0 to 1; repeatable.  [default: 0 .05 .1 .25 .5]")
    ] = None,
    how: Annotated[
        list[str] | None,
        typer.Option(help="copy, blend, tiles, pca, dcgan; repeatable.  [default: copy]"),
    ] = None,
    seeds: Annotated[int, typer.Option(help="How many challenges of each kind.", min=1)] = 5,
    seed: Annotated[int, typer.Option(help="The first of them.", min=0)] = 0,
    out: Annotated[
        Path, typer.Option(help="Folder for table, picture and what is done so far.")
    ] = Path("study"),
    jobs: Annotated[int, typer.Option(help="Processes; 0: one a core.", min=0)] = 0,
    group: GROUP = None,
    manifest: MANIFEST = None,
    size: SIZE = None,
    used: USED = 80,
    not_used: NOT_USED = 80,
    generated: GENERATED = 500,
    candidates: CANDIDATES = 200,
    test_generated: TEST_GENERATED = 1000,
    per_group: PER_GROUP = 1,
    settings: SETTINGS = None,
) -> None:
    """Power of methods against the strength of a leak. Stopped and started again, it goes on.

    Writes study.csv, study.json, study.md and study.png.
    """
    from clefgan.plugins import registry

    for name in method:
        registry.configure(name)  # a misspelt one stops here, before any work
    from clefgan.experiments.lab.evaluate import evaluate
    from clefgan.experiments.lab.roles import Counts
    from clefgan.experiments.lab.study import Source, StudyPlan

    kinds = tuple(how or ["copy"])
    chosen = {} if leak is None else {"strengths": tuple(leak)}
    plan = StudyPlan(
        source=Source(path=real, group=group, manifest=manifest, size=size),
        methods=tuple(method),
        folder=out,
        kinds=kinds,
        seeds=seeds,
        seed=seed,
        counts=Counts(
            used=used,
            not_used=not_used,
            generated=generated,
            candidates=candidates,
            test_generated=test_generated,
            per_group=per_group,
        ),
        gan=network(settings, 0, kinds),
        **chosen,
    )
    with progress_bar() as progress:
        results = evaluate(plan, jobs=jobs, progress=progress)
    if results.methods:
        show_and_write(results, out)
    for reason in results.failures.values():
        errors.print(f"clefgan: {reason}", markup=False, soft_wrap=True)
    if results.failures:
        raise typer.Exit(1)


def network(settings: list[str] | None, seed: int, kinds: "Sequence[str]") -> "DCGANConfig":
    """The DCGANs' hyper-parameters; the default ones where no kind of leak trains any."""
    from clefgan.dcgan.config import DCGANConfig
    from clefgan.errors import ClefganError
    from clefgan.plugins import hyperparameters

    if "dcgan" not in kinds:
        if settings:
            raise ClefganError(
                f"--set {settings[0]!r}: is for the DCGANs of 'dcgan'; got --how "
                f"{', '.join(kinds)}; leave it out, or give --how dcgan"
            )
        return DCGANConfig()
    values = {"seed": str(seed)} | hyperparameters.parse_settings(settings or [])
    found: DCGANConfig = hyperparameters.build(DCGANConfig, values, "dcgan")
    return found


def roles_table(drawn: "Drawn") -> Table:
    """Images of each role, and how many generated ones leak."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("role", "images", "leaking", "used images in it"):
        table.add_column(title, justify="left" if title == "role" else "right")
    n_used = int(drawn.truth.sum())
    n_candidates = len(drawn.truth)
    for part, made in (("dev", drawn.dev), ("test", drawn.test)):
        held = len({i for parents in made.parents for i in parents})
        total = len(drawn.devset.used) if part == "dev" else n_used
        by_model = bool(made.leaks.any()) and not held
        table.add_row(
            f"{part} generated",
            f"{len(made.leaks):,}",
            f"{made.leaks.sum():,}",
            f"{total if by_model else held} of {total}",
        )
        if part == "dev":
            table.add_row("dev used", f"{total:,}")
            table.add_row("dev not used", f"{len(drawn.devset.not_used):,}")
        else:
            table.add_row("test candidates", f"{n_candidates:,}")
    return table


def show_and_write(results: "StudyResults", out: Path) -> None:
    """Print the AUC tables; write tables and picture."""
    from clefgan.experiments.lab import picture, power
    from clefgan.storage.files import written_whole

    points = power.points(results)
    for how in results.plan.kinds:
        own = [p for p in points if (p.how, p.metric) == (how, "auc")]
        console.print(Text(f"{how}: AUC, mean of {results.plan.seeds} seeds", style="bold"))
        console.print(power_table(own, results.methods))
        console.print()
    texts = {
        "study.csv": power.csv_text(points),
        "study.json": power.as_json(results, points),
        "study.md": power.markdown(results, points),
    }
    for name, text in texts.items():
        with written_whole(out / name) as part:
            part.write_text(text, encoding="utf-8")
    picture.draw(points, out / "study.png", n_seeds=results.plan.seeds)
    for name in (*texts, "study.png"):
        console.print(f"wrote [cyan]{out / name}[/cyan]", soft_wrap=True)


def power_table(points: "Sequence[Point]", methods: "Sequence[str]") -> Table:
    """A row a method, a column a strength; dim where the interval over the seeds holds chance."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("leak", no_wrap=True)
    for leak in dict.fromkeys(p.leak for p in points):
        table.add_column(f"{leak:g}", justify="right", no_wrap=True)
    for name in methods:
        own = [p for p in points if p.method == name]
        cells = [Text(f"{p.mean:.2f}", style="dim" if p.seeds_low <= 0.5 else "") for p in own]
        table.add_row(Text(name), *cells)
    return table
