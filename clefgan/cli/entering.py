"""Run files with their ids, records, truth and data, as commands are given them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import typer

from clefgan.cli.choices import wrong_usage
from clefgan.data import challenge as challenges
from clefgan.data import imageset, reading, truth_and_groups
from clefgan.data.classes import reading as class_reading
from clefgan.data.formats import grid, raw
from clefgan.errors import ClefganError
from clefgan.runs import pairs as pair_tables
from clefgan.runs import run_files, team_names, valid_runs
from evaluation import runs as evaluated
from submissions import ids as id_files
from submissions.edition import Edition
from submissions.files import neighbour
from submissions.names import FileNames


@dataclass(frozen=True, slots=True)
class Entered:
    """Runs that were read, lined up with their truth.

    challenge : that of --data; None where it is not given
    pairs : of the runs that kept them, by name
    ranks : of the candidates by each part, of the runs whose methods show parts, by name
    invalid : what is wrong with each run that could not be read, by name
    links : of runs, by name
    """

    panel: evaluated.Panel
    ids: tuple[str, ...]
    notes: tuple[str, ...]
    challenge: challenges.Challenge | None = None
    pairs: Mapping[str, pair_tables.PairTable] = field(default_factory=dict)
    invalid: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    ranks: Mapping[str, Mapping[str, Mapping[str, int]]] = field(default_factory=dict)


def enter(
    paths: Sequence[Path],
    truth: Path | None,
    data: str | None,
    edition: Edition,
    folders: str,
    knowledge: Sequence[str] | None,
    groups: Path | None,
    *,
    pictures: bool = False,
    lenient: bool = False,
    names: Path | None = None,
    left_out: Collection[Path] = (),
    window: raw.Window | None = None,
    size: grid.Size | None = None,
) -> Entered:
    """Read truth, run files and their records.

    Parameters
    ----------
    folders : edition whose folder names the data has, as it is given
    pictures : images of the data will be shown, so they must be those of the runs; else a note
        says where they are not
    lenient : go on past runs that are not valid, as long as one is
    names : a table of what runs are called (`clefgan.runs.team_names`)
    left_out : runs that take no part, which may stand in that table
    window, size : of the images of the data, see `reading.read`
    """
    challenge = None
    if data is not None:
        challenge = reading.read(data, folders, window=window, size=size)
    answers, images, source = known_truth(truth, challenge, edition)
    called, links = titled(paths, names, left_out)
    entrants, invalid = valid_runs.read(
        called, lambda path: run_files.read(path, edition, images, source), lenient=lenient
    )
    with wrong_usage("--knowledge"):
        entrants = run_files.with_knowledge(entrants, knowledge or [])
    patients = None if groups is None else truth_and_groups.clusters(groups, images)
    strange = other_data(entrants, challenge)
    if strange and pictures:
        raise ClefganError(f"{strange[0]}; give the data of the run, or --truth without --data")
    notes = (*strange, *(note for entrant in entrants.values() for note in entrant.notes))
    lined_up = run_files.line_up(entrants, answers, patients)
    pairs = {name: one.pairs for name, one in entrants.items() if one.pairs is not None}
    ranks = {name: one.ranks for name, one in entrants.items() if one.ranks is not None}
    return Entered(lined_up, tuple(answers), notes, challenge, pairs, invalid, links, ranks)


def titled(
    paths: Sequence[Path], names: Path | None, left_out: Collection[Path] = ()
) -> tuple[dict[str, Path], dict[str, str]]:
    """The runs by what they are called, in the table or by their files; and their links."""
    plain = dict(zip(run_files.names(paths), paths, strict=True))
    if names is None:
        return plain, {}
    rows = team_names.matched(team_names.read(names), plain, names, left_out)
    titles = team_names.titles(list(plain), rows)
    links = {titles[name]: row.link for name, row in rows.items() if row.link}
    return {titles[name]: path for name, path in plain.items()}, links


class AskedImages(NamedTuple):
    """What a run must answer.

    ids : that it must answer for; None where nobody knows them
    classes : that it may name; empty where nobody knows them, and of membership
    """

    ids: FileNames | tuple[str, ...] | None
    classes: tuple[str, ...] = ()


def asked_of_runs(
    edition: Edition, folders: str | Path, data: str | Path | None, ids: Path | None
) -> AskedImages:
    """What the runs of an edition must answer, by the data or a list of ids.

    Raises
    ------
    ClefganError
        The data have no test images.
    """
    if data is not None and ids is not None:
        raise typer.BadParameter("give --data or --ids, not both")
    if ids is not None:
        return AskedImages(id_files.read(ids))
    if data is None:
        return AskedImages(edition.known_ids())
    images: imageset.ImageSet | None
    classes: tuple[str, ...] = ()
    if edition.is_membership:
        test = reading.read(data, folders, same_size=False).test
        images = None if test is None else test.candidates
    else:
        challenge = class_reading.read(data, folders, same_size=False)
        images, classes = challenge.test, challenge.answers
    if images is None:
        raise ClefganError(f"{data}: no test images; give the folder that holds them, or --ids")
    return AskedImages(images.file_names, classes)


def known_truth(
    truth: Path | None, challenge: challenges.Challenge | None, edition: Edition
) -> tuple[Mapping[str, bool], FileNames, str]:
    """Truth of a file, or the one that a challenge holds; its images, and where it comes from."""
    test = None if challenge is None else challenge.test
    if truth is not None:
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


def other_data(
    entrants: Mapping[str, run_files.Entrant], challenge: challenges.Challenge | None
) -> list[str]:
    """What to say of runs whose records hold SHA-256 of other test images than these."""
    recorded = [entrant for entrant in entrants.values() if entrant.digests]
    if challenge is None or challenge.test is None or not recorded:
        return []
    digests = {
        "test candidates": challenge.test.candidates.digest(),
        "test generated": challenge.test.generated.digest(),
    }
    return [
        f"{neighbour(entrant.path, '.json')}: {role} of {challenge.source} are not those of the "
        "run (another SHA-256)"
        for entrant in recorded
        for role, digest in digests.items()
        if entrant.digests.get(role, digest) != digest
    ]
