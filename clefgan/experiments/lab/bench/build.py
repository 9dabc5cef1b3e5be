"""Making the challenges of the bench: once, each kept in the cache as soon as it is there."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clefgan.data.phantom import slices
from clefgan.experiments.lab import make, roles
from clefgan.experiments.lab.bench import challenge as challenges
from clefgan.experiments.lab.bench.challenge import BenchChallenge
from clefgan.experiments.lab.bench.suite import SEED, BenchSize, SuiteEntry
from clefgan.experiments.lab.make import DrawnChallenge, Spec
from clefgan.experiments.lab.reals import Reals, reduced
from clefgan.method import DevSet, Images, Progress, silent

EDITION = 1  # to be raised when entries of the same settings are made in another way
LEFT = 0.4  # of the groups, which generators that do not leak are made of
OVERLAP = 1.0  # deviation of the noise on brightness, in deviations of brightness: roles overlap


@dataclass(frozen=True, slots=True)
class Builder:
    """Makes entries from real images.

    sources : one or two; with one, all entries are made of it
    folder : of the cache
    """

    sources: Sequence[Reals]
    size: BenchSize
    folder: Path

    def reals(self, entry: SuiteEntry) -> Reals:
        """Return the real images of an entry, at its size."""
        source = self.sources[min(entry.source, len(self.sources) - 1)]
        side = self.size.small if entry.side == "small" else self.size.large
        return sized(source, side)

    def spec(self, entry: SuiteEntry, reals: Reals) -> Spec:
        """Return what decides an entry: as few images of one patient as there are patients for."""
        return entry.spec(self.size, least_per_group(reals, self.size))

    def path(self, entry: SuiteEntry, reals: Reals) -> Path:
        """Return where an entry is kept: named by all that decides it."""
        decides = {
            "edition": EDITION,
            "spec": make.decided_by(self.spec(entry, reals)),
            "real": reals.digest(),
            "confounded": entry.role == "confounded",
        }
        text = json.dumps(decides, sort_keys=True)
        return self.folder / f"{hashlib.sha256(text.encode()).hexdigest()[:24]}.npz"

    def build(self, entry: SuiteEntry, *, progress: Progress = silent) -> BenchChallenge:
        """Return an entry, from the cache if it is there."""
        reals = self.reals(entry)
        path = self.path(entry, reals)
        challenge = challenges.read(path)
        if challenge is None:
            challenge = drawn(reals, self.spec(entry, reals), entry, progress)
            path.parent.mkdir(parents=True, exist_ok=True)
            challenges.write(path, challenge)
        return against_dev(challenge) if entry.against_dev else challenge


def least_per_group(reals: Reals, size: BenchSize) -> int:
    """Return how many images of one group are needed at most, 40% of the groups being left over."""
    wanted = sum(size.counts.real().values())
    members = [len(members_of_group) for members_of_group in roles.by_group(reals.groups).values()]
    for most in range(1, max(members)):
        if (1 - LEFT) * sum(min(most, n) for n in members) >= wanted:
            return most
    return max(members)


def phantoms(size: BenchSize) -> Reals:
    """Return slices of phantoms, one per patient, as many as the suite needs."""
    n = round(sum(size.counts.real().values()) / (1 - LEFT)) + size.counts.used
    images = np.stack(
        [slices.draw(np.random.SeedSequence([SEED, i]), size.large) for i in range(n)]
    )
    names = tuple(f"phantom {i + 1}" for i in range(n))
    return Reals(images, names, names, "phantoms", "patient")


def sized(reals: Reals, side: int) -> Reals:
    """Bring images to a side; ones that are as small already stay."""
    if reals.images.shape[1] <= side:
        return reals
    images = reduced(reals.images, side, reals.source)
    return Reals(images, reals.ids, reals.groups, reals.source, reals.group_source)


def drawn(reals: Reals, spec: Spec, entry: SuiteEntry, progress: Progress) -> BenchChallenge:
    """Make a challenge."""
    made = make.draw(reals, spec, progress=progress)
    if entry.role == "confounded":
        made = confounded(made, reals)
    dev = np.concatenate([made.roles["dev used"], made.roles["dev not used"]])
    groups = np.array(reals.groups, np.str_)
    return BenchChallenge(
        made.devset.generated,
        made.devset.used,
        made.devset.not_used,
        groups[dev],
        made.candidates,
        np.asarray(made.test.images, np.uint8),
        made.truth,
        groups[made.roles["test candidates"]],
    )


def confounded(made: DrawnChallenge, reals: Reals) -> DrawnChallenge:
    """Return the candidates with another truth: the brighter ones, by and large, count as used.

    The generator saw none of them and is no brighter than they are, so a method that tells the
    classes apart tells brightness, not membership. The same holds for the real images of dev.
    """
    truth = brighter(made.candidates)
    names = made.roles["dev used"], made.roles["dev not used"]
    everybody = np.concatenate(names)
    bright = brighter(reals.images[everybody])
    used, not_used = everybody[bright], everybody[~bright]
    return replace(
        made,
        truth=truth,
        devset=DevSet(made.devset.generated, reals.images[used], reals.images[not_used]),
        roles={**made.roles, "dev used": used, "dev not used": not_used},
    )


def brighter(images: Images) -> NDArray[np.bool_]:
    """Return which half of the images is brighter, after noise as wide as they differ."""
    level = images.reshape(len(images), -1).mean(axis=1, dtype=np.float64)
    noise = np.random.default_rng(len(images)).normal(
        0, OVERLAP * max(level.std(), 1e-9), len(level)
    )
    order = np.argsort(np.argsort(level + noise))
    return np.asarray(order >= len(order) - len(order) // 2)


def against_dev(challenge: BenchChallenge) -> BenchChallenge:
    """Return the same with the images of dev's generator under test, which saw no candidate."""
    return replace(challenge, generated=challenge.dev_generated)
