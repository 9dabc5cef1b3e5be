"""Exact copies between two sets of images: one way to count them, for all who tell of them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from clefgan.data.listing import natural_key

Digest = TypeVar("Digest", bytes, str)


def by_digest(ids: Iterable[str], digests: Iterable[Digest]) -> dict[Digest, list[str]]:
    """The ids that share each digest of pixels."""
    ids_by_digest: dict[Digest, list[str]] = {}
    for name, digest in zip(ids, digests, strict=True):
        ids_by_digest.setdefault(digest, []).append(name)
    return ids_by_digest


def in_both(
    first: Mapping[Digest, Sequence[str]], second: Mapping[Digest, Sequence[str]]
) -> tuple[tuple[str, str], ...]:
    """Each image of `second` that is also in `first`: the first such id there, and its own.

    So their number is one of images of `second`, however many copies `first` has.
    """
    pairs = [
        (first[digest][0], name)
        for digest, names in second.items()
        if digest in first
        for name in names
    ]
    return tuple(sorted(pairs, key=lambda pair: natural_key(pair[1])))


def both_labels(pairs: Sequence[tuple[str, str]], n_not_used: int) -> str:
    """Say that images are both used and not used: `pairs` of a used one and one not used."""
    used, not_used = pairs[0]
    return (
        f"{len(pairs)} of {n_not_used} dev images not used are also used, such as "
        f"{not_used!r} = {used!r}; no method can tell them apart"
    )
