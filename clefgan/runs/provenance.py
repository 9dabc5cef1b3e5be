"""Where a run's numbers come from: data, code, machine; all that is needed to say them again."""

import platform
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from clefgan.data.challenge import Challenge
from clefgan.data.imageset import ImageSet
from clefgan.method import Method
from clefgan.similarity import dask_cluster
from clefgan.similarity.threads import cores

PACKAGES = (
    "clefgan",
    "jax",
    "jaxlib",
    "flax",
    "optax",
    "numpy",
    "scikit-learn",
    "scikit-image",
    "numba",
    "pillow",
    "pydicom",
    "python-gdcm",
    "pylibjpeg-openjpeg",
    "nibabel",
)


def digests_of(challenge: Challenge) -> dict[str, str]:
    """SHA-256 of the data by role, over ids and encoded images."""
    roles: dict[str, ImageSet] = {}
    if challenge.dev is not None:
        part = challenge.dev
        roles |= {
            "dev generated": part.generated,
            "dev used": part.used,
            "dev not used": part.not_used,
        }
    if challenge.test is not None:
        roles |= {
            "test generated": challenge.test.generated,
            "test candidates": challenge.test.candidates,
        }
    return {role: images.digest() for role, images in roles.items()}


def reading_of(sets: Iterable[ImageSet]) -> dict[str, list[float]]:
    """Window of levels and size that images were read with, as far as there are any."""
    sets = list(sets)
    window = next((image_set.window for image_set in sets if image_set.window is not None), None)
    size = next((image_set.size for image_set in sets if image_set.size is not None), None)
    settings = {"window": window, "size": size}
    return {name: list(value) for name, value in settings.items() if value is not None}


def class_name(method: Method) -> str:
    """`module:Class`, as an entry point names it."""
    return f"{type(method).__module__}:{type(method).__qualname__}"


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that decide the numbers."""
    by_package = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            by_package[package] = version(package)
        except PackageNotFoundError:
            continue
    return by_package


def machine() -> dict[str, Any]:
    """What else decides the bits: the processor and the number of cores this process may use."""
    return {"processor": platform.machine(), "system": platform.system(), "cores": cores()}


def cluster() -> dict[str, int] | None:
    """How much a cluster computed, if this process is joined to one; where it is is private."""
    joined = dask_cluster.current()
    return None if joined is None else {"workers": len(joined.known), "blocks": joined.blocks}
