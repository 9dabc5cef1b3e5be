"""`statement.md`: methods and limits of an audit, ready for a data protection file."""

from datetime import date, timedelta

from clefgan.auditing.pipeline import AuditRun
from clefgan.auditing.volumes.cubes import SIDE
from clefgan.data.notes import public
from clefgan.report.audit import internal, tables, volumes
from clefgan.report.audit.tables import AuditTable
from clefgan.report.audit.wordings import ADVICE, MEMBERSHIP, NOT_ASSESSED
from clefgan.runs import provenance

REVIEW = timedelta(days=365)


def text(run: AuditRun, today: date | None) -> str:
    """The statement, Markdown."""
    profile, findings = run.settings.profile, run.findings
    lines = [
        "# Statement on a release of generated images",
        "",
        f"**{run.verdict.sentence}**",
        "",
        "## Release and threshold",
        "",
        f"- Release context: {profile.name} ({profile.context}).",
        f"- Threshold, fixed before looking: {profile.measure} of at most {profile.limit:g}. "
        f"Source: {profile.source}. No regulator and no paper gives a threshold for images; this "
        "one is taken over from tables.",
        f"- Look number {run.look} at these patients; level of the set test in this look "
        f"{findings.plan.level:g}. {sealed(run)}",
        f"- Residual risk: {residual(run)}",
        "",
        "## Reasons",
        "",
        *(f"- {reason}" for reason in run.verdict.reasons or ("none beside the sentence above",)),
        "",
        "## Method",
        "",
        method(run),
        "",
        *(part for table in tables.of(run) for part in markdown(table)),
        "## What was done to the images",
        "",
        *(f"- {public(note)}" for note in run.inputs.notes),
        *(f"- {item.sentence}" for item in run.inputs.files),
        "",
        "## Not assessed",
        "",
        *(f"- {item}" for item in not_assessed(run)),
        "",
        "## Where a leak was found, in this order",
        "",
        *(f"{number}. {item}" for number, item in enumerate(ADVICE, 1)),
        "",
        "## Versions and digests",
        "",
        *(f"- {name} {version}" for name, version in provenance.versions().items()),
        *(f"- {name}: SHA-256 {digest}" for name, digest in run.digests.items()),
        "",
        *signature(today),
    ]
    return "\n".join(lines)


def sealed(run: AuditRun) -> str:
    """Who was kept sealed, or opened, in this look."""
    own = run.sealed
    if own is None:
        return "No patients are kept sealed for a re-audit."
    who = f"{own.n_training} training and {own.n_held_out} held-out patients"
    if own.test is None:
        return f"{who} took no part in this look: they are sealed for the re-audit."
    return (
        f"{who} were sealed until this look; opened, their set test gives p = "
        f"{own.test.p_value:.2g} at the same level."
    )


def not_assessed(run: AuditRun) -> tuple[str, ...]:
    """What this audit does not say; without held-out patients membership is the first of it."""
    return NOT_ASSESSED if run.findings.attack is not None else (MEMBERSHIP, *NOT_ASSESSED)


def residual(run: AuditRun) -> str:
    """The residual risk in words, or that it was not assessed."""
    attack = run.findings.attack
    if attack is None:
        return "membership was not assessed, as no patients were held out."
    return (
        f"the strongest of {len(run.findings.attacks)} attacks names {attack.found.hits} of "
        f"{attack.found.of} training and {attack.control.hits} of {attack.control.of} held-out "
        f"patients; beyond the control {attack.risk:.3f}, 95% interval {attack.risk_low:.3f} to "
        f"{attack.risk_high:.3f}; relative F1 {attack.relative_f1:.3f}, 95% interval "
        f"{attack.relative_f1_low:.3f} to {attack.relative_f1_high:.3f}. An "
        "attack that was not tried may do better."
    )


def method(run: AuditRun) -> str:
    """How it was done, one paragraph."""
    findings, plan = run.findings, run.findings.plan
    views = "; ".join(view.title for view in plan.views)
    whole = whole_volumes(run)
    if findings.test is None:
        return (
            f"Each released image was compared with all training images in {len(plan.views)} "
            f"views ({views}). Its lead over the next patient was compared with that of softened "
            "images of each training patient over the other patients. No patients were held out."
            + whole
        )
    return (
        f"Each released image was compared with all real images in {len(plan.views)} views "
        f"({views}); its margin is its lead for one patient over the next. Patients were dealt to "
        f"training and held-out {plan.deals} times, and the largest standardised statistic "
        f"of {len(findings.test.names)} was compared with that of each deal (exact where training "
        "patients were drawn at random from all of them). Images are listed at an expected false "
        f"share of {plan.q:g}, counted by the images that held-out patients win. The share "
        "of images nearest to training ones, with a binomial interval, is not used: it rejects "
        f"clean releases and misses copies. {plan.planted} copies of each kind were planted "
        "in memory, never in the release, to measure what would have been seen." + whole
    )


def whole_volumes(run: AuditRun) -> str:
    """How volumes were compared as wholes; '' where they were not."""
    wholes = run.findings.wholes
    if wholes is None:
        return ""
    views = "; ".join(view.title for view in wholes.views)
    found = volumes.counts(run, internal.withheld(run))
    said = "" if found is None else f" {volumes.sentence(found)}."
    return (
        f" Released volumes were compared whole too, on {SIDE}x{SIDE}x{SIDE} voxels, with the "
        f"volumes of patients ({views}), in the same set test: patients who have volumes were "
        "dealt among themselves. A volume is withheld with all its slices." + said
    )


def markdown(table: AuditTable) -> list[str]:
    """A table with its title and caption."""
    escaped = [[cell.replace("|", "\\|") for cell in row] for row in table.rows]
    return [
        f"### {table.title}",
        "",
        f"| {' | '.join(table.heads)} |",
        f"|{'---|' * len(table.heads)}",
        *(f"| {' | '.join(row)} |" for row in escaped),
        "",
        table.caption,
        "",
    ]


def signature(today: date | None) -> list[str]:
    """Dates and a place to sign."""
    made = "____" if today is None else today.isoformat()
    review = "____" if today is None else (today + REVIEW).isoformat()
    return [
        "## Sign-off",
        "",
        f"- Made: {made}. To be reviewed by: {review}, or when the generator, the release or the "
        "state of attacks changes.",
        "- Name, role, signature: ________________________________",
        "",
    ]
