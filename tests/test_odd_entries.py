"""What lies about beside images and cannot be read: passed over and said, unless it is an image."""

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from clefgan.__main__ import main
from clefgan.data import inspection, reading
from clefgan.data.classes import inspection as class_inspection
from clefgan.data.classes import reading as class_reading
from clefgan.data.sets import below
from clefgan.errors import ClefganError
from clefgan.experiments.lab import reals

pytestmark = pytest.mark.skipif(os.name != "posix", reason="links, pipes and permissions of POSIX")
NOBODY = 65534
ROLES = ("dev/generated", "dev/real_used", "dev/real_not_used", "test/generated", "test/unknown")


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tiny challenge, named as seen from the working directory."""
    rng = np.random.default_rng(5)
    for role in ROLES:
        (tmp_path / role).mkdir(parents=True)
        for i in range(3):
            pixels = rng.integers(0, 256, (8, 8), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / role / f"{role[:1]}{role[-4:]}_{i}.png")
    for path in (tmp_path, *tmp_path.rglob("*")):
        path.chmod(0o755)
    monkeypatch.chdir(tmp_path)  # to which who has no rights on the folders above still has them
    return Path()


@contextmanager
def without_rights() -> Iterator[None]:
    """Read as somebody whom permissions hold for: root may read everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def dangling(path: Path) -> None:
    path.symlink_to("nowhere")


def looping(path: Path) -> None:
    path.symlink_to(path.name)


def pipe(path: Path) -> None:
    os.mkfifo(path)


def plug(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


def locked_file(path: Path) -> None:
    path.write_text("read me")
    path.chmod(0)


def locked_folder(path: Path) -> None:
    path.mkdir()
    (path / "inner.png").write_bytes(b"hidden by the folder")
    path.chmod(0)


ODD: dict[Callable[[Path], None], str] = {
    dangling: "cannot be opened (no such file or directory)",
    looping: "cannot be opened (too many levels of symbolic links)",
    pipe: "is not a file but a pipe, a socket or a device",
    plug: "is not a file but a pipe, a socket or a device",
    locked_file: "cannot be opened (permission denied)",
    locked_folder: "cannot be opened (permission denied)",
}


@pytest.mark.parametrize("where", ["", "dev", "dev/real_used", "test/unknown"])
@pytest.mark.parametrize("make", ODD, ids=lambda make: make.__name__)
def test_it_is_passed_over_and_said(make: Callable[[Path], None], where: str, data: Path) -> None:
    before = [each.digest() for each in reading.read(data).image_sets()]
    odd = data / where / "lost+found"
    make(odd)
    with without_rights():
        found = reading.read(data)
        assert [each.digest() for each in found.image_sets()] == before
        report = inspection.inspect(data)
        assert not report.problems
    assert f"passed over: {odd.as_posix()!r} {ODD[make]}" in report.notes
    if odd.is_dir():
        odd.chmod(0o755)


@pytest.mark.parametrize("name", ["x.png", "x.dcm", "x.npy"])
@pytest.mark.parametrize(
    "make", [dangling, looping, pipe, plug, locked_file], ids=lambda make: make.__name__
)
def test_what_is_called_an_image_stays_an_error(
    make: Callable[[Path], None], name: str, data: Path
) -> None:
    make(data / "dev/real_used" / name)

    def load() -> None:
        for images in reading.read(data).image_sets():
            images.load()

    with without_rights(), pytest.raises(ClefganError) as caught:
        load()
    start = "dev/real_used: 1 of 4 "
    assert str(caught.value).startswith(start)
    assert f"cannot be read: {name!r} {ODD[make]}; replace them" in str(caught.value)
    with without_rights():
        assert any(line.startswith(start) for line in inspection.inspect(data).problems)


def test_a_role_that_may_not_be_looked_into_stays_an_error(data: Path) -> None:
    (data / "dev/real_used").chmod(0)
    with without_rights():
        with pytest.raises(ClefganError, match=r"^dev/real_used: cannot be opened \(permission"):
            reading.read(data)
        assert "dev/real_used: cannot be opened (permission denied)" in (
            inspection.inspect(data).problems
        )
    (data / "dev/real_used").chmod(0o755)


def test_a_folder_of_a_class_that_may_not_be_looked_into_is_an_error(data: Path) -> None:
    for name in ("a", "b"):
        shutil.copytree(data / "dev/generated", data / "c/real" / name)
    dangling(data / "c/real/a/scanner")
    assert "passed over: 'real/a/scanner' cannot be opened (no such file or directory)" in (
        class_inspection.inspect("c").notes
    )
    locked_folder(data / "c/real/a/patient_1")
    with (
        without_rights(),
        pytest.raises(
            ClefganError,
            match=r"patient_1: cannot be opened \(permission denied\); replace or remove it$",
        ),
    ):
        class_reading.read("c")
    (data / "c/real/a/patient_1").chmod(0o755)


def test_many_are_counted(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for i in range(5):
        dangling(data / f"link{i}")
    with pytest.raises(SystemExit) as done:
        main(["data", "info", "."])
    assert not done.value.code
    out = " ".join(capsys.readouterr().out.split())
    assert "passed over: 'link0' cannot be opened" in out
    assert "; and 2 more" in out
    assert "ready to run" in out


def test_sets_of_an_audit_say_it_too(data: Path) -> None:
    locked_folder(data / "dev/secret")
    pipe(data / "dev/pipe")
    with without_rights():
        found = below.images("dev")
    assert {"secret", "pipe"} <= set(found.others)
    (data / "dev/secret").chmod(0o755)


@pytest.mark.parametrize("table", ["truth.csv", "groups.csv", "dev/groups.csv", "test/groups.csv"])
@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda path: path.symlink_to("nowhere"), r"cannot be opened \(no such file"),
        (lambda path: path.mkdir(), "is a folder"),
        (os.mkfifo, "is not a file but a pipe"),
    ],
)
def test_a_table_that_cannot_be_opened_is_not_taken_for_none(
    data: Path, table: str, make: Callable[[Path], None], why: str
) -> None:
    make(data / table)
    with pytest.raises(ClefganError, match=f"^{table}: {why}.*; replace or remove it$"):
        reading.read(data)
    if table == "groups.csv":
        with pytest.raises(ClefganError, match=f"^{table}: {why}"):
            reals.beside(data, None)
