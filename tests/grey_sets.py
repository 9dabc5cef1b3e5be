"""Folders of one set of images, as PNG and as a DICOM series."""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.uid import generate_uid

from building import save
from dicom_files import BUNDLED

RNG = np.random.default_rng(0)
GREY = RNG.integers(0, 256, (6, 16, 16), dtype=np.uint8)

pngs = partial(save, name="i{}", start=0)


def dicoms(folder: Path, values: NDArray[np.int16], patient: str = "P1", **header: Any) -> Path:
    """A series: CT_small's header with other values, one place after the other."""
    folder.mkdir(parents=True, exist_ok=True)
    series = generate_uid()
    for number, image in enumerate(values):
        dataset = pydicom.dcmread(BUNDLED / "CT_small.dcm")
        del dataset.PixelPaddingValue
        dataset.Rows, dataset.Columns = image.shape
        dataset.PixelData = image.tobytes()
        dataset.PatientID, dataset.SeriesInstanceUID = patient, series
        dataset.ImagePositionPatient = [0, 0, -3.0 * number]
        for name, value in header.items():
            setattr(dataset, name, value)
        dataset.save_as(folder / f"i{number}.dcm")
    return folder
