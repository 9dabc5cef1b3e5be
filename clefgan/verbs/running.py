"""One run of a method."""

from collections.abc import Sequence
from typing import Any, overload

from clefgan.data.challenge import Challenge
from clefgan.data.classes.challenge import ClassChallenge
from clefgan.errors import ClefganError
from clefgan.experiments import class_runs
from clefgan.method import Attributor, Clusterer, Method, Progress
from clefgan.plugins import registry
from clefgan.runs import job, provenance
from clefgan.runs.classes import decisions
from clefgan.runs.classes.record import ClassRun
from clefgan.runs.decisions.decide import parse as rule_of
from clefgan.runs.decisions.decide import usual
from clefgan.runs.pairs import NEAREST
from clefgan.runs.record import PROTOCOLS, Protocol, Run
from clefgan.runs.request import Extras
from clefgan.verbs import given
from clefgan.verbs.progress import reported
from clefgan.verbs.reading import Data, challenge_of


@overload
def run(
    challenge: ClassChallenge,
    method: str | Attributor | Clusterer,
    *,
    seed: int = 0,
    n_folds: int = 3,
    decide: str | None = None,
    clusters: int | None = None,
    progress: bool | Progress = False,
) -> ClassRun: ...
@overload
def run(
    challenge: Data,
    method: str | Method,
    *,
    seed: int = 0,
    protocols: Sequence[str] = PROTOCOLS,
    n_folds: int = 3,
    decide: str | None = None,
    pairs: bool = True,
    blank: bool = True,
    progress: bool | Progress = False,
) -> Run: ...
def run(
    challenge: Data | ClassChallenge,
    method: str | Method | Attributor | Clusterer,
    *,
    seed: int = 0,
    protocols: Sequence[str] | None = None,
    n_folds: int = 3,
    decide: str | None = None,
    pairs: bool = True,
    blank: bool = True,
    clusters: int | None = None,
    progress: bool | Progress = False,
) -> Run | ClassRun:
    """Fit a method on dev, score the images under test, and score dev.

    Parameters
    ----------
    challenge : from `read`, or what `read` takes
    method : a name, with settings where they differ (`"nearest(size=64)"`), a `file.py:Class`, or
        a method object, which has its own seed
    seed : of the method and of the folds
    protocols : of membership: `paper`, `held-out` or both
    decide : the rule that turns scores into decisions, as `--decide` takes it; None: `auto`, or
        `argmax` of classes
    pairs : of membership: keep the nearest generated images of each candidate: `run.pairs`
    blank : of membership: score the same images against another generator's: `run.test.blank`
    clusters : of classes: how many clusters to make
    progress : True: bars on stderr; or a function that is called instead

    Raises
    ------
    ClefganError
        Unknown method or rule, a fault of the data, or a score that is not finite.
    """
    given.whole("run", 0, seed=seed)
    given.whole("run", 2, n_folds=n_folds)
    given.refuse_empty("run", challenge=challenge, method=method, decide=decide)
    if not isinstance(method, str):
        given.refuse_no_method(method)
    whole = challenge_of(challenge)
    room: Any = registry if isinstance(whole, Challenge) else None
    if isinstance(method, str):
        room = room or registry.registry_of(method)
        name, configured = method, room.configure(method, seed=seed)
    else:
        name, configured = name_of(method), method
    with reported(progress) as report:
        if isinstance(whole, ClassChallenge):
            refuse_protocols(protocols)
            return class_runs.run(
                whole, name, configured, n_folds=n_folds, seed=seed,
                rule=decisions.parse(decide or "argmax"), n_clusters=clusters, progress=report,
            )  # fmt: skip
        return job.run(
            whole, name, configured, protocols=chosen_protocols(protocols or PROTOCOLS),
            n_folds=n_folds, seed=seed, progress=report,
            rule=usual(whole, configured) if decide is None else rule_of(decide),
            extras=Extras(NEAREST if pairs else 0, blank),
        )  # fmt: skip


def refuse_protocols(asked: Sequence[str] | None) -> None:
    """Raise if a run of classes is given protocols: it has all that its data allow."""
    if asked is not None:
        raise ClefganError(
            f"run: protocols {', '.join(asked)!r} are of membership; a run of classes has all that "
            "its data allow; leave them out"
        )


def chosen_protocols(asked: Sequence[str]) -> tuple[Protocol, ...]:
    """The protocols asked for, in the order of the record."""
    for name in asked:
        if name not in PROTOCOLS:
            raise ClefganError(f"protocol {name!r} is not one of {', '.join(PROTOCOLS)}")
    return tuple(known for known in PROTOCOLS if known in asked)


def name_of(method: Any) -> str:
    """The name under which a method's class is registered, else the name of the class."""
    dotted = provenance.class_name(method)
    rooms: list[registry.Registry[Any]] = [
        registry.METHODS, registry.ATTRIBUTORS, registry.CLUSTERERS,
    ]  # fmt: skip
    entries = [item for room in rooms for item in room.entries().items()]
    named = (name for name, entry in entries if entry.value == dotted)
    return next(named, type(method).__name__)
