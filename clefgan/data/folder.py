"""A challenge from a folder in the layout of an edition."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from clefgan.data import images, layout, patient_table, truth_and_groups
from clefgan.data.challenge import Challenge, Dev, Test
from clefgan.data.dev_groups import NO_GROUPS, DevGroups, of_candidates, of_headers, of_table
from clefgan.data.formats.raw import Window
from clefgan.data.imageset import ImageSet
from clefgan.data.layout import WORDS, Folders, Layout
from clefgan.data.patient_table import PatientTable
from clefgan.data.truth_and_groups import ZERO_ONE
from clefgan.errors import ClefganError


def read(
    root: Path,
    folders: Folders,
    window: Window | None = None,
    patients: PatientTable | None = None,
    labels: Sequence[str] = ZERO_ONE,
) -> Challenge:
    """List the images of every role; see `clefgan.data.reading.read`.

    Parameters
    ----------
    labels : of the edition, not used first; a truth may say them

    Raises
    ------
    ClefganError
        No folder, a role without a folder or with two, or a fault in a listing or a table.
    """
    layout_of = layout.find(root, folders)
    if not layout_of.dev and not layout_of.test:
        raise ClefganError(nothing_found(layout_of, folders))

    def role(part: str, name: str) -> ImageSet:
        return image_set(layout_of, part, name, folders, window)

    dev, test, groups = None, None, NO_GROUPS
    if layout_of.dev:
        dev = Dev(role("dev", "generated"), role("dev", "used"), role("dev", "not_used"))
        groups = of_table(dev, patients) if patients else groups_beside(layout_of, dev)
    notes = groups.notes
    if layout_of.test:
        generated, candidates = role("test", "generated"), role("test", "unknown")
        owners = of_candidates(candidates, patients or table_beside_test(layout_of))
        truth = truth_beside(layout_of, candidates, labels)
        test = Test(generated, candidates, truth, owners.groups)
        notes = (*notes, *owners.notes)
    return Challenge(str(root), dev, test, groups.groups, notes)


def image_set(
    role_folders: Layout, part: str, role: str, folders: Folders, window: Window | None
) -> ImageSet:
    """List the images of one role."""
    paths = role_folders.dev if part == "dev" else role_folders.test
    if role not in paths:
        raise ClefganError(
            f"{common(paths)}: no folder of {WORDS[role]} for {part}; "
            f"looked for {', '.join(folders[role])}"
        )
    name = "candidates" if role == "unknown" else role.replace("_", " ")
    path = paths[role]
    refuse_nested(path)
    return ImageSet(f"{part} {name}", str(path), images.listing(path), window)


def refuse_nested(path: Path) -> None:
    """Raise if a role has more images in a folder below it: they would be dropped in silence."""
    for folder, names, _ in os.walk(path):
        names[:] = [inner.name for inner in layout.subfolders(Path(folder))]
        for inner in (Path(folder, name) for name in names):
            if layout.has_image_of_any_format(inner):
                raise ClefganError(
                    f"{path}: its sub-folder {inner.relative_to(path).as_posix()!r} holds images "
                    "too; move them into the folder or out of it"
                )


def truth_beside(
    role_folders: Layout, candidates: ImageSet, labels: Sequence[str]
) -> dict[str, bool] | None:
    """Truth of the candidates, if a table gives it."""
    table = truth_and_groups.locate(
        above(role_folders.root, role_folders.test), truth_and_groups.TRUTH_FILES
    )
    return truth_and_groups.truth(table, candidates.file_names, labels) if table else None


def groups_beside(role_folders: Layout, dev: Dev) -> DevGroups:
    """Groups of the real dev images, if a table or the headers of all give them."""
    table = truth_and_groups.locate(
        above(role_folders.root, role_folders.dev), truth_and_groups.GROUP_FILES
    )
    return of_headers(dev) if table is None else of_table(dev, patient_table.read(table))


def table_beside_test(role_folders: Layout) -> PatientTable | None:
    """The table of patients that is for the candidates too, if there is one."""
    table = truth_and_groups.locate(
        above(role_folders.root, role_folders.test), truth_and_groups.GROUP_FILES
    )
    return None if table is None else patient_table.read(table)


def common(paths: Mapping[str, Path]) -> Path:
    """The lowest folder that holds all of a part."""
    return Path(os.path.commonpath([path.parent for path in paths.values()]))


def above(root: Path, paths: Mapping[str, Path]) -> list[Path]:
    """The lowest folder that holds all of a part, and those above it up to `root`."""
    lowest = common(paths)
    return [lowest, *(folder for folder in lowest.parents if folder.is_relative_to(root))]


def nothing_found(role_folders: Layout, folders: Folders) -> str:
    """Say that a folder is no challenge, what was looked for, and what is there instead."""
    looked = "; ".join(f"{WORDS[role]}: {', '.join(folders[role])}" for role in WORDS)
    there = ", ".join(role_folders.seen[:8]) + (", ..." if len(role_folders.seen) > 8 else "")
    return (
        f"{role_folders.root}: no challenge here; looked for {looked}; found folders: "
        f"{there or 'none'}"
    )
