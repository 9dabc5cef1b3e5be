"""What is audited: real images of training and held-out patients, and the images to release.

The unit is the patient, a *group* of images. Real images are kept sorted by group, so that the best
image of each group is found in one pass.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from clefgan.errors import ClefganError
from clefgan.method import Images

Indices = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Three sets of images of one size.

    real : (n_real, height, width), sorted by group
    order : (n_real,), where each stood in training images followed by held-out ones
    group : (n_real,), number of the group that each shows, ascending from 0
    names : of the groups
    training : (n_groups,), whether the group was trained on
    stratum : (n_groups,), number of the stratum: labels are exchangeable within
    strata : names of the strata
    released : (n_released, height, width)
    """

    real: Images
    order: Indices
    group: Indices
    names: tuple[str, ...]
    training: Flags
    stratum: Indices
    strata: tuple[str, ...]
    released: Images

    @property
    def n_training(self) -> int:
        """Number of groups trained on."""
        return int(self.training.sum())

    @property
    def n_held_out(self) -> int:
        """Number of groups held out."""
        return len(self.training) - self.n_training

    def image_training(self) -> Flags:
        """Whether each real image was trained on, (n_real,)."""
        return self.training[self.group]

    def exchangeable(self) -> tuple[int, int]:
        """Number of training and of held-out groups in strata that have both."""
        n = len(self.strata)
        ours, theirs = (np.bincount(self.stratum[own], minlength=n) for own in (
            self.training, ~self.training
        ))  # fmt: skip
        both = (ours > 0) & (theirs > 0)
        return int(ours[both].sum()), int(theirs[both].sum())

    def of_groups(self, chosen: Flags) -> "Material":
        """The same of some groups alone; `order` still says where their images stood."""
        rows = chosen[self.group]
        number = np.cumsum(chosen) - 1
        return replace(
            self,
            real=self.real[rows],
            order=self.order[rows],
            group=number[self.group[rows]],
            names=tuple(name for name, own in zip(self.names, chosen, strict=True) if own),
            training=self.training[chosen],
            stratum=self.stratum[chosen],
        )


def gather(
    train: Images,
    held_out: Images | None,
    released: Images,
    groups: Sequence[str],
    held_out_groups: Sequence[str] = (),
    strata: Sequence[str] | None = None,
) -> Material:
    """Put three sets together.

    Parameters
    ----------
    train, held_out, released : (n, height, width) uint8 of one size; None: no held-out images
    groups, held_out_groups : the patient of each image
    strata : of each training image, then of each held-out one; None: one for all

    Raises
    ------
    ClefganError
        A set is empty, sizes differ, a number of labels does not fit, a patient is in both sets
        or in two strata.
    """
    others = train[:0] if held_out is None else held_out
    check_sizes(train, others, released, has_held_out=held_out is not None)
    for name, images, labels in (("train", train, groups), ("held-out", others, held_out_groups)):
        if len(images) != len(labels):
            raise ClefganError(
                f"{name}: patients of {len(labels)} images for {len(images)} images; give one for "
                "each image"
            )
    refuse_shared(groups, held_out_groups)
    everybody = np.asarray([*groups, *held_out_groups])
    names, first, code = np.unique(everybody, return_index=True, return_inverse=True)
    order = np.argsort(code, kind="stable")
    pixels = np.concatenate([train, others])[order]
    kinds, stratum = strata_of_groups(strata, code, names)
    return Material(
        real=pixels,
        order=order.astype(np.int64),
        group=code[order].astype(np.int64),
        names=tuple(map(str, names)),
        training=first < len(train),
        stratum=stratum,
        strata=kinds,
        released=released,
    )


def check_sizes(train: Images, others: Images, released: Images, *, has_held_out: bool) -> None:
    """Refuse empty sets, and images of another size than the training images."""
    sets = {"train": train, "released": released}
    if has_held_out:
        sets["held-out"] = others
    for name, images in sets.items():
        if images.ndim != 3 or images.dtype != np.uint8:
            raise ClefganError(
                f"{name}: {images.dtype} of shape {images.shape}; give uint8 (n, height, width)"
            )
        if not len(images):
            raise ClefganError(f"{name}: no images; got 0; give at least 1")
        if images.shape[1:] != train.shape[1:]:
            raise ClefganError(
                f"{name}: images of {images.shape[2]}x{images.shape[1]}, training images of "
                f"{train.shape[2]}x{train.shape[1]}; bring all sets to one size"
            )


def refuse_shared(groups: Sequence[str], held_out_groups: Sequence[str]) -> None:
    """Refuse a patient in both sets; the message counts them and names none."""
    shared = set(groups) & set(held_out_groups)
    if shared:
        noun = "patient is" if len(shared) == 1 else "patients are"
        raise ClefganError(
            f"held-out: {len(shared)} {noun} also in train; held-out patients must be others: "
            "take their images out of one of the two"
        )


def strata_of_groups(
    strata: Sequence[str] | None, code: NDArray[np.intp], names: NDArray[np.str_]
) -> tuple[tuple[str, ...], Indices]:
    """Names of the strata, and the stratum of each group."""
    if strata is None:
        return ("all",), np.zeros(len(names), np.int64)
    if len(strata) != len(code):
        raise ClefganError(
            f"strata: {len(strata)} for {len(code)} real images; give one for each image"
        )
    kinds, number = np.unique(np.asarray(strata), return_inverse=True)
    stratum = np.zeros(len(names), np.int64)
    stratum[code] = number
    torn = np.unique(code[stratum[code] != number])
    if len(torn):
        who = "1 patient has" if len(torn) == 1 else f"{len(torn)} patients have"
        raise ClefganError(f"strata: {who} images in two strata; give one stratum a patient")
    return tuple(map(str, kinds)), stratum
