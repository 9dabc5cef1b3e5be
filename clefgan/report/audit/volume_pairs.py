"""Whole volumes beside their nearest ones in `internal/pairs.html`, by their middle slices."""

import numpy as np
from numpy.typing import NDArray

from clefgan.auditing import turned_pairs
from clefgan.auditing.pipeline import AuditRun
from clefgan.auditing.turns import Turn
from clefgan.auditing.volumes.found import Wholes
from clefgan.auditing.volumes.views import as_cubes
from clefgan.report.audit import volumes
from clefgan.report.page.markup import Markup, tag
from clefgan.report.wording import number

MOST = 30  # volumes on the page


def cards(run: AuditRun) -> list[tuple[list[tuple[NDArray[np.uint8], str]], str]]:
    """Pictures with their words, and a caption, of each of the worst volumes."""
    wholes = run.findings.wholes
    if wholes is None or wholes.volumes.cubes is None:
        return []
    strong, training = wholes.strong, wholes.volumes.cubes.training
    order = np.argsort(-strong.margin, kind="stable")
    worst = order[training[strong.winner[order]]][:MOST]
    return [card(run, wholes, int(volume), rank) for rank, volume in enumerate(worst, 1)]


def card(
    run: AuditRun, wholes: Wholes, volume: int, rank: int
) -> tuple[list[tuple[NDArray[np.uint8], str]], str]:
    """One released volume beside its nearest training and held-out volumes."""
    own, strong = wholes.volumes, wholes.strong
    assert own.cubes is not None
    near = volumes.nearest(wholes, volume)
    view = wholes.views[int(strong.view[volume])]
    turn, levels = as_compared(wholes, volume, int(strong.image[volume]))
    said = f", {turn.words}" if turn.words else ""
    pictures = [
        (run.inputs.material.released[own.released.middle(volume)], "released, middle slice"),
        (middle_of(run, wholes, near, turn), f"nearest training volume{said}, middle slice"),
        (
            np.clip(128 + 2 * (levels[0] - levels[1]), 0, 255).astype(np.uint8),
            "difference as compared",
        ),
    ]
    other = nearest_held_out(wholes, volume)
    if other is not None:
        turn, _ = as_compared(wholes, volume, other)
        held = middle_of(run, wholes, int(own.cubes.order[other]), turn)
        words = f", {turn.words}" if turn.words else ""
        pictures.append((held, f"nearest held-out volume{words}, middle slice"))
    best = run.inputs.released_ids[volumes.best_slice(run, own.released, volume)]
    words = (
        f"{rank}. volume {own.released.ids[volume]}: patient "
        f"{own.cubes.names[strong.winner[volume]]}, volume {own.real.ids[near]}, margin "
        f"{number(float(strong.margin[volume]), 1)} in {view.name}{said}, q "
        f"{number(float(wholes.copies.q_values[volume]), 2)}; best slice {best}"
    )
    return pictures, words


def as_compared(
    wholes: Wholes, volume: int, real: int
) -> tuple[Turn, tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """How a real volume was turned to be as a released one, and the middle of both cubes then."""
    cubes = wholes.volumes.cubes
    assert cubes is not None
    pair = cubes.released[volume][None], cubes.real[real][None]
    (turn,) = turned_pairs.of_pairs(wholes.views[int(wholes.strong.view[volume])], *pair)
    made, near = (as_cubes(each)[0].astype(np.int64) for each in (pair[0], turn(pair[1])))
    return turn, (made[len(made) // 2], near[len(near) // 2])


def middle_of(run: AuditRun, wholes: Wholes, volume: int, turn: Turn) -> NDArray[np.uint8]:
    """The middle slice of a real volume, turned."""
    material = run.inputs.material
    row = np.flatnonzero(material.order == wholes.volumes.real.middle(volume))[0]
    in_plane = Turn(turn.pose, turn.inverted)
    return np.asarray(in_plane(material.real[row][None])[0])


def nearest_held_out(wholes: Wholes, volume: int) -> int | None:
    """The listed held-out volume that is most like a released one, in the view that says most."""
    cubes = wholes.volumes.cubes
    assert cubes is not None
    lists = wholes.look.lists[wholes.views[int(wholes.strong.view[volume])].name]
    images, values = lists.images[:, volume].ravel(), lists.values[:, volume].ravel()
    others = ~cubes.training[cubes.group[images]] & np.isfinite(values)
    return int(images[others][values[others].argmax()]) if others.any() else None


def section(made: list[Markup]) -> list[Markup]:
    """The cards under their heading; nothing where there are none."""
    if not made:
        return []
    words = (
        f"The {len(made)} released volumes that are nearest as a whole to one training patient, by "
        "their middle slices. The difference is of the middle of both cubes, as they are compared. "
        "Single slices are judged above."
    )
    return [tag("h2", "Whole volumes"), tag("p", words), tag("div", *made, class_="strip")]
