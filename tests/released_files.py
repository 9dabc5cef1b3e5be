"""Files of training and released images, and what is found in them."""

from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pydicom
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

from clefgan.auditing import file_findings
from clefgan.auditing.file_findings import FileFinding
from clefgan.data.sets.grey import GreySet

BUNDLED = Path(pydicom.__file__).parent / "data/test_files"
NIBABEL: Any = nibabel
SECRET = "Meier^Anna"


def grey(folder: Path, name: str = "x") -> GreySet:
    """The files of a folder as a set; nothing here looks at pixels."""
    files = tuple(sorted(path for path in folder.iterdir() if path.is_file()))
    n = len(files)
    return GreySet(
        name, str(folder), tuple(path.stem for path in files), np.zeros((n, 1, 1), np.uint8),
        files, ((1, 1),) * n, None, (), (None,) * n, (0.0,) * n, None,
    )  # fmt: skip


def found(train: Path, released: Path, **how: Any) -> dict[str, FileFinding]:
    findings = file_findings.find(grey(train), grey(released), **how)
    assert len({each.kind for each in findings}) == len(findings)
    return {each.kind: each for each in findings}


def training(folder: Path, name: str = "i1.dcm") -> Dataset:
    """A training file with a name, dates, and private elements."""
    dataset = pydicom.dcmread(BUNDLED / "CT_small.dcm")
    dataset.PatientName, dataset.PatientID = SECRET, "ID-77"
    dataset.save_as(folder / name)
    return dataset


def fresh(folder: Path, name: str = "g1.dcm", **header: Any) -> Dataset:
    """A released file whose header is its own."""
    dataset = pydicom.dcmread(BUNDLED / "CT_small.dcm")
    for element in list(dataset):
        if element.tag.group not in (0x28, 0x7FE0) and element.keyword != "SOPClassUID":
            del dataset[element.tag]
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    dataset.PatientID, dataset.Modality = "ANONYMOUS", "CT"
    dataset.StudyDate = "20991231"
    for key, value in header.items():
        setattr(dataset, key, value)
    dataset.save_as(folder / name)
    return dataset


def both_folders(folder: Path) -> tuple[Path, Path]:
    """Empty folders for training and released files."""
    for name in ("train", "released"):
        (folder / name).mkdir()
    return folder / "train", folder / "released"
