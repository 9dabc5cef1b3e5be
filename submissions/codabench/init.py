"""Make a competition: everything that Codabench asks for, in one folder."""

from __future__ import annotations

import datetime
import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from submissions import truth as truths
from submissions.codabench import carry, columns, pages
from submissions.codabench.competition import Phase, competition
from submissions.edition import Edition
from submissions.errors import RunFileError
from submissions.files import os_errors_name
from submissions.names import FileNames
from submissions.truth import NamedTruth

PUBLIC = "pages"
PROGRAM = "scoring_program"
REFERENCE = "reference_data"


@dataclass(frozen=True)
class CompetitionSettings:
    """What an organiser decides; every default is ours, no edition prints these."""

    title: str = ""  # the edition's if empty
    start: datetime.date | None = None  # of the dev phase; today if None
    dev_days: int = 60
    test_days: int = 14
    dev_share: float = 0.3  # of the test images, where there is no dev truth
    seed: int = 0  # chooses that share
    per_day: int = 5  # dev submissions per day
    docker_image: str = "codalab/codalab-legacy:py39"


def init(
    folder: Path,
    edition: Edition,
    truth: Path,
    titles: Mapping[str, str],
    *,
    dev_truth: Path | None = None,
    settings: CompetitionSettings | None = None,
) -> Path:
    """Write a competition into a new or empty folder, whole or not at all; return the folder.

    Parameters
    ----------
    folder : new, or empty
    edition : whose run format and metrics
    truth : of the test images; goes into `reference_data/` and nowhere else
    titles : of the metrics that are columns, by their name in `evaluation`
    dev_truth : of other images that the dev phase asks for; without it the dev phase scores a
        seeded, stratified share of the test images, and runs answer for all of them
    settings : dates, limits, image

    Raises
    ------
    RunFileError
        The folder is not empty, a truth is not valid or of one class only, or a setting makes no
        sense.
    """
    chosen = settings or CompetitionSettings()
    _sensible(chosen)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise RunFileError(f"{folder}: not an empty folder; choose a new one")
    keys = columns.of(edition, titles)
    named = _truth(truth, edition)
    test = named.labels
    named_dev = _truth(dev_truth, edition) if dev_truth else named
    dev = named_dev.labels if dev_truth else _share(test, chosen)
    with os_errors_name(folder), scratch_beside(folder) as scratch:
        made = Path(scratch) / "competition"
        _program(made / PROGRAM, edition, keys)
        _reference(made / REFERENCE / "dev", dev, named_dev.images, edition)
        _reference(made / REFERENCE / "test", test, named.images, edition)
        phases = _phases(edition, chosen, share=None if dev_truth else chosen.dev_share)
        for name, text in pages.write(edition, keys, phases, len(test), dev_truth is None).items():
            _put(made / PUBLIC / name, text)
        shutil.copyfile(Path(__file__).parent / "templates" / "logo.png", made / "logo.png")
        text = competition(
            edition, chosen.title or edition.title, keys, phases, chosen.docker_image
        )
        _put(made / "competition.yaml", text)
        if folder.exists():
            folder.rmdir()
        made.rename(folder)
    return folder


@contextmanager
def scratch_beside(folder: Path) -> Iterator[str]:
    """A folder beside a folder that is to come, on the same disk."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".competition.", dir=folder.parent) as scratch:
        yield scratch


def _sensible(settings: CompetitionSettings) -> None:
    if not 0 < settings.dev_share < 1:
        raise RunFileError(f"dev share {settings.dev_share} is not between 0 and 1")
    for name in ("dev_days", "test_days", "per_day"):
        if getattr(settings, name) < 1:
            raise RunFileError(f"{name} {getattr(settings, name)} is below 1; give 1 or more")


def _truth(path: Path, edition: Edition) -> NamedTruth:
    answers = truths.read_named(path, edition)
    if len(set(answers.labels.values())) < 2:
        raise RunFileError(f"{path}: one class only; a truth has images of at least two")
    return answers


def _share(test: Mapping[str, str], settings: CompetitionSettings) -> dict[str, str]:
    """A share of every class, chosen by a hash of seed and id: the same on any machine."""

    def rank(image_id: str) -> bytes:
        return hashlib.sha256(f"{settings.seed}\0{image_id}".encode()).digest()

    chosen: set[str] = set()
    for label in sorted(set(test.values())):
        members = sorted((i for i in test if test[i] == label), key=rank)
        chosen.update(members[: max(1, round(settings.dev_share * len(members)))])
    return {image_id: label for image_id, label in test.items() if image_id in chosen}


def _phases(
    edition: Edition, settings: CompetitionSettings, share: float | None
) -> tuple[Phase, Phase]:
    start = settings.start or datetime.datetime.now(datetime.timezone.utc).date()  # noqa: UP017
    turn = start + datetime.timedelta(days=settings.dev_days)
    end = turn + datetime.timedelta(days=settings.test_days)
    what = "other images" if share is None else f"a fixed {share:.0%} of the test images"
    return (
        Phase("Development", f"Scored on {what}.", start, turn, "dev", settings.per_day, None),
        Phase("Test", "Scored on all test images.", turn, end, "test", None, edition.max_runs),
    )


def _program(folder: Path, edition: Edition, keys: Mapping[str, str]) -> None:
    for name, content in carry.files(edition).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    _put(folder / "edition.json", edition.to_json() + "\n")
    _put(folder / "columns.json", json.dumps(dict(keys), indent=2) + "\n")


def _reference(
    folder: Path, labels: Mapping[str, str], images: FileNames, edition: Edition
) -> None:
    """The truth in the run format, and all ids that a run must answer for."""
    comma = edition.delimiter
    head = [comma.join(edition.header)] if edition.header else []
    tokens = {image_id: edition.token(image_id, images[image_id]) for image_id in sorted(images)}
    rows = [f"{tokens[image_id]}{comma}{label}" for image_id, label in labels.items()]
    _put(folder / "truth.csv", "\n".join(head + rows) + "\n")
    _put(folder / "ids.txt", "\n".join(tokens.values()) + "\n")


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("utf-8", "backslashreplace"))
