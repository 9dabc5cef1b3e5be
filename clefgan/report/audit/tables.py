"""The tables of an audit as text, once for page, notebook, terminal and statement."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from clefgan.auditing.edition_parts import EditionParts
from clefgan.auditing.membership import Attack
from clefgan.auditing.other_slices import OtherSlices
from clefgan.auditing.patients import FEWEST, StratumRow
from clefgan.auditing.pipeline import AuditRun
from clefgan.report.audit import internal, volumes
from clefgan.report.audit.wordings import EXCESS, EXCESS_ALONE, NOBODY, PLANTED, PLANTED_ALONE
from clefgan.report.wording import limits, number, p_value

TOO_FEW = "too few"


@dataclass(frozen=True, slots=True)
class AuditTable:
    """A table: its first column names the row."""

    key: str
    title: str
    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def of(run: AuditRun) -> list[AuditTable]:
    """All tables that have a row."""
    made = [
        sets(run), whole_volumes(run), sensitivity(run), attacks(run), precision(run),
        statistics(run), strata(run),
        plane(run), parts_2026(run),
    ]  # fmt: skip
    return [table for table in made if table.rows]


def sets(run: AuditRun) -> AuditTable:
    """The three sets."""
    own = run.findings.material
    ours = int(own.image_training().sum())
    rows = [
        ("trained on", str(own.n_training), str(ours)),
        ("held out", str(own.n_held_out), str(len(own.real) - ours)),
        ("to be released", "–", str(len(own.released))),
    ]
    caption = f"Compared at {own.real.shape[2]}x{own.real.shape[1]} pixels."
    return AuditTable("sets", "The three sets", caption, ("", "patients", "images"), tuple(rows))


def whole_volumes(run: AuditRun) -> AuditTable:
    """Released volumes as wholes, and by their best slices; no row without volumes."""
    found = volumes.counts(run, internal.withheld(run))
    rows: tuple[tuple[str, ...], ...] = ()
    if found is not None:
        compared = found.compared
        rows = (
            ("whole", f"{found.whole} of {found.n}" if compared else "not compared",
             f"{found.above_every_decoy}" if compared else "–"),
            ("best slice", f"{found.slices} of {found.n}", "–"),
            ("either", f"{found.either} of {found.n}", "–"),
            ("withheld, with all slices", f"{found.withheld} of {found.n}", "–"),
        )  # fmt: skip
    caption = (
        "Released volumes, compared whole on one grid and by the slice that says most. The list of "
        "wholes has a false share of its own. Above every decoy: nearer as a whole to a training "
        "patient than any volume is to a held-out one. Volumes and best slices are named in the "
        "internal folder."
    )
    heads = ("compared", "volumes listed", "above every decoy")
    return AuditTable("volumes", "Volumes", caption, heads, rows)


def sensitivity(run: AuditRun) -> AuditTable:
    """What planted copies show."""
    rows = []
    for kind in run.findings.planted:
        noticed = "–" if not kind.tried else f"more than {kind.tried}"
        rows.append(
            (
                kind.kind.title,
                f"{kind.shown.hits} of {kind.shown.of} {limits(kind.shown.low, kind.shown.high)}",
                noticed if kind.noticed is None else f"{kind.noticed}",
                "yes" if kind.seen else "too few planted" if kind.few else "no",
            )
        )
    return AuditTable(
        "sensitivity",
        "What would have been seen",
        PLANTED_ALONE if run.findings.test is None else PLANTED,
        ("planted", "shown one by one", "seen by the set test from", "seen"),
        tuple(rows),
    )


def attacks(run: AuditRun) -> AuditTable:
    """Membership by each attack."""
    findings = run.findings
    rows = [attack_row(attack.name, attack) for attack in findings.attacks]
    if findings.attack is not None:
        rows.append(attack_row("▸ strongest of each half", findings.attack))
    caption = (
        "Thresholds come from other patients than they are judged on. Control: held-out patients "
        "named by the same calls. Guessing: the share that as many guesses name. The last "
        "row (▸), which the verdict takes: each half of the patients judged by the attack that the "
        "other half chose; epsilon is of one of the two. Epsilon: lower bound, in "
        "parentheses the most that so few patients can show; – is no bound, not 0."
    )
    heads = ("attack", "AUC", "false alarms aimed at", "named", "control", "guessing",
             "risk beyond control", "epsilon at least")  # fmt: skip
    return AuditTable("attacks", "Membership", caption, heads, tuple(rows))


def attack_row(name: str, attack: Attack) -> tuple[str, ...]:
    """One attack."""
    bound = "–" if attack.epsilon is None else number(attack.epsilon, 2)
    return (
        name,
        f"{number(attack.auc)} {limits(attack.auc_low, attack.auc_high)}",
        f"{100 * attack.rate:g}%",
        f"{attack.found.hits} of {attack.found.of}",
        f"{attack.control.hits} of {attack.control.of}",
        f"{100 * attack.baseline:.1f}%",
        f"{number(attack.risk)} {limits(attack.risk_low, attack.risk_high)}",
        f"{bound} ({number(attack.epsilon_cap, 2)})",
    )


def precision(run: AuditRun) -> AuditTable:
    """What being named means, by how many an attacker draws from."""
    attack = run.findings.attack
    rows = () if attack is None else tuple(
        (f"{100 * share:g}%", number(value, 2)) for share, value in attack.precision.items()
    )  # fmt: skip
    return AuditTable(
        "precision",
        "If somebody is named",
        "Probability that a person named by the strongest attack was trained on, by the share of "
        "training patients among those whom the attacker draws from.",
        ("share trained on", "probability"),
        rows,
    )


def statistics(run: AuditRun) -> AuditTable:
    """The statistics of the set test."""
    test = run.findings.test
    if test is None:
        rows: tuple[tuple[str, ...], ...] = ()
        caption = ""
    else:
        rows = tuple(
            (name, number(z, 2), p_value(p))
            for name, z, p in zip(test.names, test.z.tolist(), test.single.tolist(), strict=True)
        )
        caption = (
            f"{test.deals} deals of patients. One p-value for all: {p_value(test.p_value)} towards "
            f"training patients, {p_value(test.p_held_out)} towards held-out ones."
        )
    heads = ("statistic", "standard deviations", "p by itself")
    return AuditTable("statistics", "Set test", caption, heads, rows)


def strata(run: AuditRun) -> AuditTable:
    """Patients by stratum."""
    rows: Sequence[tuple[str, ...]] = [
        (
            stratum.name,
            str(stratum.n_training),
            str(stratum.n_held_out),
            *of_stratum(stratum),
        )
        for stratum in run.findings.strata
    ]
    heads = ("stratum", "trained on", "held out", "mean p", "smallest p", "AUC")
    caption = (
        "Conformal p-value of each training patient: the average beside the patient who stands out "
        "most. Rare groups may leak where the average does not. Of fewer than "
        f"{FEWEST} patients these numbers would be those of one of them: too few."
    )
    return AuditTable("strata", "Patients", caption, heads, tuple(rows))


def of_stratum(stratum: StratumRow) -> tuple[str, str, str]:
    """Mean and smallest p-value, and AUC, unless they would be those of one patient."""
    if stratum.n_training < FEWEST:
        return TOO_FEW, TOO_FEW, TOO_FEW
    auc = number(stratum.auc) if stratum.n_held_out >= FEWEST else TOO_FEW
    return number(stratum.mean_p), p_value(stratum.least_p), auc


def plane(run: AuditRun) -> AuditTable:
    """Fidelity beside privacy."""
    rows = tuple(
        (
            point.name,
            str(point.n),
            number(point.fidelity.frechet, 2),
            number(point.fidelity.kid),
            number(point.fidelity.precision, 2),
            number(point.fidelity.recall, 2),
            number(point.fidelity.density, 2),
            number(point.fidelity.coverage, 2),
            number(point.excess),
            number(point.auc),
        )
        for point in run.plane
    )
    heads = ("", "images", "Frechet", "KID", "precision", "recall", "density", "coverage",
             "excess near training", "attack AUC")  # fmt: skip
    caption = (
        f"Beside {'training' if run.findings.test is None else 'held-out'} images, on "
        f"{run.features}: they compare with no number printed elsewhere; – is too few images for "
        f"a Frechet distance. {EXCESS_ALONE if run.findings.test is None else EXCESS}"
    )
    return AuditTable("plane", "Fidelity and privacy", caption, heads, rows)


def parts_2026(run: AuditRun) -> AuditTable:
    """The three parts that the 2026 edition names, and what withholding does to each."""
    frechet = {
        point.name: "not printed, too few images"
        if math.isnan(point.fidelity.frechet)
        else number(point.fidelity.frechet, 2)
        for point in run.plane
    }
    columns = [
        {
            "nearest-neighbour memorisation": f"{part.listed} of {part.n} images listed",
            "membership leakage": NOBODY if part.attack is None else area(part.attack),
            "re-identification by other slices": other_slices(part),
            f"Frechet distance ({run.features}; 0 is alike)": frechet[part.name],
        }
        for part in run.parts
    ]
    rows = tuple((part, *(column[part] for column in columns)) for part in columns[0])
    caption = (
        "Each part by itself: the edition's formula is not published, so there is no total here. "
        "AUC over patients with its 95% interval, 0.5 is chance."
    )
    heads = ("part", *(part.name for part in run.parts))
    return AuditTable("parts", "Parts of the 2026 edition", caption, heads, rows)


def other_slices(part: EditionParts) -> str:
    """Whether patients are recognised by other slices, or why that was not assessed."""
    if part.other_slices is not None:
        return area(part.other_slices)
    return NOBODY if part.attack is None else "not assessed, too few patients have several images"


def area(attack: Attack | OtherSlices) -> str:
    """An AUC with its interval."""
    return f"AUC {number(attack.auc)} {limits(*interval(attack))}"


def interval(attack: Attack | OtherSlices) -> tuple[float, float]:
    """95% interval of the AUC."""
    if isinstance(attack, Attack):
        return attack.auc_low, attack.auc_high
    return attack.low, attack.high
