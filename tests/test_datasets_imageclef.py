"""TFDS datasets: prepared whole or not at all, the same as their folder, without TensorFlow."""

import io
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from building import challenge, levels
from clefgan.data import images, reading
from clefgan.data.tfds import preparation, scratch, stored
from clefgan.errors import ClefganError
from clefgan.similarity import block_sizes, engine
from clefgan.similarity.products import Metric

DEV = ("dev/generated", "dev/used", "dev/not_used")
TEST = ("test/generated_1", "test/real_unknown_1")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache for every test."""
    monkeypatch.setenv("CLEFGAN_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "datasets"


def png(level: int) -> bytes:
    """An 8-bit palette image, as in 2025."""
    image = Image.frombytes("P", (4, 4), bytes([255 - level] * 16))
    image.putpalette([255 - i // 3 for i in range(768)])
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


make = partial(levels, n=11, png=png)


@pytest.fixture
def download(tmp_path: Path) -> Path:
    """A challenge as it was unpacked, with truth and groups."""
    root = make(tmp_path / "download", *DEV, *TEST)
    rows = [f"real_unknown_1_{i + 1},{i % 2}\n" for i in range(11)]
    (root / "truth.csv").write_text("".join(rows))
    ids = [f"{role}_{i + 1}" for role in ("used", "not_used") for i in range(11)]
    (root / "groups.csv").write_text("".join(f"{name},p{len(name)}\n" for name in ids))
    return root


def same(found: reading.Challenge, expected: reading.Challenge) -> None:
    for one, other in zip(found.image_sets(), expected.image_sets(), strict=True):
        assert one.role == other.role
        assert one.ids == other.ids
        assert one.digest() == other.digest()
        np.testing.assert_array_equal(one.load(), other.load())
    assert found.groups == expected.groups
    assert (found.test and found.test.truth) == (expected.test and expected.test.truth)


def counted(patched: pytest.MonkeyPatch) -> list[int]:
    """How many images each further call of `images.read` is for."""
    counts: list[int] = []
    read = images.read

    def counting(items: Any, **options: Any) -> Any:
        counts.append(len(items))
        return read(items, **options)

    patched.setattr(images, "read", counting)
    return counts


class TestImageclefGans:
    @pytest.mark.parametrize("config", ["2023", "2025_s1"])
    def test_is_the_same_as_its_folder(self, download: Path, config: str) -> None:
        path = preparation.prepare(f"imageclef_gans/{config}", download)
        found = reading.read(f"imageclef_gans/{config}")
        assert found.source == f"imageclef_gans/{config}"
        same(found, reading.read(download))
        same(reading.read(path), reading.read(download))
        same(reading.read(path.parent), reading.read(download))

    def test_the_engine_reads_it_block_by_block(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sets = {"test/generated_1": 150, "test/real_unknown_1": 5}
        root = challenge(tmp_path / "download", sets, size=8)
        preparation.prepare("imageclef_gans/2023", root)
        for data in ("imageclef_gans/2023", root):
            test = reading.read(data).test
            assert test is not None
            wanted = engine.nearest(Metric.UNIT, test.candidates.load(), test.generated.load(), k=3)
            with monkeypatch.context() as patched, block_sizes.at_most(columns=64):
                read = counted(patched)
                found = engine.nearest(Metric.UNIT, test.candidates, test.generated, k=3)
            np.testing.assert_array_equal(found.distances, wanted.distances)
            np.testing.assert_array_equal(found.indices, wanted.indices)
            assert sorted(read) == [5, 22, 64, 64]  # never all generated images at once

    def test_dev_alone(self, tmp_path: Path) -> None:
        root = make(tmp_path / "download", *DEV)
        preparation.prepare("imageclef_gans/2023", root)
        found = reading.read("imageclef_gans/2023")
        same(found, reading.read(root))
        assert found.test is None
        assert found.groups is None

    def test_truth_is_absent_where_it_is_not_known(self, download: Path) -> None:
        (download / "truth.csv").unlink()
        preparation.prepare("imageclef_gans/2023", download)
        found = reading.read("imageclef_gans/2023")
        assert found.test is not None
        assert found.test.truth is None

    def test_tfds_itself_decodes_it(self, download: Path) -> None:
        import tensorflow_datasets as tfds

        path = preparation.prepare("imageclef_gans/2023", download)
        source = tfds.builder_from_directory(path).as_data_source("dev_used")
        row = source[0]
        assert row["image"].shape == (4, 4, 1)
        assert source.dataset_info.features["label"].int2str(row["label"]) == "used"

    def test_is_prepared_once(self, download: Path) -> None:
        path = preparation.prepare("imageclef_gans/2023", download)
        before = (path / "dataset_info.json").stat().st_mtime_ns
        assert preparation.prepare("imageclef_gans/2023", download) == path
        assert (path / "dataset_info.json").stat().st_mtime_ns == before

    def test_nothing_is_printed(self, download: Path, capfd: pytest.CaptureFixture[str]) -> None:
        preparation.prepare("imageclef_gans/2023", download)
        assert capfd.readouterr() == ("", "")


class TestPreparedBefore:
    @pytest.fixture
    def other(self, tmp_path: Path, download: Path) -> Path:
        """Another download: one image has other bytes."""
        copy = tmp_path / "other"
        shutil.copytree(download, copy)
        (copy / "dev/used/used_3.png").write_bytes(png(200))
        return copy

    def test_from_other_images(self, download: Path, other: Path) -> None:
        path = preparation.prepare("imageclef_gans/2023", download)
        with pytest.raises(ClefganError) as caught:
            preparation.prepare("imageclef_gans/2023", other)
        assert str(caught.value) == (
            f"{path}: prepared before from other data, in {str(download)!r}; "
            f"give --force to replace it by that in {str(other)!r}"
        )
        same(reading.read("imageclef_gans/2023"), reading.read(download))

    @pytest.mark.parametrize("table", ["truth.csv", "groups.csv"])
    def test_from_other_tables(self, download: Path, table: str) -> None:
        preparation.prepare("imageclef_gans/2023", download)
        (download / table).unlink()
        with pytest.raises(ClefganError, match=r": prepared before from other data, in "):
            preparation.prepare("imageclef_gans/2023", download)

    def test_from_the_same_data_elsewhere(self, download: Path, tmp_path: Path) -> None:
        path = preparation.prepare("imageclef_gans/2023", download)
        download.rename(tmp_path / "moved")
        assert preparation.ensure("imageclef_gans/2023", tmp_path / "moved") == (path, False)

    def test_force_takes_its_place(self, download: Path, other: Path, cache: Path) -> None:
        path = preparation.prepare("imageclef_gans/2023", download)
        assert preparation.ensure("imageclef_gans/2023", other, force=True) == (path, True)
        same(reading.read("imageclef_gans/2023"), reading.read(other))
        assert not list(cache.glob(".preparing-*"))

    def test_force_that_fails_leaves_the_old_one(
        self, download: Path, other: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = preparation.prepare("imageclef_gans/2023", download)
        rename = Path.rename

        def failing(self: Path, target: Path) -> Path:
            if target == path and self.name != "replaced":
                raise OSError("disk on fire")
            return rename(self, target)

        monkeypatch.setattr(Path, "rename", failing)
        with pytest.raises(OSError, match="disk on fire"):
            preparation.prepare("imageclef_gans/2023", other, force=True)
        same(reading.read("imageclef_gans/2023"), reading.read(download))

    @pytest.mark.parametrize("record", [None, "", "[]", "{}"])
    def test_by_a_version_that_did_not_note_it(self, download: Path, record: str | None) -> None:
        path = preparation.prepare("imageclef_gans/2023", download)
        (path / "source.json").unlink()
        if record is not None:
            (path / "source.json").write_text(record)
        with pytest.raises(ClefganError, match=r"does not say from what; give --force to prepare"):
            preparation.prepare("imageclef_gans/2023", download)
        preparation.prepare("imageclef_gans/2023", download, force=True)
        assert preparation.ensure("imageclef_gans/2023", download) == (path, False)


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
    def test_are_removed(self, download: Path, cache: Path) -> None:
        dead = subprocess.Popen([sys.executable, "-c", ""])
        dead.wait()
        host = platform.node()
        ours = cache / f".preparing-{host}-{os.getpid()}-a"
        gone = cache / f".preparing-{host}-{dead.pid}-b"
        elsewhere = cache / f".preparing-{host}x-{dead.pid}-c"
        aged = [cache / ".preparing-abcdef", cache / f".preparing-{host}x-{dead.pid}-d"]
        at_work = cache / f".preparing-{host}x-{dead.pid}-e"
        for folder in (ours, gone, elsewhere, *aged, at_work):
            (folder / "deep").mkdir(parents=True)
        day_before = time.time() - 25 * 60 * 60
        for folder in (*aged, at_work):
            for path in (folder / "deep", folder):
                os.utime(path, (day_before, day_before))
        (at_work / "deep" / "new").touch()
        preparation.prepare("imageclef_gans/2023", download)
        assert set(cache.glob(".preparing-*")) == {ours, elsewhere, at_work}

    def test_the_lock_decides_where_there_is_one(self, download: Path, cache: Path) -> None:
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
        words = [sys.executable, "-c", textwrap.dedent(work), str(cache)]
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
        assert not list(cache.glob(".preparing-*"))

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
        self, download: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
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
        assert not [path for path in cache.rglob("*") if path.is_file()]
        with pytest.raises(ClefganError, match=r"is not prepared"):
            reading.read("imageclef_gans/2023")

    def test_killed_leaves_nothing_that_is_trusted(self, download: Path, cache: Path) -> None:
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
        assert list(cache.glob(".preparing-*/**/*"))
        with pytest.raises(ClefganError, match=r"is not prepared"):
            reading.read("imageclef_gans/2023")
        preparation.prepare("imageclef_gans/2023", download)
        same(reading.read("imageclef_gans/2023"), reading.read(download))
        assert not list(cache.glob(".preparing-*"))

    def test_a_folder_without_its_last_file_is_made_anew(self, download: Path) -> None:
        path = preparation.prepare("imageclef_gans/2023", download)
        (path / "dataset_info.json").unlink()
        with pytest.raises(ClefganError, match=r"is not prepared"):
            reading.read("imageclef_gans/2023")
        preparation.prepare("imageclef_gans/2023", download)
        same(reading.read("imageclef_gans/2023"), reading.read(download))


def run(script: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(script)],
        capture_output=True,
        text=True,
        env=os.environ,
        check=False,
    )


def test_no_tensorflow(download: Path) -> None:
    script = f"""
        import sys
        from pathlib import Path

        class Hiding:
            def __init__(self, finder):
                self.finder = finder

            def __getattr__(self, name):
                return getattr(self.finder, name)

            def find_spec(self, name, path=None, target=None):
                hidden = name.partition(".")[0] in ("tensorflow", "torch", "jax")
                return None if hidden else self.finder.find_spec(name, path, target)

        sys.meta_path[:] = [Hiding(finder) for finder in sys.meta_path]
        from clefgan.data import reading as challenge
        from clefgan.data.tfds import preparation

        preparation.prepare("imageclef_gans/2023", Path({str(download)!r}))
        found = challenge.read("imageclef_gans/2023")
        print([s.load().shape for s in found.image_sets()], found.image_sets()[0].digest()[:4])
    """
    done = run(script)
    assert done.stderr == ""
    assert done.stdout.startswith("[(11, 4, 4), (11, 4, 4), (11, 4, 4), (11, 4, 4), (11, 4, 4)]")


def test_reading_a_folder_does_not_import_tfds(download: Path) -> None:
    script = f"""
        import sys
        from clefgan.data import reading as challenge
        challenge.read({str(download)!r})
        print("tensorflow_datasets" in sys.modules, "matplotlib" in sys.modules)
    """
    assert run(script).stdout == "False False\n"


class Source(list[dict[str, object]]):
    """A TFDS data source, as far as ids are read from it."""

    def __getitems__(self, keys: list[int]) -> list[dict[str, object]]:
        return [self[key] for key in keys]


class TestErrors:
    def test_not_prepared(self) -> None:
        with pytest.raises(ClefganError) as caught:
            reading.read("imageclef_gans/2023")
        assert str(caught.value) == (
            "dataset 'imageclef_gans/2023' is not prepared; download it and run "
            "`clefgan data prepare imageclef_gans/2023 --from FOLDER`"
        )

    def test_configurations(self) -> None:
        with pytest.raises(
            ClefganError, match=r"has several configurations; say one of imageclef_g"
        ):
            reading.read("imageclef_gans")
        with pytest.raises(
            ClefganError, match=r"has no configuration '1999'; known: imageclef_gans/2"
        ):
            reading.read("imageclef_gans/1999")
        with pytest.raises(
            ClefganError, match=r"no dataset of this name; did you mean 'imageclef_gan"
        ):
            reading.read("imageclef_gan/2023")

    def test_the_folder_of_the_download(self, tmp_path: Path) -> None:
        with pytest.raises(ClefganError, match=r": give the folder of the download with --from$"):
            preparation.prepare("imageclef_gans/2023")
        with pytest.raises(ClefganError, match=r"/none: no such folder$"):
            preparation.prepare("imageclef_gans/2023", tmp_path / "none")
        with pytest.raises(ClefganError, match=r"is made, not downloaded; leave --from out$"):
            preparation.prepare("phantom_ct", tmp_path)

    def test_faults_of_the_download_are_told_as_they_are(self, download: Path, cache: Path) -> None:
        (download / "dev/used/used_7.png").write_bytes(b"")
        with pytest.raises(
            ClefganError, match=r"^\S+/dev/used: 'used_7\.png' is empty; replace it$"
        ):
            preparation.prepare("imageclef_gans/2023", download)
        (download / "dev/used").rename(download / "dev/mused")
        with pytest.raises(ClefganError, match=r"^\S+/dev: no folder of used images for dev;"):
            preparation.prepare("imageclef_gans/2023", download)
        assert not list(cache.glob(".preparing-*"))

    def test_several_prepared_datasets(self, download: Path, cache: Path) -> None:
        preparation.prepare("imageclef_gans/2023", download)
        preparation.prepare("imageclef_gans/2025_s1", download)
        with pytest.raises(
            ClefganError, match=r"/imageclef_gans: 2 prepared datasets; give one, such"
        ):
            reading.read(cache / "imageclef_gans")

    def test_another_storage_format(self, download: Path) -> None:
        path = preparation.prepare("imageclef_gans/2023", download)
        info = json.loads((path / "dataset_info.json").read_text())
        info["fileFormat"] = "tfrecord"
        (path / "dataset_info.json").write_text(json.dumps(info))
        with pytest.raises(ClefganError, match=r": stored as 'tfrecord'; need 'array_record'$"):
            reading.read(path)

    def test_splits_that_are_missing(self, download: Path) -> None:
        path = preparation.prepare("imageclef_gans/2023", download)
        info = json.loads((path / "dataset_info.json").read_text())
        splits = info["splits"]
        info["splits"] = [split for split in splits if split["name"] != "dev_used"]
        (path / "dataset_info.json").write_text(json.dumps(info))
        with pytest.raises(
            ClefganError, match=r": no split 'dev_used'; it has dev_generated, dev_n"
        ):
            reading.read(path)
        info["splits"] = []
        (path / "dataset_info.json").write_text(json.dumps(info))
        with pytest.raises(ClefganError, match=r": no challenge here; need splits dev_generated, "):
            reading.read(path)

    def test_features_that_are_missing(self, download: Path) -> None:
        path = preparation.prepare("imageclef_gans/2023", download)
        features = json.loads((path / "features.json").read_text())
        del features["featuresDict"]["features"]["id"]
        (path / "features.json").write_text(json.dumps(features))
        with pytest.raises(ClefganError, match=r": no feature 'id'; need image, id and label$"):
            reading.read(path)

    def test_truth_of_some_candidates(self) -> None:
        record = stored.Record("a", "data, split test_unknown", None, 0)
        split = stored.Split("test_unknown", (record,), {"a": "used", "b": "unknown"}, {})
        with pytest.raises(
            ClefganError, match=r"^data, split test_unknown: the truth of 1 of 2 image"
        ):
            split.truth()

    def test_records_are_sorted_and_keep_their_place(self) -> None:
        names = ("b_10", "b_9", "a")
        source = Source({"id": name.encode(), "label": 1} for name in names)
        split = stored.read_split("here", "dev_used", source)
        assert [(record.id, record.index) for record in split.records] == [
            ("a", 2),
            ("b_9", 1),
            ("b_10", 0),
        ]

    @pytest.mark.parametrize(
        ("rows", "message"),
        [
            ([("a", 1), ("a", 1)], r"^here: id 'a' is there twice"),
            ([], r"^here: no images; prepare the dataset again$"),
        ],
    )
    def test_faults_of_a_split(self, rows: list[tuple[str, int]], message: str) -> None:
        source = Source({"id": name.encode(), "label": label} for name, label in rows)
        with pytest.raises(ClefganError, match=message):
            stored.read_split("here", "dev_used", source)


def test_real_ct(shared_data: Path) -> None:
    root = shared_data / "lab_challenge"
    preparation.prepare("imageclef_gans/2023", root)
    found, expected = reading.read("imageclef_gans/2023"), reading.read(root)
    for one, other in zip(found.image_sets(), expected.image_sets(), strict=True):
        assert one.ids == other.ids
        assert one.digest() == other.digest()
