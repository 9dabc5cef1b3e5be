"""What is asked of the job of attribution, and refused before any work where it cannot be done."""

from dataclasses import dataclass

from clefgan.data.classes.challenge import ClassChallenge
from clefgan.errors import ClefganError
from clefgan.method import Attributor, Clusterer, Evidence
from clefgan.runs.classes import loading
from clefgan.runs.classes.decisions import UNKNOWN_LABEL, ClassRule
from submissions import runfile


@dataclass(frozen=True, slots=True)
class ClassRequest:
    """What is asked of the job."""

    name: str
    method: Attributor | Clusterer
    n_folds: int
    seed: int
    rule: ClassRule


def checked(request: ClassRequest, challenge: ClassChallenge, n_clusters: int | None) -> int:
    """Refuse before any work what cannot be done; return the number of clusters, 0 where none.

    Raises
    ------
    ClefganError
        As `run` does.
    """
    evidence = type(request.method).evidence
    loading.refuse_missing(challenge, request.name, evidence)
    refuse_balanced(request, challenge)
    refuse_unwritable(challenge)
    if request.rule.name == "open" and UNKNOWN_LABEL in challenge.names:
        raise ClefganError(
            f"{challenge.source}: class {UNKNOWN_LABEL!r} is what 'open' calls images of no class; "
            "rename its folder, or decide by argmax"
        )
    return known_number(challenge, n_clusters) if evidence is Evidence.A0 else 0


def refuse_balanced(request: ClassRequest, challenge: ClassChallenge) -> None:
    """Raise unless the edition says that all classes have as many images under test."""
    if request.rule.name == "balanced" and not challenge.edition.balanced:
        raise ClefganError(
            f"decide: 'balanced' supposes as many test images of each class, which edition "
            f"{challenge.edition.name!r} does not say; decide by argmax, or say `balanced = true` "
            "in an edition file of your own"
        )


def refuse_unwritable(challenge: ClassChallenge) -> None:
    """Raise before any work if no run file of the edition can name an image or a class.

    Raises
    ------
    ClefganError
        Such a name.
    """
    if challenge.test is None:
        return
    names = challenge.test.file_names
    for token, reason in runfile.unwritable(challenge.test.ids, challenge.edition, names):
        raise ClefganError(
            f"{challenge.test.where}: image {token!r} cannot be named in a run file: {reason}; "
            "rename it"
        )
    delimiter = challenge.edition.delimiter
    for name in challenge.names:
        if delimiter in name or name.strip() != name or '"' in name:
            raise ClefganError(
                f"{challenge.source}: class {name!r} cannot be named in a run file; rename its "
                f"folder so that it has no {delimiter!r}, quote or space around it"
            )


def known_number(challenge: ClassChallenge, asked: int | None) -> int:
    """How many clusters to make.

    Raises
    ------
    ClefganError
        More than there are images, fewer than one, or nobody says.
    """
    many = asked or len(challenge.classes) or challenge.edition.n_classes
    if not many:
        raise ClefganError(
            f"{challenge.source}: no classes, and edition {challenge.edition.name!r} does not say "
            "how many; give --clusters"
        )
    n = 0 if challenge.test is None else len(challenge.test)
    if (asked is not None and asked < 1) or many > n:
        raise ClefganError(
            f"{challenge.source}: {many} clusters of {n} images; give --clusters from 1 to {n}"
        )
    return many
