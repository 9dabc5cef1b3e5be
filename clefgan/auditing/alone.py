"""Copies where no patients were held out: each margin beside those of real patients' images.

The null is what an image of a patient, softened as generated ones are, gives against all *other*
training patients. It assumes that generated images without a copy are no more like one patient than
that; with held-out patients no such assumption is needed.
"""

import numpy as np

from clefgan.auditing import margins, nearest
from clefgan.auditing.copies import CopyList
from clefgan.auditing.looks import Look
from clefgan.auditing.margins import Numbers, Strongest, Values
from clefgan.auditing.material import Material
from clefgan.auditing.nearest import Nearest
from clefgan.auditing.planted import degraded
from clefgan.method import Progress, silent
from evaluation.significance.multiple import benjamini_hochberg

MOST = 4000  # images that make the null
ENOUGH = 2000  # of them at least: with few patients, several images of each


def null_margins(
    material: Material, release: Look, *, seed: int = 0, progress: Progress = silent
) -> Values:
    """Largest margins over views of one image of each patient against the other patients."""
    rng = np.random.default_rng(seed)
    n = len(material.names)
    turns = -(-min(MOST, max(n, ENOUGH)) // n)
    patients = np.concatenate([rng.permutation(n) for _ in range(turns)])[:MOST]
    first, last = (np.searchsorted(material.group, patients, side) for side in ("left", "right"))
    images = degraded(material.real[rng.integers(first, last)], rng)
    found = []
    for name, own in release.lists.items():
        lists = nearest.nearest(
            own.view, images, material.real, material.group, hubs=own.hubs, progress=progress
        )
        others = without_own(lists, patients, material.group)
        units = release.margins[name].units
        found.append(margins.of(others, material.group, units=units))
    return margins.strongest(found, units=release.whole_units()).margin


def without_own(lists: Nearest, patients: Numbers, group: Numbers) -> Nearest:
    """The same lists without each image's own patient."""
    own = group[lists.images] == patients[None, :, None]
    last = np.where(own, 1, 0)
    order = np.argsort(last, axis=2, kind="stable")[:, :, :-1]
    return Nearest(
        lists.view,
        np.take_along_axis(lists.values, order, axis=2),
        np.take_along_axis(lists.images, order, axis=2),
        lists.hubs,
    )


def find(strong: Strongest, null: Values, *, q: float = 0.2) -> CopyList:
    """List copies: conformal p-values of the margins, Benjamini and Hochberg's adjustment."""
    ordered = np.sort(null)
    as_high = len(ordered) - np.searchsorted(ordered, strong.margin, side="left")
    adjusted = benjamini_hochberg((1 + as_high) / (1 + len(ordered)))
    passing = np.flatnonzero(adjusted <= q)
    listed = passing[np.argsort(-strong.margin[passing], kind="stable")]
    return CopyList(
        listed=listed.astype(np.int64),
        cutoff=float(strong.margin[listed[-1]]) if len(listed) else np.inf,
        decoys=0,
        q_values=adjusted,
        look=float(ordered[-1]) if len(ordered) else np.inf,
        q=q,
    )
