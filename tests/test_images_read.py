"""Images are listed in natural order, and read as they are stored."""

import io
import os
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, TiffImagePlugin

from clefgan.data import decoding, images
from clefgan.errors import ClefganError
from encoded_images import GREY, encoded, grey, put


class TestListing:
    def test_natural_order_and_ids(self, tmp_path: Path) -> None:
        put(tmp_path, g_10_png=grey(), g_2_png=grey(), g_1_jpg=grey(), g_001_PNG=grey())
        found = images.listing(tmp_path)
        assert [image.id for image in found] == ["g_001", "g_1", "g_2", "g_10"]
        assert [image.path.stem for image in found] == ["g_001", "g_1", "g_2", "g_10"]

    @given(st.lists(st.text("ab01_.", min_size=1, max_size=6)))
    def test_natural_order_does_not_depend_on_the_listing(self, names: list[str]) -> None:
        once = sorted(names, key=images.natural_key)
        names.reverse()
        assert sorted(names, key=images.natural_key) == once

    def test_what_is_no_image_is_passed_over(self, tmp_path: Path) -> None:
        put(tmp_path, a_png=grey(), Thumbs_db=b"1", desktop_ini=b"", t_csv=b"id,1", notes_txt=b"")
        (tmp_path / ".DS_Store").write_bytes(b"1")
        (tmp_path / "._a.png").write_bytes(b"1")
        (tmp_path / "sub.png").mkdir()
        assert [image.id for image in images.listing(tmp_path)] == ["a"]

    def test_an_image_is_known_by_content(self, tmp_path: Path) -> None:
        (tmp_path / "bare").write_bytes(grey())
        put(tmp_path, j_png=grey(form="JPEG"))
        assert [image.id for image in images.listing(tmp_path)] == ["bare", "j"]
        assert images.read(images.listing(tmp_path)).shape == (2, 6, 5)

    def test_no_folder(self, tmp_path: Path) -> None:
        with pytest.raises(ClefganError, match=r"/none: no such folder$"):
            images.listing(tmp_path / "none")

    def test_empty_folder(self, tmp_path: Path) -> None:
        with pytest.raises(
            ClefganError, match=r": no images; need PNG, JPEG, TIFF, DICOM, NIfTI or arrays in this"
        ):
            images.listing(tmp_path)

    def test_one_id_twice(self, tmp_path: Path) -> None:
        put(tmp_path, a_png=grey(), a_jpg=grey(), b_png=grey(), b_tif=grey())
        with pytest.raises(
            ClefganError,
            match=r": 'a\.jpg' and 'a\.png' have the same id 'a', and 1 more ids; rename",
        ):
            images.listing(tmp_path)

    def test_other_image_formats_are_not_dropped(self, tmp_path: Path) -> None:
        put(tmp_path, a_png=grey(), b_bmp=b"BM", c_mha=b"", d_gif=b"", e_WEBP=b"")
        with pytest.raises(
            ClefganError,
            match=r": 'b\.bmp', 'c\.mha', 'd\.gif' and 1 more are not PNG, JPEG, TIFF, DICOM",
        ):
            images.listing(tmp_path)


class TestRead:
    def test_order_is_that_of_the_listing(self, tmp_path: Path) -> None:
        names = {f"g_{i}_png": grey(level=i) for i in range(40)}
        found = images.read(images.listing(put(tmp_path, **names)))
        np.testing.assert_array_equal(found[:, 0, 0], np.arange(40))

    def test_paths_will_do(self, tmp_path: Path) -> None:
        put(tmp_path, a_png=grey(level=3), b_png=grey(level=4))
        found = images.read([tmp_path / "b.png", str(tmp_path / "a.png")])
        assert found[:, 0, 0].tolist() == [4, 3]

    def test_progress_ends_at_the_total(self, tmp_path: Path) -> None:
        put(tmp_path, a_png=grey(), b_png=grey(), c_png=grey())
        seen: list[tuple[int, int]] = []
        images.read(
            images.listing(tmp_path),
            n_block=2,
            progress=lambda _s, done, n, _: seen.append((done, n)),
        )
        assert seen == [(2, 3), (3, 3)]

    def test_many_images_go_to_a_file_that_nobody_sees(self, tmp_path: Path) -> None:
        put(tmp_path, **{f"g_{i}_png": grey(level=i) for i in range(10)})
        usual = images.read(images.listing(tmp_path))
        mapped = images.read(images.listing(tmp_path), n_block=4, in_memory=9 * 30)
        assert isinstance(mapped, np.memmap)
        np.testing.assert_array_equal(mapped, usual)
        assert not list((Path(os.environ["CLEFGAN_CACHE"]) / "decoded").iterdir())
        mapped[0] = 0  # a private copy: allowed, as for any array
        del mapped

    def test_unreadable_files_are_named_and_counted(self, tmp_path: Path) -> None:
        put(
            tmp_path,
            a_png=grey(),
            b_png=grey()[:-9],
            c_png=b"text",
            d_png=b"",
            e_png=b"",
            f_png=b"",
        )
        (tmp_path / "g.png").symlink_to(tmp_path / "nowhere")
        with pytest.raises(ClefganError) as caught:
            images.read(images.listing(tmp_path))
        assert str(caught.value) == (
            f"{tmp_path}: 6 of 7 images cannot be read: 'b.png' is truncated, "
            "'c.png' is not a PNG, JPEG or TIFF, 'd.png' is empty, and 3 more; replace them"
        )

    def test_a_missing_file(self, tmp_path: Path) -> None:
        with pytest.raises(
            ClefganError,
            match=r"1 of 1 image cannot be read: 'x\.png' cannot be opened \(no such file",
        ):
            images.read([tmp_path / "x.png"])

    def test_16_bit_says_what_to_do(self, tmp_path: Path) -> None:
        put(tmp_path, a_png=encoded(Image.fromarray(GREY.astype(np.uint16))))
        with pytest.raises(ClefganError, match=r"'a\.png' is 16-bit; give a window of levels"):
            images.read(images.listing(tmp_path))
        found = images.read(images.listing(tmp_path), window=(0, 255))
        np.testing.assert_array_equal(found[0], GREY)

    def test_mixed_sizes_name_the_odd_ones_even_if_first(self, tmp_path: Path) -> None:
        put(tmp_path, a_png=grey((9, 5)), b_png=grey(), c_png=grey(), d_png=grey((1, 2)))
        with pytest.raises(ClefganError) as caught:
            images.read(images.listing(tmp_path))
        assert str(caught.value) == (
            f"{tmp_path}: images of 3 sizes: 2 are 5x6, but 'a.png' is 5x9, 'd.png' is 2x1; "
            "bring them to one size"
        )

    def test_no_images(self) -> None:
        with pytest.raises(ClefganError, match=r"^no images to read$"):
            images.read([])

    @pytest.mark.parametrize("window", [(5, 5), (5, 4)])
    def test_a_window_must_open_upwards(self, window: tuple[int, int]) -> None:
        with pytest.raises(ClefganError, match=r"the first must be the lower one$"):
            images.read(["a.png"], window=window)

    def test_real_ct_is_what_the_png_standard_says(self, shared_data: Path) -> None:
        for image in images.listing(shared_data / "lab_challenge/dev/used")[:5]:
            np.testing.assert_array_equal(images.read([image])[0], unpacked(image.read_bytes()))


def unpacked(data: bytes) -> NDArray[np.uint8]:
    """Decode an 8-bit grey PNG by the standard (ISO/IEC 15948, 9), without Pillow."""
    width, height = (int.from_bytes(data[i : i + 4], "big") for i in (16, 20))
    assert data[24:29] == bytes([8, 0, 0, 0, 0])
    place, packed = 8, b""
    while data[place + 4 : place + 8] != b"IEND":
        length = int.from_bytes(data[place : place + 4], "big")
        if data[place + 4 : place + 8] == b"IDAT":
            packed += data[place + 8 : place + 8 + length]
        place += length + 12
    lines = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(height, width + 1).tolist()
    above = [0] * (width + 1)
    found = []
    for kind, *line in lines:
        now = [0]  # one to the left of the first
        for x, value in enumerate(line, 1):
            a, b, c = now[x - 1], above[x], above[x - 1]
            nearest = min((abs(b - c), 0, a), (abs(a - c), 1, b), (abs(a + b - 2 * c), 2, c))[2]
            now.append((value + (0, a, b, (a + b) // 2, nearest)[kind]) % 256)
        above = now
        found.append(now[1:])
    return np.array(found, np.uint8)


class TestOrientation:
    """Pixels as they are stored, whatever a tag says of how to turn them for a screen."""

    PIXELS = np.arange(24, dtype=np.uint8).reshape(4, 6) * 10

    def turned(self, form: str, orientation: int, how: str, **options: Any) -> bytes:
        """PIXELS in a format, with an orientation as a tag (EXIF) or in XMP."""
        exif = Image.Exif()
        xmp = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><tiff:Orientation>{orientation}'
        xmp += "</tiff:Orientation>"
        if how == "tag":
            options["exif"] = exif
            exif[0x0112] = orientation
        elif form == "TIFF":
            info = TiffImagePlugin.ImageFileDirectory_v2()
            info[700] = xmp.encode()
            options["tiffinfo"] = info
        else:
            options["xmp"] = xmp.encode()
        return encoded(Image.fromarray(self.PIXELS), form, **options)

    @pytest.mark.parametrize(
        ("form", "how"),
        [("PNG", "tag"), ("JPEG", "tag"), ("TIFF", "tag"), ("JPEG", "xmp"), ("TIFF", "xmp")],
    )
    @pytest.mark.parametrize("orientation", range(1, 9))
    def test_none_is_applied(self, form: str, how: str, orientation: int) -> None:
        data = self.turned(form, orientation, how)
        plain = encoded(Image.fromarray(self.PIXELS), form)
        np.testing.assert_array_equal(decoding.decode(data), decoding.decode(plain))
        head = decoding.header(data)
        assert (head.width, head.height) == (6, 4)

    @pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_deflate", "packbits"])
    def test_nor_to_a_compressed_tiff(self, compression: str) -> None:
        data = self.turned("TIFF", 6, "tag", compression=compression)
        with Image.open(io.BytesIO(data)) as image:
            assert image.size == (4, 6)  # Pillow alone would turn it: the test can fail
        np.testing.assert_array_equal(decoding.decode(data), self.PIXELS)
        assert decoding.header(data).width == 6
