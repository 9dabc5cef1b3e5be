"""What this audit would have seen on this data, measured with copies planted in memory.

Two questions for each kind of copy. One image: how many of the planted copies are put before a
reader, nearer to one of their own patients than any released image is to a held-out one, or above
the cutoff of the list? The set: from how many copies on does the set test notice?
"""

import math
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from clefgan.auditing import looks
from clefgan.auditing.copies import CopyList
from clefgan.auditing.looks import Look, LookPart
from clefgan.auditing.margins import Numbers
from clefgan.auditing.material import Flags, Material
from clefgan.auditing.planted import KINDS, Degrade, Planted, PlantedKind, plant
from clefgan.auditing.risk import Share, share
from clefgan.method import Progress, silent

PLANTED = 50  # copies of each kind
DOSES = (1, 2, 5, 10, 20, 50)  # copies that are planted together
DRAWS = 10  # sets of planted copies a dose
ENOUGH = 9  # of them that the set test must notice
DEALS = 99  # of the set test of planted copies
SEEN_SHARE = 0.05  # of the release: a kind noticed only above this is not seen


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What would have been seen of one kind.

    shown : planted copies that are put before the reader, with an exact interval
    noticed : smallest number of copies in the release that the set test notices 9 times in 10;
        None: not even the largest that was tried
    tried : the largest number that was tried
    limit : number of copies from which on the kind counts as seen
    """

    kind: PlantedKind
    shown: Share
    noticed: int | None
    tried: int
    limit: int

    @property
    def seen(self) -> bool:
        """Whether this audit can see the kind: one by one mostly, or a few of them together."""
        return self.shown.low > 0.5 or (self.noticed is not None and self.noticed <= self.limit)

    @property
    def few(self) -> bool:
        """Whether all that were planted are shown, but too few to say that others would be."""
        return not self.seen and 0 < self.shown.hits == self.shown.of

    @property
    def missed_below(self) -> float:
        """Where none was shown: fewer copies than this were there, with 95% confidence.

        1 + floor(ln 0.05 / ln(1 - s)), s the lower limit of the share that is shown.
        """
        if self.shown.low <= 0:
            return math.inf
        if self.shown.low >= 0.95:
            return 1.0
        return 1.0 + math.floor(math.log(0.05) / math.log(1 - self.shown.low))


class Planting(NamedTuple):
    """Copies of one kind, and what draws some of them to be planted together."""

    copies: Planted
    rng: np.random.Generator


class Dealing(NamedTuple):
    """The set test that planted copies join.

    training, stratum : of all patients who are dealt
    groups : see `looks.LookPart`, of the release that the copies join
    others : of the same release, such as its whole volumes beside its images
    """

    training: Flags
    stratum: Numbers
    groups: Numbers | None = None
    others: tuple[LookPart, ...] = ()


def draw(
    material: Material,
    planted: int,
    *,
    kinds: Sequence[PlantedKind] = KINDS,
    degrade: Degrade | None = None,
    seed: int = 0,
) -> list[Planting]:
    """Plant copies of each kind; the release is not looked at."""
    rngs = [np.random.default_rng([seed, number]) for number in range(len(kinds))]
    return [
        Planting(plant(material, kind, planted, rng, degrade=degrade), rng)
        for kind, rng in zip(kinds, rngs, strict=True)
    ]


def measure(
    material: Material,
    release: Look,
    made: Sequence[Planting],
    everything: Look,
    listed: CopyList,
    *,
    level: float = 0.05,
    doses: bool = True,
    dealing: Dealing | None = None,
    progress: Progress = silent,
) -> list[Sensitivity]:
    """Look for planted copies.

    Parameters
    ----------
    made, everything : copies of each kind, and the look at all of them, kind after kind
    found : the list of the release, whose cutoff is taken
    level : of the set test
    dealing : None: of the material's patients, and nothing but the release
    doses : False where the set test has noticed a leak already: more copies say nothing then
    """
    dealing = dealing or Dealing(material.training, material.stratum)
    limit = max(1, round(SEEN_SHARE * len(material.released)))
    results = []
    start = 0
    for number, planting in enumerate(made):
        copies = planting.copies
        n = len(copies.images)
        seen = looks.some_of(everything, np.arange(start, start + n), len(material.names))
        start += n
        calls = shown(seen, copies, material.training, listed)
        sizes = doses_up_to(min(n, limit)) if doses else []
        rng = deepcopy(planting.rng)  # the same draws however often this is asked
        noticed = smallest_noticed(dealing, release, seen, sizes, level, rng)
        results.append(
            Sensitivity(copies.kind, share(calls), noticed, max(sizes, default=0), limit)
        )
        progress("planting copies", number + 1, len(made), copies.kind.name)
    return results


def doses_up_to(most: int) -> list[int]:
    """How many copies are planted together, the most that is allowed last."""
    return [dose for dose in DOSES if dose < most] + [most]


def shown(seen: Look, copies: Planted, training: Flags, listed: CopyList) -> Flags:
    """Whether each planted copy would be put before a reader, as a copy of its own patient."""
    strong = seen.strongest()
    own = (copies.parents == strong.winner[:, None]).any(axis=1)
    return np.asarray(own & training[strong.winner] & (strong.margin > limit_of(listed)))


def limit_of(listed: CopyList) -> float:
    """Margin above which an image is put before a reader: of the list, or above every decoy."""
    return float(min(listed.look, np.nextafter(listed.cutoff, -np.inf)))


def smallest_noticed(
    dealing: Dealing,
    release: Look,
    seen: Look,
    sizes: Sequence[int],
    level: float,
    rng: np.random.Generator,
) -> int | None:
    """The smallest of the sizes from which on the set test notices the planted copies."""
    times = max(DEALS, math.ceil(2 / level) - 1)
    n, n_groups = len(next(iter(seen.margins.values())).winner[0]), len(seen.ahead)
    for size in sizes:
        noticed = 0
        for draw in range(DRAWS):
            places = rng.permutation(n)[:size]
            some = looks.some_of(seen, places, n_groups)
            result = looks.test_parts(
                [looks.joined_part(release, some, dealing.groups), *dealing.others],
                dealing.training,
                dealing.stratum,
                times=times,
                seed=int(rng.integers(2**31)),
            )
            noticed += result.p_value <= level
            if draw - noticed >= DRAWS - ENOUGH:
                break
        if noticed >= ENOUGH:
            return size
    return None
