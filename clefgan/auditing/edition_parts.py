"""The three parts of privacy that the 2026 edition names, for a release and for what is kept of it.

Memorisation by nearest neighbours, leakage of membership, and re-identification of a patient by his
other slices; beside them the Frechet distance. The edition's formula is not published, so there is
no total.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from clefgan.auditing import looks, membership, other_slices
from clefgan.auditing.examine import Findings
from clefgan.auditing.margins import Numbers
from clefgan.auditing.membership import Attack
from clefgan.auditing.other_slices import OtherSlices
from clefgan.method import Progress, silent


@dataclass(frozen=True, slots=True, eq=False)
class EditionParts:
    """The parts of one set of released images.

    listed : images of the list of copies among its `n`
    attack : the strongest attack; None without held-out patients
    other_slices : None where too few patients have several images
    """

    name: str
    n: int
    listed: int
    attack: Attack | None
    other_slices: OtherSlices | None


def measure(
    findings: Findings,
    sets: Mapping[str, Numbers],
    *,
    kept: Path | None = None,
    progress: Progress = silent,
) -> tuple[EditionParts, ...]:
    """The parts of each set, the whole release first.

    Parameters
    ----------
    sets : numbers of the released images
    kept : folder of lists, see `looks.with_others`
    """
    material, release = findings.material, findings.look
    first, *rest = sets
    others = {first: other_slices.judge(release.lists, material)}
    if others[first] is not None and rest:
        images = [material.released[sets[name]] for name in rest]
        lists = looks.compared(material, findings.plan.views, images, kept, progress)
        for number, name in enumerate(rest):
            own = {view: every[number] for view, every in lists.items()}
            others[name] = other_slices.judge(own, material)
    listed = set(findings.copies.listed.tolist())
    parts = []
    for name, places in sets.items():
        attack = findings.attack
        if attack is not None and name != first:
            scores = findings.scores(places)
            attack = membership.as_chosen(scores, material.training, seed=findings.plan.seed)
        n_listed = len(listed.intersection(places.tolist()))
        parts.append(EditionParts(name, len(places), n_listed, attack, others.get(name)))
    return tuple(parts)
