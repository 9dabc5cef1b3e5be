"""What released pictures, volumes, names and times say of those that were trained on."""

import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from clefgan.auditing import file_order
from clefgan.errors import ClefganError
from released_files import NIBABEL, both_folders, found, grey, training


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    return both_folders(tmp_path)


class TestPictures:
    def picture(self, path: Path, form: str = "PNG", **how: Any) -> None:
        Image.new("L", (9, 9), 7).save(path, form, **how)

    def png(self, path: Path, **texts: str) -> None:
        info = PngImagePlugin.PngInfo()
        for key, value in texts.items():
            info.add_text(key, value)
        self.picture(path, pnginfo=info)

    def test_png_texts(self, folders: tuple[Path, Path]) -> None:
        train, released = folders
        self.png(train / "i1.png", Source="scan of Anna Meier", Software="Some Tool 1.2")
        self.png(released / "g1.png", Software="Some Tool 1.2")
        assert found(train, released) == {}
        self.png(released / "g1.png", Source="scan of Anna Meier", Private_key="epoch 9, seed 1")
        findings = found(train, released)
        assert set(findings) == {"text", "texts"}
        assert findings["text"].sentence.endswith("beside the pixels (Source).")
        assert findings["texts"].pairs[0].what == "another text, Source"

    @pytest.mark.parametrize("form", ["JPEG", "TIFF", "PNG"])
    def test_exif(self, folders: tuple[Path, Path], form: str) -> None:
        train, released = folders
        exif = Image.Exif()
        exif[0x010E] = "head of Anna Meier"  # ImageDescription
        exif[0x0132] = "2019:03:04 10:11:12"  # DateTime
        self.picture(train / "i1.img1", form, exif=exif)
        (train / "i1.img1").rename(train / "i1.jpg")
        self.picture(released / "g1.jpg", form, exif=exif)
        findings = found(train, released)
        assert set(findings) == {"text", "texts", "date"}
        assert "(DateTime)" in findings["date"].sentence

    def test_a_jpeg_comment_and_a_place(self, folders: tuple[Path, Path]) -> None:
        train, released = folders
        self.picture(train / "i1.jpg", "JPEG", comment="Anna Meier")
        exif = Image.Exif()
        exif[0x8825] = {1: "N", 2: (48.0, 12.0, 13.5)}
        self.picture(released / "g1.jpg", "JPEG", comment=b"Anna Meier", exif=exif)
        findings = found(train, released)
        assert set(findings) == {"text", "texts"}
        assert findings["texts"].pairs[0].what == "Comment, GPSLatitude"

    @pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF"])
    def test_xmp(self, folders: tuple[Path, Path], form: str) -> None:
        """As editors write it: iTXt of a PNG, APP1 of a JPEG, field 700 of a TIFF."""
        train, released = folders
        packet = (
            '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22'
            '-rdf-syntax-ns#"><rdf:Description>head of Anna Meier</rdf:Description></rdf:RDF>'
            "</x:xmpmeta>"
        )
        how: dict[str, Any] = {"xmp": packet.encode()}
        if form == "PNG":
            info = PngImagePlugin.PngInfo()
            info.add_itxt("XML:com.adobe.xmp", packet)
            how = {"pnginfo": info}
        elif form == "TIFF":
            how = {"tiffinfo": {700: packet.encode()}}
        for path in (train / "i1.png", released / "g1.png"):
            self.picture(path, form, **how)
        findings = found(train, released)
        assert set(findings) == {"text", "texts"}
        assert findings["text"].sentence.endswith("beside the pixels (XMP).")
        assert findings["texts"].pairs[0].what == "XMP"

    def test_a_thumbnail(self, folders: tuple[Path, Path]) -> None:
        train, released = folders
        self.picture(train / "i1.png")
        first = b"\0\0" + (14).to_bytes(4, "little")  # no field, and where the second one is
        field = b"".join(
            part.to_bytes(size, "little") for part, size in ((513, 2), (4, 2), (1, 4), (8, 4))
        )
        second = b"\x01\0" + field + bytes(4)
        exif = b"Exif\0\0II*\0" + (8).to_bytes(4, "little") + first + second
        self.picture(released / "g1.jpg", "JPEG", exif=exif)
        assert set(found(train, released)) == {"thumbnail"}

    def test_a_damaged_file(self, folders: tuple[Path, Path]) -> None:
        train, released = folders
        self.picture(train / "i1.png")
        (released / "g.png").write_bytes((train / "i1.png").read_bytes()[:-5])
        message = r"/released: 1 of 1 file cannot be read: 'g\.png' is truncated; replace them"
        with pytest.raises(ClefganError, match=message):
            found(train, released)


def test_texts_of_nifti(folders: tuple[Path, Path]) -> None:
    train, released = folders
    for folder in folders:
        image = NIBABEL.Nifti1Image(np.zeros((2, 2, 2), np.uint8), np.eye(4))
        image.header["descrip"] = "Anna Meier"
        note = NIBABEL.nifti1.Nifti1Extension("comment", b"born in Bonn")
        image.header.extensions.append(note)
        NIBABEL.save(image, folder / "v.nii.gz")
    findings = found(train, released)
    assert set(findings) == {"text", "texts"}
    assert findings["texts"].pairs[0].what == "descrip, extension"


def test_arrays_have_no_marks(folders: tuple[Path, Path]) -> None:
    for folder in folders:
        np.save(folder / "a.npy", np.zeros((2, 2)))
    assert found(*folders) == {}


class TestNamesAndTimes:
    def touch(self, folder: Path, *names: str) -> None:
        for number, name in enumerate(names):
            Image.new("L", (2, 2)).save(folder / name, "PNG")
            moment = 10**18 + number + (10**15 if folder.name == "released" else 0)
            os.utime(folder / name, ns=(moment, moment))

    @pytest.mark.parametrize(
        ("released", "count"),
        [
            ("gen_P012.png", 1),
            ("LIDC-0007.png", 1),
            ("1.2.840.113619.png", 1),
            ("copy of 1.2.840.113619 (2).png", 1),
            ("gen_P0123.png", 0),
            ("XP012.png", 0),
            ("i_3.png", 0),
            ("0001.png", 0),
        ],
    )
    def test_names(self, folders: tuple[Path, Path], released: str, count: int) -> None:
        self.touch(folders[0], "i_3.png", "1.2.840.113619.png", "0001.png")
        self.touch(folders[1], released, "i_9.png")
        findings = found(*folders, patients=["P012", "LIDC-0007", "3", "0001"])
        assert sum(each.count for each in findings.values()) == count
        assert all(each.kind == "names" and each.n == 2 for each in findings.values())

    def test_the_moment_of_one_training_file(self, folders: tuple[Path, Path]) -> None:
        train, released = folders
        self.touch(train, "a.png", "b.png", "c.png")
        self.touch(released, "x.png", "y.png")
        assert found(train, released) == {}
        shutil.copystat(train / "b.png", released / "y.png")
        (finding,) = found(train, released).values()
        assert (finding.kind, finding.count) == ("times", 1)
        assert finding.pairs[0][:2] == (released / "y.png", train / "b.png")
        shutil.copystat(train / "b.png", train / "c.png")  # unpacked together: no one's moment
        assert found(train, released) == {}

    def test_order(self, folders: tuple[Path, Path]) -> None:
        train, released = folders
        self.touch(train, *(f"i{k:02}.png" for k in range(30)))
        self.touch(released, *(f"g{k:02}.png" for k in range(30)))
        sets = grey(train), grey(released)
        rng = np.random.default_rng(0)
        close = np.clip(np.arange(30) + rng.integers(-4, 5, 30), 0, 29)
        findings = file_order.find(*sets, close)
        assert [each.kind for each in findings] == ["order", "order"]
        assert "(p = 0.0005)" in findings[0].sentence
        assert file_order.find(*sets, close[::-1])  # the other way round is an order too
        assert file_order.find(*sets, rng.permutation(30)) == ()
        assert file_order.find(*sets, np.zeros(30, int)) == ()
        assert file_order.find(sets[0], grey(released), close[:9]) == ()
        for path in released.iterdir():
            os.utime(path, ns=(5, 5))
        assert len(file_order.find(sets[0], grey(released), close)) == 1  # the names alone

    def test_chance_finds_an_order_as_seldom_as_it_says(self, folders: tuple[Path, Path]) -> None:
        train, released = folders
        self.touch(train, *(f"i{k:02}.png" for k in range(20)))
        self.touch(released, *(f"g{k:02}.png" for k in range(20)))
        sets, rng = (grey(train), grey(released)), np.random.default_rng(1)
        false = [
            bool(file_order.find(*sets, rng.integers(0, 20, 20), permutations=400, seed=seed))
            for seed in range(200)
        ]
        assert sum(false) <= 7  # of 200 at level 0.01: more happens with probability 0.001


def test_nothing_public_holds_a_value(folders: tuple[Path, Path]) -> None:
    train, released = folders
    source = training(train, "123456789.dcm")
    shutil.copy(train / "123456789.dcm", released / "123456789.dcm")
    for finding in found(train, released, patients=["ID-77"]).values():
        public = f"{finding.sentence} {finding!r}"
        for secret in ("Meier", "ID-77", "123456789", source.StudyInstanceUID, source.StudyDate):
            assert secret not in public
