"""Grey levels of any kind of picture, and pictures that are refused."""

import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from clefgan.data import decoding, images
from clefgan.data.formats import kinds
from clefgan.data.formats.raw import Header, ImageError
from clefgan.data.quiet import quiet_decoders
from clefgan.errors import ClefganError
from encoded_images import COLOUR, GREY, encoded, grey, luma, put


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
