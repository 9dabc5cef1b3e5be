"""The control by a generator that cannot have seen the images, in the place of dev's own."""

from collections.abc import Sequence

from clefgan.data.challenge import Challenge
from clefgan.data.phantom.challenge import PhantomCounts, make
from clefgan.errors import ClefganError
from clefgan.experiments.controls.image_only import one_each, truth_of
from clefgan.method import DevSet, Images, Method, Progress, Scores, silent
from clefgan.runs import folds, heldout

OTHER_GENERATOR = "other generator"


def other_generator(
    method: Method,
    dev: DevSet,
    other: Images,
    groups: Sequence[str],
    seed: int = 0,
    *,
    n_folds: int = 3,
    progress: Progress = silent,
) -> Scores:
    """Held-out dev scores of `method` with `other` in the place of dev's generated images.

    Fitting and scoring both see `other` only, so nothing that the generator of dev learned from
    its training images can reach the score. The folds are those of the held-out protocol with the
    same `seed` and `n_folds`; the truth is dev's.

    Parameters
    ----------
    other : generated images that cannot have seen dev's real images; see `foreign`

    Raises
    ------
    ClefganError
        No image in `other`, or of another size; too few groups for the folds.
    """
    truth = truth_of(dev)
    one_each("groups", groups, truth)
    if not len(other):
        raise ClefganError("controls: no image of another generator; give at least one")
    if other.shape[1:] != dev.used.shape[1:]:
        raise ClefganError(
            f"controls: images of the other generator are {size(other)}, those of dev "
            f"{size(dev.used)}; bring them to one size"
        )
    fold = folds.grouped(groups, truth, n_folds, seed)
    ids = tuple(f"image {i + 1}" for i in range(len(truth)))
    swapped = DevSet(other, dev.used, dev.not_used)
    return heldout.held_out("other generator", method, swapped, ids, fold, progress)


def foreign(
    challenge: Challenge, *, seed: int = 0, progress: Progress = silent
) -> tuple[Images, str]:
    """Generated images that cannot have seen dev's real images, and what they are.

    Those of test, made by another generator from other images; without a test part, slices of
    `phantom_ct` without a leak, as many as dev has generated images. They show no real anatomy, so
    they are the weaker control.

    Raises
    ------
    ClefganError
        No dev part; no test part and images that are not square.
    """
    if challenge.test is not None:
        return challenge.test.generated.load(progress=progress), "the generated images of test"
    if challenge.dev is None:
        raise ClefganError(f"{challenge.source}: no dev images; the control is for them")
    header = challenge.dev.generated.header()
    if header.width != header.height:
        raise ClefganError(
            f"{challenge.source}: no test part, and phantoms are square, not "
            f"{header.width}x{header.height}; give a test part"
        )
    counts = PhantomCounts(len(challenge.dev.generated), 0, 0, 0, 0, 0)
    roles = make(seed, 0.0, counts, size=header.width)
    return roles["dev_generated"].images, "phantom slices"


def size(images: Images) -> str:
    """`256x128`: width by height."""
    return f"{images.shape[2]}x{images.shape[1]}"
