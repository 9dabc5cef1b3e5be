"""Who is in which role: groups (patients) are dealt out, and none is in two roles."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from clefgan.errors import ClefganError
from clefgan.experiments.lab.role_counts import RoleCounts

Indices = NDArray[np.intp]


def deal(
    groups: Sequence[str], counts: RoleCounts, rng: np.random.Generator, where: str
) -> dict[str, Indices]:
    """Indices of the images of each role, `dev fresh` and `test fresh` among them.

    Fresh images are those that the generators' output is made of where it does not leak. Their
    groups are all that the real roles leave, shared out in proportion to the generated images.

    Raises
    ------
    ClefganError
        Too few groups, or too few images left for the fresh roles.
    """
    members = by_group(groups)
    names = [list(members)[i] for i in rng.permutation(len(members))]
    roles: dict[str, Indices] = {}
    wanted = counts.real()
    for role, n in wanted.items():
        taken: list[Indices] = []
        while sum(map(len, taken)) < n and names:
            own = members[names.pop()]
            most = min(counts.per_group, n - sum(map(len, taken)))
            taken.append(np.sort(rng.permutation(own)[:most]))
        if sum(map(len, taken)) < n:
            raise ClefganError(
                f"{where}: {len(members)} groups are too few for {sum(wanted.values())} real "
                f"images with {counts.per_group} a group at most; ask for fewer images, or raise "
                "--per-group"
            )
        roles[role] = np.concatenate(taken)
    return roles | fresh(names, members, counts, where)


def fresh(
    names: Sequence[str], members: Mapping[str, Indices], counts: RoleCounts, where: str
) -> dict[str, Indices]:
    """Share out what the real roles left; each part needs as many images as were used."""
    total = sum(len(members[name]) for name in names)
    dev_share = counts.generated / (counts.generated + counts.test_generated)
    roles: dict[str, list[Indices]] = {"dev fresh": [], "test fresh": []}
    held = 0
    for name in names:
        role = "dev fresh" if held < dev_share * total else "test fresh"
        roles[role].append(members[name])
        held += len(members[name])
    for role, n in (("dev fresh", counts.used), ("test fresh", counts.candidates // 2)):
        left = sum(map(len, roles[role]))
        if left < n:
            raise ClefganError(
                f"{where}: {left} images are left for the {role.split()[0]} generator where it "
                f"does not leak; need {n}, as many as it uses; ask for fewer real images"
            )
    return {role: np.concatenate(parts) for role, parts in roles.items()}


def siblings(groups: Sequence[str], used: Indices) -> Indices:
    """Images of the groups of the used ones, not used themselves."""
    own = {groups[i] for i in used}
    taken = set(used.tolist())
    return np.array([i for i, g in enumerate(groups) if g in own and i not in taken], np.intp)


def by_group(groups: Sequence[str]) -> dict[str, Indices]:
    """Group to the indices of its images, in the order in which groups first come."""
    members: dict[str, list[int]] = {}
    for i, name in enumerate(groups):
        members.setdefault(name, []).append(i)
    return {name: np.array(places, np.intp) for name, places in members.items()}
