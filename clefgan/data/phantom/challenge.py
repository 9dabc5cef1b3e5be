"""A whole challenge drawn from one seed: who is in which role, ids and truth."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import TypeAlias

import numpy as np

from clefgan.data.phantom import generator
from clefgan.data.phantom.slices import SIZE, in_turn
from clefgan.errors import ClefganError
from clefgan.method import Images

DrawMany: TypeAlias = Callable[[Sequence[np.random.SeedSequence], int], Images]
"""Draws a slice of some size for each seed."""

LEAK = 0.5
"""The default share of generated images that are near copies of used ones."""


@dataclass(frozen=True, slots=True)
class PhantomCounts:
    """How many images each role has."""

    dev_generated: int = 200
    dev_used: int = 40
    dev_not_used: int = 40
    test_generated: int = 500
    test_used: int = 50  # of the candidates
    test_not_used: int = 50


COUNTS = PhantomCounts()


@dataclass(frozen=True, slots=True)
class DrawnRole:
    """The images of one role; four sequences of one length."""

    ids: tuple[str, ...]
    images: Images
    labels: tuple[str, ...]  # "generated", "used" or "not_used": the truth, also of candidates
    patients: tuple[str, ...]  # whom it shows; a near copy shows the patient of the used slice


def make(
    seed: int = 0,
    leak: float = LEAK,
    counts: PhantomCounts = COUNTS,
    *,
    size: int = SIZE,
    many: DrawMany = in_turn,
) -> dict[str, DrawnRole]:
    """Draw the roles dev_generated, dev_used, dev_not_used, test_generated and test_unknown.

    Dev and test have patients and a generator of their own. Used and not used are drawn by the same
    rule, so nothing but the generated images tells one from the other. The real images depend on
    `seed` and `counts` only: challenges that differ in `leak` have the same patients. `many` draws
    all slices in one call.

    Raises
    ------
    ClefganError
        `leak` is not a share, `seed` or a count is negative, or there is no used image to copy.
    """
    _validate(seed, leak, counts)
    dev = _Half(seed, "dev", counts.dev_used, counts.dev_not_used, counts.dev_generated, leak)
    test = _Half(seed, "test", counts.test_used, counts.test_not_used, counts.test_generated, leak)
    images = many([*dev.seeds, *test.seeds], size)
    dev.images, test.images = np.split(images, [len(dev.seeds)])
    dev_used, dev_not_used = dev.real("used"), dev.real("not_used")
    unknown = test.candidates()
    return {
        "dev_generated": dev.generated(dev_used),
        "dev_used": dev_used,
        "dev_not_used": dev_not_used,
        "test_generated": test.generated(unknown),
        "test_unknown": unknown,
    }


def _validate(seed: int, leak: float, counts: PhantomCounts) -> None:
    if seed < 0:
        raise ClefganError(f"phantom: seed must be 0 or more; got {seed}")
    if not 0.0 <= leak <= 1.0:
        raise ClefganError(
            f"phantom: leak is a share from 0 to 1; got {leak}; 0 is the control without a leak"
        )
    for field in fields(counts):
        if getattr(counts, field.name) < 0:
            raise ClefganError(
                f"phantom: {field.name} must be 0 or more; got {getattr(counts, field.name)}"
            )
    for half in ("dev", "test"):
        wanted = generator.n_copies(getattr(counts, f"{half}_generated"), leak)
        if wanted and not getattr(counts, f"{half}_used"):
            raise ClefganError(
                f"phantom: {half} has no used image to copy; got {wanted} near copies to make; "
                f"set leak to 0 or {half}_used to 1 or more"
            )


class _Half:
    """Dev or test: says whose slices to draw, then makes roles of them and numbers the patients."""

    images: Images  # one for each of `seeds`

    def __init__(
        self, seed: int, name: str, n_used: int, n_not_used: int, n_generated: int, leak: float
    ) -> None:
        self._seed, self._name, self._n_generated = seed, name, n_generated
        fresh = n_generated - generator.n_copies(n_generated, leak)
        self._counts = {"used": n_used, "not_used": n_not_used, "fresh": fresh}
        self._n_patients = 0
        self.seeds = [self._sequence(part, i) for part, n in self._counts.items() for i in range(n)]

    def real(self, label: str) -> DrawnRole:
        images = self._drawn(label)
        n = len(images)
        return DrawnRole(_ids(f"real_{label}", n), images, (label,) * n, self._patients(n))

    def candidates(self) -> DrawnRole:
        """Used and not used in an order that says nothing."""
        images = np.concatenate([self._drawn("used"), self._drawn("not_used")])
        n, n_used = len(images), self._counts["used"]
        order = np.random.default_rng(self._sequence("order")).permutation(n)
        labels = tuple("used" if number < n_used else "not_used" for number in order)
        return DrawnRole(_ids("real_unknown", n), images[order], labels, self._patients(n))

    def generated(self, real: DrawnRole) -> DrawnRole:
        """Near copies of the used images among `real`, and fresh patients."""
        n = self._n_generated
        used = [i for i, label in enumerate(real.labels) if label == "used"]
        fresh = self._drawn("fresh")
        rng = np.random.default_rng(self._sequence("generator"))
        made = generator.generate(real.images[used], fresh, n, rng)
        new = iter(self._patients(len(fresh)))
        patients = tuple(next(new) if s < 0 else real.patients[used[s]] for s in made.sources)
        return DrawnRole(_ids("generated", n), made.images, ("generated",) * n, patients)

    def _drawn(self, part: str) -> Images:
        parts = list(self._counts)
        ends = np.cumsum(list(self._counts.values()))[:-1]
        return np.split(self.images, ends)[parts.index(part)]

    def _sequence(self, part: str, *key: int) -> np.random.SeedSequence:
        """Randomness of one part; parts are independent, so one more image moves no other."""
        half = ("dev", "test").index(self._name)
        number = ("used", "not_used", "fresh", "order", "generator").index(part)
        return np.random.SeedSequence(self._seed, spawn_key=(half, number, *key))

    def _patients(self, n: int) -> tuple[str, ...]:
        first = self._n_patients + 1
        self._n_patients += n
        return tuple(f"{self._name}_patient_{i:04d}" for i in range(first, first + n))


def _ids(stem: str, n: int) -> tuple[str, ...]:
    return tuple(f"{stem}_{i:04d}" for i in range(1, n + 1))
