"""`clefgan audit --after` where the folder of the audit before is no longer as it was written."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from audits import full, write
from clefgan.report.audit import internal


@pytest.fixture(scope="module")
def leaking(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write(tmp_path_factory.mktemp("leaking"), copies=12)
    full(folder, "--out", str(folder / "audit"), "--withhold", "list", "--planted", "0", code=1)
    return folder


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (
            lambda lines: lines[:-1],
            r"keep\.csv: \d+ images, but the audit kept \d+; give",
        ),
        (lambda lines: [*lines[:-1], "nobody"], r"1 kept image is not in the release; give"),
        (lambda lines: ["image", *lines[1:]], r"keep\.csv: not a table with the column 'released'"),
        (lambda lines: [lines[0], '"never closed'], r"keep\.csv: not a table with the column"),
        (lambda lines: [], r"keep\.csv: 0 images, but the audit kept \d+; give"),
    ],
)
def test_a_damaged_list_of_what_was_kept_is_refused_and_a_spreadsheets_one_is_read(
    damage: Callable[[list[str]], list[str]],
    message: str,
    leaking: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Else images that nobody audited would be said to be kept, or there would be a traceback."""
    before = shutil.copytree(leaking / "audit", tmp_path / "audit")
    keep = before / "internal" / "keep.csv"
    lines = keep.read_text().splitlines()
    again = ("--after", str(before), "--out", str(tmp_path / "again"))
    keep.write_text("".join(f"{line}\n" for line in damage(lines)))
    full(leaking, *again, code=1)
    assert re.search(message, capsys.readouterr().err)
    assert not (tmp_path / "again").exists()
    keep.write_text("".join(f"{line}\r\n" for line in lines), encoding="utf-8-sig")
    assert internal.read_ids(before, internal.KEEP) == set(lines[1:])
    keep.write_text('released\na;b\n c \n"d,e"\n')
    assert internal.read_ids(before, internal.KEEP) == {"a;b", " c ", "d,e"}
