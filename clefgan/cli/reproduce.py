"""`clefgan reproduce`: a published paper run again, its numbers beside ours."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from rich.table import Table
from rich.text import Text

from clefgan.cli import outputs
from clefgan.cli.completion import one_of
from clefgan.cli.console import console, progress_bar, say, say_wrote
from clefgan.cli.option_values import refuse_classes
from clefgan.cli.options import CHALLENGE, EDITION, FOLDS, SEED
from clefgan.cli.outputs import Output
from clefgan.cli.pictures import SIZE, WINDOW, pixels, window_levels
from clefgan.data import reading, which_edition
from clefgan.data.formats import grid, raw
from clefgan.experiments.reproduction import paper as papers
from clefgan.experiments.reproduction import pictures, printed, rows
from clefgan.experiments.reproduction import result as results
from clefgan.experiments.reproduction import sensitivity as sensitivities
from clefgan.report.reproduction import page, sensitivity_page
from clefgan.report.terminal.room import is_wide
from clefgan.runs import record
from clefgan.storage import folders, json_text
from evaluation import metrics
from submissions import editions

PAGE, NUMBERS = "reproduction.md", "reproduction.json"
SENSITIVITY_PAGE, SENSITIVITY_NUMBERS = "sensitivity.md", "sensitivity.json"


class ChallengeOptions(NamedTuple):
    """The challenge, and how its images are read."""

    data: str
    edition: str
    window: raw.Window | None
    size: grid.Size | None


def reproduce(
    paper: Annotated[
        str,
        typer.Argument(
            help="The paper; aimultimedialab-2023 is the only one.", autocompletion=one_of("paper")
        ),
    ],
    data: CHALLENGE = "phantom_ct",
    edition: EDITION = None,
    window: WINDOW = None,
    size: SIZE = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="The folder to write; runs/PAPER or runs/PAPER-sensitivity if not given."
        ),
    ] = None,
    full: Annotated[
        bool,
        typer.Option("--full", help="Draw 802 samples, as the paper did, after 50 epochs; slow."),
    ] = False,
    seed: SEED = 0,
    folds: FOLDS = 3,
    sensitivity: Annotated[
        bool,
        typer.Option("--sensitivity", help="Instead, change each open choice, over --seeds."),
    ] = False,
    seeds: Annotated[int, typer.Option(help="The number of seeds for --sensitivity.", min=2)] = 5,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier folder.")] = False,
) -> None:
    """Run the methods of a paper again, and show their numbers beside those of its tables.

    With --sensitivity each choice that the paper leaves open is changed, one at a time; a second
    start goes on where the first stopped.
    """
    edition = which_edition.chosen(edition, data)
    wanted = papers.get(paper)
    sizes = wanted.full if full else wanted.quick
    target = out or Path("runs") / (f"{paper}-sensitivity" if sensitivity else paper)
    marks = (SENSITIVITY_PAGE,) if sensitivity else (PAGE,)
    folders.refuse_existing(target, marks, force)
    output = Output("--out", target, is_folder=True, is_replaced=True)
    outputs.refuse([output], [data, edition])
    refuse_classes(editions.get(edition))
    source = ChallengeOptions(data, edition, window_levels(window), pixels(size))
    if sensitivity:
        study(wanted, source, sizes, seeds, seed, folds, target, force)
    else:
        again(wanted, source, sizes, seed, folds, target, force)
    say_wrote([target])


def again(
    paper: papers.Paper,
    source: ChallengeOptions,
    sizes: papers.Sizes,
    seed: int,
    folds: int,
    target: Path,
    force: bool,
) -> None:
    """Run the rows; write the page, the pictures, the numbers and the run files."""
    rules = editions.get(source.edition)
    with progress_bar() as progress:
        challenge = reading.read(
            source.data, source.edition, window=source.window, size=source.size
        )
        made = results.make(
            paper, challenge, rules.name, sizes, seed=seed, n_folds=folds, progress=progress
        )
    with folders.written_whole(target, new=not force) as part:
        write(made, part)
    show(made)


def write(made: results.Reproduction, part: Path) -> None:
    """Write everything into a folder."""
    (part / PAGE).write_text(page.text(made), encoding="utf-8", errors="backslashreplace")
    write_numbers(part / NUMBERS, results.numbers(made))
    pictures.write_matrices(part / page.MATRICES, pictures.matrices(made.paper, made.outcome))
    sets = {"real (dev)": made.real, "given generated (dev)": made.given}
    if made.own is not None:
        sets["own generated (DCGAN of the images not used)"] = made.own
    pictures.write_examples(part / page.EXAMPLES, sets, made.seed)
    for row in made.outcome.done:
        record.write(row.run, part / row.row.key)


def write_numbers(path: Path, numbers: dict[str, Any]) -> None:
    """Write numbers as JSON; undefined ones are null."""
    path.write_text(json_text.of(numbers), encoding="utf-8")


def show(made: results.Reproduction) -> None:
    """Print our rows beside the printed ones, the flags, and what did not run."""
    for title, part_of in (("dev, Table 2", "dev"), ("test, Table 3", "test")):
        console.print(Text.assemble((title, "bold"), "; 95% intervals"))
        console.print(rows_table(made, part_of))
    for key, splits in made.separation.items():
        accuracies = ", ".join(f"{s.accuracy:.3f} at {s.train_share:.0%}" for s in splits)
        say(f"two generated sets, {key}: accuracy {accuracies}")
    for flag in printed.flags(printed.results(made.paper)):
        say(f"paper: {flag}", "yellow")
    for key, reason in made.outcome.not_run.items():
        say(f"not run: {key}: {reason}", "yellow")
    if page.is_drawn(made.data):
        say("phantom_ct is drawn: these numbers say nothing of real CT", "yellow")


def rows_table(made: results.Reproduction, part_of: str) -> Table:
    """The rows of one table of the paper, without what the page has besides."""
    names = ["f1", "accuracy", "auc"]
    if not is_wide(console.width):
        names.remove("accuracy")  # the counts say it
    kept = [0, 1, *(2 + rows.METRICS.index(name) for name in names)]
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in ("", "", *(metrics.get(name).brief for name in names), "TP TN FP FN"):
        table.add_column(head, overflow="fold")
    done = {row_done.row.key: row_done for row_done in made.outcome.done}
    parts = ("paper", "held-out") if part_of == "dev" else ("test",)
    for row in made.paper.rows:
        name = row.dev if part_of == "dev" else row.test
        if name:
            for line in page.lines_of(row, name, done.get(row.key), parts):
                table.add_row(*(line[i].replace("**", "") for i in kept), " ".join(line[-4:]))
    for line in page.all_used_lines(made, parts[0]):
        table.add_row(*(line[i] for i in kept), " ".join(line[-4:]), style="dim")
    return table


def study(
    paper: papers.Paper,
    source: ChallengeOptions,
    sizes: papers.Sizes,
    seeds: int,
    seed: int,
    folds: int,
    target: Path,
    force: bool,
) -> None:
    """Change each open choice; write the page and the numbers."""
    with progress_bar() as progress:
        sensitivity = sensitivities.run(
            paper,
            source.data,
            edition=source.edition,
            window=source.window,
            size=source.size,
            sizes=sizes,
            seeds=seeds,
            seed=seed,
            n_folds=folds,
            progress=progress,
        )
    with folders.written_whole(target, new=not force) as part:
        (part / SENSITIVITY_PAGE).write_text(
            sensitivity_page.text(sensitivity), encoding="utf-8", errors="backslashreplace"
        )
        write_numbers(part / SENSITIVITY_NUMBERS, sensitivity_page.numbers(sensitivity))
    show_study(sensitivity)


def show_study(sensitivity: sensitivities.ChoiceSensitivity) -> None:
    """Print means and changes of the AUC, and what did not run."""
    heads, lines = sensitivity_page.brief(sensitivity)
    table = Table(*heads, box=None, pad_edge=False, header_style="bold")
    for line in lines:
        table.add_row(*line)
    console.print(table)
    for name, reason in sensitivity.left_out.items():
        say(f"not run: {name}: {reason}", "yellow")
