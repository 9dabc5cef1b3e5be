"""`clefgan check`: is this run file what the organisers take?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from clefgan.cli.console import console
from clefgan.errors import ClefganError

if TYPE_CHECKING:
    from collections.abc import Collection

    from submissions.edition import Edition
    from submissions.names import FileNames
    from submissions.problems import Problem

RUNS = Annotated[list[Path], typer.Argument(metavar="RUN...", help="Run files, or zips of one.")]
EDITION = Annotated[
    str, typer.Option(help="Whose rules: 2023, 2024_s1, 2025_s1, ..., or a .toml file.")
]
DATA = Annotated[
    str | None,
    typer.Option(help="The challenge's data: the ids are those of its test candidates."),
]
IDS = Annotated[Path | None, typer.Option(help="A text file with the test ids, one a line.")]


def check(
    runs: RUNS,
    edition: EDITION = "2023",
    data: DATA = None,
    ids: IDS = None,
    fix: Annotated[
        bool, typer.Option("--fix", help="Write a repaired copy where the repair is certain.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Let --fix replace an earlier copy.")
    ] = False,
) -> None:
    """Check run files against an edition's rules; list every problem. Exit 1 if there is an error.

    Without --data and --ids the ids are the edition's own where they are known (2023), else only
    their form is checked.
    """
    from submissions import checker, editions

    wanted = editions.get(edition)
    known = test_ids(wanted, edition, data, ids)
    reports: list[dict[str, Any]] = []
    failed = False
    for run in runs:
        problems = checker.check(run, wanted, known)
        report: dict[str, Any] = {"path": str(run), "edition": wanted.name, "problems": problems}
        if fix and problems:
            report |= repaired(run, wanted, known, force)
        failed |= any(each.is_error for each in problems) and "fixed" not in report
        reports.append(report)
    show_json(reports, wanted) if as_json else show(reports, wanted, known)
    raise typer.Exit(code=int(failed))


def test_ids(
    edition: "Edition", edition_text: str, data: str | None, ids: Path | None
) -> "FileNames | tuple[str, ...] | None":
    """The ids that a run must answer for; None where nobody knows them."""
    if data is not None and ids is not None:
        raise typer.BadParameter("give --data or --ids, not both")
    if ids is not None:
        from submissions import ids as id_files

        return id_files.read(ids)
    if data is None:
        return edition.known_ids()
    from clefgan.data import reading

    test = reading.read(data, edition_text).test
    if test is None:
        raise ClefganError(f"{data}: no test images; give the folder that holds them, or --ids")
    return test.candidates.file_names


def repaired(
    run: Path, edition: "Edition", ids: "Collection[str] | None", force: bool
) -> dict[str, Any]:
    """What --fix did, or why it did not."""
    from submissions import RunFileError
    from submissions.fix import fix

    try:
        copy, changes = fix(run, edition, ids, force=force)
    except RunFileError as error:
        return {"not_fixed": str(error)}
    return {"fixed": str(copy), "changes": dict(changes)} if changes else {}


def show_json(reports: list[dict[str, Any]], edition: "Edition") -> None:
    """Print all findings as one JSON document."""
    import json
    from dataclasses import asdict

    for report in reports:
        found: list[Problem] = report["problems"]
        report["ok"] = not any(each.is_error for each in found)
        report["problems"] = [asdict(each) for each in found]
    document = {"runs": reports, "inferred_rules": edition.inferred_rules(any_zip(reports))}
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False))


def show(reports: list[dict[str, Any]], edition: "Edition", ids: "Collection[str] | None") -> None:
    """Print one problem a line, as compilers do, and one summary line a run."""
    for report in reports:
        found: list[Problem] = report["problems"]
        for problem in found:
            say(str(problem), "red" if problem.is_error else "yellow")
        say(summary(report, edition, ids), "bold")
        if "fixed" in report:
            say(f"wrote {report['fixed']}", "green")
            for change, times in report["changes"].items():
                say(f"  {change}: {times} time{'s' * (times != 1)}")
        elif "not_fixed" in report:
            say(report["not_fixed"], "red")
    inferred = edition.inferred_rules(any_zip(reports))
    if inferred:
        say(
            f"note: edition {edition.name}: our reading, not confirmed by the organisers: "
            + ", ".join(f"{name} = {getattr(edition, name)!r}" for name in inferred)
        )


def any_zip(reports: list[dict[str, Any]]) -> bool:
    """Whether the rules for zips took part."""
    return any(report["path"].lower().endswith(".zip") for report in reports)


def summary(report: dict[str, Any], edition: "Edition", ids: "Collection[str] | None") -> str:
    """One line: how many problems, and what was checked."""
    found: list[Problem] = report["problems"]
    from submissions.checker import n_errors

    errors, warnings = n_errors(found)
    counted = [
        f"{n} {word}{'s' * (n != 1)}" for n, word in ((errors, "error"), (warnings, "warning")) if n
    ]
    against = f"{len(ids)} ids" if ids is not None else "ids not checked: give --data or --ids"
    return f"{report['path']}: {', '.join(counted) or 'ok'} (edition {edition.name}, {against})"


def say(text: str, style: str = "") -> None:
    """Print one line whole: never wrapped, nothing in it taken for markup."""
    console.print(text, style=style, soft_wrap=True, markup=False)
