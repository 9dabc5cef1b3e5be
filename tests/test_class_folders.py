"""Folders of classes as people have them: patients below, links, accents, names that join alike."""

import importlib
import re
import shutil
import unicodedata
from pathlib import Path

import numpy as np
import pytest
import zarr

import clefgan
from building import classes
from clefgan.data.classes import membership, reading
from clefgan.errors import ClefganError
from clefgan.testing import check_attributor


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return classes(tmp_path / "data")


def into_patients(folder: Path) -> None:
    """Put each image of a folder into one of its own, all files called alike."""
    for path in sorted(folder.iterdir()):
        (folder / path.stem).mkdir()
        path.rename(folder / path.stem / "slice_1.png")


def test_files_of_one_name_below_a_class_are_told_apart_by_their_folders(data: Path) -> None:
    plain = clefgan.run(reading.read(data), "subset-span", n_folds=2)
    for role in ("real", "generated"):
        into_patients(data / role / "b")
    challenge = reading.read(data)
    real = challenge.classes[1].real
    assert real is not None
    assert real.ids[0] == "image_1/slice_1"
    assert len(real) == 5
    assert clefgan.run(challenge, "subset-span", n_folds=2).labels == plain.labels
    sources = {name: data / "real" / name for name in "abc"}
    named = reading.read(sources=sources, test_data=data / "generated_unknown")
    assert clefgan.run(named, "subset-span").labels == plain.labels


def test_images_under_test_need_ids_of_their_own(data: Path) -> None:
    into_patients(data / "generated_unknown")
    with pytest.raises(ClefganError, match=r"id 'slice_1' is in .* rename one"):
        reading.read(data)


@pytest.mark.parametrize("role", ["real/a", "generated/b", "generated_unknown"])
def test_a_folder_of_images_that_are_not_read_is_not_left_out(data: Path, role: str) -> None:
    """Else a class, or a run, would have lost the images of a scanner without a word."""
    inner = data / role / "scanner"
    inner.mkdir()
    (inner / "image_99.bmp").write_bytes(b"BM")
    with pytest.raises(ClefganError, match=r"scanner: 'image_99\.bmp' is not PNG"):
        reading.read(data)


def test_images_in_no_class_are_refused_whatever_their_format(data: Path) -> None:
    (data / "real" / "image_99.bmp").write_bytes(b"BM")
    with pytest.raises(ClefganError, match="real: holds images itself; put those of each class"):
        reading.read(data)


def test_arrays_of_a_store_are_listed_once(data: Path) -> None:
    store = zarr.open_group(data / "real" / "a" / "more.zarr", mode="w")
    store["images"] = np.random.default_rng(0).integers(0, 256, (3, 32, 32), dtype=np.uint8)
    real = reading.read(data, same_size=False).classes[0].real
    assert real is not None
    assert len(real) == 5 + 3


def test_links_below_a_class_are_followed_and_circles_end(data: Path, tmp_path: Path) -> None:
    (data / "real" / "a").rename(tmp_path / "elsewhere")
    (data / "real" / "a").mkdir()
    (data / "real" / "a" / "scanner").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "back").symlink_to(data / "real" / "a")
    real = reading.read(data).classes[0].real
    assert real is not None
    assert len(real) == 5


def test_accents_are_one_name_however_they_are_composed(data: Path) -> None:
    composed, apart = (unicodedata.normalize(form, "Zürich") for form in ("NFC", "NFD"))
    (data / "real" / "b").rename(data / "real" / apart)
    (data / "generated" / "b").rename(data / "generated" / composed)
    truth = data / "truth.csv"
    truth.write_text(truth.read_text().replace(",b", f",{apart}"), encoding="utf-8")
    challenge = reading.read(data)
    assert challenge.names == (composed, "a", "c")
    assert challenge.truth is not None
    assert set(challenge.truth.values()) == {"a", "c", composed}
    shutil.copytree(data / "real" / apart, data / "real" / composed)
    with pytest.raises(ClefganError, match="two folders are called 'Zürich'"):
        reading.read(data)


def test_a_truth_is_of_the_images_under_test_and_no_others(data: Path) -> None:
    """A row of another image is a slip in a name, and would be dropped in silence."""
    truth = data / "truth.csv"
    truth.write_text(truth.read_text() + "stranger,a\n")
    with pytest.raises(ClefganError, match=r"'stranger' is not among the \d+ images"):
        reading.read(data)


def test_membership_keeps_files_apart_whose_names_join_alike(data: Path, tmp_path: Path) -> None:
    into_patients(data / "real" / "b")
    written = membership.write(reading.read(data), tmp_path / "sources")
    assert [one.used for one in written] == [5, 5, 5]
    names = {path.name for path in (tmp_path / "sources" / "b" / "dev" / "used").iterdir()}
    assert names == {f"b_image_{i}_slice_1.png" for i in range(1, 6)}
    for role in ("real", "generated"):
        (data / role / "c").rename(data / role / "a_image")
    (data / "real" / "a_image" / "image_1.png").rename(data / "real" / "a_image" / "1.png")
    (data / "truth.csv").unlink()
    with pytest.raises(ClefganError, match=r"'a/image_1' and 'a_image/1' would be one file"):
        membership.write(reading.read(data), tmp_path / "again")
    assert not (tmp_path / "again").exists()


def test_a_class_may_be_of_one_patient(data: Path, tmp_path: Path) -> None:
    for name in "abc":
        for path in sorted((data / "real" / name).iterdir()):
            path.rename(path.with_name(f"{name}_{path.name}"))
    patients = [f"{name}_image_{i},{name}" for name in "abc" for i in range(1, 6)]
    (data / "groups.csv").write_text("\n".join(["id,group", *patients]))
    membership.write(reading.read(data), tmp_path / "sources", dev_only=True)
    table = (tmp_path / "sources" / "a" / "dev" / "groups.csv").read_text()
    assert "a_a_image_1,a\n" in table
    assert "c_c_image_5,c\n" in table


def test_the_attributor_on_the_page_keeps_its_promises(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (Path(__file__).parents[1] / "docs" / "attribution.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python file=mine\.py\n(.*?)```", page, re.DOTALL)
    (tmp_path / "mine_of_the_page.py").write_text(code, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    check_attributor(importlib.import_module("mine_of_the_page").MeanLevel)
