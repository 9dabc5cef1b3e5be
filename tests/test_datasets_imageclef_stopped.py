"""Prepared whole or not at all: records that are damaged, processes that were stopped."""

import os
import platform
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from clefgan.data import images, reading
from clefgan.data.tfds import preparation, scratch
from clefgan.errors import ClefganError
from imageclef_downloads import downloaded, run, same

pytestmark = pytest.mark.usefixtures("empty_cache")


@pytest.fixture
def download(tmp_path: Path) -> Path:
    return downloaded(tmp_path)


class TestDamaged:
    @pytest.mark.parametrize("left", [0, 3, 65536, -10])
    def test_records_that_are_cut_short(self, download: Path, left: int) -> None:
        path = preparation.prepare("imageclef_gans/2023", download)
        (records,) = path.glob("*dev_used*")
        records.write_bytes(records.read_bytes()[:left])
        with pytest.raises(ClefganError) as caught:
            reading.read("imageclef_gans/2023")
        assert str(caught.value).startswith(
            f"{path}, split dev_used: a prepared dataset that is damaged; got "
        )
        assert str(caught.value).endswith(
            "; prepare it again, with --force (`clefgan data prepare`)"
        )
        assert "\n" not in str(caught.value)
        preparation.prepare("imageclef_gans/2023", download, force=True)
        same(reading.read("imageclef_gans/2023"), reading.read(download))

    def test_records_that_are_no_records_or_absent(self, download: Path) -> None:
        path = preparation.prepare("imageclef_gans/2023", download)
        (records,) = path.glob("*dev_used*")
        records.write_bytes(bytes(range(256)) * 512)
        with pytest.raises(ClefganError, match=r"split dev_used: a prepared dataset that is dam"):
            reading.read("imageclef_gans/2023")
        records.unlink()
        with pytest.raises(ClefganError, match=r"split dev_used: a prepared dataset that is dam"):
            reading.read("imageclef_gans/2023")

    @pytest.mark.parametrize("name", ["features.json", "dataset_info.json"])
    @pytest.mark.parametrize("content", [b"", b"\xff\x00", b"{}", b"[1]", b'{"splits": 3}', b"{"])
    def test_descriptions(self, download: Path, name: str, content: bytes) -> None:
        path = preparation.prepare("imageclef_gans/2023", download)
        (path / name).write_bytes(content)
        with pytest.raises(ClefganError, match=rf"^{path}: a prepared dataset that is damaged; g"):
            reading.read("imageclef_gans/2023")

    def test_no_features(self, download: Path) -> None:
        path = preparation.prepare("imageclef_gans/2023", download)
        (path / "features.json").unlink()
        with pytest.raises(ClefganError, match=rf"^{path}: a prepared dataset that is damaged; g"):
            reading.read("imageclef_gans/2023")

    def test_an_image_that_is_damaged_once_it_is_listed(self, download: Path) -> None:
        path = preparation.prepare("imageclef_gans/2023", download)
        found = reading.read(path)
        (records,) = path.glob("*dev_used*")
        records.write_bytes(b"")
        assert found.dev is not None
        with pytest.raises(ClefganError, match=r"split dev_used: a prepared dataset that is dam"):
            found.dev.used.load()


class TestLeftByKilledOnes:
    def test_are_removed(self, download: Path, empty_cache: Path) -> None:
        dead = subprocess.Popen([sys.executable, "-c", ""])
        dead.wait()
        host = platform.node()
        ours = empty_cache / f".preparing-{host}-{os.getpid()}-a"
        gone = empty_cache / f".preparing-{host}-{dead.pid}-b"
        elsewhere = empty_cache / f".preparing-{host}x-{dead.pid}-c"
        aged = [empty_cache / ".preparing-abcdef", empty_cache / f".preparing-{host}x-{dead.pid}-d"]
        at_work = empty_cache / f".preparing-{host}x-{dead.pid}-e"
        for folder in (ours, gone, elsewhere, *aged, at_work):
            (folder / "deep").mkdir(parents=True)
        day_before = time.time() - 25 * 60 * 60
        for folder in (*aged, at_work):
            for path in (folder / "deep", folder):
                os.utime(path, (day_before, day_before))
        (at_work / "deep" / "new").touch()
        preparation.prepare("imageclef_gans/2023", download)
        assert set(empty_cache.glob(".preparing-*")) == {ours, elsewhere, at_work}

    def test_the_lock_decides_where_there_is_one(self, download: Path, empty_cache: Path) -> None:
        """One that was killed, and whose number another process has now; and one at work."""
        work = """
            import sys, time
            from pathlib import Path
            from clefgan.data.tfds import scratch
            with scratch.folder(Path(sys.argv[1])) as made:
                (made / "deep").mkdir()
                (made / "deep" / "half").write_text("written")
                print(made, flush=True)
                time.sleep(600)
        """
        words = [sys.executable, "-c", textwrap.dedent(work), str(empty_cache)]
        preparation.prepare("imageclef_gans/2023", download)
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            made = Path(process.stdout.readline().strip())
            at_work = made.with_name(f".preparing-{platform.node()}-{os.getpid()}-x")
            made.rename(at_work)  # as if the number were ours; the lock goes with the folder
            reading.read("imageclef_gans/2023")
            assert (at_work / "deep" / "half").is_file()
            process.kill()
            process.wait()
        reading.read("imageclef_gans/2023")  # whoever comes next, though nothing is to be prepared
        assert not list(empty_cache.glob(".preparing-*"))

    def test_a_new_folder_is_made_where_another_took_the_first(self, tmp_path: Path) -> None:
        with scratch.folder(tmp_path) as one, scratch.folder(tmp_path) as two:
            scratch.clear(tmp_path)
            assert one.is_dir()
            assert two.is_dir()
        assert not list(tmp_path.iterdir())

    def test_one_of_another_user_is_left_to_its_age(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refused(process: int, number: int) -> None:
            raise PermissionError

        monkeypatch.setattr(os, "kill", refused)
        assert not scratch.gone(1)

    def test_one_that_goes_meanwhile_is_not_looked_at(self, tmp_path: Path) -> None:
        assert not scratch.abandoned(tmp_path / ".preparing-x")


class TestInterrupted:
    def test_leaves_nothing(
        self, download: Path, empty_cache: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        count = 0

        def stop(_: object) -> None:
            nonlocal count
            count += 1
            if count == 15:
                raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(images, "header", stop)
            with pytest.raises(KeyboardInterrupt):
                preparation.prepare("imageclef_gans/2023", download)
        assert not [path for path in empty_cache.rglob("*") if path.is_file()]
        with pytest.raises(ClefganError, match=r"is not prepared"):
            reading.read("imageclef_gans/2023")

    def test_killed_leaves_nothing_that_is_trusted(self, download: Path, empty_cache: Path) -> None:
        script = f"""
            import itertools, os, signal
            from pathlib import Path
            from clefgan.data import images
            from clefgan.data.tfds import preparation

            count = itertools.count()
            images.header = lambda _: next(count) < 15 or os.kill(os.getpid(), signal.SIGKILL)
            preparation.prepare("imageclef_gans/2023", Path({str(download)!r}))
        """
        done = run(script)
        assert done.returncode == -signal.SIGKILL
        assert list(empty_cache.glob(".preparing-*/**/*"))
        with pytest.raises(ClefganError, match=r"is not prepared"):
            reading.read("imageclef_gans/2023")
        preparation.prepare("imageclef_gans/2023", download)
        same(reading.read("imageclef_gans/2023"), reading.read(download))
        assert not list(empty_cache.glob(".preparing-*"))

    def test_a_folder_without_its_last_file_is_made_anew(self, download: Path) -> None:
        path = preparation.prepare("imageclef_gans/2023", download)
        (path / "dataset_info.json").unlink()
        with pytest.raises(ClefganError, match=r"is not prepared"):
            reading.read("imageclef_gans/2023")
        preparation.prepare("imageclef_gans/2023", download)
        same(reading.read("imageclef_gans/2023"), reading.read(download))
