"""The phantom: procedurally drawn chest CT slices and a generator with a known, adjustable leak.

`draw(patient)` draws one slice; `make(seed, leak)` makes a whole challenge, as ids and pixels by
role. Both are pure: the same arguments, the same pixels. No image of a real patient is used.
"""

from clefgan.data.phantom.challenge import COUNTS, LEAK, DrawnRole, PhantomCounts, make
from clefgan.data.phantom.slices import draw

__all__ = ["COUNTS", "LEAK", "DrawnRole", "PhantomCounts", "draw", "make"]
