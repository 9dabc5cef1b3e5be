"""Whose each image is: from a table, DICOM headers, folders, a pattern, or one image each.

`owners` takes several sets at once, so that one patient has one name in all of them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from clefgan.data.patient_pattern import found_in, pattern_of
from clefgan.data.patient_rows import NamedImage, listed
from clefgan.data.patient_table import Matched, PatientTable, WhenUnknown, read
from clefgan.data.sets.grey import GreySet
from clefgan.errors import ClefganError

__all__ = [
    "Matched", "NamedImage", "PatientTable", "from_folders", "from_headers", "from_pattern",
    "in_both", "named", "one_image_each", "owners", "read",
]  # fmt: skip

Ids: TypeAlias = Mapping[str, Sequence[str]]
"""Name of a set to the ids of its images."""


@dataclass(frozen=True, slots=True)
class PatientsFrom:
    """Where patients come from; one of these.

    table : a table of images and patients
    header : DICOM headers, or an array of patients beside the images
    folder : the first folder of an id
    pattern : a regular expression found in the id, whose group (`patient`, or the only one) it is
    one_image_each : every image is a patient of its own
    """

    table: PatientTable | None = None
    header: bool = False
    folder: bool = False
    pattern: str | None = None
    one_image_each: bool = False
    unknown: WhenUnknown = "refuse"

    def __post_init__(self) -> None:
        """Refuse a pattern that means nothing before images are read."""
        if self.pattern is not None:
            pattern_of(self.pattern)


def owners(sets: Mapping[str, GreySet], source: PatientsFrom) -> Matched:
    """The patient of every image of every set, and sentences on where they come from.

    Raises
    ------
    ClefganError
        No source or several, or a fault of it.
    """
    ids = {name: images.ids for name, images in sets.items()}
    volumes = {name: dict(zip(each.ids, each.volumes, strict=True)) for name, each in sets.items()}
    ways: list[tuple[bool, Callable[[], Matched]]] = [
        (source.table is not None, lambda: of_table(sets, source)),
        (source.header, lambda: from_headers(sets)),
        (source.folder, lambda: from_folders(ids)),
        (source.pattern is not None, lambda: from_pattern(ids, source.pattern or "")),
        (source.one_image_each, lambda: one_image_each(ids, volumes)),
    ]
    asked = [way for wanted, way in ways if wanted]
    if len(asked) != 1:
        raise ClefganError(
            f"patients: {len(asked)} sources of them; need one: a table, headers, folders, a "
            "pattern, or one image each"
        )
    return asked[0]()


def of_table(sets: Mapping[str, GreySet], source: PatientsFrom) -> Matched:
    """Patients by a table."""
    assert source.table is not None
    images = {name: named(grey_set) for name, grey_set in sets.items()}
    return source.table.match(images, unknown=source.unknown)


def named(grey_set: GreySet) -> list[NamedImage]:
    """The images of a set by id and file."""
    return [NamedImage(*pair) for pair in zip(grey_set.ids, grey_set.files, strict=True)]


def from_headers(sets: Mapping[str, GreySet]) -> Matched:
    """Patients by DICOM PatientID, or by the array beside the images.

    Raises
    ------
    ClefganError
        An image that names none.
    """
    lacking = {name: images.without_group for name, images in sets.items() if images.without_group}
    if lacking:
        refuse("in their headers", lacking, sum(map(len, sets.values())))
    groups = {name: dict(images.groups or {}) for name, images in sets.items()}
    return Matched(groups, ("patients: from the headers of the images.",))


def from_folders(sets: Ids) -> Matched:
    """Patients by the first folder of each id: `p1/scan/3` is of `p1`.

    Raises
    ------
    ClefganError
        An image that is in no folder.
    """
    lacking = {name: [key for key in ids if "/" not in key] for name, ids in sets.items()}
    if any(lacking.values()):
        refuse("by a folder", lacking, sum(map(len, sets.values())))
    groups = {name: {key: key.partition("/")[0] for key in ids} for name, ids in sets.items()}
    return Matched(groups, ("patients: one for each folder.",))


def from_pattern(sets: Ids, pattern: str) -> Matched:
    """Patients by a regular expression that is searched for in each id.

    Raises
    ------
    ClefganError
        A pattern that means nothing (`pattern_of`), or an id in which it is not found.
    """
    compiled = pattern_of(pattern)
    groups = {name: {key: found_in(compiled, key) for key in ids} for name, ids in sets.items()}
    lacking = {
        name: [key for key, patient in owner.items() if not patient]
        for name, owner in groups.items()
    }
    if any(lacking.values()):
        refuse(f"by {pattern!r}", lacking, sum(map(len, sets.values())))
    whole = {
        name: {key: str(patient) for key, patient in owner.items()}
        for name, owner in groups.items()
    }
    return Matched(whole, (f"patients: by the pattern {pattern!r}.",))


def one_image_each(
    sets: Ids, volumes: Mapping[str, Mapping[str, str | None]] | None = None
) -> Matched:
    """Every image as a patient of its own, also where two sets have one id; a volume is one too.

    Parameters
    ----------
    volumes : name of a set to the volume that each of its images is a slice of, or None
    """
    volumes = volumes or {}

    def owner(name: str, key: str) -> str:
        volume = volumes.get(name, {}).get(key)
        return f"{name}/{key}" if volume is None else f"{name}/{volume}/"

    groups = {name: {key: owner(name, key) for key in ids} for name, ids in sets.items()}
    with_volumes = any(volume for of_set in volumes.values() for volume in of_set.values())
    also = ", and so is every volume" if with_volumes else ""
    return Matched(groups, (f"patients: every image is taken for a patient of its own{also}.",))


def in_both(one: Mapping[str, str], other: Mapping[str, str]) -> tuple[str, ...]:
    """Patients who have images in both of two sets, sorted."""
    return tuple(sorted(set(one.values()) & set(other.values())))


def refuse(how: str, lacking: Mapping[str, Iterable[str]], n_images: int) -> None:
    """Raise for images that name no patient.

    Raises
    ------
    ClefganError
        Always.
    """
    names = [f"{key} of {name}" for name, ids in lacking.items() for key in ids]
    raise ClefganError(
        f"patients: {len(names)} of {n_images} images name no patient {how}: {listed(names)}; give "
        "a table of images and patients"
    )
