"""A challenge: dev, test or both, ids beside pixels all the way; from a folder or a TFDS data set.

Reading a challenge lists every image and decodes none. Only the header of the first image of each
role is read, to see that all roles have one size.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from clefgan import images, layout, sidecar
from clefgan.decoding import Window
from clefgan.errors import ClefganError
from clefgan.imageset import ImageSet
from clefgan.layout import DEV_ROLES, TEST_ROLES, WORDS, Folders, Layout
from submissions import editions

DEFAULT_DATA = "phantom_ct"


@dataclass(frozen=True, slots=True)
class Dev:
    """A generator whose training images are known: the images to learn from."""

    generated: ImageSet
    used: ImageSet
    not_used: ImageSet


@dataclass(frozen=True, slots=True)
class Test:
    """The generator under test, and the real images to decide on."""

    generated: ImageSet
    candidates: ImageSet
    truth: Mapping[str, bool] | None = None  # id to used, where it is known

    __test__ = False  # pytest: a part of a challenge, not a test


@dataclass(frozen=True, slots=True)
class Challenge:
    """Dev, test, or both.

    Parameters
    ----------
    source : the folder or name that it was read from
    groups : id of a real dev image to its patient or other group, where groups are known
    """

    source: str
    dev: Dev | None
    test: Test | None
    groups: Mapping[str, str] | None = None

    def image_sets(self) -> tuple[ImageSet, ...]:
        """All roles that are there, dev first."""
        dev = (self.dev.generated, self.dev.used, self.dev.not_used) if self.dev else ()
        test = (self.test.generated, self.test.candidates) if self.test else ()
        return (*dev, *test)


def read(
    data: str | Path = DEFAULT_DATA,
    edition: str | Path = "2023",
    *,
    test_data: str | Path | None = None,
    sixteen_bit: Window | None = None,
) -> Challenge:
    """Read a challenge.

    Parameters
    ----------
    data : a folder in an edition's layout, the name of a TFDS data set (`imageclef_gans/2023`), or a
        folder that TFDS prepared
    edition : whose folder names are looked for; a name, or the path of a TOML file
    test_data : where test is, if not with dev; then `data` gives dev only
    sixteen_bit : window of levels for 16-bit images, `(low, high)`; without it they are refused

    Raises
    ------
    ClefganError
        No such data, a role without a folder or with two, a listing that has a fault (see
        `images.listing`), or roles of different image sizes.
    submissions.RunFileError
        No such edition.

    Notes
    -----
    `truth.csv` (id, 0 or 1) beside the test folders, or in any folder above up to `data`, gives the
    truth; `groups.csv` or `manifest.csv` (id, group) in the same places gives the groups.
    """
    folders = editions.get(edition).folders
    found = read_one(data, folders, sixteen_bit)
    if test_data is not None:
        other = read_one(test_data, folders, sixteen_bit)
        if found.dev is None:
            raise ClefganError(f"{data}: no dev images; with test data given apart, this must be dev")
        if other.test is None:
            raise ClefganError(f"{test_data}: no test images; looked for {aliases(folders, 'unknown')}")
        found = Challenge(f"{data} and {test_data}", found.dev, other.test, found.groups)
    check_sizes(found)
    return found


def read_one(data: str | Path, folders: Folders, sixteen_bit: Window | None) -> Challenge:
    """Read what one `data` argument names."""
    from clefgan.datasets import preparation, prepared

    path = Path(data)
    if not path.is_dir() and not isinstance(data, Path):
        path = preparation.located(data)
    inner = prepared.directory(path)
    if inner is not None:
        return from_dataset(str(data), prepared.read(inner), sixteen_bit)
    return from_folder(path, folders, sixteen_bit)


def from_folder(root: Path, folders: Folders, sixteen_bit: Window | None) -> Challenge:
    """Read a challenge from a folder in an edition's layout."""
    found = layout.find(root, folders)
    if not found.dev and not found.test:
        raise ClefganError(nothing_found(found, folders))
    dev, test, groups = None, None, None
    if found.dev:
        sets = [role_set("dev", role, found, folders, sixteen_bit) for role in DEV_ROLES]
        dev = Dev(*sets)
        groups = groups_beside(found, dev)
    if found.test:
        sets = [role_set("test", role, found, folders, sixteen_bit) for role in TEST_ROLES]
        table = sidecar.locate(above(found.root, found.test), sidecar.TRUTH_FILES)
        test = Test(*sets, sidecar.truth(table, sets[1].ids) if table else None)
    return Challenge(str(root), dev, test, groups)


def role_set(
    part: str, role: str, found: Layout, folders: Folders, sixteen_bit: Window | None
) -> ImageSet:
    """List the images of one role."""
    paths = found.dev if part == "dev" else found.test
    if role not in paths:
        where = os.path.commonpath([found.root, *(path.parent for path in paths.values())])
        if len(paths) > 0:
            where = os.path.commonpath([path.parent for path in paths.values()])
        raise ClefganError(
            f"{where}: no folder of {WORDS[role]} for {part}; looked for {aliases(folders, role)}"
        )
    return ImageSet(
        f"{part} {'candidates' if role == 'unknown' else role.replace('_', ' ')}",
        str(paths[role]),
        images.listing(paths[role]),
        sixteen_bit,
    )


def groups_beside(found: Layout, dev: Dev) -> dict[str, str] | None:
    """Groups of the real dev images, if a table gives them."""
    table = sidecar.locate(above(found.root, found.dev), sidecar.GROUP_FILES)
    if table is None:
        return None
    both = sorted(set(dev.used.ids) & set(dev.not_used.ids), key=images.natural_key)
    if both:
        raise ClefganError(
            f"{table}: id {both[0]!r} is both a used and a not-used image, so its group cannot be "
            "told; rename the images or remove the table"
        )
    return sidecar.groups(table, (*dev.used.ids, *dev.not_used.ids))


def above(root: Path, paths: Mapping[str, Path]) -> list[Path]:
    """The folder that holds all of a part, and those above it up to `root`."""
    lowest = Path(os.path.commonpath([path.parent for path in paths.values()]))
    return [lowest, *(folder for folder in lowest.parents if folder.is_relative_to(root))]


def from_dataset(
    source: str, records: Mapping[str, "Split"], sixteen_bit: Window | None
) -> Challenge:
    """Make a challenge of the splits of a TFDS data set."""
    ...


def check_sizes(challenge: Challenge) -> None:
    """Refuse roles whose images have different sizes, as far as their first images tell."""
    sets = challenge.image_sets()
    first = sets[0].header()
    for other in sets[1:]:
        found = other.header()
        if (found.width, found.height) != (first.width, first.height):
            raise ClefganError(
                f"{other.where}: images of {other.role} are {found.width}x{found.height}, those of "
                f"{sets[0].role} {first.width}x{first.height}; bring them to one size"
            )


def aliases(folders: Folders, role: str) -> str:
    """Names of a role's folder, as errors list them."""
    return ", ".join(folders[role])


def nothing_found(found: Layout, folders: Folders) -> str:
    """Say that a folder is no challenge, what was looked for, and what is there instead."""
    looked = "; ".join(f"{WORDS[role]}: {aliases(folders, role)}" for role in WORDS)
    there = ", ".join(found.seen[:8]) + (", ..." if len(found.seen) > 8 else "")
    return f"{found.root}: no challenge here; looked for {looked}; found folders: {there or 'none'}"
