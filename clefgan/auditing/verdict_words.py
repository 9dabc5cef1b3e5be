"""The sentences of a verdict: what speaks for a leak, what was found, and what to do."""

from collections.abc import Sequence
from typing import NamedTuple

from clefgan.auditing.examine import Findings
from clefgan.auditing.membership import Attack
from clefgan.auditing.profiles import Profile
from clefgan.auditing.sealing import Sealed
from clefgan.auditing.sensitivity import Sensitivity
from clefgan.auditing.volumes import words
from clefgan.errors import counted

UNSEEN = (
    "Copies that are tilted, stretched, moved by more than a 64th of the width, or cropped by more "
    "than 15% of it, were not looked for."
)
LAST_LOOK = 3  # the look whose failure asks for another generator


class RiskRange(NamedTuple):
    """The limits of what a threshold is of, and it in words, after a name and as a sentence."""

    low: float
    high: float
    brief: str
    said: str


def measured(attack: Attack, profile: Profile) -> RiskRange:
    """What the threshold is of, with its interval."""
    who = f"the strongest attack ({attack.name})"
    if profile.measure == "relative F1":
        low, high = attack.relative_f1_low, attack.relative_f1_high
        brief = f"relative F1 {attack.relative_f1:.2f} [{low:.2f} to {high:.2f}]"
        return RiskRange(low, high, brief, f"{who} has a {brief}")
    low, high = attack.risk_low, attack.risk_high
    limits = f"[{percent(low)} to {percent(high)}]"
    return RiskRange(
        low,
        high,
        f"risk beyond the control {percent(attack.risk)} {limits}",
        f"{who} names {percent(attack.risk)} of training patients beyond its control {limits}",
    )


def nearer(findings: Findings) -> str:
    """What the set test saw, in patients and images."""
    test, sure = findings.test, findings.sure
    assert test is not None
    assert sure is not None
    p = f"p = {test.p_value:.2g}, level {findings.plan.level:.2g}"
    total = f"{findings.material.n_training} training patients"
    n = len(findings.copies.listed)
    if sure.at_least:
        most = sure.of - sure.at_least
        return (
            f"released images are nearer to your {total} than chance allows: to {sure.of}, of whom "
            f"chance explains at most {most} (95%; {p}); {counted(n, 'image')} of "
            f"{len(findings.material.released)} are listed"
            + ("" if findings.wholes is None else f"; {words.on_list(findings.wholes)}")
        )
    by_volumes = words.nearer(findings.wholes, test, findings.plan.level)
    if by_volumes:
        return by_volumes
    return (
        f"the release as a whole is nearer to your {total} than to held-out ones ({p}, seen in "
        f"{test.strongest!r}), though no single patient stands out for sure"
    )


def nearer_to_sealed(sealed: Sealed | None) -> list[str]:
    """What the set test of sealed patients saw, where they were opened."""
    if sealed is None or sealed.test is None or sealed.level is None:
        return []
    if sealed.test.p_value > sealed.level:
        return []
    return [
        f"released images are nearer to the {sealed.n_training} training patients who were sealed "
        f"until this look than to the {sealed.n_held_out} sealed held-out ones "
        f"(p = {sealed.test.p_value:.2g}, level {sealed.level:.2g})"
    ]


def leak_sentence(
    findings: Findings,
    reason: str,
    look_number: int,
    withheld: int | None,
    marks: Sequence[str],
    *,
    volumes: int = 0,
) -> str:
    """The sentence of a leak, with what to do."""
    n = len(findings.single) if withheld is None else withheld
    todo = f"withhold the {counted(n, 'image')} in withhold.csv{whole(volumes)}, then audit again"
    if reason in marks:
        todo = "write the files anew without these marks, then audit again"
    elif not n:
        todo = "withholding single images will not do; train again with more patients or noise"
    if look_number >= LAST_LOOK:
        todo = f"this is look {look_number} at this generator: change the generator"
    return f"Do not release yet: {reason}; {todo}."


def whole(volumes: int) -> str:
    """That volumes are withheld with all their slices."""
    if not volumes:
        return ""
    return f" ({counted(volumes, 'volume')} among them, with all slices)"


def nothing_sentence(findings: Findings, profile: Profile, sealed: Sealed | None = None) -> str:
    """The sentence where nothing was found."""
    parts = ["No near-copy found.", *to_look_at(findings)]
    if findings.copies.listed.size:
        parts[0] = "The set as a whole shows no copies."
    by_itself = [kind for kind in findings.planted if kind.shown.low > 0.5]
    together = [kind for kind in findings.planted if kind not in by_itself]
    if by_itself:
        hits = sum(kind.shown.hits for kind in by_itself)
        of = sum(kind.shown.of for kind in by_itself)
        least = max(kind.missed_below for kind in by_itself)
        parts.append(
            f"Planted copies of {counted(len(by_itself), 'kind')} were put before the reader in "
            f"{hits} of {of} cases, so fewer than {least:.0f} of each kind were missed, 95%"
            + (f"; {from_words(together)}." if together else ".")
        )
    elif together:
        parts.append(f"{from_words(together)}.".capitalize())
    parts.append(UNSEEN)
    attack, test = findings.attack, findings.test
    if attack is None or test is None:
        parts.append("Membership was not assessed: no patients were held out.")
    else:
        parts.append(
            f"The strongest of {len(findings.attacks)} attacks names {percent(attack.found.value)} "
            f"of training patients at {percent(attack.control.value)} false alarms "
            f"({measured(attack, profile).brief}), and the set test sees no difference "
            f"(p = {test.p_value:.2g}{sealed_words(sealed)})."
        )
    parts.append("This is no proof that nobody can be recognised.")
    return " ".join(parts)


def sealed_words(sealed: Sealed | None) -> str:
    """The p-value of the sealed patients, where they were opened."""
    if sealed is None or sealed.test is None:
        return ""
    return f"; among the patients sealed until now p = {sealed.test.p_value:.2g}"


def from_words(kinds: list[Sensitivity]) -> str:
    """From how many copies on the set test notices kinds that single images do not show."""
    said = [f"{kind.kind.title} from {kind.noticed} on" for kind in kinds]
    return f"only the whole set shows {listed(said)}"


def to_look_at(findings: Findings) -> list[str]:
    """That images are listed though nothing else speaks for a leak; nothing where none is."""
    n = len(findings.copies.listed)
    if not n:
        return []
    are = counted(n, "image is", "images are")
    it = "it" if n == 1 else "them"
    sentence = f"But {are} listed, at an expected false share of {findings.plan.q:g}: look at {it}"
    test = findings.test
    if test is not None and test.p_value > findings.plan.level:
        sentence += ". The set test does not support the list; on clean data one in ten has one"
    return [f"{sentence}."]


def listed(names: list[str]) -> str:
    """`a, b and c`."""
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def percent(share: float) -> str:
    """0.031 as 3%."""
    return f"{100 * share:.0f}%"
