"""Arrays by name from weight files: safetensors, ONNX initialisers, Keras HDF5.

No reader runs code from a file. What is in it is for `clefgan.storage.weights` to judge.
"""

import json
import struct
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from clefgan.errors import ClefganError
from clefgan.storage.files import written_whole

Arrays: TypeAlias = dict[str, NDArray[Any]]
"""Arrays by their name in the file."""

DTYPES = {
    "F16": "<f2", "F32": "<f4", "F64": "<f8", "I8": "<i1", "I16": "<i2", "I32": "<i4", "I64": "<i8",
    "U8": "<u1", "BOOL": "?",
}  # fmt: skip
ONNX_DTYPES = {1: "<f4", 6: "<i4", 7: "<i8", 10: "<f2", 11: "<f8"}
ONNX_DATA_FIELDS = {"<f4": 4, "<i4": 5, "<i8": 7, "<f8": 10}  # where values lie that are not raw
MOST_HEADER = 100_000_000  # bytes: as the format's own reader allows


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
    data = path.read_bytes()
    try:
        (length,) = struct.unpack_from("<Q", data)
        header = json.loads(data[8 : 8 + length])
        metadata = header.pop("__metadata__", {})
        body = memoryview(data)[8 + length :]
        arrays = {name: safetensor(entry, body) for name, entry in header.items()}
    except (struct.error, ValueError, KeyError, TypeError, AttributeError) as error:
        raise damaged(path, "safetensors") from error
    return arrays, metadata


def safetensors_metadata(path: Path) -> dict[str, str]:
    """Return the metadata of a safetensors file, without reading the arrays."""
    try:
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            metadata = json.loads(file.read(min(length, MOST_HEADER))).get("__metadata__", {})
    except (struct.error, ValueError, AttributeError) as error:
        raise damaged(path, "safetensors") from error
    return dict(metadata)


def safetensor(entry: Mapping[str, Any], body: memoryview) -> NDArray[Any]:
    """Return one array of a safetensors file; ValueError if its bytes are not all there."""
    start, end = entry["data_offsets"]
    if not 0 <= start <= end <= len(body):
        raise ValueError("beyond the end of the file")
    return np.frombuffer(body[start:end], DTYPES[entry["dtype"]]).reshape(entry["shape"])


def write_safetensors(
    path: Path, arrays: Mapping[str, NDArray[np.float32]], metadata: Mapping[str, str]
) -> None:
    """Write float32 arrays and metadata as a safetensors file, whole or not at all."""
    header: dict[str, Any] = {"__metadata__": dict(metadata)}
    end = 0
    for name, array in arrays.items():
        start, end = end, end + array.nbytes
        header[name] = {"dtype": "F32", "shape": array.shape, "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with written_whole(path) as part, part.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for array in arrays.values():
            file.write(np.ascontiguousarray(array, "<f4").data)


def read_onnx(path: Path) -> Arrays:
    """Return the initialisers of an ONNX model, read straight from the protocol buffer."""
    try:
        arrays = {}
        for model_field, graph in fields(memoryview(path.read_bytes())):
            if model_field != 7:  # ModelProto.graph
                continue
            for graph_field, tensor in fields(graph):
                if graph_field == 5:  # GraphProto.initializer
                    name, array = onnx_tensor(tensor)
                    arrays[name] = array
    except (ValueError, KeyError, TypeError, IndexError, struct.error) as error:
        raise damaged(path, "ONNX") from error
    if not arrays:
        raise damaged(path, "ONNX")
    return arrays


def onnx_tensor(message: memoryview) -> tuple[str, NDArray[Any]]:
    """Return name and value of a TensorProto; a 4-d one is taken for a convolution's kernel."""
    shape: list[int] = []
    values: dict[int, Any] = {}
    for number, value in fields(message):
        if number == 1:  # dims, one by one or packed
            shape += [value] if isinstance(value, int) else varints(value)
        else:
            values[number] = value
    name = bytes(values.get(8, b"")).decode()
    dtype = ONNX_DTYPES.get(values[2])
    if dtype is None:  # strings and the like are never weights
        return name, np.empty(0)
    if 9 not in values and dtype in ("<i4", "<i8"):
        return name, np.array(varints(values[ONNX_DATA_FIELDS[dtype]]), dtype).reshape(shape)
    raw = values[9] if 9 in values else values[ONNX_DATA_FIELDS[dtype]]
    array = np.frombuffer(raw, dtype).reshape(shape)
    return name, array.transpose(2, 3, 1, 0) if array.ndim == 4 else array


def fields(message: memoryview) -> Iterator[tuple[int, Any]]:
    """Yield number and value of each field of a protocol buffer message.

    A value is an int (varint) or a memoryview of the bytes; ValueError at a truncated field.
    """
    place = 0
    while place < len(message):
        tag, place = varint(message, place)
        number, kind = tag >> 3, tag & 7
        if kind == 0:
            value, place = varint(message, place)
            yield number, value
            continue
        if kind == 2:
            size, place = varint(message, place)
        else:
            size = {1: 8, 5: 4}[kind]
        if place + size > len(message):
            raise ValueError("beyond the end of the message")
        yield number, message[place : place + size]
        place += size


def varint(message: memoryview, place: int) -> tuple[int, int]:
    """Return the number that is written at `place`, and the place behind it."""
    value = shift = 0
    while True:
        byte = message[place]
        value |= (byte & 127) << shift
        place, shift = place + 1, shift + 7
        if byte < 128:
            return value, place


def varints(message: memoryview) -> list[int]:
    """Return all the numbers of a packed field."""
    numbers, place = [], 0
    while place < len(message):
        value, place = varint(message, place)
        numbers.append(value)
    return numbers


def read_keras(path: Path) -> Arrays:
    """Return the datasets of a Keras HDF5 file by their path in it."""
    try:
        import h5py
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
