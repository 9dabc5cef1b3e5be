"""Arrays by name from weight files: safetensors, ONNX initialisers, Keras HDF5.

No reader runs code from a file. What is in it is for `clefgan.storage.weights` to judge.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from clefgan.errors import ClefganError
from clefgan.storage.files import written_whole

Arrays: TypeAlias = dict[str, NDArray[Any]]
"""Arrays by their name in the file."""


def read(path: Path) -> Arrays:
    """Return the arrays of a weight file; its suffix says how it is read.

    Convolution kernels of ONNX files are turned from (out, in, height, width) to
    (height, width, in, out).

    Raises
    ------
    ClefganError
        An unknown suffix, or a file that is truncated or not of its kind.
    """
    readers: dict[str, Callable[[Path], Arrays]] = {
        ".safetensors": lambda path: read_safetensors(path)[0],
        ".onnx": read_onnx,
        ".h5": read_keras,
        ".hdf5": read_keras,
    }
    if path.suffix.lower() not in readers:
        raise ClefganError(
            f"{path}: not a kind of weight file that can be read; give .safetensors, .onnx or .h5"
        )
    if not path.is_file():
        raise ClefganError(f"{path}: no such file")
    return readers[path.suffix.lower()](path)


def read_safetensors(path: Path) -> tuple[Arrays, dict[str, str]]:
    """Return the arrays of a safetensors file, and its metadata."""
    try:
        with safe_open(path, framework="numpy") as file:
            return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError, TypeError, AttributeError) as error:
        raise damaged(path, "safetensors") from error


def safetensors_metadata(path: Path) -> dict[str, str]:
    """Return the metadata of a safetensors file, without reading the arrays."""
    try:
        with safe_open(path, framework="numpy") as file:
            return file.metadata() or {}
    except (SafetensorError, OSError) as error:
        raise damaged(path, "safetensors") from error


def write_safetensors(
    path: Path, arrays: Mapping[str, NDArray[np.float32]], metadata: Mapping[str, str]
) -> None:
    """Write arrays and metadata as a safetensors file, whole or not at all."""
    whole = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    with written_whole(path) as part:
        save_file(whole, part, dict(metadata))


def read_onnx(path: Path) -> Arrays:
    """Return the initialisers of an ONNX model; a 4-d one is taken for a convolution's kernel."""
    try:
        import onnx  # of the extra `vgg16`
        from google.protobuf.message import DecodeError
    except ModuleNotFoundError:
        raise ClefganError(f"{path}: reading it needs onnx; pip install 'clefgan[vgg16]'") from None
    arrays: Arrays = {}
    try:
        model = onnx.load_model_from_string(path.read_bytes())
        for tensor in model.graph.initializer:
            if tensor.data_location == onnx.TensorProto.EXTERNAL:
                raise ClefganError(
                    f"{path}: {tensor.name!r} is in another file; give one that holds its weights"
                )
            array = onnx.numpy_helper.to_array(tensor)
            arrays[tensor.name] = array.transpose(2, 3, 1, 0) if array.ndim == 4 else array
    except (DecodeError, ValueError, KeyError, TypeError) as error:
        raise damaged(path, "ONNX") from error
    if not arrays:
        raise damaged(path, "ONNX")
    return arrays


def read_keras(path: Path) -> Arrays:
    """Return the datasets of a Keras HDF5 file by their path in it."""
    try:
        import h5py  # optional: an extra
    except ModuleNotFoundError:
        raise ClefganError(f"{path}: reading it needs h5py; pip install h5py") from None
    arrays: Arrays = {}

    def keep(name: str, item: object) -> None:
        if isinstance(item, h5py.Dataset):
            arrays[name] = np.asarray(item[()])

    try:
        with h5py.File(path, "r") as file:
            file.visititems(keep)
    except (OSError, RuntimeError, ValueError) as error:
        raise damaged(path, "HDF5") from error
    return arrays


def damaged(path: Path, kind: str) -> ClefganError:
    """Return the error for a file that ends too early or is something else."""
    return ClefganError(f"{path}: truncated, or not a file of kind {kind}; get it again")
