"""Read a challenge, and know the methods."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeAlias, overload

from clefgan.data import patient_table, reading, which_edition
from clefgan.data.challenge import Challenge
from clefgan.data.classes import reading as class_reading
from clefgan.data.classes.challenge import ClassChallenge
from clefgan.data.classes.reading import DEFAULT_CLASSES, ClassFolders
from clefgan.data.formats.grid import Size
from clefgan.data.formats.raw import Window, check_window
from clefgan.data.patient_table import PatientTable
from clefgan.data.reading import DEFAULT_DATA
from clefgan.errors import ClefganError
from clefgan.method import Attributor, Clusterer, Method
from clefgan.plugins import registry
from clefgan.verbs import given
from submissions import editions

Data: TypeAlias = Challenge | str | Path
"""A challenge, or what `read` takes: a folder, or the name of a dataset."""
ClassEdition: TypeAlias = Literal["2024_s2", "2025_s2"]


@overload
def read(  # type: ignore[overload-overlap]
    data: str | Path | None = None,
    *,
    edition: ClassEdition,
    test_data: str | Path | None = None,
    window: Window | None = None,
    size: Size | None = None,
    sources: Mapping[str, str | Path] | None = None,
    folders: ClassFolders | None = None,
    shared: bool = False,
) -> ClassChallenge: ...
@overload
def read(  # type: ignore[overload-overlap]
    data: Literal["phantom_classes"],
    *,
    window: Window | None = None,
    size: Size | None = None,
    shared: bool = False,
) -> ClassChallenge: ...
@overload
def read(
    data: str | Path | None = None,
    edition: str | Path | None = None,
    *,
    test_data: str | Path | None = None,
    window: Window | None = None,
    size: Size | None = None,
    patients: PatientTable | str | Path | None = None,
) -> Challenge: ...
def read(
    data: str | Path | None = None,
    edition: str | Path | None = None,
    *,
    test_data: str | Path | None = None,
    window: Window | None = None,
    size: Size | None = None,
    patients: PatientTable | str | Path | None = None,
    sources: Mapping[str, str | Path] | None = None,
    folders: ClassFolders | None = None,
    shared: bool = False,
) -> Challenge | ClassChallenge:
    """Read a challenge: every image is listed, none is decoded yet.

    Parameters
    ----------
    data : a folder in an edition's layout, the name of a dataset, or its prepared folder; None:
        the embedded one, `phantom_ct`, or `phantom_classes` of an edition of classes
    edition : whose folder names and run files; a name, or the path of a TOML file; None: the one
        that the name, the folders or the candidates' ids of the data tell, else 2023. To a type
        checker a folder without an edition is of membership
    test_data : where the test part is, if not with dev
    window : levels of images of more than 8 bits that are black and white, `(low, high)`
    size : height and width to which all images are brought; None: all must have one size
    patients : a table of files and patients, or its path (`clefgan.data.patient_table`); None: the
        one beside the images, or their headers, where there are any
    sources : of classes: name to the folder of its real images, in the place of `data`
    folders : of classes: what the folder of each role may be called
    shared : of classes: real images may be in several of them

    Raises
    ------
    ClefganError, submissions.RunFileError
        Data of another edition than the one given; and as `clefgan.data.reading.read` and
        `clefgan.data.classes.reading.read` do.
    """
    given.refuse_pair("read", "window", window)
    given.refuse_pair("read", "size", size)
    check_window(window)
    if sources is not None and not isinstance(sources, Mapping):
        raise ClefganError("read: sources are no mapping of names to folders; give {name: folder}")
    texts = {"data": data, "edition": edition, "test_data": test_data, "patients": patients}
    given.refuse_empty("read", **texts, **{f"source {k!r}": v for k, v in (sources or {}).items()})
    edition = which_edition.chosen(edition, data, test_data)
    if not editions.get(edition).is_membership:
        if patients is not None:
            raise ClefganError(
                f"read: patients are not for classes, as edition {str(edition)!r} asks for; leave "
                "them out"
            )
        named = (
            None if sources is None else {name: Path(folder) for name, folder in sources.items()}
        )
        return class_reading.read(
            data or DEFAULT_CLASSES, edition, test_data=test_data, sources=named, folders=folders,
            window=window, size=size, shared=shared,
        )  # fmt: skip
    if sources is not None or folders is not None or shared:
        raise ClefganError(
            "read: sources, folders, shared go with an edition of classes, such as 2025_s2; got "
            f"{str(edition)!r}"
        )
    if isinstance(patients, str | Path):
        patients = patient_table.read(Path(patients))
    return reading.read(
        data or DEFAULT_DATA, edition, test_data=test_data, window=window, size=size,
        patients=patients,
    )  # fmt: skip


def challenge_of(data: Data | ClassChallenge) -> Challenge | ClassChallenge:
    """The challenge itself, or the one that a path or name gives."""
    if isinstance(data, str | Path):
        return read(data)
    if not isinstance(data, Challenge | ClassChallenge):
        raise ClefganError(
            f"challenge: got one of type {type(data).__name__!r}; give that of `read`, a folder or "
            "the name of a dataset"
        )
    return data


def methods() -> dict[str, type[Method]]:
    """Every membership method that can be run, by name; a plug-in that cannot be loaded is not."""
    known = registry.all_methods()
    return {name: cls for name, cls in known if not isinstance(cls, registry.Broken)}


def class_methods() -> dict[str, type[Attributor] | type[Clusterer]]:
    """The same of the methods of attribution, clusterers included."""
    rooms: list[registry.Registry[Any]] = [registry.ATTRIBUTORS, registry.CLUSTERERS]
    known = [method for room in rooms for method in room.all_methods()]
    return {name: cls for name, cls in known if not isinstance(cls, registry.Broken)}
