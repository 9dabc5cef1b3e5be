"""Known answers of the release audit on volumes: drawn ones, many seeds.

    python -m benchmarks.audit_volumes --kind nothing --seeds 0:200

24 training and 24 held-out patients have one to three volumes each, which are alike, of 10 slices
of 24 x 24; 30 volumes are released. Kinds: `nothing`; `whole`, 8 volumes copied whole under noise
that hides every slice; `slice`, one slice in each of 8 volumes copied with little noise; `some`,
nothing copied, and every third patient has single images in place of volumes, more often those held
out. Printed: how often p is at most 0.05 by slices alone and with whole volumes, and what the lists
hold. No copies are planted. With `--dealt 25` the patients of each clean release are dealt to the
two sets anew as often, and the level of the test alone is counted: much cheaper than new releases.
"""

from argparse import ArgumentParser
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from scipy import ndimage

from clefgan.auditing import examine, looks, material
from clefgan.auditing.examine import Findings, Plan
from clefgan.auditing.material import Material
from clefgan.auditing.volumes import cubes
from clefgan.auditing.volumes.cubes import Volumes
from clefgan.auditing.volumes.slices import Slices
from evaluation.intervals.proportions import clopper_pearson

PATIENTS, RELEASED, COPIED = 24, 30, 8
DEPTH, SIDE = 10, 24
NOISE = {"nothing": 20.0, "some": 20.0, "whole": 250.0, "slice": 6.0}  # grey levels
KINDS = tuple(NOISE)
LEVEL = 0.05

Stack = NDArray[np.float64]


def anatomy(n: int, rng: np.random.Generator) -> Stack:
    """Volumes of `n` patients: what all share, and detail of their own."""
    fine = ndimage.gaussian_filter(rng.normal(0, 1, (n, DEPTH, SIDE, SIDE)), (0, 0.7, 1.5, 1.5))
    shared = np.linspace(-40, 40, SIDE) + np.linspace(-20, 20, DEPTH)[:, None, None]
    return np.asarray(120 + shared + 25 * fine / fine.std())


def noisy(stacks: Stack, sigma: float, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Bytes of stacks with noise."""
    made = stacks + rng.normal(0, sigma, stacks.shape)
    return np.clip(np.rint(made), 0, 255).astype(np.uint8)


def of_patients(rng: np.random.Generator) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """One to three volumes of each patient, alike, and whose each is."""
    whose = np.repeat(np.arange(PATIENTS), rng.integers(1, 4, PATIENTS))
    own = anatomy(PATIENTS, rng)[whose] + 0.5 * (anatomy(len(whose), rng) - 120)
    return noisy(own, 5, rng), whose


def slices(n: int, alone: NDArray[np.bool_]) -> Slices:
    """Volumes one after the other; of some the slices are single images."""
    number = np.where(alone, -1, np.cumsum(~alone) - 1)
    ids = tuple(map(str, range(int((~alone).sum()))))
    return Slices(ids, np.repeat(number, DEPTH), np.tile(np.arange(DEPTH, dtype=float), n))


def release(kind: str, seed: int) -> tuple[Material, Volumes]:
    """The three sets of one seed."""
    rng = np.random.default_rng(seed)
    (train, ours), (held, theirs) = of_patients(rng), of_patients(rng)
    made = noisy(anatomy(RELEASED, rng), NOISE[kind], rng)
    copied = np.searchsorted(ours, rng.permutation(PATIENTS)[:COPIED])
    if kind == "whole":
        made[:COPIED] = noisy(train[copied].astype(float), NOISE[kind], rng)
    if kind == "slice":
        at = np.arange(COPIED), rng.integers(0, DEPTH, COPIED)
        made[at] = noisy(train[copied, at[1]].astype(float), NOISE[kind], rng)
    names = (
        [f"t{one}" for one in np.repeat(ours, DEPTH)],
        [f"h{one}" for one in np.repeat(theirs, DEPTH)],
    )
    lone = [np.zeros(len(ours), bool), np.zeros(len(theirs), bool)]
    if kind == "some":
        lone = [ours % 6 == 0, theirs % 2 == 0]
    flat = [stack.reshape(-1, SIDE, SIDE) for stack in (train, held, made)]
    own = material.gather(flat[0], flat[1], flat[2], *names)
    sets = [(images, slices(len(images) // DEPTH, one)) for images, one in
            zip(flat, (*lone, np.zeros(RELEASED, bool)), strict=True)]  # fmt: skip
    volumes = cubes.gather(own, sets[0], sets[1], sets[2], [*names[0], *names[1]])
    assert volumes is not None
    return own, volumes


def row(kind: str, seed: int) -> dict[str, Any]:
    """What came out of one release."""
    own, volumes = release(kind, seed)
    plan = Plan(deals=499, planted=0, seed=seed)
    compared = examine.compare(own, plan, volumes=volumes)
    both = examine.judge(own, plan, compared, volumes=volumes)
    alone = examine.judge(own, plan, examine.Compared(compared.release))
    assert both.test is not None
    assert alone.test is not None
    assert both.wholes is not None
    whole = both.wholes.copies.listed
    by_slice = np.unique(both.copies.listed // DEPTH)
    return {
        "slices": alone.test.p_value <= LEVEL,
        "both": both.test.p_value <= LEVEL,
        "empty_whole": not len(whole),
        "whole": int((whole < COPIED).sum()),
        "false_whole": int((whole >= COPIED).sum()),
        "by_slice": int((by_slice < COPIED).sum()),
        "false_slice": false_images(both),
    }


def dealt(seed: int, times: int) -> tuple[int, int]:
    """How often p is at most 0.05, by slices and with whole volumes, of dealings of one release."""
    own, volumes = release("nothing", seed)
    compared = examine.compare(own, Plan(deals=199, planted=0), volumes=volumes)
    assert compared.whole is not None
    parts = [looks.part(compared.release), looks.part(compared.whole.release, volumes.groups)]
    rng = np.random.default_rng(1000 + seed)
    hits = [0, 0]
    for number in range(times):
        labels = rng.permutation(own.training)
        for i, some in enumerate((parts[:1], parts)):
            test = looks.test_parts(some, labels, own.stratum, times=199, seed=number)
            hits[i] += test.p_value <= LEVEL
    return hits[0], hits[1]


def false_images(both: Findings) -> int:
    """Volumes with a listed slice that none was copied to."""
    return int((np.unique(both.copies.listed // DEPTH) >= COPIED).sum())


def main() -> None:
    """Print a line a kind."""
    parser = ArgumentParser()
    parser.add_argument("--kind", choices=KINDS, action="append")
    parser.add_argument("--seeds", default="0:100")
    parser.add_argument("--dealt", type=int, default=0)
    given = parser.parse_args()
    first, last = map(int, given.seeds.split(":"))
    if given.dealt:
        hits = np.sum([dealt(seed, given.dealt) for seed in range(first, last)], axis=0)
        of = given.dealt * (last - first)
        print(f"dealt: p <= {LEVEL} by slices {hits[0]} of {of}; by both {hits[1]} of {of}")
        return
    for kind in given.kind or KINDS:
        rows = [row(kind, seed) for seed in range(first, last)]
        parts = []
        for name in ("slices", "both"):
            hits = sum(one[name] for one in rows)
            limits = clopper_pearson(hits, len(rows))
            parts.append(
                f"p <= {LEVEL} by {name} {hits} of {len(rows)} "
                f"[{float(limits.low):.3f}, {float(limits.high):.3f}]"
            )
        means = {name: np.mean([one[name] for one in rows]) for name in list(rows[0])[2:]}
        parts += [f"{name} {mean:.2f}" for name, mean in means.items()]
        Console(width=400).print(f"{kind}: {'; '.join(parts)}", highlight=False)


if __name__ == "__main__":
    main()
