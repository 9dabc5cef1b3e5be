"""What is found of volumes compared whole, beside what their slices say."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from clefgan.auditing import alone, attacks, copies, looks, patients, sensitivity
from clefgan.auditing.copies import CopyList
from clefgan.auditing.looks import Look, LookPart
from clefgan.auditing.margins import Numbers, Strongest, Values
from clefgan.auditing.patients import Sure
from clefgan.auditing.sensitivity import Dealing, Planting, Sensitivity
from clefgan.auditing.views import View
from clefgan.auditing.volumes.cubes import Volumes
from clefgan.method import Progress


@dataclass(frozen=True, slots=True, eq=False)
class Wholes:
    """What was found of whole volumes.

    volumes : with the patients that this look is at
    look, strong, copies : of whole volumes, as those of images
    null : margins of real patients' softened volumes; None: not asked for
    sure : None without held-out patients
    """

    volumes: Volumes
    views: tuple[View, ...]
    look: Look
    strong: Strongest
    copies: CopyList
    null: Values | None
    sure: Sure | None
    sensitivity: tuple[Sensitivity, ...] = ()

    def part(self) -> LookPart:
        """What the set test takes of them."""
        return looks.part(self.look, self.volumes.groups)


def find(
    volumes: Volumes,
    views: Sequence[View],
    release: Look,
    null: Values | None,
    *,
    q: float,
    seed: int,
) -> Wholes:
    """Look for copies of whole volumes."""
    cubes = volumes.cubes
    assert cubes is not None
    strong = release.strongest()
    if not cubes.n_held_out:
        assert null is not None
        listed = alone.find(strong, null, q=q)
        return Wholes(volumes, tuple(views), release, strong, listed, null, None)
    training = cubes.training
    listed = copies.find(strong.margin, training[strong.winner], float(training.mean()), q=q)
    sure = patients.sure(release.ahead, training, seed=seed)
    return Wholes(volumes, tuple(views), release, strong, listed, null, sure)


def planted(
    wholes: Wholes,
    made: Sequence[Planting],
    everything: Look | None,
    dealing: Dealing,
    *,
    level: float,
    doses: bool,
    progress: Progress,
) -> tuple[Sensitivity, ...]:
    """What volumes that were planted whole show; nothing where none were."""
    cubes = wholes.volumes.cubes
    if everything is None or cubes is None:
        return ()
    return tuple(
        sensitivity.measure(
            cubes, wholes.look, made, everything, wholes.copies,
            level=level, doses=doses, dealing=dealing, progress=progress,
        )
    )  # fmt: skip


def scores(look: Look, wholes: Wholes | None, n_groups: int) -> dict[str, Values]:
    """Score of each patient by each attack, whole volumes among them where every patient has some.

    Else patients without a volume would be told by that alone.
    """
    if wholes is None or len(wholes.volumes.groups) < n_groups:
        return look.scores()
    return attacks.scores({**look.leads, **wholes.look.leads})


def of_images(wholes: Wholes, places: Numbers) -> Wholes:
    """The same of the volumes that are whole among some of the released images."""
    slices = wholes.volumes.released
    inside = np.isin(np.arange(len(slices.of)), places)
    torn = slices.whole(~inside)
    left = np.unique(slices.of[inside & ~torn & (slices.of >= 0)])
    assert wholes.volumes.cubes is not None
    some = looks.some_of(wholes.look, left, len(wholes.volumes.cubes.names))
    return Wholes(
        wholes.volumes, wholes.views, some, wholes.strong, wholes.copies, wholes.null, wholes.sure
    )
