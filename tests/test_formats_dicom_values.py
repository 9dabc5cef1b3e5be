"""Stored values, rescaling and grey levels, against pydicom's own reading and by hand."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from clefgan.data import images
from clefgan.data.formats.raw import ImageError
from dicom_files import BUNDLED, LEVELS, MR, PLAIN, raw, written

SAME_AS_MR = [
    "MR_small_RLE.dcm",
    "MR_small_bigendian.dcm",
    "MR_small_expb.dcm",
    "MR_small_implicit.dcm",
    "MR_small_jp2klossless.dcm",
    "MR_small_jpeg_ls_lossless.dcm",
    "MR_small_padded.dcm",
]


class TestValues:
    @pytest.mark.parametrize("name", SAME_AS_MR)
    def test_every_transfer_syntax_of_one_image_is_that_image(
        self, tmp_path: Path, name: str
    ) -> None:
        found = raw(tmp_path, name)
        np.testing.assert_array_equal(found.values, MR)
        assert found.values.dtype.isnative

    def test_rescale_is_applied(self, tmp_path: Path) -> None:
        found = raw(tmp_path, "CT_small.dcm")
        stored = pydicom.dcmread(BUNDLED / "CT_small.dcm").pixel_array
        np.testing.assert_array_equal(found.values, stored.astype(float) - 1024)
        assert found.kind == "16-bit signed grey"

    def test_jpeg_lossless_colour_is_the_luma_of_the_uncompressed(self, tmp_path: Path) -> None:
        found = raw(tmp_path, "SC_rgb_jpeg_gdcm.dcm").grey(None)  # 1.2.840.10008.1.2.4.70
        colour = pydicom.dcmread(BUNDLED / "SC_rgb_rle.dcm").pixel_array  # the same picture
        np.testing.assert_array_equal(found, np.asarray(Image.fromarray(colour).convert("L")))

    @pytest.mark.parametrize(
        "name", ["examples_rgb_color.dcm", "SC_rgb_rle.dcm", "ExplVR_BigEnd.dcm"]
    )
    def test_colour_is_the_luma_of_pillow(self, tmp_path: Path, name: str) -> None:
        colour = pydicom.dcmread(BUNDLED / name).pixel_array
        other = np.asarray(Image.fromarray(colour).convert("L"))
        assert np.abs(raw(tmp_path, name).grey(None).astype(int) - other).max() <= 1

    def test_palette_is_colours_not_indices(self, tmp_path: Path) -> None:
        dataset = pydicom.dcmread(BUNDLED / "examples_palette.dcm")
        tables = [
            np.frombuffer(dataset[f"{name}PaletteColorLookupTableData"].value, "<u2") >> 8
            for name in ("Red", "Green", "Blue")
        ]
        colour = np.stack([table[dataset.pixel_array] for table in tables], -1).astype(np.uint8)
        other = np.asarray(Image.fromarray(colour).convert("L"))
        found = raw(tmp_path, "examples_palette.dcm").grey(None)
        assert np.abs(found.astype(int) - other).max() <= 1

    def test_deflated_and_8_bit_pass_bit_for_bit(self, tmp_path: Path) -> None:
        found = raw(tmp_path, "image_dfl.dcm")
        assert found.is_grey
        other = pydicom.dcmread(BUNDLED / "image_dfl.dcm").pixel_array
        np.testing.assert_array_equal(found.grey(None), other)

    def test_one_bit_is_black_and_white(self, tmp_path: Path) -> None:
        mask = pydicom.dcmread(BUNDLED / "liver_1frame.dcm").pixel_array
        np.testing.assert_array_equal(raw(tmp_path, "liver_1frame.dcm").grey(None), mask * 255)

    def test_a_file_without_meta_information(self, tmp_path: Path) -> None:
        dataset = pydicom.dcmread(BUNDLED / "MR_small_implicit.dcm")
        dataset.file_meta = pydicom.dataset.FileMetaDataset()
        pydicom.dcmwrite(
            tmp_path / "bare.dcm", dataset, implicit_vr=True, little_endian=True,
            enforce_file_format=False,
        )  # fmt: skip
        np.testing.assert_array_equal(images.listing(tmp_path)[0].raw().values, MR)

    def test_a_file_is_known_by_content(self, tmp_path: Path) -> None:
        shutil.copy(BUNDLED / "MR_small.dcm", tmp_path / "1.2.840.5")
        (found,) = images.listing(tmp_path)
        assert found.id == "1.2.840.5"
        np.testing.assert_array_equal(found.raw().values, MR)

    def test_bits_beside_those_stored_are_cleared(self, tmp_path: Path) -> None:
        values = np.array([[0x1005, 0xF800], [0x0FFF, 0x07FF]], np.uint16)
        written(tmp_path / "u.dcm", values, **PLAIN, BitsStored=12, HighBit=11)
        written(tmp_path / "s.dcm", values.view(np.int16), **PLAIN, BitsStored=12, HighBit=11)
        signed, unsigned = (each.raw().values for each in images.listing(tmp_path))
        np.testing.assert_array_equal(unsigned, [[5, 0x800], [0xFFF, 0x7FF]])
        np.testing.assert_array_equal(signed, [[5, -0x800], [-1, 0x7FF]])

    def test_a_modality_table_takes_the_place_of_the_rescale(self, tmp_path: Path) -> None:
        table = Dataset()
        table.LUTDescriptor = [3, 0, 16]
        table.LUTData = np.array([7, 1000, 50], np.uint16).tobytes()
        table["LUTData"].VR = "OW"
        path = written(tmp_path / "a.dcm", np.array([[0, 1], [2, 9]], np.uint16), **PLAIN)
        dataset = pydicom.dcmread(path)
        dataset.ModalityLUTSequence = Sequence([table])
        dataset.save_as(path)
        found = images.listing(tmp_path)[0].raw()
        np.testing.assert_array_equal(found.values, [[7, 1000], [50, 50]])

    def test_float_pixels(self, tmp_path: Path) -> None:
        path = written(tmp_path / "a.dcm", np.zeros((2, 2), np.uint16), **PLAIN)
        dataset = pydicom.dcmread(path)
        del dataset.PixelData, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation
        dataset.BitsAllocated = 32
        dataset.FloatPixelData = np.array([[0, 0.5], [1, 2]], np.float32).tobytes()
        dataset.save_as(path)
        (found,) = images.listing(tmp_path)
        assert found.header().kind == "32-bit float"
        np.testing.assert_array_equal(found.raw().grey((0, 1)), [[0, 128], [255, 255]])


class TestGreyLevels:
    """Stored value, rescale, window, inversion last: each order of the others is another image."""

    def test_monochrome1_is_turned_round_after_the_window(self, tmp_path: Path) -> None:
        values = np.array([[0, 100, 150, 200, 300]], np.uint16)
        how = {"RescaleSlope": 2, "RescaleIntercept": -100, "Modality": "CT"}
        written(tmp_path / "one.dcm", values, **how, PhotometricInterpretation="MONOCHROME1")
        written(tmp_path / "two.dcm", values, **how)
        one, two = (each.raw().grey((100, 300)) for each in images.listing(tmp_path))
        # -100 100 200 300 500 through 100 to 300: by hand
        np.testing.assert_array_equal(two, [[0, 0, 128, 255, 255]])
        np.testing.assert_array_equal(one, [[255, 255, 127, 0, 0]])

    def test_monochrome1_of_8_bits(self, tmp_path: Path) -> None:
        written(tmp_path / "a.dcm", LEVELS, **PLAIN, PhotometricInterpretation="MONOCHROME1")
        np.testing.assert_array_equal(images.listing(tmp_path)[0].raw().grey(None), 255 - LEVELS)

    @pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
    def test_padding_is_black_and_counts_for_nothing(
        self, tmp_path: Path, photometric: str
    ) -> None:
        values = np.array([[3, 5, 4095]], np.uint16)
        how = {**PLAIN, "PhotometricInterpretation": photometric}
        written(tmp_path / "a.dcm", values, **how, PixelPaddingValue=4095)
        found = images.listing(tmp_path)[0].raw()
        assert found.measured().tolist() == [3, 5]
        assert found.grey((0, 4))[0, 2] == 0

    def test_a_range_of_padding(self, tmp_path: Path) -> None:
        values = np.array([[-2000, -1990, -1000, 0]], np.int16)
        written(tmp_path / "a.dcm", values, PixelPaddingValue=-2000, PixelPaddingRangeLimit=-1990)
        assert images.listing(tmp_path)[0].raw().measured().tolist() == [-2024, -1024]

    @pytest.mark.parametrize(
        ("bits", "how", "reason"),
        [
            (8, {"RescaleSlope": 2, "RescaleIntercept": 0}, "is 8-bit grey with a rescale"),
            (6, PLAIN, "is 6-bit"),
        ],
    )
    def test_8_bits_that_are_no_grey_levels_need_a_window(
        self, tmp_path: Path, bits: int, how: dict[str, Any], reason: str
    ) -> None:
        written(tmp_path / "a.dcm", LEVELS, **how, BitsStored=bits, HighBit=bits - 1)
        with pytest.raises(ImageError, match=f"^{reason}$"):
            images.listing(tmp_path)[0].raw().grey(None)
