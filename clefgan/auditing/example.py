"""The embedded example: phantom patients, a release with near copies, and so a known answer."""

from clefgan.auditing import material
from clefgan.auditing.inputs import Inputs
from clefgan.data.phantom import challenge
from clefgan.data.phantom.challenge import PhantomCounts

PATIENTS = 60  # of each set
RELEASED = 240
LEAK = 0.1  # share of the release that is near copies
SIDE = 64  # pixels
NOTE = (
    f"embedded example: {PATIENTS} drawn patients trained on, {PATIENTS} held out, {RELEASED} "
    f"released images of which {round(LEAK * RELEASED)} are near copies of training images"
)


def inputs(*, leak: float = LEAK, seed: int = 0) -> Inputs:
    """Draw the example."""
    counts = PhantomCounts(RELEASED, PATIENTS, PATIENTS, 0, 0, 0)
    roles = challenge.make(seed, leak, counts, size=SIDE)
    train, held_out, released = (
        roles[name] for name in ("dev_used", "dev_not_used", "dev_generated")
    )
    return Inputs(
        material.gather(
            train.images, held_out.images, released.images, train.patients, held_out.patients
        ),
        real_ids=(*train.ids, *held_out.ids),
        released_ids=released.ids,
        notes=(NOTE,),
    )
