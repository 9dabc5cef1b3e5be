"""A whole challenge drawn from one seed: who is in which role, ids and truth."""

from dataclasses import dataclass, fields

import numpy as np

from clefgan.data.phantom import generator
from clefgan.data.phantom.slices import SIZE, draw
from clefgan.errors import ClefganError
from clefgan.method import Images

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
    seed: int = 0, leak: float = LEAK, counts: PhantomCounts = COUNTS, *, size: int = SIZE
) -> dict[str, DrawnRole]:
    """Draw the roles dev_generated, dev_used, dev_not_used, test_generated and test_unknown.

    Dev and test have patients and a generator of their own. Used and not used are drawn by the same
    rule, so nothing but the generated images tells one from the other. The real images depend on
    `seed` and `counts` only: challenges that differ in `leak` have the same patients.

    Raises
    ------
    ClefganError
        `leak` is not a share, `seed` or a count is negative, or there is no used image to copy.
    """
    _validate(seed, leak, counts)
    dev = _Half(seed, "dev", size)
    test = _Half(seed, "test", size)
    dev_used = dev.real("used", counts.dev_used)
    dev_not_used = dev.real("not_used", counts.dev_not_used)
    unknown = test.candidates(counts.test_used, counts.test_not_used)
    return {
        "dev_generated": dev.generated(dev_used, counts.dev_generated, leak),
        "dev_used": dev_used,
        "dev_not_used": dev_not_used,
        "test_generated": test.generated(unknown, counts.test_generated, leak),
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
    """Dev or test: draws patients and numbers them."""

    def __init__(self, seed: int, name: str, size: int) -> None:
        self._seed, self._name, self._size = seed, name, size
        self._n_patients = 0

    def real(self, label: str, n: int) -> DrawnRole:
        return DrawnRole(
            _ids(f"real_{label}", n), self._draw(label, n), (label,) * n, self._patients(n)
        )

    def candidates(self, n_used: int, n_not_used: int) -> DrawnRole:
        """Used and not used in an order that says nothing."""
        n = n_used + n_not_used
        images = np.concatenate([self._draw("used", n_used), self._draw("not_used", n_not_used)])
        order = np.random.default_rng(self._sequence("order")).permutation(n)
        labels = tuple("used" if number < n_used else "not_used" for number in order)
        return DrawnRole(_ids("real_unknown", n), images[order], labels, self._patients(n))

    def generated(self, real: DrawnRole, n: int, leak: float) -> DrawnRole:
        """Near copies of the used images among `real`, and fresh patients."""
        used = [i for i, label in enumerate(real.labels) if label == "used"]
        fresh = self._draw("fresh", n - generator.n_copies(n, leak))
        rng = np.random.default_rng(self._sequence("generator"))
        made = generator.generate(real.images[used], fresh, n, rng)
        new = iter(self._patients(len(fresh)))
        patients = tuple(next(new) if s < 0 else real.patients[used[s]] for s in made.sources)
        return DrawnRole(_ids("generated", n), made.images, ("generated",) * n, patients)

    def _draw(self, part: str, n: int) -> Images:
        images = np.empty((n, self._size, self._size), dtype=np.uint8)
        for i in range(n):
            images[i] = draw(self._sequence(part, i), self._size)
        return images

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
