"""Whether two paths are one file, and whether a path is among others, links seen through.

Paths are compared by the files that they lead to, so relative paths, symbolic links, hard links
and, where the file system does not tell cases apart, other cases do not matter.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path


def one_file(path: Path, other: Path) -> bool:
    """Whether two paths are one file or folder, or would be once it is written."""
    if path.exists() and other.exists():
        return path.samefile(other)
    real, other_real = real_path(path), real_path(other)
    if real == other_real:
        return True
    alike = str(real).casefold() == str(other_real).casefold()
    return alike and ignores_case(existing(real))


def real_path(path: Path) -> Path:
    """The absolute path without links; those that lead nowhere, or in a circle, stay."""
    return Path(os.path.realpath(path))


def existing(path: Path) -> Path:
    """The path itself, or the lowest folder above it that is there."""
    while not path.exists() and path != path.parent:
        path = path.parent
    return path


def ignores_case(path: Path) -> bool:
    """Whether another case of this path, which exists, leads to the same file."""
    swapped = Path(str(path).swapcase())
    return swapped != path and swapped.exists() and swapped.samefile(path)


class Places:
    """Files and folders, each folder with all that is below it and all that links in it lead to.

    Parameters
    ----------
    roots : named in answers as they are here;
        one that is not there may come, with what will be below
    """

    def __init__(self, roots: Iterable[Path]) -> None:
        self.roots = tuple(roots)
        self.folders: list[tuple[Path, Path]] = []  # a folder, and the root that leads to it
        self.files: dict[tuple[int, int], Path] = {}  # device and number of a file to its root
        seen: set[tuple[int, int]] = set()
        for root in self.roots:
            self.folders += [(folder, root) for folder in self.folders_of(root, seen)]

    def folders_of(self, root: Path, seen: set[tuple[int, int]]) -> Iterator[Path]:
        """Folders that all of a root is below; its files are noted on the way."""
        waiting = [(root, True)]
        while waiting:
            path, is_top = waiting.pop()
            try:
                status = path.stat()
            except OSError:  # a link that leads nowhere
                continue
            key = (status.st_dev, status.st_ino)
            if not path.is_dir():
                self.files.setdefault(key, root)
                continue
            if key in seen:
                continue
            seen.add(key)
            if is_top:
                yield real_path(path)
            waiting += self.entries(path, status.st_dev, root)

    def entries(self, folder: Path, device: int, root: Path) -> list[tuple[Path, bool]]:
        """Folders and links directly in a folder, links as tops; plain files are noted."""
        folders: list[tuple[Path, bool]] = []
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.is_symlink():
                        folders.append((Path(entry.path), True))
                    elif entry.is_dir():
                        folders.append((Path(entry.path), False))
                    else:
                        self.files.setdefault((device, entry.inode()), root)
        except OSError:  # may not be listed: not read either
            return []
        return folders

    def holds(self, path: Path) -> Path | None:
        """The root that a path is, or is below of; None if it is of none."""
        if path.exists():
            status = path.stat()
            if not path.is_dir() and (status.st_dev, status.st_ino) in self.files:
                return self.files[status.st_dev, status.st_ino]
        real = real_path(path)
        for folder, root in self.folders:
            if any(one_file(above, folder) for above in (real, *real.parents)):
                return root
        for root in self.roots:
            if not root.exists() and any(one_file(above, root) for above in (real, *real.parents)):
                return root
        return None

    def within(self, folder: Path) -> Path | None:
        """A root that is below a folder; None if there is none."""
        for root in self.roots:
            if any(one_file(above, folder) for above in real_path(root).parents):
                return root
        return None
