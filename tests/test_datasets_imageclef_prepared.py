"""A prepared dataset is the same as its folder, once and again, without TensorFlow."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from building import challenge
from clefgan.data import reading
from clefgan.data.tfds import preparation
from clefgan.errors import ClefganError
from clefgan.similarity import block_sizes, engine
from clefgan.similarity.products import Metric
from imageclef_downloads import DEV, counted, downloaded, make, png, run, same

pytestmark = pytest.mark.usefixtures("empty_cache")


@pytest.fixture
def download(tmp_path: Path) -> Path:
    return downloaded(tmp_path)


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

    def test_force_takes_its_place(self, download: Path, other: Path, empty_cache: Path) -> None:
        path = preparation.prepare("imageclef_gans/2023", download)
        assert preparation.ensure("imageclef_gans/2023", other, force=True) == (path, True)
        same(reading.read("imageclef_gans/2023"), reading.read(other))
        assert not list(empty_cache.glob(".preparing-*"))

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


def test_real_ct(shared_data: Path) -> None:
    root = shared_data / "lab_challenge"
    preparation.prepare("imageclef_gans/2023", root)
    found, expected = reading.read("imageclef_gans/2023"), reading.read(root)
    for one, other in zip(found.image_sets(), expected.image_sets(), strict=True):
        assert one.ids == other.ids
        assert one.digest() == other.digest()
