"""Volumes on one cube of voxels, as material of their own: patients who have some, and the release.

A cube stands as a tall image, its slices one below the other, so whatever compares images compares
cubes. Volumes of different sizes and numbers of slices come to one cube by averaging.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from clefgan.auditing import material
from clefgan.auditing.margins import Numbers
from clefgan.auditing.material import Flags, Material
from clefgan.auditing.volumes.slices import Slices
from clefgan.data.formats.grid import resized
from clefgan.errors import counted
from clefgan.method import Images

SIDE = 32  # voxels: a row of a volume is as long as that of an image of 181 x 181
FEWEST = 2  # patients of a set who have volumes: of one, none is nearer than any other


@dataclass(frozen=True, slots=True, eq=False)
class Volumes:
    """The volumes of an audit.

    released : those to be released
    real : those of training images, then of held-out ones, as read
    cubes : released and real volumes whole, of the patients who have some; None where they are
        not compared. Its real volumes are numbered as in `real` by its `order`
    groups : (n_groups of the cubes,), number of each patient in the audit's material
    """

    released: Slices
    real: Slices
    cubes: Material | None
    groups: Numbers

    def of_groups(self, chosen: Flags) -> "Volumes":
        """The same with some of the audit's patients alone."""
        if self.cubes is None:
            return self
        own = chosen[self.groups]
        number = np.cumsum(chosen) - 1
        cubes = self.cubes.of_groups(own)
        groups = number[self.groups[own]].astype(np.int64)
        sides = [int((cubes.training == kind).sum()) for kind in (True, False)]
        enough = sides[0] >= FEWEST and (sides[1] >= FEWEST or not self.cubes.n_held_out)
        return replace(self, cubes=cubes if enough else None, groups=groups)

    def keep(self, kept: Sequence[int]) -> "Volumes":
        """The same with some of the released images; a volume that lost a slice is no volume."""
        whole = self.released.whole(~np.isin(np.arange(len(self.released.of)), kept))
        of = np.where(whole, -1, self.released.of)
        released, left = replace(self.released, of=of).some(kept)
        cubes = self.cubes
        if cubes is not None:
            cubes = replace(cubes, released=cubes.released[left]) if len(left) else None
        return replace(self, released=released, cubes=cubes)


def cubed(images: Images, slices: Slices, side: int = SIDE) -> Images:
    """Each volume on a cube as a tall image: uint8 (n_volumes, side * side, side)."""
    made = np.empty((len(slices), side, side * side), np.uint8)
    for volume, cube in enumerate(made):
        rows = slices.rows(volume)
        flat = np.stack([resized(images[row], (side, side)) for row in rows.tolist()])
        cube[:] = resized(flat.reshape(len(rows), side * side), (side, side * side))
    return made.reshape(len(slices), side * side, side)


def gather(
    own: Material,
    train: tuple[Images, Slices],
    held_out: tuple[Images, Slices] | None,
    released: tuple[Images, Slices],
    labels: Sequence[str],
) -> Volumes | None:
    """The volumes of three sets; None where no set has any.

    Parameters
    ----------
    own : the audit's material
    train, held_out, released : images of each set, and its volumes
    labels : the patient of each training image, then of each held-out one
    """
    sets = [train, *([] if held_out is None else [held_out])]
    if not len(released[1]) and not any(len(slices) for _, slices in sets):
        return None
    real = joined([slices for _, slices in sets])
    volumes = Volumes(released[1], real, None, np.zeros(0, np.int64))
    whose = [labels[int(real.rows(volume)[0])] for volume in range(len(real))]
    n_train = len(train[1])
    sides = [whose[:n_train], *([] if held_out is None else [whose[n_train:]])]
    if not len(released[1]) or min(len(set(side)) for side in sides) < FEWEST:
        return volumes
    number = {name: group for group, name in enumerate(own.names)}
    kinds = [own.strata[own.stratum[number[name]]] for name in whose]
    cubes = material.gather(
        cubed(*train),
        None if held_out is None else cubed(*held_out),
        cubed(*released),
        sides[0],
        sides[1] if held_out is not None else (),
        kinds,
    )
    groups = np.asarray([number[name] for name in cubes.names], np.int64)
    return replace(volumes, cubes=cubes, groups=groups)


def joined(sets: Sequence[Slices]) -> Slices:
    """Volumes of several sets as those of one, set after set."""
    ids: tuple[str, ...] = ()
    of = []
    for slices in sets:
        of.append(np.where(slices.of < 0, slices.of, slices.of + len(ids)))
        ids += slices.ids
    return Slices(ids, np.concatenate(of), np.concatenate([one.places for one in sets]))


def notes(sets: Mapping[str, tuple[Slices, int]], *, compared: bool) -> list[str]:
    """Sentences on the volumes of each set.

    Parameters
    ----------
    sets : by name, the volumes of each and how many were taken apart
    compared : whether volumes are compared whole
    """
    said = []
    for name, (slices, torn) in sets.items():
        if len(slices):
            counts = slices.counts()
            n = f"{counts.min()}" if counts.min() == counts.max() else (
                f"{counts.min()} to {counts.max()}"
            )  # fmt: skip
            alone = int((slices.of < 0).sum())
            more = f", and {counted(alone, 'single image')}" if alone else ""
            said.append(f"{name}: {counted(len(slices), 'volume')} of {n} slices{more}.")
        if torn:
            files = counted(torn, "file holds", "files hold")
            said.append(f"{name}: {files} images of several patients, taken as single images.")
    if not said:
        return said
    if compared:
        return [*said, f"volumes are compared whole, on {SIDE}x{SIDE}x{SIDE} voxels, and by slice."]
    if any(len(slices) for slices, _ in sets.values()):
        without = [name for name, (slices, _) in sets.items() if not len(slices)]
        why = (
            f"{' and '.join(without)} {'has' if len(without) == 1 else 'have'} none"
            if without
            else f"each set needs {FEWEST} patients who have some"
        )
        said.append(f"volumes are not compared whole, as {why}: they count by their slices.")
    return said
