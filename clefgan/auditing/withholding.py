"""What is withheld of a release, and the sets of images that are compared because of it."""

from dataclasses import replace

import numpy as np

from clefgan.auditing import diversity, fidelity
from clefgan.auditing import filter as filters
from clefgan.auditing.examine import Findings
from clefgan.auditing.filter import Withheld
from clefgan.auditing.inputs import Inputs
from clefgan.auditing.margins import Numbers, Strongest
from clefgan.auditing.settings import Settings
from clefgan.auditing.volumes.withheld import of_volumes, with_volumes

RELEASE = "the release"
KEPT = "what is kept of it"
THINNED = "what thinning leaves of that"


def withheld(
    inputs: Inputs,
    settings: Settings,
    findings: Findings,
    everybody: Strongest | None,
    everybody_whole: Strongest | None = None,
) -> tuple[Withheld | None, dict[str, Numbers]]:
    """What is withheld, and the sets of released images that are compared; none is empty.

    Parameters
    ----------
    everybody, everybody_whole : margins of images and of whole volumes among sealed patients too
    """
    sets = {RELEASE: np.arange(len(findings.material.released))}
    out = None
    if settings.withhold is not None:
        out = filters.withhold(findings, settings.withhold, everybody=everybody)
        out = with_volumes(out, inputs.volumes, findings.wholes, everybody_whole)
        sets[KEPT] = out.kept
        if settings.thin is not None:
            out = thinned(inputs, out, settings.thin)
            sets[THINNED] = out.kept
    return out, {name: places for name, places in sets.items() if len(places)}


def thinned(inputs: Inputs, out: Withheld, share: float) -> Withheld:
    """Keep a share of what is kept, chosen for diversity: images, and volumes with all slices."""
    kept = out.kept
    if not len(kept):
        return out
    rows = fidelity.features_of_all(inputs.material.released[kept])
    item = np.arange(len(kept))
    if inputs.volumes is not None:
        of = inputs.volumes.released.of[kept]
        item = np.unique(np.where(of >= 0, of, of.max() + 1 + item), return_inverse=True)[1]
    sizes = np.bincount(item)
    means = np.zeros((len(sizes), rows.shape[1]))
    np.add.at(means, item, rows)
    means /= sizes[:, None]
    left = diversity.herd(means, max(1, round(share * len(sizes))))
    chosen = kept[np.isin(item, left)]
    out_of_it = np.setdiff1d(np.arange(len(inputs.material.released)), chosen)
    return replace(
        out,
        withheld=out_of_it,
        kept=chosen,
        thinned=np.setdiff1d(kept, chosen),
        volumes=of_volumes(inputs.volumes, out_of_it),
    )
