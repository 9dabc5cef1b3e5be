"""What a command will write: refused before the work if it cannot be, or if it would be a loss.

No output may be a file that the command reads or that belongs to one (the record of a run, anything
below the data), by whatever name: through links, hard links, other paths, or another case where the
file system does not tell cases apart. Nor may two outputs be one file.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from clefgan.cli.console import echo
from clefgan.errors import ClefganError
from clefgan.report import sheet as sheets
from clefgan.report.files import exports
from clefgan.storage import files
from clefgan.storage.places import Places, existing, one_file
from submissions.files import neighbour

PRINTED = Path("-")
"""Standard output, as `--json` alone has it."""
KEPT = ("datasets", "weights")
"""What clefgan keeps in its cache that a command may read."""
PLUGIN = re.compile(r"\.py:\w*")


@dataclass(frozen=True, slots=True)
class Output:
    """Something that will be written.

    option : that names it, for errors
    is_folder : a folder that files are written into
    is_replaced : a folder that goes with all that is in it, for a new one
    """

    option: str
    path: Path
    is_folder: bool = False
    is_replaced: bool = False


def tables(files: Mapping[str, Path | None]) -> list[Output]:
    """The files asked for, by the names of their options without `--`.

    Raises
    ------
    ClefganError
        Two of them are to be printed.
    """
    printed = [f"--{name}" for name, path in files.items() if path == PRINTED]
    if len(printed) > 1:
        raise ClefganError(f"{' and '.join(printed)}: one can be printed; give the others a file")
    return [
        Output(f"--{name}", path) for name, path in files.items() if path not in (None, PRINTED)
    ]


def is_printed(files: Mapping[str, Path | None]) -> bool:
    """Whether one of the files is standard output, where nothing else may then be printed."""
    return PRINTED in files.values()


def refuse(outputs: Sequence[Output], read: Iterable[Path | str | None]) -> None:
    """Raise before any work is done if an output cannot be written, or is read.

    Parameters
    ----------
    read : files, and folders with all below them; some may not be there yet

    Raises
    ------
    ClefganError
        An output is read, is in a folder that is read or holds what is read, is another output
        too, is a folder where a file is wanted or the reverse, or is where nothing can be written.
    """
    for output in outputs:
        refuse_unwritable(output)
    refuse_twice(outputs)
    if outputs:
        given = [Path(path) for path in read if path is not None]
        places = Places([*given, *(files.cache_root() / kind for kind in KEPT)])
        for output in outputs:
            refuse_read(output, places)
            refuse_other_kind(output)


def refuse_unwritable(output: Output) -> None:
    """Raise if no file can be written there, or no folder."""
    path, option = output.path, output.option
    refuse_name(path, option)
    if path.is_dir() and not output.is_folder:
        raise ClefganError(f"{path}: is a folder; give a file to {option}")
    there = existing(path if output.is_folder else path.parent)
    if not there.is_dir():
        raise ClefganError(f"{there}: is not a folder; give another {option}")
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ClefganError(
            f"{there}: may not be written to; give another {option} ({reason})"
        ) from error


def refuse_name(path: Path, option: str) -> None:
    """Raise if the system takes no such name."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        pass
    except (OSError, ValueError) as error:  # too long; a zero byte
        reason = getattr(error, "strerror", None) or str(error)
        raise ClefganError(f"{shortened(path)}: {reason.lower()}; give another {option}") from error


def shortened(path: Path, most: int = 120) -> str:
    """A path as a message has it, without the middle of one that is too long to read."""
    text = str(path)
    return text if len(text) <= most else f"{text[: most // 2]}...{text[-most // 2 :]}"


def refuse_twice(outputs: Sequence[Output]) -> None:
    """Raise if two outputs are one file."""
    for number, output in enumerate(outputs):
        for other in outputs[:number]:
            if one_file(output.path, other.path):
                options = f"{other.option} and {output.option}"
                if other.option == output.option:
                    raise ClefganError(f"{output.path}: two runs would get this name; rename one")
                raise ClefganError(f"{output.path}: is given to {options}; give two files")


def refuse_read(output: Output, places: Places) -> None:
    """Raise if an output is read, lies in what is read, or holds it."""
    path, option = output.path, output.option
    what = "folder" if output.is_folder else "file"
    folder = places.holds(path)
    if folder is not None and not one_file(folder, path):
        raise ClefganError(
            f"{path}: is in '{folder}', which is read; give another {what} to write to ({option})"
        )
    if folder is not None:
        raise ClefganError(f"{path}: is read; give another {what} to write to ({option})")
    inner = places.within(path) if output.is_replaced else None
    if inner is not None:
        raise ClefganError(
            f"{path}: holds '{inner}', which is read; give another folder to write to ({option})"
        )


def refuse_other_kind(output: Output) -> None:
    """Raise if `--json` took a run file for the file to write: `--json run.csv`."""
    if output.option == "--json" and output.path.suffix.lower() in (".csv", ".zip"):
        raise ClefganError(
            f"{output.path}: is not a name for JSON; give --json a file such as table.json, or "
            "give --json last to print"
        )


def named_files(texts: Iterable[str]) -> Iterator[Path]:
    """Files that methods and settings name: a plug-in's file, or a value that is a path."""
    for text in texts:
        bare = PLUGIN.sub(".py", text)
        for piece in (bare, bare.partition("(")[0], *re.split(r"[=(),\s]", bare)):
            if piece and Path(piece).is_file():
                yield Path(piece)


def belonging(runs: Iterable[Path]) -> Iterator[Path]:
    """Run files, or zips of one, and the record of each."""
    for run in runs:
        yield run
        yield neighbour(run, ".json")


def texts(sheets: Sequence[sheets.Sheet], paths: Mapping[str, Path | None]) -> dict[Path, str]:
    """The sheets in every format that is asked for, by the file that each goes to."""
    return {path: exports.FORMATS[kind](sheets) for kind, path in paths.items() if path is not None}


def write(contents: Mapping[Path, str]) -> list[Path]:
    """Write text files, each whole or not at all, and print the one for `-`; return their paths."""
    if PRINTED in contents:
        echo(contents[PRINTED].removesuffix("\n"))
    return [exports.write(path, text) for path, text in contents.items() if path != PRINTED]
