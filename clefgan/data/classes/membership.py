"""Membership challenges from K labelled sources: one per source.

Each source has real images (used), images that its generator made, and the real images of other
sources, which that generator never saw (not used). So K sources are K membership dev sets with a
known truth. The test part of each is another generator: that of the next source. A method that
learns on dev is then scored on a generator that it never saw, and on candidates that it never saw:
real images not used are dealt to dev or to test, whole patients together.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clefgan.data import png_files, truth_and_groups
from clefgan.data.classes.challenge import ClassChallenge
from clefgan.errors import ClefganError, counted
from clefgan.method import Evidence, Images, Progress, silent
from clefgan.similarity.pixel_digest import digest
from clefgan.storage import folders
from submissions.names import FileNames

LEAST = 3  # classes of which a test part can be made: two generators, and real images of neither


@dataclass(frozen=True, slots=True, eq=False)
class RealImages:
    """Real images of one class: ids with the class before them, pixels, patients where known."""

    ids: tuple[str, ...]
    images: Images
    groups: tuple[str, ...] | None

    def some(self, places: Sequence[int]) -> "RealImages":
        """Those at some places."""
        groups = None if self.groups is None else tuple(self.groups[i] for i in places)
        return RealImages(tuple(self.ids[i] for i in places), self.images[list(places)], groups)


@dataclass(frozen=True, slots=True)
class Written:
    """What was written of one source.

    used, not_used, generated : images of dev
    candidates : of test; 0 where there is none
    test : the source whose generator the test part is of; empty where there is none
    left_out : real images of other sources that are images of this one too, pixel for pixel
    """

    name: str
    used: int
    not_used: int
    generated: int
    candidates: int
    test: str
    left_out: int


def write(
    challenge: ClassChallenge,
    folder: Path,
    *,
    dev_only: bool = False,
    seed: int = 0,
    progress: Progress = silent,
) -> list[Written]:
    """Write a challenge in the layout of 2023 for each source, all or none.

    Parameters
    ----------
    folder : new; gets a folder per source
    dev_only : no test part; all real images of other sources are then in dev
    seed : decides which are dealt to dev, and the order of candidates

    Raises
    ------
    ClefganError
        A class without real or labelled images, a generated image that is in two classes, or a
        folder that is there.
    """
    if challenge.evidence is not Evidence.A3:
        raise ClefganError(
            f"{challenge.source}: membership needs real and labelled generated images of each "
            f"class; the data give {challenge.evidence}"
        )
    if folder.exists():
        raise ClefganError(f"{folder}: exists already; give a new folder, or remove it")
    reals, made = loaded(challenge, progress)
    refuse_repeated(challenge.source, made)
    names = challenge.names
    with_test = not dev_only and len(names) >= LEAST
    done = []
    with folders.written_whole(folder, new=True) as part:
        for number, name in enumerate(names):
            after = names[(number + 1) % len(names)] if with_test else ""
            progress("writing", number + 1, len(names), name)
            done.append(one(part / name, name, after, reals, made, seed))
    return done


def loaded(
    challenge: ClassChallenge, progress: Progress
) -> tuple[dict[str, RealImages], dict[str, Images]]:
    """Real and labelled images of each class, decoded."""
    reals, made, stems = {}, {}, file_stems(challenge)
    for one_class in challenge.classes:
        assert one_class.real is not None
        assert one_class.generated is not None
        ids = stems[one_class.name]
        groups = groups_of(challenge, one_class.real.file_names)
        reals[one_class.name] = RealImages(ids, one_class.real.load(progress=progress), groups)
        made[one_class.name] = one_class.generated.load(progress=progress)
    return reals, made


def refuse_repeated(source: str, made: Mapping[str, Images]) -> None:
    """Raise if a generated image is of two classes, pixel for pixel: it was released of one."""
    first: dict[bytes, str] = {}
    repeated = [
        (other, name)
        for name, images in made.items()
        for pixels in dict.fromkeys(map(key, images))
        if (other := first.setdefault(pixels, name)) != name
    ]
    if repeated:
        one_class, other_class = repeated[0]
        raise ClefganError(
            f"{source}: {counted(len(repeated), 'generated image is', 'generated images are')} "
            f"in two classes, pixel for pixel, such as one of {one_class!r} and {other_class!r}; "
            "keep each in one class"
        )


def groups_of(challenge: ClassChallenge, names: FileNames) -> tuple[str, ...] | None:
    """Patients of real images by the table in the folder of the data, if there is one."""
    path = truth_and_groups.locate([Path(challenge.source)], truth_and_groups.GROUP_FILES)
    if path is None:
        return None
    patient = truth_and_groups.groups(path, names)  # a class may be of one patient alone
    return tuple(patient[name] for name in names)


def file_stems(challenge: ClassChallenge) -> dict[str, tuple[str, ...]]:
    """Class to what its real images are called where all classes are in one folder: each once.

    Raises
    ------
    ClefganError
        Classes, folders and files whose names, joined, are those of another image.
    """
    stems: dict[str, tuple[str, ...]] = {}
    of: dict[str, str] = {}
    for one_class in challenge.classes:
        assert one_class.real is not None
        for image in one_class.real.ids:
            written = f"{one_class.name}/{image}"
            other = of.setdefault(written.replace("/", "_"), written)
            if other != written:
                raise ClefganError(
                    f"{challenge.source}: real images {other!r} and {written!r} would be one file, "
                    f"{written.replace('/', '_')!r}; rename one"
                )
        stems[one_class.name] = tuple(
            f"{one_class.name}/{image}".replace("/", "_") for image in one_class.real.ids
        )
    return stems


def one(
    folder: Path,
    name: str,
    after: str,
    reals: Mapping[str, RealImages],
    made: Mapping[str, Images],
    seed: int,
) -> Written:
    """One challenge: dev of the source `name`, test of the source `after`, if it is not empty."""
    used = reals[name]
    own = digests(used)
    others = [real for other, real in reals.items() if other not in (name, after)]
    fresh, left_out = without(others, own | (digests(reals[after]) if after else set()))
    first, second = dealt(fresh, seed) if after else (list(range(len(fresh.ids))), [])
    if not first or (after and not second):
        raise ClefganError(
            f"class {name!r}: {len(fresh.ids)} of the real images of other classes are not its own "
            "too; dev and test need one each; give more, or classes that share fewer"
        )
    not_used = fresh.some(first)
    put(folder / "dev" / "used", used.ids, used.images)
    put(folder / "dev" / "not_used", not_used.ids, not_used.images)
    put(folder / "dev" / "generated", numbered("generated", len(made[name])), made[name])
    table(folder / "dev" / "groups.csv", "group", groups([used, not_used]))
    candidates = 0
    if after:
        candidates = test_part(folder / "test", reals[after], own, fresh.some(second), seed)
        ids = numbered("generated", len(made[after]))
        put(folder / "test" / "generated_1", ids, made[after])
    return Written(name, len(used.ids), len(first), len(made[name]), candidates, after, left_out)


def test_part(
    folder: Path, used: RealImages, seen: set[bytes], not_used: RealImages, seed: int
) -> int:
    """Write candidates, in an order that says nothing, with truth and groups; return how many."""
    keep = [at for at, image in enumerate(used.images) if key(image) not in seen]
    used = used.some(keep)
    images = np.concatenate([used.images, not_used.images])
    order = np.random.default_rng([seed, 1]).permutation(len(images))
    ids = numbered("real_unknown", len(images))
    put(folder / "real_unknown_1", ids, images[order])
    truth = (order < len(used.ids)).astype(int).tolist()
    table(folder / "truth.csv", "truth", dict(zip(ids, map(str, truth), strict=True)))
    if used.groups is not None and not_used.groups is not None:
        both = [*used.groups, *not_used.groups]
        known = {name: both[at] for name, at in zip(ids, order.tolist(), strict=True)}
        table(folder / "groups.csv", "group", known)
    return len(images)


def without(others: Sequence[RealImages], known: set[bytes]) -> tuple[RealImages, int]:
    """The images of several classes as one, those of `known` pixels left out, and how many."""
    ids = tuple(name for real in others for name in real.ids)
    images = np.concatenate([real.images for real in others])
    lists = [real.groups for real in others]
    groups = None
    if all(real is not None for real in lists):
        groups = tuple(name for real in lists for name in real or ())
    keep = [at for at, image in enumerate(images) if key(image) not in known]
    return RealImages(ids, images, groups).some(keep), len(images) - len(keep)


def dealt(images: RealImages, seed: int) -> tuple[list[int], list[int]]:
    """Places of two halves; a patient, or an image and its exact copies, is in one of them."""
    units = images.groups or tuple(key(image).hex() for image in images.images)
    names, of = np.unique(np.array(units), return_inverse=True)
    order = np.random.default_rng(seed).permutation(len(names))
    first = np.isin(of, order[: len(names) // 2])
    return np.flatnonzero(first).tolist(), np.flatnonzero(~first).tolist()


def key(image: NDArray[np.uint8]) -> bytes:
    """Digest of the pixels."""
    return digest(image, salt=image.shape)


def digests(images: RealImages) -> set[bytes]:
    """Those of all images."""
    return {key(image) for image in images.images}


def groups(parts: Sequence[RealImages]) -> dict[str, str]:
    """Id to patient, where all parts know it; else empty."""
    if any(part.groups is None for part in parts):
        return {}
    return {
        name: group
        for part in parts
        for name, group in zip(part.ids, part.groups or (), strict=True)
    }


def numbered(stem: str, n: int) -> tuple[str, ...]:
    """`stem_0001` and so on."""
    digits = max(4, len(str(n)))
    return tuple(f"{stem}_{i:0{digits}d}" for i in range(1, n + 1))


def put(folder: Path, ids: Sequence[str], images: Images) -> None:
    """Write images as 8-bit grey PNG."""
    folder.mkdir(parents=True)
    for name, image in zip(ids, images, strict=True):
        png_files.write(folder / f"{name}.png", image)


def table(path: Path, column: str, rows: Mapping[str, str]) -> None:
    """Write two columns; nothing where there are no rows."""
    if not rows:
        return
    with path.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([("id", column), *rows.items()])
