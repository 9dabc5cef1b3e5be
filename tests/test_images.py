"""Grey levels, listing, and what is refused."""

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
from clefgan.data.formats import kinds
from clefgan.data.formats.raw import Header, ImageError
from clefgan.data.quiet import quiet_decoders
from clefgan.errors import ClefganError

GREY = np.random.default_rng(0).integers(0, 256, (6, 5), dtype=np.uint8)
COLOUR = np.random.default_rng(1).integers(0, 256, (6, 5, 3), dtype=np.uint8)


def encoded(image: Image.Image, form: str = "PNG", **how: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **how)
    return file.getvalue()


def grey(size: tuple[int, int] = (6, 5), form: str = "PNG", level: int = 7) -> bytes:
    return encoded(Image.fromarray(np.full(size, level, np.uint8)), form)


def luma(colour: NDArray[np.uint8]) -> NDArray[np.float64]:
    """ITU-R BT.601, 2.5.1."""
    levels: NDArray[np.float64] = colour.astype(np.float64) @ np.array([0.299, 0.587, 0.114])
    return levels


def put(folder: Path, **files: bytes) -> Path:
    """Write `a_png=...` as `a.png`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / ".".join(name.rsplit("_", 1))).write_bytes(data)
    return folder


class TestGreyLevels:
    @pytest.mark.parametrize("form", ["PNG", "TIFF"])
    def test_8_bit_grey_passes_bit_for_bit(self, form: str) -> None:
        found = decoding.decode(encoded(Image.fromarray(GREY), form))
        assert found.dtype == np.uint8
        np.testing.assert_array_equal(found, GREY)

    @pytest.mark.parametrize("form", ["PNG", "TIFF"])
    def test_rgb_is_luma(self, form: str) -> None:
        found = decoding.decode(encoded(Image.fromarray(COLOUR), form))
        assert np.abs(found - luma(COLOUR)).max() <= 0.51

    def test_equal_channels_keep_their_level(self) -> None:
        levels = np.arange(256, dtype=np.uint8).reshape(16, 16)
        found = decoding.decode(encoded(Image.fromarray(np.stack([levels] * 3, axis=-1))))
        np.testing.assert_array_equal(found, levels)

    def test_palette_is_colours_not_indices(self) -> None:
        image = Image.frombytes("P", (3, 1), bytes([0, 1, 2]))
        image.putpalette([200, 200, 200, 10, 10, 10, 255, 0, 0])
        np.testing.assert_array_equal(decoding.decode(encoded(image)), [[200, 10, 76]])

    def test_palette_with_transparency_neither_warns_nor_blends(self) -> None:
        image = Image.frombytes("P", (2, 1), bytes([0, 1]))
        image.putpalette([200, 200, 200, 10, 10, 10])
        data = encoded(image, transparency=b"\x00\x80")
        np.testing.assert_array_equal(decoding.decode(data), [[200, 10]])

    def test_alpha_is_left_out(self) -> None:
        alpha = np.full((6, 5, 1), 3, np.uint8)
        found = decoding.decode(encoded(Image.fromarray(np.concatenate([COLOUR, alpha], axis=2))))
        np.testing.assert_array_equal(found, decoding.decode(encoded(Image.fromarray(COLOUR))))
        pair = Image.merge("LA", [Image.fromarray(GREY), Image.fromarray(GREY)])
        np.testing.assert_array_equal(decoding.decode(encoded(pair)), GREY)

    @pytest.mark.parametrize("form", ["PNG", "TIFF"])
    def test_1_bit_is_black_and_white(self, form: str) -> None:
        image = Image.fromarray(GREY > 100)
        np.testing.assert_array_equal(
            decoding.decode(encoded(image, form)), np.where(GREY > 100, 255, 0)
        )

    def test_jpeg(self) -> None:
        found = decoding.decode(grey((16, 16), "JPEG", 90))
        assert found.shape == (16, 16)
        assert np.abs(found.astype(int) - 90).max() <= 2

    @pytest.mark.parametrize("form", ["PNG", "TIFF"])
    def test_16_bit_is_refused_without_a_window(self, form: str) -> None:
        levels = np.array([[0, 1000, 1500, 2000, 65535]], np.uint16)
        data = encoded(Image.fromarray(levels), form)
        with pytest.raises(ImageError, match=r"^is 16-bit$"):
            decoding.decode(data)
        # 500 of 1000 levels is 127.5, rounded half up
        np.testing.assert_array_equal(
            decoding.decode(data, window=(1000, 2000)), [[0, 0, 128, 255, 255]]
        )

    def test_8_bit_is_the_same_with_a_window(self) -> None:
        found = decoding.decode(encoded(Image.fromarray(GREY)), window=(0, 100))
        np.testing.assert_array_equal(found, GREY)

    def test_real_palette_ct_is_the_grey_ct(self, shared_data: Path) -> None:
        path = images.listing(shared_data / "lab_challenge/dev/used")[0].path
        with Image.open(path) as image:
            pixels = np.asarray(image)
            shuffled = np.random.default_rng(0).permutation(256).astype(np.uint8)
            palette = Image.frombytes("P", image.size, shuffled[pixels].tobytes())
        table = np.empty(256, np.uint8)
        table[shuffled] = np.arange(256)
        palette.putpalette(np.repeat(table, 3).tolist())
        np.testing.assert_array_equal(decoding.decode(encoded(palette)), pixels)


def sixteen_bit_rgb() -> bytes:
    """Write an RGB PNG with 16 bits a channel by hand: Pillow does not write them."""

    def chunk(name: bytes, data: bytes) -> bytes:
        body = name + data
        return len(data).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")

    head = (1).to_bytes(4, "big") * 2 + bytes([16, 2, 0, 0, 0])
    rest = chunk(b"IDAT", zlib.compress(bytes(7))) + chunk(b"IEND", b"")
    return kinds.PNG_START + chunk(b"IHDR", head) + rest


class TestRefused:
    @pytest.mark.parametrize(
        ("data", "message"),
        [
            (b"", r"^is empty$"),
            (b"id,label\n", r"^is not a PNG, JPEG or TIFF$"),
            (encoded(Image.fromarray(GREY), "BMP"), r"^is not a PNG, JPEG or TIFF$"),
            (grey()[:-1], r"^is truncated$"),
            (grey(form="JPEG")[:-2], r"^is truncated$"),
            (kinds.PNG_START, r"^is truncated$"),
            (grey(form="TIFF")[:20], r"^is damaged or of a kind that Pillow cannot read$"),
            (sixteen_bit_rgb(), r"^has 16 bits a channel in mode 'RGB'$"),
            (encoded(Image.new("CMYK", (4, 4)), "JPEG"), r"^has colour mode 'CMYK', which has no"),
            (encoded(Image.new("F", (4, 4)), "TIFF"), r"^is 32-bit float$"),
            (encoded(Image.new("I", (4, 4)), "TIFF"), r"^is 32-bit signed$"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_message(self, data: bytes, message: str) -> None:
        with quiet_decoders(), pytest.raises(ImageError, match=message):
            decoding.decode(data)

    @pytest.mark.parametrize("form", ["PNG", "TIFF"])
    def test_animation_and_pages(self, form: str) -> None:
        data = encoded(
            Image.fromarray(GREY), form, save_all=True, append_images=[Image.fromarray(255 - GREY)]
        )
        with pytest.raises(ImageError, match=r"^holds 2 images \(an animation or pages\)$"):
            decoding.decode(data)

    def test_decompression_bomb(self) -> None:
        data = bytearray(grey())
        data[16:24] = (20000).to_bytes(4, "big") * 2
        data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
        with pytest.raises(ImageError, match=r"^has more than 67108864 pixels"):
            decoding.decode(bytes(data))

    def test_large_but_below_pillows_own_limit(self) -> None:
        data = bytearray(grey())
        data[16:24] = (9000).to_bytes(4, "big") * 2
        data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
        message = r"^has more than 67108864 pixels \(9000x9000\)$"
        with quiet_decoders(), pytest.raises(ImageError, match=message):
            decoding.decode(bytes(data))

    def test_damage_that_pillow_lets_pass(self) -> None:
        data = bytearray(encoded(Image.fromarray(GREY), pnginfo=None))
        data[-1] ^= 1  # the checksum of IEND: Pillow does not look
        with pytest.raises(ImageError, match=r"^is damaged \(a checksum does not match\)$"):
            decoding.decode(bytes(data))

    @pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF"])
    def test_no_truncated_file_is_accepted(self, form: str) -> None:
        data = encoded(Image.fromarray(GREY), form)
        for end in range(len(data)):
            with quiet_decoders(), pytest.raises(ImageError):
                decoding.decode(data[:end])

    @given(st.data())
    def test_damage_is_an_image_error_or_no_change(self, data: st.DataObject) -> None:
        whole = encoded(Image.fromarray(GREY))
        damaged = bytearray(whole)
        place = data.draw(st.integers(0, len(whole) - 1))
        damaged[place] ^= data.draw(st.integers(1, 255))
        try:
            found = decoding.decode(bytes(damaged))
        except ImageError:
            return
        np.testing.assert_array_equal(found, GREY)


class TestHeader:
    def test_says_size_kind_and_format(self, tmp_path: Path) -> None:
        put(tmp_path, a_png=grey((6, 5)), b_tif=encoded(Image.new("P", (3, 2)), "TIFF"))
        first, second = images.listing(tmp_path)
        assert images.header(first) == Header(5, 6, "8-bit grey", "PNG")
        assert images.header(second) == Header(3, 2, "palette", "TIFF")

    def test_names_the_file(self, tmp_path: Path) -> None:
        put(tmp_path, a_png=b"")
        (first,) = images.listing(tmp_path)
        with pytest.raises(ClefganError, match=r"test_names.*: 'a\.png' is empty; replace it$"):
            images.header(first)


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
