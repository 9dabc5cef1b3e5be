"""Three sets of files as material for an audit, with the id of every image."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from clefgan.auditing import exact, file_findings, file_order, material, odd_images
from clefgan.auditing.file_findings import FileFinding
from clefgan.auditing.margins import Numbers
from clefgan.auditing.material import Flags, Material
from clefgan.auditing.volumes import cubes, slices
from clefgan.auditing.volumes.cubes import Volumes
from clefgan.data import patients
from clefgan.data.patients import PatientsFrom, PatientTable
from clefgan.data.sets.grey import GreySet, GreySets, read_sets
from clefgan.data.sets.windows import WindowChoice
from clefgan.errors import ClefganError, counted
from clefgan.method import Progress, silent

TRAIN, RELEASED, HELD_OUT = "train", "released", "held-out"


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """What is audited, and how its images are called.

    real_ids : of training images, then of held-out ones, as they were read
    notes : sentences on what was done to the images and where patients come from
    files : what headers and files give away
    volumes : which images are slices of one, and the volumes whole; None where there are none
    judged : numbers of released images that a person judged to be copies, ascending
    """

    material: Material
    real_ids: tuple[str, ...]
    released_ids: tuple[str, ...]
    notes: tuple[str, ...] = ()
    files: tuple[FileFinding, ...] = ()
    volumes: Volumes | None = None
    judged: tuple[int, ...] = ()

    def real_id(self, number: int) -> str:
        """Id of a real image by its number in the material."""
        return self.real_ids[int(self.material.order[number])]

    def digests(self) -> dict[str, str]:
        """SHA-256 of the pixels and patients of each set: what a re-audit is compared by."""
        own = self.material
        ours = own.image_training()
        return {
            TRAIN: digest(own, np.flatnonzero(ours)),
            HELD_OUT: digest(own, np.flatnonzero(~ours)),
            RELEASED: hashlib.sha256(np.ascontiguousarray(own.released).data).hexdigest(),
        }

    def of_groups(self, chosen: Flags) -> "Inputs":
        """The same with some of the patients alone."""
        volumes = None if self.volumes is None else self.volumes.of_groups(chosen)
        return replace(self, material=self.material.of_groups(chosen), volumes=volumes)

    def noting(self, note: str) -> "Inputs":
        """The same with one more note."""
        return replace(self, notes=(*self.notes, note))

    def keep(self, kept: Sequence[int], note: str) -> "Inputs":
        """The same with some of the released images, and a note that says so."""
        released = np.ascontiguousarray(self.material.released[np.asarray(kept, np.intp)])
        return replace(
            self,
            material=replace(self.material, released=released),
            released_ids=tuple(self.released_ids[number] for number in kept),
            notes=(*self.notes, note),
            volumes=None if self.volumes is None else self.volumes.keep(kept),
        )


def digest(own: Material, rows: Numbers) -> str:
    """SHA-256 over pixels and patients of some real images."""
    whole = hashlib.sha256()
    for row in rows:
        whole.update(own.names[own.group[row]].encode("utf-8", "surrogatepass") + b"\0")
        whole.update(np.ascontiguousarray(own.real[row]).data)
    return whole.hexdigest()


def read(
    train: str | Path,
    released: str | Path,
    held_out: str | Path | None,
    whose: PatientsFrom,
    *,
    strata: Path | None = None,
    window: WindowChoice = None,
    largest: int | None = 128,
    progress: Progress = silent,
) -> Inputs:
    """Read folders or files of any format.

    Parameters
    ----------
    whose : where patients come from
    strata : a table of images and strata, such as the scanner; None: one stratum

    Raises
    ------
    ClefganError
        Files that cannot be read or do not fit, images without a patient, a patient in both sets.
    """
    sources = {TRAIN: train, RELEASED: released}
    if held_out is not None:
        sources[HELD_OUT] = held_out
    refuse_same_place(sources)
    table = None if strata is None else patients.read(
        strata, patient_column="stratum", what="stratum"
    )  # fmt: skip
    real = tuple(name for name in sources if name != RELEASED)
    sets = read_sets(sources, window=window, window_from=real, largest=largest, progress=progress)
    owned = patients.owners({name: sets[name] for name in real}, whose)
    labels = {name: labels_of(sets[name], owned.groups[name]) for name in real}
    kinds, said = strata_of(table, {name: sets[name] for name in real})
    others = sets[HELD_OUT] if held_out is not None else None
    gathered = material.gather(
        sets[TRAIN].images,
        None if others is None else others.images,
        sets[RELEASED].images,
        labels[TRAIN],
        labels.get(HELD_OUT, ()),
        kinds,
    )
    real_ids = (*sets[TRAIN].ids, *(() if others is None else others.ids))
    refuse_equal(gathered, real_ids)
    volumes, on_volumes = volumes_of(gathered, sets, labels)
    return Inputs(
        gathered,
        real_ids=real_ids,
        released_ids=sets[RELEASED].ids,
        notes=(*sets.notes, *owned.notes, *said, *on_volumes, *odd_images.notes(gathered)),
        files=given_away(sets, labels, volumes, progress),
        volumes=volumes,
    )


def given_away(
    sets: GreySets,
    labels: Mapping[str, Sequence[str]],
    volumes: Volumes | None,
    progress: Progress,
) -> tuple[FileFinding, ...]:
    """What released files give away; their order too, but where slices have one of their own."""
    train, released = sets[TRAIN], sets[RELEASED]
    marks = file_findings.find(train, released, patients=set(labels[TRAIN]), progress=progress)
    if volumes is not None:
        return tuple(marks)
    alike = file_order.most_alike(train.images, released.images)
    return (*marks, *file_order.find(train, released, alike))


def volumes_of(
    own: Material, sets: GreySets, labels: Mapping[str, Sequence[str]]
) -> tuple[Volumes | None, list[str]]:
    """The volumes of the sets, and sentences on them."""
    found = {name: slices.of_set(sets[name], labels.get(name)) for name in sets}
    images = {name: (sets[name].images, found[name][0]) for name in sets}
    everybody = [label for name in labels for label in labels[name]]
    volumes = cubes.gather(own, images[TRAIN], images.get(HELD_OUT), images[RELEASED], everybody)
    compared = volumes is not None and volumes.cubes is not None
    return volumes, cubes.notes(found, compared=compared)


def refuse_same_place(sources: Mapping[str, str | Path]) -> None:
    """Refuse one folder for two sets, and a folder within that of another set."""
    seen: dict[Path, str] = {}
    for name, source in sources.items():
        path = Path(str(source)).resolve()
        if path in seen:
            raise ClefganError(
                f"{source}: given for {seen[path]} and for {name}; give two folders, with other "
                "images in each"
            )
        for other, other_name in seen.items():
            pair = [(other, other_name), (path, name)]
            for (outer, whole), (inner, part) in (pair, pair[::-1]):
                if outer in inner.parents and outer.is_dir():
                    raise ClefganError(
                        f"{inner}: given for {part}, is in the folder given for {whole}, which is "
                        "read with all that is in it; give folders beside each other"
                    )
        seen[path] = name


def refuse_equal(own: Material, real_ids: Sequence[str]) -> None:
    """Refuse an image that is in both sets under two names: a copy of it would count for both."""
    pairs = exact.shared(own)
    if len(pairs):
        held, trained = (real_ids[own.order[number]] for number in pairs[0])
        raise ClefganError(
            f"{HELD_OUT}: {counted(len(pairs), 'image is', 'images are')} also in {TRAIN}, pixel "
            f"for pixel, such as {held!r} ({trained!r} there); take them out of one of the two"
        )


def labels_of(images: GreySet, groups: Mapping[str, str]) -> list[str]:
    """The patient of each image."""
    return [groups[name] for name in images.ids]


def strata_of(
    table: PatientTable | None, sets: Mapping[str, GreySet]
) -> tuple[Sequence[str] | None, tuple[str, ...]]:
    """The stratum of each training image, then of each held-out one; and sentences on the table.

    Raises
    ------
    ClefganError
        An image without a stratum.
    """
    if table is None:
        return None, ()
    matched = table.match({name: patients.named(image_set) for name, image_set in sets.items()})
    kinds = [matched.groups[name][one] for name, own in sets.items() for one in own.ids]
    return kinds, matched.notes
