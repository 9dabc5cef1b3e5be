"""A challenge whose truth and leak are known, from any real images: in memory, or as a folder."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clefgan.data import png_files
from clefgan.dcgan.config import DCGANConfig
from clefgan.errors import ClefganError
from clefgan.experiments.lab import leaks, roles
from clefgan.experiments.lab.leaks import LeakPool, Made
from clefgan.experiments.lab.reals import Reals
from clefgan.experiments.lab.role_counts import RoleCounts
from clefgan.experiments.lab.roles import Indices
from clefgan.flow.config import FlowConfig
from clefgan.method import DevSet, Images, Progress, silent
from clefgan.storage import folders, json_text

RECORD = "lab.json"

Pictures = dict[str, tuple[list[str], NDArray[np.generic]]]
"""Folder to the ids and the pixels of its images."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """What decides a challenge, besides the real images.

    leak : 0 to 1; what it means depends on `how`, see `clefgan.experiments.lab.leaks`
    gan, flow : of the two networks a part that `how="dcgan"` or `how="flow"` trains
    """

    leak: float
    how: str = "copy"
    seed: int = 0
    counts: RoleCounts = field(default_factory=RoleCounts)
    gan: DCGANConfig = field(default_factory=DCGANConfig)
    flow: FlowConfig = field(default_factory=FlowConfig)

    def __post_init__(self) -> None:
        """Refuse what cannot be made."""
        leaks.check(self.how, self.leak)
        if self.seed < 0:
            raise ClefganError(f"lab: seed must be 0 or more; got {self.seed}")


@dataclass(frozen=True, slots=True, eq=False)
class DrawnChallenge:
    """A challenge in memory.

    truth : (n_candidates,) True for used
    roles : indices of the real images of each role; those of `test candidates` in their order
    dev, test : what each generator made; the parents are indices into the used images of its part
    """

    devset: DevSet
    candidates: Images
    truth: NDArray[np.bool_]
    roles: Mapping[str, Indices]
    dev: Made
    test: Made


def draw(reals: Reals, spec: Spec, *, progress: Progress = silent) -> DrawnChallenge:
    """Deal out the real images and run both generators.

    The real images of each role depend on `seed` and `counts` only, so challenges that differ in
    `leak` or `how` have the same.

    Raises
    ------
    ClefganError
        Too few groups or images; see `roles.deal`.
    """
    places = roles.deal(reals.groups, spec.counts, stream(spec, "roles"), reals.source)
    used, not_used = places["test used"], places["test not used"]
    order = stream(spec, "order").permutation(len(used) + len(not_used))
    made = {
        part: leaks.generate(
            spec.how,
            LeakPool(reals.images[places[f"{part} used"]], reals.images[places[f"{part} fresh"]]),
            n,
            spec.leak,
            stream(spec, part),
            config=spec.gan,
            of_flow=spec.flow,
            progress=progress,
        )
        for part, n in (("dev", spec.counts.generated), ("test", spec.counts.test_generated))
    }
    places["test candidates"] = np.concatenate([used, not_used])[order]
    places["test siblings"] = roles.siblings(reals.groups, used)
    devset = DevSet(
        np.asarray(made["dev"].images, np.uint8),
        reals.images[places["dev used"]],
        reals.images[places["dev not used"]],
    )
    candidates = reals.images[places["test candidates"]]
    return DrawnChallenge(devset, candidates, order < len(used), places, made["dev"], made["test"])


def stream(spec: Spec, part: str) -> np.random.Generator:
    """Randomness of one part; the parts are independent of each other."""
    number = ("roles", "order", "dev", "test").index(part)
    return np.random.default_rng(np.random.SeedSequence(spec.seed, spawn_key=(number,)))


def write(
    folder: Path, reals: Reals, spec: Spec, drawn: DrawnChallenge, *, progress: Progress = silent
) -> None:
    """Write a challenge in the layout of 2023, whole or not at all.

    `dev/` with `generated`, `used`, `not_used` and `groups.csv`; `test/` with `generated_1`,
    `real_unknown_1`, `truth.csv` and `groups.csv`, and `siblings` where there are any: images
    of the groups that were used, not used themselves; and `lab.json`, which says how it was made
    and where each image comes from.

    Raises
    ------
    ClefganError
        The folder exists.
    """
    refuse_existing(folder)
    with folders.written_whole(folder, new=True) as part:
        fill(part, reals, spec, drawn, progress)


def refuse_existing(folder: Path) -> None:
    """Raise if there is something already."""
    if folder.exists():
        raise ClefganError(f"{folder}: exists already; give a new folder, or remove it")


def fill(folder: Path, reals: Reals, spec: Spec, drawn: DrawnChallenge, progress: Progress) -> None:
    """Write images, tables and record."""
    used = ids("real_used", drawn.devset.used)
    not_used = ids("real_not_used", drawn.devset.not_used)
    unknown = ids("real_unknown", drawn.candidates)
    pictures: Pictures = {
        "dev/generated": (ids("generated", drawn.dev.images), drawn.dev.images),
        "dev/used": (used, drawn.devset.used),
        "dev/not_used": (not_used, drawn.devset.not_used),
        "test/generated_1": (ids("generated", drawn.test.images), drawn.test.images),
        "test/real_unknown_1": (unknown, drawn.candidates),
    }
    siblings = reals.images[drawn.roles["test siblings"]]
    if len(siblings):
        pictures["test/siblings"] = (ids("sibling", siblings), siblings)
    write_pictures(folder, pictures, progress)
    dev = np.concatenate([drawn.roles["dev used"], drawn.roles["dev not used"]])
    labels = [reals.groups[i] for i in dev]
    table(folder / "dev/groups.csv", ("id", "group"), [*used, *not_used], labels)
    labels = [reals.groups[i] for i in drawn.roles["test candidates"]]
    table(folder / "test/groups.csv", ("id", "group"), unknown, labels)
    table(folder / "test/truth.csv", ("id", "truth"), unknown, drawn.truth.astype(int).tolist())
    (folder / RECORD).write_text(json_text.of(record(reals, spec, drawn)), encoding="utf-8")


def write_pictures(folder: Path, pictures: Pictures, progress: Progress) -> None:
    """Write the images of each folder as PNG."""
    total, done = sum(len(names) for names, _ in pictures.values()), 0
    for inner, (names, images) in pictures.items():
        (folder / inner).mkdir(parents=True)
        for name, image in zip(names, images, strict=True):
            png_files.write(folder / inner / f"{name}.png", image)
            done += 1
            progress("writing", done, total, "")


def ids(stem: str, images: NDArray[np.generic]) -> list[str]:
    """`stem_0001` and so on."""
    digits = max(4, len(str(len(images))))
    return [f"{stem}_{i:0{digits}d}" for i in range(1, len(images) + 1)]


def table(path: Path, head: tuple[str, str], names: Sequence[str], values: Sequence[Any]) -> None:
    """Write two columns."""
    with path.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([head, *zip(names, values, strict=True)])


def record(reals: Reals, spec: Spec, drawn: DrawnChallenge) -> dict[str, Any]:
    """Everything that decided the challenge, and where each image comes from: truth included."""
    roles_ = {
        name: [reals.ids[i] for i in places]
        for name, places in drawn.roles.items()
        if name not in ("test used", "test not used")
    }
    generated = {
        part: {
            "leaking": int(made.leaks.sum()),
            "used_images_in_it": len({i for parents in made.parents for i in parents}),
            "leaks": made.leaks.astype(int).tolist(),
            "parents": [
                [reals.ids[drawn.roles[f"{part} used"][i]] for i in p] for p in made.parents
            ],
        }
        for part, made in (("dev", drawn.dev), ("test", drawn.test))
    }
    degraded = spec.how != "flow"
    degradation = {"shift": leaks.SHIFT, "blur": leaks.BLUR, "noise": leaks.NOISE}
    return {
        "made_by": "clefgan lab make",
        "spec": decided_by(spec),
        "real": {
            "source": reals.source,
            "images": len(reals.images),
            "groups": len(set(reals.groups)),
            "grouped_by": reals.group_source,
            "sha256": reals.digest(),
        },
        "degradation": degradation if degraded else None,
        "kind": {"blended": leaks.BLENDED, "evenness": leaks.EVENNESS, "grid": leaks.GRID},
        "numpy": np.__version__,
        "roles": roles_,
        "generated": generated,
    }


def decided_by(spec: Spec) -> dict[str, Any]:
    """What decides a challenge: the spec without the networks that its kind does not train."""
    fields = asdict(spec)
    for how, name in (("dcgan", "gan"), ("flow", "flow")):
        if spec.how != how:
            del fields[name]
    return fields
