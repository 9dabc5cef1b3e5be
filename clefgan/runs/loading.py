"""What a run works on, decoded: dev with its truth, groups and folds, and the test part."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clefgan.data import copies
from clefgan.data.challenge import Challenge, Dev, Test
from clefgan.data.imageset import ImageSet
from clefgan.errors import ClefganError
from clefgan.method import DevSet, Images, Progress, silent
from clefgan.runs import folds
from submissions.names import FileNames


@dataclass(frozen=True, slots=True, eq=False)
class DevImages:
    """The dev images, decoded; the real ones in one order: used first, then not used.

    Parameters
    ----------
    reals : (n, height, width), used then not used
    truth : (n,), True for used
    ids : n; the role is put before them where both roles share an id
    groups : n labels, equal for images of one patient, or for exact copies where none are known
    """

    dev: DevSet
    reals: Images
    truth: NDArray[np.bool_]
    ids: tuple[str, ...]
    groups: list[str]


@dataclass(frozen=True, slots=True, eq=False)
class TestImages:
    """The test part, decoded; no generated images where the method needs none.

    groups : patient of each candidate; None where they are not known
    """

    __test__ = False  # pytest: images of a challenge, not a test

    candidates: Images
    generated: Images
    ids: tuple[str, ...]
    truth: NDArray[np.bool_] | None
    file_names: FileNames
    generated_ids: tuple[str, ...] = ()
    groups: tuple[str, ...] | None = None


def load_dev(challenge: Challenge, progress: Progress = silent) -> DevImages:
    """Decode the dev images.

    Raises
    ------
    ClefganError
        No dev part, or an image that cannot be read.
    """
    part = challenge.dev
    if part is None:
        raise ClefganError(f"{challenge.source}: no dev images; a method is fitted on them")
    dev = DevSet(
        generated=loaded(part.generated, "dev generated", progress),
        used=loaded(part.used, "dev used", progress),
        not_used=loaded(part.not_used, "dev not used", progress),
    )
    truth = np.concatenate([np.ones(len(part.used), bool), np.zeros(len(part.not_used), bool)])
    reals = np.concatenate([dev.used, dev.not_used])
    ids = unique_ids(part)
    return DevImages(dev, reals, truth, ids, groups_of(challenge, ids, reals))


def unique_ids(part: Dev) -> tuple[str, ...]:
    """Ids of the real dev images; the role is put before them where both roles share an id."""
    used, not_used = part.used.ids, part.not_used.ids
    if set(used).isdisjoint(not_used):
        return (*used, *not_used)
    return (*(f"used/{name}" for name in used), *(f"not_used/{name}" for name in not_used))


def groups_of(challenge: Challenge, ids: Sequence[str], reals: Images) -> list[str]:
    """Group of each real dev image: as the data says, else exact copies share one."""
    fallback = folds.copies(reals)
    known = challenge.groups or {}
    return [
        known.get(name.rpartition("/")[2], digest)
        for name, digest in zip(ids, fallback, strict=True)
    ]


def load_test(part: Test, *, generated: bool, progress: Progress = silent) -> TestImages:
    """Decode the candidates, and the generated images where they are asked for."""
    candidates = loaded(part.candidates, "test candidates", progress)
    others = np.empty((0, *candidates.shape[1:]), np.uint8)
    if generated:
        others = loaded(part.generated, "test generated", progress)
    truth = None
    if part.truth is not None:
        truth = np.array([part.truth[name] for name in part.candidates.ids], bool)
    names, ids = part.candidates.file_names, part.generated.ids if generated else ()
    whose = part.groups
    groups = None if whose is None else tuple(whose[name] for name in part.candidates.ids)
    return TestImages(candidates, others, part.candidates.ids, truth, names, ids, groups)


def loaded(images: ImageSet, stage: str, progress: Progress) -> Images:
    """Decode one role, reporting under the name of the role."""

    def report(_stage: str, done: int, total: int, note: str) -> None:
        progress(f"reading {stage}", done, total, note)

    return images.load(progress=report)


def contradictions(images: DevImages) -> tuple[str, ...]:
    """Warn of dev images that are both used and not used, pixel for pixel: a fault of the data."""
    digests = folds.copies(images.reals)
    n_used = int(images.truth.sum())
    pairs = copies.in_both(
        copies.by_digest(images.ids[:n_used], digests[:n_used]),
        copies.by_digest(images.ids[n_used:], digests[n_used:]),
    )
    if not pairs:
        return ()
    said = copies.both_labels(pairs, len(images.ids) - n_used)
    return (f"warning: {said}; see `clefgan data info`",)
