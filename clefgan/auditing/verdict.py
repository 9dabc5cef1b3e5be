"""The verdict: one sentence with an interval, and the exit code that goes with it.

Its words are of this release and of what was looked for. It never says that a release is without
risk: an attack that was not tried may succeed.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from clefgan.auditing.examine import Findings
from clefgan.auditing.file_findings import FileFinding
from clefgan.auditing.material import Material
from clefgan.auditing.membership import Attack
from clefgan.auditing.profiles import Profile
from clefgan.auditing.sealing import Sealed
from clefgan.auditing.verdict_words import (
    leak_sentence,
    listed,
    measured,
    nearer,
    nearer_to_sealed,
    nothing_sentence,
    to_look_at,
)
from clefgan.auditing.volumes import words
from clefgan.errors import counted

MARKS = ("uid", "identity", "names")  # kinds of file findings that are a leak by themselves
FEWEST = 20  # patients a side, below which an audit cannot say
FARTHER = 0.01  # p-value of the release being nearer to held-out patients, at which it cannot say


class Outcome(IntEnum):
    """How an audit ends; the number is the exit code."""

    NOTHING_FOUND = 0
    LEAK = 1
    CANNOT_SAY = 3


@dataclass(frozen=True, slots=True)
class AuditVerdict:
    """Outcome, the sentence, and each reason."""

    outcome: Outcome
    sentence: str
    reasons: tuple[str, ...]


def of(
    findings: Findings,
    profile: Profile,
    *,
    look_number: int = 1,
    withheld: int | None = None,
    volumes: int = 0,
    files: Sequence[FileFinding] = (),
    sealed: Sealed | None = None,
) -> AuditVerdict:
    """Judge findings by a threshold that was fixed before.

    Parameters
    ----------
    look_number : of this look at these patients, from 1
    withheld : how many images a filter withholds; None: those that are listed
    volumes : how many volumes are withheld, with all their slices
    files : what files give away; marks of a person or a training file are a leak by themselves
    sealed : patients who were opened in this look
    """
    marks = marked(files)
    reasons = [*marks, *leaks(findings, profile, sealed)]
    if reasons:
        sentence = leak_sentence(
            findings, reasons[0], look_number, withheld, marks, volumes=volumes
        )
        return AuditVerdict(Outcome.LEAK, sentence, tuple(reasons))
    doubts = cannot_say(findings, profile)
    if doubts:
        others = counted(len(doubts) - 1, "more reason", "more reasons")
        more = f" ({others} below)" if len(doubts) > 1 else ""
        sentence = " ".join([f"This audit cannot say: {doubts[0]}{more}.", *to_look_at(findings)])
        return AuditVerdict(Outcome.CANNOT_SAY, sentence, tuple(doubts))
    return AuditVerdict(Outcome.NOTHING_FOUND, nothing_sentence(findings, profile, sealed), ())


def marked(files: Sequence[FileFinding]) -> list[str]:
    """Findings in files that lead to a person without any attack."""
    return [finding.sentence.rstrip(".") for finding in files if finding.kind in MARKS]


def leaks(findings: Findings, profile: Profile, sealed: Sealed | None = None) -> list[str]:
    """What speaks for a leak, the strongest first.

    Where training and held-out patients differ anyway, only what needs no held-out patient does.
    """
    reasons = certain(findings)
    if findings.control is not None and findings.control.differs:
        return reasons
    test = findings.test
    if test is None:
        n = int((findings.copies.q_values <= findings.plan.level).sum())
        if n:
            stand = counted(n, "released image stands", "released images stand")
            reasons.append(
                f"{stand} nearer to one training patient than "
                "any image of another patient does "
                f"(p = {findings.copies.q_values.min():.2g}; membership was not assessed)"
            )
        return reasons + words.certain(findings.wholes, findings.plan.level)
    if test.p_value <= findings.plan.level:
        reasons.append(nearer(findings))
    reasons += nearer_to_sealed(sealed)
    attack = findings.attack
    if attack is not None and measured(attack, profile).low > profile.limit:
        said = measured(attack, profile).said
        reasons.append(f"{said}, above the {profile.limit:g} of {profile.name!r}")
    return reasons


def certain(findings: Findings) -> list[str]:
    """Copies that no statistic has to show: equal pixels, then what a person saw."""
    reasons = []
    equal, seen = len(np.unique(findings.exact[:, 0])), len(findings.judged)
    if equal:
        images = counted(equal, "released image equals", "released images equal")
        reasons.append(f"{images} a training image pixel for pixel")
    if seen:
        what = "was judged by a person to be a copy of a training image"
        several = "were judged by a person to be copies of training images"
        reasons.append(counted(seen, f"released image {what}", f"released images {several}"))
    return reasons


def cannot_say(findings: Findings, profile: Profile) -> list[str]:
    """What keeps an audit from an answer, the strongest first."""
    doubts = []
    material, test, attack = findings.material, findings.test, findings.attack
    if findings.control is not None and findings.control.differs:
        doubts.append(
            "training and held-out patients differ without any released image (image-only AUC "
            f"{findings.control.auc:.2f}, p = {findings.control.p_value:.2g}), so a difference "
            "between them proves nothing; hold out patients of the same source"
        )
    if test is not None and test.p_held_out <= FARTHER:
        doubts.append(
            "the release is nearer to held-out than to training patients "
            f"(p = {test.p_held_out:.2g}): the two are exchanged, or a filter has dug a hole round "
            "the training patients"
        )
    doubts += too_few(material, attack)
    doubts += not_seen(findings)
    if not findings.planted:
        doubts.append("no copies were planted, so what it would have seen is not known")
    if attack is not None:
        doubts += above_limit(attack, profile)
    return doubts


def not_seen(findings: Findings) -> list[str]:
    """Planted kinds that would not have been seen, and those of which too few were planted."""
    unseen = [kind for kind in findings.planted if not kind.seen]
    all_shown = [kind for kind in unseen if kind.few]
    blind = [kind for kind in unseen if not kind.few]
    doubts = []
    if blind:
        titles = listed([kind.kind.title for kind in blind])
        doubts.append(f"{titles} would not have been seen on this data")
    if all_shown:
        titles = listed([kind.kind.title for kind in all_shown])
        n = min(kind.shown.of for kind in all_shown)
        doubts.append(
            f"all {titles} that were planted were shown, but {n} of each kind are too few to say "
            "that others would be; plant more of them"
        )
    return doubts


def too_few(material: Material, attack: Attack | None) -> list[str]:
    """Whether there are too few patients, or too few that may be exchanged with one another."""
    fewest = min(material.n_training, material.n_held_out or material.n_training)
    if fewest < FEWEST:
        known = attack is not None and not math.isnan(attack.epsilon_cap)
        cap = f"; they show at most epsilon {attack.epsilon_cap:.1f}" if attack and known else ""
        are = counted(fewest, "patient per side is", "patients per side are")
        return [f"{are} too few, {FEWEST} are needed{cap}"]
    ours, theirs = material.exchangeable()
    if material.n_held_out and min(ours, theirs) < FEWEST:
        return [
            f"only {ours} of {material.n_training} training and {theirs} of {material.n_held_out} "
            f"held-out patients are in a stratum that has both, {FEWEST} are needed"
        ]
    return []


def above_limit(attack: Attack, profile: Profile) -> list[str]:
    """Whether the interval reaches above the threshold."""
    measure = measured(attack, profile)
    if measure.high > profile.limit:
        return [
            f"{measure.said}, which reaches above the {profile.limit:g} of {profile.name!r}; "
            "more patients make the interval narrower"
        ]
    return []
