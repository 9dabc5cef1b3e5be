"""A challenge: dev, test or both, ids beside pixels all the way; from a folder or a TFDS dataset.

Reading a challenge lists every image and decodes none. Only the header of the first image of each
role is read, to see that all roles have one size.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from clefgan.data import dev_groups, folder, listing
from clefgan.data.challenge import DEFAULT_EDITION, Challenge, Dev, Test
from clefgan.data.formats import grid
from clefgan.data.formats.grid import Size
from clefgan.data.formats.raw import Window
from clefgan.data.imageset import ImageSet
from clefgan.data.patient_table import PatientTable
from clefgan.data.tfds import preparation, stored
from clefgan.data.tfds.schema import (
    DEV_NOT_USED,
    DEV_SPLITS,
    DEV_USED,
    SPLITS,
    TEST_GENERATED,
    TEST_SPLITS,
    TEST_UNKNOWN,
)
from clefgan.data.truth_and_groups import ZERO_ONE
from clefgan.errors import ClefganError
from submissions import editions
from submissions.edition import Edition

if TYPE_CHECKING:
    from clefgan.data.tfds.stored import Split

__all__ = ["DEFAULT_DATA", "Challenge", "Dev", "ImageSet", "Test", "read"]

DEFAULT_DATA = "phantom_ct"


def read(
    data: str | Path = DEFAULT_DATA,
    edition: str | Path = DEFAULT_EDITION,
    *,
    test_data: str | Path | None = None,
    window: Window | None = None,
    size: Size | None = None,
    patients: PatientTable | None = None,
    same_size: bool = True,
) -> Challenge:
    """Read a challenge.

    Parameters
    ----------
    data : a folder in an edition's layout, the name of a TFDS dataset (`imageclef_gans/2023`), or
        a folder that TFDS prepared
    edition : whose folder names are looked for; a name, or the path of a TOML file
    test_data : where test is, if not with dev; then `data` gives dev only
    window : levels for images of more than 8 bits, `(low, high)`, one for all roles;
        without it they are refused
    size : height and width to which all images are brought by area averaging; without it all must
        have one size
    patients : a table of the real dev images, and of the candidates if it has a row for each
        (`patient_table.read`); without it one beside the images, or their headers, where there are
        any
    same_size : refuse roles of different sizes; False where only ids and truth are wanted

    Raises
    ------
    ClefganError
        No such data, several modalities, a role without a folder or with two, a listing that has a
        fault (see `images.listing`), or roles of different image sizes.
    submissions.RunFileError
        No such edition.

    Notes
    -----
    `truth.csv` (id, used or not) in the folder that holds the test folders, or in one above it up
    to `data`, gives the truth; `groups.csv` or `manifest.csv` with columns of files and patients,
    likewise for dev, gives the groups, and for test those of the candidates.
    """
    rules = editions.get(edition)
    challenge = read_one(data, rules, window, patients)
    if test_data is not None:
        other = read_one(test_data, rules, window, patients)
        if challenge.dev is None:
            raise ClefganError(
                f"{data}: no dev images; with test data given apart, dev is read here"
            )
        if other.test is None:
            raise ClefganError(f"{test_data}: no test images; test is read here")
        source = f"{data} and {test_data}"
        challenge = Challenge(
            source,
            challenge.dev,
            other.test,
            challenge.groups,
            tuple(dict.fromkeys((*challenge.group_notes, *other.group_notes))),
        )
    if size is not None:
        challenge = brought_to(challenge, size)
    listing.check_modality(
        challenge.source, [item for role in challenge.image_sets() for item in role.items]
    )
    if same_size:
        check_sizes(challenge)
    return replace(challenge, edition=rules)


def read_one(
    data: str | Path,
    rules: Edition,
    window: Window | None,
    patients: PatientTable | None = None,
) -> Challenge:
    """Read what one `data` argument names."""
    path, is_dataset = located(data)
    if not is_dataset:
        labels = rules.labels if rules.is_membership else ZERO_ONE
        return folder.read(path, rules.folders, window, patients, labels)
    challenge = from_dataset(str(data), stored.read(path), window)
    if patients is None:
        return challenge
    if challenge.test is not None:
        owners = dev_groups.of_candidates(challenge.test.candidates, patients)
        test = replace(challenge.test, groups=owners.groups)
        challenge = replace(challenge, test=test, group_notes=owners.notes)
    if challenge.dev is None:
        return challenge
    groups = dev_groups.of_table(challenge.dev, patients)
    notes = (*groups.notes, *challenge.group_notes)
    return replace(challenge, groups=groups.groups, group_notes=notes)


def brought_to(challenge: Challenge, size: Size) -> Challenge:
    """The challenge with all its images brought to one size.

    Raises
    ------
    ClefganError
        A size without a pixel.
    """
    grid.check(size)
    dev, test = challenge.dev, challenge.test
    if dev is not None:
        dev = Dev(*(replace(role, size=size) for role in (dev.generated, dev.used, dev.not_used)))
    if test is not None:
        candidates = replace(test.candidates, size=size)
        test = replace(test, generated=replace(test.generated, size=size), candidates=candidates)
    return replace(challenge, dev=dev, test=test)


def located(data: str | Path) -> tuple[Path, bool]:
    """The folder that a `data` argument names, and whether it is a prepared dataset."""
    path = Path(data)
    if not path.exists():
        path = preparation.located(str(data))
    inner = stored.directory(path)
    return (path, False) if inner is None else (inner, True)


def side_to_draw(data: str | Path, size: Size | None = None) -> int | None:
    """Side of the images of data that `read` will draw first; None where they are there.

    Parameters
    ----------
    size : as `read` takes it; None is returned where the images will not be square

    Raises
    ------
    ClefganError
        A dataset has no such configuration.
    """
    side = None if Path(data).exists() else preparation.side_to_draw(str(data))
    if side is None or size is None:
        return side
    return size[0] if size[0] == size[1] else None


def from_dataset(source: str, splits: Mapping[str, "Split"], window: Window | None) -> Challenge:
    """Make a challenge of the splits of a TFDS dataset."""
    sets = {
        name: ImageSet(role(name), f"{source}, split {name}", split.records, window)
        for name, split in splits.items()
    }
    dev, test, groups = None, None, None
    if has_part(source, sets, DEV_SPLITS):
        dev = Dev(*(sets[name] for name in DEV_SPLITS))
        groups = {**splits[DEV_USED].groups, **splits[DEV_NOT_USED].groups} or None
    if has_part(source, sets, TEST_SPLITS):
        unknown = splits[TEST_UNKNOWN]
        whose = unknown.groups if len(unknown.groups) == len(unknown.records) else None
        test = Test(sets[TEST_GENERATED], sets[TEST_UNKNOWN], unknown.truth(), whose)
    if dev is None and test is None:
        raise ClefganError(f"{source}: no challenge here; need splits {', '.join(SPLITS)}")
    return Challenge(source, dev, test, groups)


def has_part(source: str, sets: Mapping[str, ImageSet], names: Sequence[str]) -> bool:
    """Whether all of these splits are there; an error if only some are."""
    missing = [name for name in names if name not in sets]
    if missing and len(missing) < len(names):
        raise ClefganError(f"{source}: no split {missing[0]!r}; it has {', '.join(sets)}")
    return not missing


def role(split: str) -> str:
    """`dev_not_used` as `dev not used`, and `test_unknown` as `test candidates`."""
    return split.replace("unknown", "candidates").replace("_", " ")


def check_sizes(challenge: Challenge) -> None:
    """Refuse roles whose images have different sizes, as far as their first images tell."""
    sets = challenge.image_sets()
    for other in sets[1:]:
        sets[0].refuse_another_size(other)
