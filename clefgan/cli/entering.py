"""Run files, their records, truth and data, as `score` and `leaderboard` are given them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from clefgan.cli import usage
from clefgan.errors import ClefganError

if TYPE_CHECKING:
    from clefgan.data.challenge import Challenge
    from clefgan.runs.run_files import Entrant
    from evaluation.runs import Panel
    from submissions.edition import Edition
    from submissions.names import FileNames


@dataclass(frozen=True, slots=True)
class Entered:
    """Runs that were read, lined up with their truth.

    challenge : that of --data; None where it is not given
    """

    panel: "Panel"
    edition: "Edition"
    ids: tuple[str, ...]
    notes: tuple[str, ...]
    challenge: "Challenge | None" = None


def enter(
    paths: Sequence[Path],
    truth: Path | None,
    data: str | None,
    edition: str,
    knowledge: Sequence[str],
    groups: Path | None,
    *,
    pictures: bool = False,
) -> Entered:
    """Read truth, run files and their records.

    Parameters
    ----------
    pictures : images of the data will be shown, so they must be those of the runs; else a note
        says where they are not
    """
    from clefgan.data import truth_and_groups
    from clefgan.runs import run_files
    from submissions import editions

    rules = editions.get(edition)
    challenge = read_data(data, edition)
    answers, images, source = known_truth(truth, challenge, rules)
    entrants: dict[str, Entrant] = {
        name: run_files.read(path, rules, images, source)
        for name, path in zip(run_files.names(paths), paths, strict=True)
    }
    with usage.of("--knowledge"):
        entrants = run_files.with_knowledge(entrants, knowledge)
    clusters = None if groups is None else truth_and_groups.clusters(groups, images)
    strange = other_data(entrants, challenge)
    if strange and pictures:
        raise ClefganError(f"{strange[0]}; give the data of the run, or --truth without --data")
    notes = (*strange, *(note for entrant in entrants.values() for note in entrant.notes))
    lined_up = run_files.line_up(entrants, answers, clusters)
    return Entered(lined_up, rules, tuple(answers), notes, challenge)


def read_data(data: str | None, edition: str) -> "Challenge | None":
    """The challenge of --data, if it is given."""
    if data is None:
        return None
    from clefgan.data import reading

    return reading.read(data, edition)


def known_truth(
    truth: Path | None, challenge: "Challenge | None", edition: "Edition"
) -> tuple[Mapping[str, bool], "FileNames", str]:
    """Truth of a file, or the one that a challenge holds; its images, and where it comes from."""
    test = None if challenge is None else challenge.test
    if truth is not None:
        from clefgan.data import truth_and_groups

        if test is None:
            return *truth_and_groups.truth_alone(truth, edition.labels), str(truth)
        names = test.candidates.file_names
        return truth_and_groups.truth(truth, names, edition.labels), names, str(truth)
    if challenge is None:
        raise typer.BadParameter("give --truth FILE, or --data of a challenge that holds its truth")
    if test is None or test.truth is None:
        raise ClefganError(
            f"{challenge.source}: no truth of test candidates here; give --truth FILE"
        )
    return test.truth, test.candidates.file_names, f"the truth of {challenge.source}"


def other_data(entrants: "Mapping[str, Entrant]", challenge: "Challenge | None") -> list[str]:
    """What to say of runs whose records hold SHA-256 of other test images than these."""
    recorded = [entrant for entrant in entrants.values() if entrant.digests]
    if challenge is None or challenge.test is None or not recorded:
        return []
    found = {
        "test candidates": challenge.test.candidates.digest(),
        "test generated": challenge.test.generated.digest(),
    }
    return [
        f"{entrant.path.with_suffix('.json')}: {role} of {challenge.source} are not those of the "
        "run (another SHA-256)"
        for entrant in recorded
        for role, digest in found.items()
        if entrant.digests.get(role, digest) != digest
    ]
