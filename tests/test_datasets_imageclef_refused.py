"""What cannot be prepared or read is one line, and nothing is left behind."""

import json
from pathlib import Path

import pytest

from clefgan.data import reading
from clefgan.data.tfds import preparation, stored
from clefgan.errors import ClefganError
from imageclef_downloads import downloaded

pytestmark = pytest.mark.usefixtures("empty_cache")


@pytest.fixture
def download(tmp_path: Path) -> Path:
    return downloaded(tmp_path)


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

    def test_faults_of_the_download_are_told_as_they_are(
        self, download: Path, empty_cache: Path
    ) -> None:
        (download / "dev/used/used_7.png").write_bytes(b"")
        with pytest.raises(
            ClefganError, match=r"^\S+/dev/used: 'used_7\.png' is empty; replace it$"
        ):
            preparation.prepare("imageclef_gans/2023", download)
        (download / "dev/used").rename(download / "dev/mused")
        with pytest.raises(ClefganError, match=r"^\S+/dev: no folder of used images for dev;"):
            preparation.prepare("imageclef_gans/2023", download)
        assert not list(empty_cache.glob(".preparing-*"))

    def test_several_prepared_datasets(self, download: Path, empty_cache: Path) -> None:
        preparation.prepare("imageclef_gans/2023", download)
        preparation.prepare("imageclef_gans/2025_s1", download)
        with pytest.raises(
            ClefganError, match=r"/imageclef_gans: 2 prepared datasets; give one, such"
        ):
            reading.read(empty_cache / "imageclef_gans")

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
