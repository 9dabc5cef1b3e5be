"""A file of any format -> its images; a reader, and its library, is imported where it is needed."""

import importlib
from pathlib import Path
from types import ModuleType

from clefgan.data.formats import kinds
from clefgan.data.formats.raw import ImageError
from clefgan.data.formats.stored import StoredImage

READERS = {
    kinds.DICOM: ("dicom", "DICOM", "dicom"),
    kinds.NIFTI: ("nifti", "NIfTI", "nifti"),
    kinds.NUMPY: ("arrays", "NumPy arrays", ""),
    kinds.HDF5: ("hdf5", "HDF5", "arrays"),
    kinds.ZARR: ("zarrs", "zarr", "arrays"),
}
"""Format to its module here, its name for people, and the extra that installs its library."""


def images(
    path: Path, name: str, kind: str, *, key: str | None = None, volumes: bool = True
) -> tuple[StoredImage, ...]:
    """The images of one file that is not a picture, by its header.

    Parameters
    ----------
    name : the id, or the first part of the ids
    key : name of the array, for files that hold several
    volumes : whether an array (n, height, width) is one volume of n slices, not n images

    Raises
    ------
    ImageError
        It is damaged, or the library that reads it is not installed.
    """
    module = reader(kind)
    if kind in (kinds.DICOM, kinds.NIFTI):
        if key is not None:
            raise ImageError(f"is {READERS[kind][1]}, which has no array {key!r}")
        stored: tuple[StoredImage, ...] = module.images(path, name)
        return stored
    of_arrays: tuple[StoredImage, ...] = module.images(path, name, key=key, volumes=volumes)
    return of_arrays


def reader(kind: str) -> ModuleType:
    """Import the reader of a format.

    Raises
    ------
    ImageError
        Its library is not installed.
    """
    module, called, extra = READERS[kind]
    try:
        return importlib.import_module(f"clefgan.data.formats.{module}")
    except ModuleNotFoundError as error:
        if not extra or (error.name or "").startswith("clefgan"):
            raise
        library = (error.name or "a library").partition(".")[0]
        raise ImageError(
            f"is {called}, which needs {library}; pip install 'clefgan[{extra}]'"
        ) from error
