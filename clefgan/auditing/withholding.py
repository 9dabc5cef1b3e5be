"""What is withheld of a release, and the sets of images that are compared because of it."""

import numpy as np

from clefgan.auditing import diversity, fidelity
from clefgan.auditing import filter as filters
from clefgan.auditing.examine import Findings
from clefgan.auditing.filter import Withheld
from clefgan.auditing.inputs import Inputs
from clefgan.auditing.margins import Numbers, Strongest
from clefgan.auditing.settings import Settings

RELEASE = "the release"
KEPT = "what is kept of it"
THINNED = "what thinning leaves of that"


def withheld(
    inputs: Inputs, settings: Settings, findings: Findings, everybody: Strongest | None
) -> tuple[Withheld | None, dict[str, Numbers]]:
    """What is withheld, and the sets of released images that are compared; none is empty."""
    sets = {RELEASE: np.arange(len(findings.material.released))}
    out = None
    if settings.withhold is not None:
        out = filters.withhold(findings, settings.withhold, everybody=everybody)
        sets[KEPT] = out.kept
        if settings.thin is not None:
            out = thinned(inputs, out, settings.thin)
            sets[THINNED] = out.kept
    return out, {name: places for name, places in sets.items() if len(places)}


def thinned(inputs: Inputs, out: Withheld, share: float) -> Withheld:
    """Keep a share of what is kept, chosen for diversity."""
    kept = out.kept
    rows = fidelity.features_of_all(inputs.material.released[kept])
    chosen = kept[np.sort(diversity.herd(rows, max(1, round(share * len(kept)))))]
    left = np.setdiff1d(np.arange(len(inputs.material.released)), chosen)
    return Withheld(out.how, left, chosen, out.cutoff, thinned=len(kept) - len(chosen))
