"""Score one submission: `scoring.py INPUT OUTPUT`, as Codabench calls it.

Reads the truth from INPUT/ref and the run from INPUT/res, writes OUTPUT/scores.json (one number a
leaderboard column) and OUTPUT/detailed_results.html. A wrong run is told to the participant with
everything that is wrong with it, and the exit code is 1. Needs Python 3.9 or later and numpy.
"""

from __future__ import annotations

import html
import importlib
import json
import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))  # the carried `evaluation` and `submissions`, and no others

from submissions import checker, runfile, truth  # noqa: E402
from submissions import ids as id_files  # noqa: E402
from submissions.checking.strange_classes import Called  # noqa: E402
from submissions.edition import Edition, from_json  # noqa: E402
from submissions.errors import RunFileError  # noqa: E402
from submissions.names import FileNames  # noqa: E402

JUNK = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")


def main(arguments: Sequence[str]) -> int:
    """Score; return the exit code: 0, or 1 if the run is wrong."""
    given, output = (Path(argument) for argument in arguments)
    edition = from_json((HERE / "edition.json").read_text(encoding="utf-8"))
    columns = json.loads((HERE / "columns.json").read_text(encoding="utf-8"))
    expected = edition.images(id_files.read(given / "ref" / "ids.txt"))
    labels = truth.read_labels(given / "ref" / "truth.csv", edition, expected)
    output.mkdir(parents=True, exist_ok=True)
    page = output / "detailed_results.html"
    try:
        run, name = only_run(given / "res", edition)
        called = Called(sorted(set(labels.values())))
        findings = checker.inspect(run, edition, expected, called, name)
        fault = "" if edition.is_membership else called.fault(edition.metric, "truth")
        if fault:
            findings.add("class", 0, fault, level="warning")
        problems = [str(problem) for problem in findings.finished()]
        for line in problems:
            tell(line)
        wrong = any(problem.is_error for problem in findings.problems)
    except RunFileError as error:
        problems, wrong = [str(error)], True
        tell(str(error))
    if wrong:
        page.write_text(refusal(problems), encoding="utf-8")
        tell("not scored: the submission is not a valid run")
        return 1
    answers = read_run(run, edition, expected)
    names = list(labels)
    scores, baseline, notes = score(
        [labels[i] for i in names], [answers[i] for i in names], edition, list(columns)
    )
    page.write_text(
        results(edition, columns, scores, baseline, [*notes, *problems]), encoding="utf-8"
    )
    part = output / "scores.json.part"
    part.write_text(json.dumps(scores, indent=2), encoding="utf-8")
    part.replace(output / "scores.json")
    for note in notes:
        tell(note)
    return 0


def tell(line: str) -> None:
    """Say something to the participant, in the log that the platform shows."""
    print(line, file=sys.stderr)  # noqa: T201 - a program's output


def only_run(folder: Path, edition: Edition) -> tuple[Path, str]:
    """The one run file of the unpacked submission, and how to call it."""
    files = [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink() and not set(path.parts) & set(JUNK)
    ]
    runs = [path for path in files if path.suffix.lower() in (".csv", ".txt")]
    names = ", ".join(path.relative_to(folder).as_posix() for path in files[:5]) or "nothing"
    if len(runs) != 1:
        raise RunFileError(
            f"submission: {len(runs)} run files; got {names}; zip exactly one, {edition.member!r}"
        )
    name = runs[0].relative_to(folder).as_posix()
    if "/" in name:
        raise RunFileError(f"{name}: the run is in a folder; zip the file, not its folder")
    return runs[0], name


def read_run(path: Path, edition: Edition, expected: FileNames) -> dict[str, str]:
    """The labels of a run that is known to be valid."""
    if edition.is_membership:
        return {i: edition.label(used) for i, used in runfile.read(path, edition, expected).items()}
    return runfile.read_classes(path, edition, expected)


def score(
    truths: Sequence[str], answers: Sequence[str], edition: Edition, keys: Sequence[str]
) -> tuple[dict[str, float], dict[str, float], list[str]]:
    """Every column's value, the same of a trivial run, and what has to be said about them."""
    import numpy as np  # after the check: a wrong run is told so even where numpy is missing

    metrics = importlib.import_module(f"evaluation.{edition.task}")
    if edition.is_membership:
        used = edition.labels[1]
        true, decided = (np.array([label == used for label in side]) for side in (truths, answers))
        trivial = np.ones(len(true), dtype=np.bool_)
    else:
        true, decided = np.array(truths), np.array(answers)
        names, counts = np.unique(true, return_counts=True)
        trivial = np.full(len(true), names[np.argmax(counts)])
    if edition.is_membership:
        scores, baseline = (metrics.evaluate(true, side) for side in (decided, trivial))
        scores, baseline = ({key: values[key] for key in keys} for values in (scores, baseline))
    else:  # one by one: another metric needs scipy
        scores = {key: float(getattr(metrics, key)(true, decided)) for key in keys}
        baseline = {key: float(getattr(metrics, key)(true, trivial)) for key in keys}
    undefined = [key for key, value in scores.items() if math.isnan(value)]
    notes = [
        f"{key} is not defined for this run (a division of zero by zero); it is listed as 0"
        for key in undefined
    ]
    scores.update(dict.fromkeys(undefined, 0.0))  # the platform takes numbers only
    return scores, baseline, notes


def results(
    edition: Edition,
    columns: Mapping[str, str],
    scores: Mapping[str, float],
    baseline: Mapping[str, float],
    notes: Sequence[str],
) -> str:
    """A page with each metric beside that of the trivial run."""
    trivial = "all used" if edition.is_membership else "the most frequent class for all"
    rows = "".join(
        f"<tr><th scope=row>{html.escape(title)}{' (official)' * (key == edition.metric)}"
        f"<td>{scores[key]:.4f}<td>{shown(baseline[key])}\n"
        for key, title in columns.items()
    )
    table = (
        f"<table><thead><tr><th scope=col>metric<th scope=col>this run<th scope=col>"
        f"{html.escape(trivial)}<tbody>\n{rows}</table>"
    )
    return document(edition.title, table + listed(notes))


def shown(value: float) -> str:
    """A number, or a dash where it is not defined."""
    return "–" if math.isnan(value) else f"{value:.4f}"


def refusal(problems: Sequence[str]) -> str:
    """A page with everything that is wrong with a run."""
    return document("Not scored: this is not a valid run", listed(problems))


def listed(lines: Sequence[str]) -> str:
    """Lines as a list."""
    items = "".join(f"<li>{html.escape(line)}</li>\n" for line in lines)
    return f"<ul>{items}</ul>" if lines else ""


def document(title: str, body: str) -> str:
    """A whole page; nothing in it comes from elsewhere."""
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{html.escape(title)}</title><style>:root{{color-scheme:light dark}}"
        "body{font:16px/1.5 system-ui,sans-serif;max-width:48rem;margin:2rem auto;padding:0 1rem}"
        "table{border-collapse:collapse}th,td{padding:.3rem .8rem;border-bottom:1px solid #8886;"
        "text-align:right}th:first-child{text-align:left}li{overflow-wrap:anywhere}</style>"
        f"<h1>{html.escape(title)}</h1>{body}</html>\n"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
