"""What is asked of the job of attribution, and refused before any work where it cannot be done."""

from dataclasses import dataclass

from clefgan.data.classes import run_names
from clefgan.data.classes.challenge import ClassChallenge
from clefgan.errors import ClefganError, counted
from clefgan.method import Attributor, Clusterer, Evidence
from clefgan.runs.classes import loading
from clefgan.runs.classes.decisions import UNKNOWN_LABEL, ClassRule, fewest_labelled


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
    if request.n_folds < 2:
        raise ClefganError(f"folds: {request.n_folds} are too few; give 2 or more")
    loading.refuse_missing(challenge, request.name, evidence)
    refuse_rule(request, challenge, evidence)
    if fault := run_names.unwritable(challenge):
        raise ClefganError(fault)
    if evidence is Evidence.A0:
        return known_number(challenge, n_clusters)
    if n_clusters is not None:
        raise ClefganError(
            f"clusters: method {request.name!r} names classes; give the number to a clusterer"
        )
    return 0


def refuse_rule(request: ClassRequest, challenge: ClassChallenge, evidence: Evidence) -> None:
    """Raise before any work if the rule of decision cannot be kept.

    Raises
    ------
    ClefganError
        A rule of scores for a clusterer, which has none; `balanced` or `open` without what it
        supposes.
    """
    if request.rule.name == "argmax":
        return
    if evidence is Evidence.A0:
        raise ClefganError(
            f"decide: {str(request.rule)!r} is a rule of scores, and clusterer {request.name!r} "
            "has none; leave it out"
        )
    if request.rule.name == "open":
        refuse_open(request, challenge)
    else:
        refuse_balanced(request, challenge)


def refuse_open(request: ClassRequest, challenge: ClassChallenge) -> None:
    """Raise unless labelled images can be scored out of fold, and no class has open's own name."""
    if UNKNOWN_LABEL in challenge.names:
        raise ClefganError(
            f"{challenge.source}: class {UNKNOWN_LABEL!r} is what 'open' calls images of no class; "
            "rename its folder, or decide by argmax"
        )
    needed = max(request.n_folds, fewest_labelled(request.rule.rate))
    for one_class in challenge.classes:
        n = 0 if one_class.generated is None else len(one_class.generated)
        if n < needed:
            raise ClefganError(
                f"{challenge.source}: {str(request.rule)!r} compares with {needed} or more scores "
                f"of labelled generated images of each class; {one_class.name!r} has {n}; give "
                "more, another rate, or decide by argmax"
            )


def refuse_balanced(request: ClassRequest, challenge: ClassChallenge) -> None:
    """Raise unless the edition says that all classes have as many images under test."""
    if request.rule.name == "balanced" and not challenge.edition.balanced:
        raise ClefganError(
            f"decide: 'balanced' supposes as many test images of each class, which edition "
            f"{challenge.edition.name!r} does not say; decide by argmax, or say `balanced = true` "
            "in an edition file of your own"
        )


def known_number(challenge: ClassChallenge, asked: int | None) -> int:
    """How many clusters to make.

    Raises
    ------
    ClefganError
        More than there are images, fewer than two, no whole number, or nobody says.
    """
    many = asked or len(challenge.classes) or challenge.edition.n_classes
    if not many:
        raise ClefganError(
            f"{challenge.source}: no classes, and edition {challenge.edition.name!r} does not say "
            "how many; give --clusters"
        )
    n = 0 if challenge.test is None else len(challenge.test)
    if asked is not None and (isinstance(asked, bool) or not isinstance(asked, int)):
        raise ClefganError(f"clusters: need a whole number; got {asked!r}; give 2 or more")
    if asked is not None and asked < 2:
        raise ClefganError(f"clusters: {asked} tell nothing apart; give 2 or more")
    if n < 2:
        raise ClefganError(
            f"{challenge.source}: {counted(n, 'image')} under test; nothing to cluster"
        )
    if many > n:
        raise ClefganError(
            f"{challenge.source}: {many} clusters of {n} images; give --clusters from 2 to {n}"
        )
    return many
