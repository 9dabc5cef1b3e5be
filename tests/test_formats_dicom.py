"""DICOM: the files that pydicom ships, against pydicom's own reading of them and by hand."""

import shutil
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, ExplicitVRLittleEndian, generate_uid

from clefgan.data import images
from clefgan.data.formats.raw import ImageError, RawImage
from clefgan.data.formats.stored import StoredImage
from clefgan.data.listing import Listed
from clefgan.data.quiet import quiet_decoders
from clefgan.errors import ClefganError

BUNDLED = Path(pydicom.__file__).parent / "data/test_files"
MR = np.asarray(pydicom.dcmread(BUNDLED / "MR_small.dcm").pixel_array)
SAME_AS_MR = [
    "MR_small_RLE.dcm",
    "MR_small_bigendian.dcm",
    "MR_small_expb.dcm",
    "MR_small_implicit.dcm",
    "MR_small_jp2klossless.dcm",
    "MR_small_jpeg_ls_lossless.dcm",
    "MR_small_padded.dcm",
]


def copied(folder: Path, *names: str) -> tuple[Listed, ...]:
    """List bundled files in a folder of their own."""
    folder.mkdir(exist_ok=True)
    for name in names:
        shutil.copy(BUNDLED / name, folder / name)
    return images.listing(folder)


def raw(folder: Path, name: str) -> RawImage:
    with quiet_decoders():
        return copied(folder, name)[0].raw()


def written(path: Path, values: NDArray[Any], **header: Any) -> Path:
    """Write CT_small with other values; a value of None takes the element out."""
    path.parent.mkdir(parents=True, exist_ok=True)
    dataset = pydicom.dcmread(BUNDLED / "CT_small.dcm")
    dataset.Rows, dataset.Columns = values.shape[-2:]
    dataset.BitsAllocated = dataset.BitsStored = values.dtype.itemsize * 8
    dataset.HighBit = dataset.BitsStored - 1
    dataset.PixelRepresentation = int(values.dtype.kind == "i")
    del dataset.PixelPaddingValue
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    dataset.PixelData = values.tobytes()
    dataset["PixelData"].VR = "OW" if values.dtype.itemsize > 1 else "OB"
    for name, value in header.items():
        if value is None:
            delattr(dataset, name)
        elif name.startswith("PixelPadding"):
            dataset.add_new(name, "SS" if dataset.PixelRepresentation else "US", value)
        else:
            setattr(dataset, name, value)
    dataset.save_as(path)
    return path


PLAIN = {"RescaleSlope": None, "RescaleIntercept": None, "Modality": "OT"}
LEVELS = np.arange(12, dtype=np.uint8).reshape(3, 4) * 20


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


class TestFrames:
    def test_each_frame_is_an_image_of_one_volume(self, tmp_path: Path) -> None:
        found = copied(tmp_path, "rtdose.dcm")
        dose = pydicom.dcmread(BUNDLED / "rtdose.dcm")
        assert [each.id for each in found] == [f"rtdose_{i}" for i in range(1, 16)]
        for each, frame in zip(found, dose.pixel_array, strict=True):
            assert isinstance(each, StoredImage)
            assert each.volume == "rtdose"
            scaled = frame.astype(float) * float(dose.DoseGridScaling)
            np.testing.assert_array_equal(each.raw().values, scaled)
        assert len({each.read_bytes() for each in found[:4]}) == 4

    @pytest.mark.parametrize("name", ["SC_rgb_rle_2frame.dcm", "examples_ybr_color.dcm"])
    def test_frames_of_compressed_colour(self, tmp_path: Path, name: str) -> None:
        frames = pydicom.pixels.utils.pixel_array(BUNDLED / name)
        with quiet_decoders():
            found = copied(tmp_path, name)
            assert len(found) == len(frames)
            last = found[-1].raw().grey(None).astype(int)
        other = np.asarray(Image.fromarray(frames[-1]).convert("L"))
        assert np.abs(last - other).max() <= 1

    def test_functional_groups_give_each_frame_its_own_rescale_and_place(
        self, tmp_path: Path
    ) -> None:
        values = np.array([[[1, 2]], [[1, 2]]], np.uint16)
        path = written(tmp_path / "e.dcm", values, **PLAIN, NumberOfFrames=2)
        dataset = pydicom.dcmread(path)
        del dataset.ImagePositionPatient, dataset.ImageOrientationPatient
        each = []
        for slope, z in ((1, 5.0), (3, -5.0)):
            transform, plane, group = Dataset(), Dataset(), Dataset()
            transform.RescaleSlope, transform.RescaleIntercept = slope, -1
            plane.ImagePositionPatient = [0, 0, z]
            group.PixelValueTransformationSequence = Sequence([transform])
            group.PlanePositionSequence = Sequence([plane])
            each.append(group)
        turned, shared = Dataset(), Dataset()
        turned.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
        shared.PlaneOrientationSequence = Sequence([turned])
        dataset.PerFrameFunctionalGroupsSequence = Sequence(each)
        dataset.SharedFunctionalGroupsSequence = Sequence([shared])
        dataset.save_as(path)
        found = images.listing(tmp_path)
        assert [image.raw().values.tolist() for image in found] == [[[0, 1]], [[2, 5]]]
        assert [image.position for image in found if isinstance(image, StoredImage)] == [5, -5]

    def test_a_series_is_a_volume_in_the_order_of_its_places(self, tmp_path: Path) -> None:
        series = generate_uid()
        for name, z in (("a", 10.0), ("b", -5.0), ("c", 2.5)):
            values = np.full((4, 4), 7, np.uint16)
            place = {"ImagePositionPatient": [0, 0, z], "SeriesInstanceUID": series}
            written(tmp_path / f"{name}.dcm", values, **place)
        written(tmp_path / "d.dcm", np.zeros((4, 4), np.uint16), SeriesInstanceUID=generate_uid())
        found = [each for each in images.listing(tmp_path) if isinstance(each, StoredImage)]
        assert [each.volume for each in found] == ["b", "b", "b", None]
        in_order = sorted(found[:3], key=lambda each: each.position)
        assert [each.id for each in in_order] == ["b", "c", "a"]

    def test_the_window_of_the_header(self, tmp_path: Path) -> None:
        """PS3.3 C.11.2.1.2.1: c - 0.5 -+ (w - 1) / 2; LINEAR_EXACT: c -+ w / 2."""
        window = {"WindowCenter": [40, 300], "WindowWidth": [400, 50]}
        written(tmp_path / "a.dcm", LEVELS, **window)
        written(tmp_path / "b.dcm", LEVELS, **window, VOILUTFunction="LINEAR_EXACT")
        written(tmp_path / "c.dcm", LEVELS, **window, VOILUTFunction="SIGMOID")
        found = [each for each in images.listing(tmp_path) if isinstance(each, StoredImage)]
        assert [each.own_window for each in found] == [(-160, 239), (-160, 240), None]


class TestRefused:
    @pytest.mark.parametrize(
        ("name", "message"),
        [
            ("JPGExtended.dcm", r"is DICOM in JPEG Extended \(Process 2 and 4\) "
             r"\(1\.2\.840\.10008\.1\.2\.4\.51\) with 12 bits, which no decoder under a permissive "
             r"licence reads; convert it with `dcmdjpeg` of DCMTK$"),
            ("rtplan.dcm", r"is DICOM without an image \(RTPLAN\)"),
            ("test-SR.dcm", r"is DICOM without an image \(SR\)"),
            ("badVR.dcm", r"is DICOM with a header that cannot be used \(invalid literal"),
        ],
    )  # fmt: skip
    def test_by_the_header(self, tmp_path: Path, name: str, message: str) -> None:
        with pytest.raises(
            ClefganError, match=rf": 1 of 1 file cannot be read: '{name}' {message}"
        ):
            copied(tmp_path, name)

    @pytest.mark.parametrize(
        ("name", "message"),
        [
            ("MR_truncated.dcm", r"is DICOM in Explicit VR Little Endian \(1\.2\.840\.10008\.1\.2"
             r"\.1\) whose pixels cannot be decoded \(The number of bytes of pixel data is less"),
            ("SC_rgb_rle_16bit.dcm", r"has 16 bits a channel in colour"),
        ],
    )  # fmt: skip
    def test_by_the_pixels(self, tmp_path: Path, name: str, message: str) -> None:
        with pytest.raises(
            ClefganError, match=rf": 1 of 1 image cannot be read: '{name}' {message}"
        ):
            images.read(copied(tmp_path, name), window=(0, 9))

    def test_no_dicom_file(self, tmp_path: Path) -> None:
        (tmp_path / "a.dcm").write_bytes(b"no DICOM at all, but some bytes" * 20)
        (tmp_path / "b.dcm").write_bytes(b"")
        message = r"2 of 2 files cannot be read: 'a\.dcm' is no DICOM file, or its header is damag"
        with pytest.raises(ClefganError, match=message):
            images.listing(tmp_path)

    def test_a_video(self, tmp_path: Path) -> None:
        path = written(tmp_path / "a.dcm", LEVELS)
        dataset = pydicom.dcmread(path)
        dataset.file_meta.TransferSyntaxUID = UID("1.2.840.10008.1.2.4.102")
        dataset.PixelData = pydicom.encaps.encapsulate([b"\0\0"])
        dataset.save_as(path, enforce_file_format=True)
        message = (
            r"is DICOM in MPEG-4 .* \(1\.2\.840\.10008\.1\.2\.4\.102\), which is not read; con"
        )
        with pytest.raises(ClefganError, match=message):
            images.listing(tmp_path)

    def test_a_transfer_syntax_that_nobody_knows(self, tmp_path: Path) -> None:
        path = written(tmp_path / "a.dcm", LEVELS)
        data = path.read_bytes()
        known = ExplicitVRLittleEndian.encode()
        other = b"1.2.3.4.5.6.7.8.999"
        assert data.count(known + b"\0") == 1
        path.write_bytes(data.replace(known + b"\0", other + b"\0"[: len(known) + 1 - len(other)]))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            message = r"transfer syntax 1\.2\.3\.4\.5\.6\.7\.8\.999"
            with pytest.raises(ClefganError, match=message):
                images.listing(tmp_path)

    def test_bits_that_are_not_the_lowest(self, tmp_path: Path) -> None:
        written(tmp_path / "a.dcm", LEVELS.astype(np.uint16), BitsStored=12, HighBit=15)
        message = r"'a\.dcm' is DICOM whose high bit is 15 for 12 bits, which is not read"
        with pytest.raises(ClefganError, match=message):
            images.listing(tmp_path)

    def test_several_modalities(self, tmp_path: Path) -> None:
        message = r": images of 2 modalities: 2 are CT, 1 are MR; give those of one$"
        with pytest.raises(ClefganError, match=message):
            copied(tmp_path, "CT_small.dcm", "MR_small.dcm", "693_J2KI.dcm")

    def test_without_a_window(self, tmp_path: Path) -> None:
        message = (
            r": 1 of 1 image cannot be read: 'CT_small\.dcm' is 16-bit signed; "
            r"give a window of levels \(low, high\) or convert to 8 bits$"
        )
        with pytest.raises(ClefganError, match=message):
            images.read(copied(tmp_path, "CT_small.dcm"))

    def test_a_dicomdir_is_no_image(self, tmp_path: Path) -> None:
        shutil.copy(BUNDLED / "dicomdirtests/DICOMDIR", tmp_path)
        assert len(copied(tmp_path, "MR_small.dcm")) == 1
