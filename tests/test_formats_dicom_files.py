"""Frames of one file, and DICOM files that are refused."""

import shutil
import warnings
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, ExplicitVRLittleEndian, generate_uid

from clefgan.data import images
from clefgan.data.formats.stored import StoredImage
from clefgan.data.quiet import quiet_decoders
from clefgan.errors import ClefganError
from dicom_files import BUNDLED, LEVELS, PLAIN, copied, written


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
