"""Which folder plays which role: a challenge's layout on disk, found by the names of its folders.

The given folder and up to three levels below it are searched. Dev and test may be two folders or
one, under any name: a folder of generated images belongs to the part that it shares more of its
path with; where that does not tell, to the part that a folder above it is named after (`train`,
`test`, ...), and at last `generated` itself is dev and any other name is test.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from clefgan.data import listing
from clefgan.data.formats import kinds
from clefgan.errors import ClefganError

Folders = Mapping[str, Sequence[str]]
"""Role (`used`, `not_used`, `generated`, `unknown`) to the names that its folder may have."""

DEV_ROLES = ("generated", "used", "not_used")
TEST_ROLES = ("generated", "unknown")
WORDS = {
    "used": "used images",
    "not_used": "images not used",
    "generated": "generated images",
    "unknown": "candidates",
}
LEVELS = 3  # below the given folder
DEV_WORDS, TEST_WORDS = {"dev", "development", "train", "training"}, {"test", "testing"}


@dataclass(frozen=True, slots=True)
class Layout:
    """Folders by role; a role that was not found is absent."""

    root: Path
    dev: Mapping[str, Path]
    test: Mapping[str, Path]
    seen: tuple[str, ...]  # all folders that were looked at, from `root`


def find(root: Path, folders: Folders) -> Layout:
    """Find the folder of each role.

    Raises
    ------
    ClefganError
        `root` is no folder, or two folders match one role.
    """
    if not root.is_dir():
        raise ClefganError(f"{root}: no such folder")
    seen: list[str] = []
    folders_by_role: dict[str, list[Path]] = {role: [] for role in WORDS}
    for path, role in matches(root, folders, seen):
        if all(not path.samefile(other) for other in folders_by_role[role]):
            folders_by_role[role].append(path)
    for role in ("used", "not_used", "unknown"):
        refuse_two(root, role, folders_by_role[role])
    dev = {role: folders_by_role[role][0] for role in ("used", "not_used") if folders_by_role[role]}
    test = {"unknown": folders_by_role["unknown"][0]} if folders_by_role["unknown"] else {}
    for part, path in share_out(root, folders_by_role["generated"], dev, test).items():
        (dev if part == "dev" else test)["generated"] = path
    return Layout(root, dev, test, tuple(seen))


def matches(root: Path, folders: Folders, seen: list[str]) -> Iterator[tuple[Path, str]]:
    """Every folder that plays a role, with the role; what is below such a folder is left alone."""
    names = {tuple(name.casefold().split("/")): role for role in folders for name in folders[role]}
    deepest = LEVELS + max((len(name) for name in names), default=0)
    waiting = [root]
    while waiting:
        folder = waiting.pop(0)
        parts = tuple(part.casefold() for part in folder.relative_to(root).parts)
        if 0 < len(parts) <= LEVELS + 1:
            seen.append("/".join(folder.relative_to(root).parts))
        roles = {
            names[parts[start:]]: None
            for start in range(min(len(parts), LEVELS + 1))
            if parts[start:] in names
        }
        if roles and is_end(folder):
            yield from ((folder, role) for role in roles)
        elif len(parts) < deepest:
            waiting += subfolders(folder)


def subfolders(folder: Path) -> list[Path]:
    """Folders directly in a folder, sorted; hidden ones and what archives leave are passed over."""
    names = [path.name for path in entries_of(folder) if path.is_dir()]
    names = [name for name in names if not name.startswith((".", "__MACOSX"))]
    names = [name for name in names if not kinds.is_store(folder / name)]
    return [folder / name for name in sorted(names, key=listing.natural_key)]


def is_end(folder: Path) -> bool:
    """Whether a folder is the end of a path: it holds an image, or no folder either."""
    return has_image(folder) or not subfolders(folder)


def has_image(folder: Path) -> bool:
    """Whether there is an image directly in a folder."""
    return any(listing.is_image(path) for path in entries_of(folder))


def has_image_of_any_format(folder: Path) -> bool:
    """Whether there is an image directly in a folder, be it of a format that nothing here reads."""
    return any(kinds.kind_of(path) is not None for path in entries_of(folder))


def entries_of(folder: Path) -> list[Path]:
    """What is directly in a folder; nothing of one that may not be looked into."""
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def passed_over(root: Path) -> Iterator[tuple[str, str]]:
    """Yield each entry below a folder that cannot be read and is called no image, and why not.

    Files and folders down to where a role is looked for, as seen from `root`.
    """
    waiting = [root]
    while waiting:
        folder = waiting.pop(0)
        for path in sorted(entries_of(folder)):
            if path.name.startswith("."):
                continue
            why = kinds.why_unreadable(path)
            if why and not kinds.ending_of(path.name):
                yield path.relative_to(root).as_posix(), why
        if len(folder.relative_to(root).parts) <= LEVELS + 1:
            waiting += subfolders(folder)


def share_out(
    root: Path, generated: Sequence[Path], dev: Mapping[str, Path], test: Mapping[str, Path]
) -> dict[str, Path]:
    """`dev` and `test` to their folder of generated images, as far as there is one."""
    leaning = {path: lean(root, path, dev, test) for path in generated}
    order = sorted(generated, key=lambda path: leaning[path], reverse=True)
    if not order:
        return {}
    if len(order) == 1:
        alone = "test" if test and not dev else "dev" if dev and not test else None
        return {alone or ("dev" if leaning[order[0]] > (0, 0, 0) else "test"): order[0]}
    first, last = leaning[order[0]], leaning[order[-1]]
    same_part = first[0] * last[0] > 0  # both are nearer to the same part
    if len(order) > 2 or same_part or first == last:
        refuse_two(root, "generated", order)
    return {"dev": order[0], "test": order[1]}


def lean(
    root: Path, path: Path, dev: Mapping[str, Path], test: Mapping[str, Path]
) -> tuple[int, int, int]:
    """How much a folder belongs to dev: by place, a name above it, its own name; above 0 is dev."""
    towards_dev = 0
    if dev and test:
        towards_dev = nearness(path, dev) - nearness(path, test)
    above = re.findall(r"[a-z]+", "/".join(path.relative_to(root).parts[:-1]).casefold())
    hint = bool(DEV_WORDS & set(above)) - bool(TEST_WORDS & set(above))
    return towards_dev, hint, 1 if path.name.casefold() == "generated" else -1


def nearness(path: Path, others: Mapping[str, Path]) -> int:
    """The longest way that `path` and another folder go together, in folders."""
    return max(len(Path(os.path.commonpath([path, other])).parts) for other in others.values())


def refuse_two(root: Path, role: str, paths: Sequence[Path]) -> None:
    """Raise if a role has more than one folder."""
    if len(paths) > 1:
        names = " and ".join(repr(path.relative_to(root).as_posix()) for path in paths)
        raise ClefganError(
            f"{root}: {len(paths)} folders of {WORDS[role]}: {names}; "
            "keep one, or give the folder of one challenge"
        )
