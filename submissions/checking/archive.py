"""The run inside a zip, read without unpacking anything to disk."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from submissions.problems import RunFindings, quoted

STARTS = (b"PK\x03\x04", b"PK\x05\x06")
"""The first bytes of a zip, the second of an empty one."""
MOST_MEMBERS = 1000
MOST_BYTES = 256 << 20
"""Unpacked size of everything in the zip; a run of a million lines has about 30 MiB."""
MOST_RATIO = 200
"""Unpacked to packed size above 1 MiB; run files reach about 20."""

_JUNK = ("__macosx/", ".ds_store", "thumbs.db", "desktop.ini")


class Member:
    """A member's content as a stream; whatever is wrong with the zip is a BadZipFile."""

    def __init__(self, name: str, stream: IO[bytes]) -> None:
        self.name, self._stream = name, stream

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; empty at the end."""
        with damage_told():
            return self._stream.read(size)


@contextmanager
def damage_told() -> Iterator[None]:
    """Zipfile says in many ways that a file is damaged; say it in one."""
    try:
        yield
    except (zlib.error, struct.error, EOFError, ValueError, RuntimeError, OverflowError) as error:
        raise zipfile.BadZipFile(str(error)) from None


@contextmanager
def opened(stream: IO[bytes], findings: RunFindings) -> Iterator[Member | None]:
    """The one run in a zip as a stream; None where the zip is refused.

    Raises
    ------
    zipfile.BadZipFile
        The zip is damaged.
    """
    with damage_told():
        packed = zipfile.ZipFile(stream)
    with packed:
        infos = [info for info in packed.infolist() if not info.filename.endswith("/")]
        run = None
        if not dangerous(infos, findings) and not _workbook(infos, findings):
            run = _only_run(infos, findings)
        if run is None:
            yield None
            return
        _placed(run, findings)
        with damage_told():
            member = packed.open(run)
        with member:
            yield Member(run.filename, member)


def dangerous(infos: list[zipfile.ZipInfo], findings: RunFindings) -> bool:
    """Refuse what a careless program would come to harm by."""
    size, packed = sum(i.file_size for i in infos), sum(i.compress_size for i in infos)
    refusals: list[str] = []
    if len(infos) > MOST_MEMBERS:
        refusals.append(f"holds {len(infos):,} files; a run is one")
    if size > MOST_BYTES or (size > 1 << 20 and size > MOST_RATIO * packed):
        refusals.append(
            f"would unpack {packed:,} to {size:,} bytes, as a zip bomb does; at most "
            f"{MOST_BYTES >> 20} MiB and {MOST_RATIO} times are read"
        )
    for info in infos[:MOST_MEMBERS]:
        name, quote = info.orig_filename.replace("\\", "/"), quoted(info.orig_filename)
        if name.startswith("/") or name[1:2] == ":" or ".." in name.split("/") or "\0" in name:
            refusals.append(f"holds {quote}, a path that leads outside the zip")
        elif stat.S_ISLNK(info.external_attr >> 16):
            refusals.append(f"holds {quote}, a symbolic link")
        elif info.flag_bits & 1:
            refusals.append(f"holds {quote}, which is encrypted; zip it without a password")
        elif info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            refusals.append(f"holds {quote}, packed by an unusual method; use plain zip (deflate)")
    for text in refusals:
        findings.add("zip", 0, text)
    return bool(refusals)


def _workbook(infos: list[zipfile.ZipInfo], findings: RunFindings) -> bool:
    names = {info.filename for info in infos}
    if "[Content_Types].xml" in names:
        findings.add("binary", 0, "is an Excel workbook, not text; save it as CSV")
        return True
    return False


def _only_run(infos: list[zipfile.ZipInfo], findings: RunFindings) -> zipfile.ZipInfo | None:
    junk = [i for i in infos if i.filename.lower().split("/")[-1] in _JUNK or _is_mac(i.filename)]
    runs = [i for i in infos if i not in junk and i.filename.lower().endswith((".csv", ".txt"))]
    for info in infos:
        if info in junk:
            text = f"holds {quoted(info.filename)}, which the system added; zip the run alone"
            findings.add(
                "zip-extra", 0, text, level="warning", repair="took the run out of the zip"
            )
        elif info not in runs:
            text = f"holds {quoted(info.filename)} beside the run; zip the run alone"
            findings.add(
                "zip-extra", 0, text, level="warning", repair="took the run out of the zip"
            )
    if not runs:
        findings.add("zip", 0, f"holds no run; put {findings.edition.member!r} into it")
    elif len(runs) > 1:
        names = ", ".join(quoted(i.filename) for i in runs[:5]) + (", …" if len(runs) > 5 else "")
        findings.add("zip", 0, f"holds {len(runs)} runs ({names}); an upload holds one")
    return runs[0] if len(runs) == 1 else None


def _is_mac(name: str) -> bool:
    return name.lower().startswith(_JUNK[0])


def _placed(run: zipfile.ZipInfo, findings: RunFindings) -> None:
    """Judge where in the zip the run is, and whether there should be a zip."""
    edition = findings.edition
    folder, _, name = run.filename.rpartition("/")
    took_out = "took the run out of the zip"
    if edition.container != "zip":
        text = f"edition {edition.name!r} takes the run itself, not a zip"
        level = "warning" if edition.unsure("container") else "error"
        findings.add("container", 0, text, rule="container", level=level, repair=took_out)
    if folder:
        text = f"the run is in the folder {quoted(folder)}; zip the file, not its folder"
        findings.add("zip-folder", 0, text, rule="container", repair=took_out)
    if name != edition.member:
        text = f"the run is called {quoted(name)}; {edition.member!r} is expected"
        findings.add("member", 0, text, rule="member", level="warning", repair=took_out)
