"""Lists of one view, kept on disk: an audit that was stopped is resumed where it was.

They hold numbers of images and similarities, no pixels and no patients.
"""

import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from clefgan.auditing.material import Material
from clefgan.auditing.nearest import NearestLists
from clefgan.auditing.views import View
from clefgan.method import Images
from clefgan.storage import array_files, code_digest


def keys(material: Material, views: Sequence[View], sets: Sequence[Images]) -> list[list[str]]:
    """Digest of everything that the lists of each set depend on, view by view."""
    group = hashlib.sha256(np.ascontiguousarray(material.group).data).hexdigest()
    others, own = digest(material.real), [digest(images) for images in sets]
    rows = []
    for view in views:
        looked = (view.name, view.across, view.keep, view.turned, view.inverted, view.coarse)
        conditions = (*looked, group, others, code())
        rows.append([hashlib.sha256(repr((*conditions, one)).encode()).hexdigest() for one in own])
    return rows


def digest(images: Images) -> str:
    """SHA-256 of images in their order, and of their size."""
    whole = hashlib.sha256(repr(images.shape).encode())
    for image in images:
        whole.update(np.ascontiguousarray(image).data)
    return whole.hexdigest()


@cache
def code() -> str:
    """Digest of the code that makes views and lists."""
    return code_digest.digest("clefgan.auditing.nearest", "clefgan.auditing.volumes.views")


def write(path: Path, lists: NearestLists) -> None:
    """Keep the lists of one view."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    parts = {
        "values": lists.values,
        "images": lists.images,
        "hubs": lists.hubs,
        "nearest": lists.nearest,
    }
    array_files.write(path, parts)


def read(path: Path, view: View) -> NearestLists | None:
    """The lists that were kept; None where there are none, or not whole."""
    arrays = array_files.read(path)
    if arrays is None or set(arrays) != {"values", "images", "hubs", "nearest"}:
        return None
    return NearestLists(
        view,
        np.asarray(arrays["values"], np.float32),
        np.asarray(arrays["images"], np.int32),
        np.asarray(arrays["hubs"], np.float32),
        np.asarray(arrays["nearest"], np.float32),
    )
