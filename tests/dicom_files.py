"""DICOM files that pydicom ships, and ones that are written."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.uid import generate_uid

from clefgan.data import images
from clefgan.data.formats.raw import RawImage
from clefgan.data.listing import Listed
from clefgan.data.quiet import quiet_decoders

BUNDLED = Path(pydicom.__file__).parent / "data/test_files"
MR = np.asarray(pydicom.dcmread(BUNDLED / "MR_small.dcm").pixel_array)


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
