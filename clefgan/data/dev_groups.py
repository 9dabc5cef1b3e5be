"""Patients of the real images: from a table with any columns, or from the headers of all."""

from collections.abc import Mapping
from typing import NamedTuple

from clefgan.data.challenge import Dev
from clefgan.data.formats.stored import StoredImage
from clefgan.data.imageset import ImageSet
from clefgan.data.listing import ImageFile, natural_key
from clefgan.data.patient_rows import NamedImage
from clefgan.data.patient_table import PatientTable
from clefgan.errors import ClefganError


class DevGroups(NamedTuple):
    """Id to group, None where groups are not known; and sentences on where they come from."""

    groups: Mapping[str, str] | None
    notes: tuple[str, ...] = ()


NO_GROUPS = DevGroups(None)


def of_table(dev: Dev, table: PatientTable) -> DevGroups:
    """Groups of every real dev image by a table.

    Raises
    ------
    ClefganError
        An image of the table's faults (`PatientTable.match`), or an id of both roles.
    """
    refuse_both(dev, str(table.path))
    matched = table.match({part.role: named(part) for part in (dev.used, dev.not_used)})
    return DevGroups(
        {**matched.groups[dev.used.role], **matched.groups[dev.not_used.role]}, matched.notes
    )


def of_candidates(candidates: ImageSet, table: PatientTable | None) -> DevGroups:
    """Groups of the candidates by a table that has a row for each, else by their headers.

    A table of dev's images alone says nothing of them; one of some says so, and is not taken.

    Raises
    ------
    ClefganError
        A fault of the rows that fit (`PatientTable.match`).
    """
    n = 0 if table is None else table.n_known(named(candidates))
    if table is not None and n == len(candidates):
        return DevGroups(table.match({candidates.role: named(candidates)}).groups[candidates.role])
    items = candidates.items
    known = {item.id: item.group for item in items if isinstance(item, StoredImage) and item.group}
    if len(known) == len(items):
        return DevGroups(known)
    if table is not None and n:
        few = f"patients: {table.path.name} has rows for {n} of {len(items)} candidates"
        return DevGroups(None, (f"{few}, so none of theirs are taken from it.",))
    return NO_GROUPS


def of_headers(dev: Dev) -> DevGroups:
    """Groups of the real dev images by their headers, where those of all give a patient.

    Raises
    ------
    ClefganError
        An id of both roles.
    """
    items = [*dev.used.items, *dev.not_used.items]
    known = {item.id: item.group for item in items if isinstance(item, StoredImage) and item.group}
    if not known:
        return NO_GROUPS
    if len(known) < len(items):
        return DevGroups(
            None,
            (
                f"patients: the headers of {len(items) - len(known)} of {len(items)} real dev "
                "images name none, so none are taken from headers.",
            ),
        )
    refuse_both(dev, dev.used.where)
    return DevGroups(known, ("patients: from the headers of the images.",))


def named(part: ImageSet) -> list[NamedImage]:
    """The images of a role by id and file."""
    return [
        NamedImage(item.id, item.path if isinstance(item, ImageFile | StoredImage) else None)
        for item in part.items
    ]


def refuse_both(dev: Dev, where: str) -> None:
    """Raise if an id is of both roles: groups go by id.

    Raises
    ------
    ClefganError
        One is.
    """
    both = sorted(set(dev.used.ids) & set(dev.not_used.ids), key=natural_key)
    if both:
        raise ClefganError(
            f"{where}: id {both[0]!r} is both a used image and one not used, so its group "
            "cannot be told; rename the images or remove the table"
        )
