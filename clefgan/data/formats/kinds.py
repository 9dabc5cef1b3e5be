"""What a file is: by its ending, else by its first bytes."""

import os
import stat
from pathlib import Path

PICTURE, DICOM, NIFTI, NUMPY, HDF5, ZARR = "picture", "dicom", "nifti", "numpy", "hdf5", "zarr"
UNREAD = "unread"  # an image, or a volume, of a format that nothing here reads

ENDINGS = {
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".tif", ".tiff"), PICTURE),
    **dict.fromkeys((".dcm", ".dicom", ".dic", ".ima"), DICOM),
    **dict.fromkeys((".nii", ".nii.gz"), NIFTI),
    **dict.fromkeys((".npy", ".npz"), NUMPY),
    **dict.fromkeys((".h5", ".hdf5", ".hdf"), HDF5),
    ".zarr": ZARR,
    **dict.fromkeys(
        (".bmp", ".gif", ".webp", ".jp2", ".pgm", ".ppm", ".mha", ".mhd", ".nrrd", ".mgz", ".mgh",
         ".mnc", ".img", ".hdr"),
        UNREAD,
    ),
}  # fmt: skip
CLUTTER = {"thumbs.db", "desktop.ini", "dicomdir"}
ZARR_MARKS = ("zarr.json", ".zarray", ".zgroup")
PNG_START, JPEG_START = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
TIFF_STARTS = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
STARTS = {
    PNG_START: PICTURE,
    JPEG_START: PICTURE,
    **dict.fromkeys(TIFF_STARTS, PICTURE),
    b"\x93NUMPY": NUMPY,
    b"\x89HDF\r\n\x1a\n": HDF5,
}
LOOKED_AT = 352  # bytes: the header of a NIfTI-1 file


def kind_of(path: Path) -> str | None:
    """Format of a file or store; None if it is no image, or hidden.

    What is called an image is one, even if it cannot be read; of other names, what cannot be read
    (a file of somebody else's, a link to nowhere, a pipe) is no image.
    """
    name = path.name.lower()
    if name.startswith(".") or name in CLUTTER:
        return None
    if path.is_dir():
        return ZARR if is_store(path) else None
    ending = ending_of(path.name)
    if ending:
        return ENDINGS[ending.lower()]
    if why_unreadable(path):
        return None
    with path.open("rb") as file:
        return by_content(file.read(LOOKED_AT))


def why_unreadable(path: Path) -> str:
    """Why a file or folder cannot be read, as a predicate; empty if it can. Nothing is waited for.

    A pipe that nobody writes to would be waited for without end.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            os.scandir(path).close()
        elif stat.S_ISREG(mode):
            path.open("rb").close()
        else:
            return "is not a file but a pipe, a socket or a device"
    except OSError as error:
        return f"cannot be opened ({(error.strerror or str(error)).lower()})"
    return ""


def is_store(folder: Path) -> bool:
    """Whether a folder is a zarr store."""
    try:
        return any((folder / mark).is_file() for mark in ZARR_MARKS)
    except OSError:  # a folder that may not be entered
        return False


def by_content(start: bytes) -> str | None:
    """Format by the first bytes of a file."""
    if start[128:132] == b"DICM":
        return DICOM
    if start[344:348] == b"n+1\0" or start[4:8] == b"n+2\0":
        return NIFTI
    return next((kind for begin, kind in STARTS.items() if start.startswith(begin)), None)


def ending_of(name: str) -> str:
    """The ending of an image file, such as `.nii.gz`; '' for any other."""
    lower = name.lower()
    length = max((len(ending) for ending in ENDINGS if lower.endswith(ending)), default=0)
    return name[len(name) - length :] if 0 < length < len(name) else ""


def stem(name: str) -> str:
    """A file's name without the ending of an image; any other ending stays."""
    return name[: len(name) - len(ending_of(name))]
