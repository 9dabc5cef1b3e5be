"""What the headers of released DICOM files say of those that were trained on."""

import shutil
from pathlib import Path

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from released_files import both_folders, found, fresh, training


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    return both_folders(tmp_path)


class TestDicom:
    def test_a_header_of_its_own_gives_nothing_away(self, folders: tuple[Path, Path]) -> None:
        train, released = folders
        training(train)
        fresh(released)
        assert found(train, released) == {}

    def test_a_copied_header(self, folders: tuple[Path, Path]) -> None:
        train, released = folders
        training(train)
        fresh(released)
        shutil.copy(train / "i1.dcm", released / "g2.dcm")
        findings = found(train, released)
        assert set(findings) == {"uid", "identity", "date", "private"}
        assert {each.count for each in findings.values()} == {1}
        assert {each.n for each in findings.values()} == {2}
        pair = findings["uid"].pairs[0]
        assert (pair.released, pair.training) == (released / "g2.dcm", train / "i1.dcm")

    @pytest.mark.parametrize(
        ("element", "kind"),
        [
            ("StudyInstanceUID", "uid"),
            ("FrameOfReferenceUID", "uid"),
            ("PatientID", "identity"),
            ("PatientName", "identity"),
            ("StudyDate", "date"),
        ],
    )
    def test_one_element_is_enough(
        self, folders: tuple[Path, Path], element: str, kind: str
    ) -> None:
        train, released = folders
        source = training(train)
        fresh(released, **{element: source[element].value})
        (finding,) = found(train, released).values()
        assert (finding.kind, finding.count) == (kind, 1)
        assert finding.sentence.startswith("1 of 1 released files carry")
        assert f"({element})" in finding.sentence

    def test_an_identifier_counts_in_another_element_and_in_sequences(
        self, folders: tuple[Path, Path]
    ) -> None:
        train, released = folders
        source = training(train)
        reference = Dataset()
        reference.ReferencedSOPInstanceUID = source.SOPInstanceUID
        fresh(released, ReferencedImageSequence=Sequence([reference]))
        fresh(released, "g2.dcm", OtherPatientIDs=["x", "ID-77"])
        findings = found(train, released)
        assert {each: findings[each].pairs[0].released.name for each in findings} == {
            "uid": "g1.dcm",
            "identity": "g2.dcm",
        }

    def test_private_elements(self, folders: tuple[Path, Path]) -> None:
        train, released = folders
        source = training(train)
        block = source.private_block(0x09, "GEMS_IDEN_01")
        dataset = fresh(released)
        copied = dataset.private_block(0x09, "GEMS_IDEN_01", create=True)
        for element in (0x27, 0xE6):  # a number of nine digits, and one of two
            copied.add_new(element, block[element].VR, block[element].value)
        dataset.save_as(released / "g1.dcm")
        (finding,) = found(train, released).values()
        assert finding.kind == "private"
        assert "GEMS" not in finding.sentence
        assert finding.pairs[0].what == "(0009,1027) GEMS_IDEN_01"

    def test_placeholders_and_the_standards_own_uids_are_nobodys(
        self, folders: tuple[Path, Path]
    ) -> None:
        train, released = folders
        for folder in folders:
            fresh(folder, PatientID="anonymous", StudyDate="19000101", PatientName="")
        assert found(train, released) == {}

    def test_burned_in_text_and_icons(self, folders: tuple[Path, Path]) -> None:
        train, released = folders
        training(train)
        icon = Dataset()
        icon.Rows = 1
        fresh(released, BurnedInAnnotation="YES")
        fresh(released, "g2.dcm", IconImageSequence=Sequence([icon]))
        findings = found(train, released)
        assert set(findings) == {"burned-in", "thumbnail"}
        assert findings["thumbnail"].pairs[0].released.name == "g2.dcm"
