"""`clefgan check`: is this run file what the organisers take?"""

import shlex
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer

from clefgan.cli import outputs
from clefgan.cli.console import dumped, echo, say
from clefgan.cli.entering import asked_of_runs
from clefgan.cli.options import DATA, EDITION_OF_RUNS, IDS, RUNS
from clefgan.cli.outputs import Output
from clefgan.runs import run_editions, run_files
from submissions import RunFileError, checker, fix
from submissions.edition import Edition
from submissions.problems import Problem

NAMED = 6
"""Of more files without a problem only the number is printed."""


@dataclass(slots=True)
class Checked:
    """What was found in one run, and what --fix did.

    changes : each repair and how often
    """

    path: Path
    problems: list[Problem]
    fixed: Path | None = None
    not_fixed: str = ""
    changes: Mapping[str, int] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether the file has no error as it is."""
        return not any(problem.is_error for problem in self.problems)


def check(
    runs: RUNS,
    edition: EDITION_OF_RUNS = None,
    data: DATA = None,
    ids: IDS = None,
    repair: Annotated[
        bool, typer.Option("--fix", help="Write a repaired copy where the repair is certain.")
    ] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="List up to 20 problems of each kind, not one.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Let --fix replace an earlier copy.")
    ] = False,
) -> None:
    """Check run files against the rules of an edition. Exit 1 if there is an error.

    Equal problems of a file are one line with their number; several files have one line each, with
    the first problem, and many files without a problem are only counted. --all lists more of them.

    Without --data and --ids the ids are the edition's own where they are known (2023), else only
    their form is checked. Without --edition it is that of the records beside the runs, of the data
    or of the ids, else 2023; of several files that of most, and the others are errors.
    """
    others: dict[Path, str] = {}
    if len(runs) > 1:
        rules, _, others = run_editions.taking_part(edition, runs, data, ids)
    else:
        rules = run_editions.edition_or_default(edition, runs, data=data, ids=ids)
    if repair:
        copies = [Output("--fix", fix.copy_of(run)) for run in runs]
        outputs.refuse(copies, [*outputs.belonging(runs), ids, data, edition])
    known, classes = asked_of_runs(rules, edition or rules.name, data, ids)
    checked = [
        Checked(run, [of_another(run, others[run], rules)] if run in others
                else checker.check(run, rules, known, classes))
        for run in runs
    ]  # fmt: skip
    for outcome in checked:
        if repair and outcome.problems and outcome.path not in others:
            put_right(outcome, rules, known, force)
    if as_json:
        show_json(checked, rules)
    else:
        show(checked, rules, known, everything)
        if data is None and ids is None:
            say_recorded_data(checked)
    raise typer.Exit(code=int(any(not outcome.ok and outcome.fixed is None for outcome in checked)))


def of_another(run: Path, edition: str, rules: Edition) -> Problem:
    """What is wrong with a run of another edition than most."""
    text = f"is a run of edition {edition!r}; got edition {rules.name!r}; check it by itself"
    return Problem(str(run), 0, "error", "edition", text)


def put_right(run: Checked, edition: Edition, ids: Collection[str] | None, force: bool) -> None:
    """Write a repaired copy, or note why not."""
    try:
        copy, changes = fix.fix(run.path, edition, ids, force=force)
    except RunFileError as error:
        run.not_fixed = str(error)
        return
    if changes:
        run.fixed, run.changes = copy, changes


def show_json(checked: list[Checked], edition: Edition) -> None:
    """Print all findings as one JSON document."""
    document = {
        "runs": [as_object(run, edition) for run in checked],
        "inferred_rules": edition.inferred_rules(any_zip(checked)),
    }
    echo(dumped(document))


def as_object(run: Checked, edition: Edition) -> dict[str, Any]:
    """The findings in one run, as JSON has them."""
    document: dict[str, Any] = {
        "path": str(run.path),
        "edition": edition.name,
        "problems": [asdict(problem) for problem in run.problems],
    }
    if run.fixed is not None:
        document |= {"fixed": str(run.fixed), "changes": dict(run.changes)}
    if run.not_fixed:
        document["not_fixed"] = run.not_fixed
    return {**document, "ok": run.ok}


def show(
    checked: list[Checked], edition: Edition, ids: Collection[str] | None, everything: bool
) -> None:
    """Print what was found: of many runs a line each, of one a line for each kind of problem."""
    against = f"edition {edition.name}, "
    against += f"{len(ids)} ids" if ids is not None else "ids not checked: give --data or --ids"
    brief = len(checked) > 1 and not everything
    many = sum(not run.problems for run in checked) > NAMED
    for run in checked:
        if run.problems or not (brief and many):
            show_one(run, against if len(checked) == 1 else "", brief, everything)
    if len(checked) > 1:
        valid = sum(run.ok for run in checked)
        rest = "; --all lists more problems" if brief and any(map(hidden, checked)) else ""
        say(f"{valid} of {len(checked)} run files are valid ({against}){rest}", "bold")
    inferred = edition.inferred_rules(any_zip(checked))
    if inferred:
        say(
            f"note: edition {edition.name}: our reading, not confirmed by the organisers: "
            + ", ".join(f"{name} = {getattr(edition, name)!r}" for name in inferred)
        )


def show_one(run: Checked, against: str, brief: bool, everything: bool) -> None:
    """Print what was found in one run, and what --fix did."""
    if brief:
        say(one_line(run), "" if not run.problems else "yellow" if run.ok else "red")
    else:
        for problem, text in problem_lines(run.problems, everything):
            say(text, "red" if problem.is_error else "yellow")
        say(summary(run, against and f" ({against})"), "bold")
    if run.fixed is not None:
        say(f"wrote {run.fixed}", "green")
        for change, times in run.changes.items():
            say(f"  {change}: {times} time{'s' * (times != 1)}")
    elif run.not_fixed:
        say(run.not_fixed, "red")


def say_recorded_data(checked: list[Checked]) -> None:
    """Say which data a record names, where the ids of the edition are not those of its run."""
    for run in checked:
        source = run_files.recorded_data(run.path)
        if source is not None and any(problem.kind == "missing" for problem in run.problems):
            say(
                f"note: by its record {run.path} answers {source}; check it with --data "
                f"{shlex.quote(source)}"
            )


def problem_lines(problems: list[Problem], everything: bool) -> Iterator[tuple[Problem, str]]:
    """Each problem and its line; else the first of each kind, with how many more there are."""
    if everything:
        yield from ((problem, str(problem)) for problem in problems)
        return
    kinds: dict[tuple[str, str, str], list[Problem]] = {}
    for problem in problems:
        kinds.setdefault((problem.path, problem.level, problem.kind), []).append(problem)
    for alike in kinds.values():
        more = sum(problem.times for problem in alike) - 1
        yield alike[0], f"{alike[0]}{f'; and {more} more like it' if more else ''}"


def one_line(run: Checked) -> str:
    """How many problems a run has, and the first error, else the first warning."""
    if not run.problems:
        return summary(run, "")
    first = next((problem for problem in run.problems if problem.is_error), run.problems[0])
    where = f"line {first.line}: " if first.line else ""
    return summary(run, f": {where}{first.text}")


def hidden(run: Checked) -> bool:
    """Whether a run has problems that its one line does not show."""
    return sum(problem.times for problem in run.problems) > 1


def any_zip(checked: list[Checked]) -> bool:
    """Whether the rules for zips took part."""
    return any(run.path.suffix.lower() == ".zip" for run in checked)


def summary(run: Checked, against: str) -> str:
    """One line: how many problems, and what was checked."""
    errors, warnings = checker.n_errors(run.problems)
    counted = [
        f"{n} {word}{'s' * (n != 1)}" for n, word in ((errors, "error"), (warnings, "warning")) if n
    ]
    return f"{run.path}: {', '.join(counted) or 'ok'}{against}"
