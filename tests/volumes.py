"""Small volumes to audit, as DICOM series, NIfTI files, or pictures of their slices."""

from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pydicom
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from clefgan.auditing import material
from clefgan.auditing.inputs import Inputs
from clefgan.auditing.volumes import cubes
from clefgan.auditing.volumes.slices import Slices

BUNDLED = Path(pydicom.__file__).parent / "data/test_files"
NIBABEL: Any = nibabel
DEPTH, SIDE = 12, 32  # slices, and pixels of each side

Volumes = NDArray[np.uint8]


def drawn(n: int, seed: int, *, depth: int = DEPTH, side: int = SIDE) -> Volumes:
    """Patients' volumes, (n, depth, side, side): a shared slope, and detail of their own."""
    rng = np.random.default_rng(seed)
    fine = ndimage.gaussian_filter(rng.normal(0, 1, (n, depth, side, side)), (0, 0.7, 1.5, 1.5))
    fine *= 25 / fine.std()
    slope = np.linspace(-40, 40, side) + np.linspace(-20, 20, depth)[:, None, None]
    return np.clip(np.rint(120 + slope + fine), 0, 255).astype(np.uint8)


def noisy(volumes: NDArray[Any], sigma: float, seed: int) -> Volumes:
    """The same with noise."""
    rng = np.random.default_rng(seed)
    made = volumes + rng.normal(0, sigma, volumes.shape)
    return np.clip(np.rint(made), 0, 255).astype(np.uint8)


def as_nifti(folder: Path, volumes: Volumes, stem: str) -> list[str]:
    """A file a volume; the stored axes run left, back and up, as in the slices of DICOM."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, volume in enumerate(volumes):
        image = NIBABEL.Nifti1Image(volume.transpose(2, 1, 0), np.diag([-1, -1, 1, 1]))
        NIBABEL.save(image, folder / f"{stem}{number:03d}.nii.gz")
    return [f"{stem}{number:03d}.nii.gz" for number in range(len(volumes))]


def as_series(folder: Path, volumes: Volumes, stem: str) -> list[str]:
    """A folder a volume, with a file a slice whose name says nothing of its place."""
    for number, volume in enumerate(volumes):
        inside = folder / f"{stem}{number:03d}"
        inside.mkdir(parents=True, exist_ok=True)
        for level, image in enumerate(volume):
            dataset = pydicom.dcmread(BUNDLED / "CT_small.dcm")
            del dataset.PixelPaddingValue
            dataset.Rows, dataset.Columns = image.shape
            dataset.SeriesInstanceUID = f"1.2.3.{len(stem)}.{number}"
            dataset.SOPInstanceUID = f"1.2.3.{len(stem)}.{number}.{level}"
            dataset.PatientID = f"{stem}{number:03d}"
            dataset.ImagePositionPatient = [0, 0, 5 * level]
            dataset.RescaleIntercept, dataset.RescaleSlope = 0, 1
            dataset.PixelData = image.astype(np.int16).tobytes()
            dataset.save_as(inside / f"{(7 * level) % len(volume):02d}.dcm")
    return [f"{stem}{number:03d}" for number in range(len(volumes))]


def as_pictures(folder: Path, volumes: Volumes, stem: str) -> list[str]:
    """A picture a slice: nothing says that they belong together."""
    names = []
    folder.mkdir(parents=True, exist_ok=True)
    for number, volume in enumerate(volumes):
        for level, image in enumerate(volume):
            names.append(f"{stem}{number:03d}_{level + 1}.png")
            Image.fromarray(image).save(folder / names[-1])
    return names


def slices_of(volumes: Volumes, stem: str) -> Slices:
    """Which of the images of some volumes, one volume after the other, are slices of which."""
    n, depth = volumes.shape[:2]
    ids = tuple(f"{stem}{number:03d}" for number in range(n))
    of = np.repeat(np.arange(n), depth)
    return Slices(ids, of, np.tile(np.arange(depth, dtype=float), n))


def audited(train: Volumes, held_out: Volumes | None, released: Volumes) -> Inputs:
    """Inputs of an audit, one patient a volume."""
    sets = {"train": train, "released": released}
    if held_out is not None:
        sets["held"] = held_out
    flat = {name: volumes.reshape(-1, *volumes.shape[2:]) for name, volumes in sets.items()}
    found = {name: (flat[name], slices_of(volumes, name)) for name, volumes in sets.items()}
    labels = {
        name: [found[name][1].ids[number] for number in found[name][1].of.tolist()] for name in sets
    }
    own = material.gather(
        flat["train"], flat.get("held"), flat["released"], labels["train"], labels.get("held", ())
    )
    names = [*labels["train"], *labels.get("held", [])]
    together = cubes.gather(own, found["train"], found.get("held"), found["released"], names)
    return Inputs(
        own,
        tuple(f"real{number}" for number in range(len(own.real))),
        tuple(f"made{number}" for number in range(len(own.released))),
        volumes=together,
    )
