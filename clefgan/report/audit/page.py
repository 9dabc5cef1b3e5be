"""`audit.html`: the part of an audit that may be shown to others. No pixel, no patient."""

from clefgan.auditing.pipeline import AuditRun
from clefgan.auditing.verdict import Outcome
from clefgan.data.notes import public
from clefgan.errors import counted
from clefgan.report.audit import charts, numbers, statement, tables
from clefgan.report.audit.tables import AuditTable
from clefgan.report.audit.wordings import ADVICE, MEANINGS
from clefgan.report.page.document import document
from clefgan.report.page.markup import Markup, join, tag
from clefgan.report.wording import number, p_value

TITLE = "Release audit"
SIGNS = {
    Outcome.LEAK: ("✗", "Leak found", "leak"),
    Outcome.CANNOT_SAY: ("?", "Cannot say", "unsure"),
    Outcome.NOTHING_FOUND: ("○", "Nothing found", "nothing"),
}
LINKS = (
    ("sets", "Sets"), ("copies", "Copies"), ("membership", "Membership"),
    ("patients", "Patients"), ("plane", "Fidelity"), ("limits", "Limits"), ("words", "Words"),
)  # fmt: skip


def html(run: AuditRun) -> str:
    """The whole page."""
    links = [tag("li", tag("a", words, href=f"#{anchor}")) for anchor, words in LINKS]
    return document(
        TITLE,
        tag("a", "To the verdict", href="#verdict", class_="skip"),
        tag(
            "header",
            tag("p", "clefgan · may these generated images be released?", class_="over"),
            tag("h1", TITLE),
            tag("nav", tag("ul", *links), aria_label="On this page"),
        ),
        tag("main", *content(run)),
    )


def content(run: AuditRun) -> list[Markup]:
    """Verdict and sections."""
    by_key = {table.key: table for table in tables.of(run)}
    findings = run.findings
    membership = [shown(by_key[key]) for key in ("attacks", "precision", "statistics")
                  if key in by_key]  # fmt: skip
    if findings.attacks:
        membership.insert(0, picture("Attacks beside chance", charts.attacks(run)))
    else:
        membership.append(tag("p", "Not assessed: no patients were held out."))
    patients = [picture("Training patients", charts.patients(run))] if findings.patients else []
    patients += [shown(by_key["strata"])] if "strata" in by_key else []
    return [
        verdict(run),
        section("sets", "What was compared", shown(by_key["sets"]), control(run), notes(run)),
        section(
            "copies",
            "Copies",
            copies(run),
            *shown_if(by_key, "volumes"),
            *shown_if(by_key, "sensitivity"),
        ),
        section("membership", "Membership", *membership),
        section("patients", "Patients", *(patients or [tag("p", "Not assessed.")])),
        section(
            "plane",
            "Fidelity and privacy",
            *pictured_plane(run),
            *shown_if(by_key, "plane"),
            *shown_if(by_key, "parts"),
        ),
        section("limits", "What this audit does not say", limits(run)),
        section("words", "Words", words()),
    ]


def verdict(run: AuditRun) -> Markup:
    """The sentence, and its reasons."""
    sign, name, kind = SIGNS[run.verdict.outcome]
    reasons = [tag("li", reason) for reason in run.verdict.reasons]
    profile = run.settings.profile
    fixed = (
        f"Threshold fixed before looking: {profile.name} ({profile.context}), {profile.measure} at "
        f"most {profile.limit:g}. {profile.source}. Look {run.look} at these patients, level "
        f"{run.findings.plan.level:g}. {statement.sealed(run)}"
    )
    return tag(
        "section",
        tag("h2", f"{sign} {name}", id="verdict"),
        tag("p", run.verdict.sentence, class_="sentence"),
        *([tag("ul", *reasons, class_="findings")] if len(reasons) > 1 else []),
        facts(run),
        tag("p", fixed, class_="legend"),
        class_=f"outcome {kind}",
    )


def facts(run: AuditRun) -> Markup:
    """The numbers that the sentence rests on."""
    findings = run.findings
    boxes = [
        (str(len(findings.copies.listed)), f"of {len(findings.material.released)} images listed"),
    ]
    if findings.test is not None:
        boxes.append((p_value(findings.test.p_value), "p of the set test"))
    if findings.attack is not None:
        attack = findings.attack
        if run.settings.profile.measure == "relative F1":
            values = attack.relative_f1, attack.relative_f1_low, attack.relative_f1_high
            words = "relative F1 (0: no better than naming everybody)"
        else:
            values = attack.risk, attack.risk_low, attack.risk_high
            words = "risk beyond the control, average"
        mean, low, high = (number(value, 2) for value in values)
        boxes.append((f"{mean} [{low}, {high}]", words))
    if findings.patients is not None:
        smallest = float(findings.patients.p_value[findings.material.training].min())
        boxes.append((p_value(smallest), "p of the patient who stands out most"))
    return tag("dl", *(tag("div", tag("dd", v), tag("dt", w)) for v, w in boxes), class_="facts")


def control(run: AuditRun) -> Markup:
    """Whether the two real sets are alike."""
    image_only = run.findings.control
    if image_only is None:
        return tag("p", "No patients were held out, so nothing says what chance would give.")
    alike = "they differ" if image_only.differs else "no sign that they differ"
    return tag(
        "p",
        f"Image-only control: training and held-out patients told apart without any released "
        f"image, AUC {number(image_only.auc)}, p = {p_value(image_only.p_value)}: {alike}.",
    )


def notes(run: AuditRun) -> Markup:
    """What was done to the images, and what files give away."""
    n = len(set(run.findings.exact[:, 0].tolist()))
    said = [
        *map(public, run.inputs.notes),
        (
            counted(n, "released image equals", "released images equal")
            if n
            else "No released image equals"
        )
        + " a training image pixel for pixel.",
    ]
    return tag(
        "ul",
        *(tag("li", words) for words in (*said, *(one.sentence for one in run.inputs.files))),
        class_="findings",
    )


def copies(run: AuditRun) -> Markup:
    """The list in words."""
    listed = run.findings.copies
    parts = [
        f"{len(listed.listed)} of {len(run.findings.material.released)} images are listed, at an "
        f"expected false share of {listed.q:g}"
    ]
    if run.findings.test is not None:
        looked = numbers.above_every_decoy(run)
        parts.append(
            counted(looked, "is nearer", "are nearer")
            + " to a training patient than any image is to a held-out one; without a leak this is "
            "one or two"
        )
    sure = run.findings.sure
    if sure is not None and sure.at_least:
        parts.append(
            f"Of the {sure.of} training patients who stand out most, at least {sure.at_least} "
            f"{'does' if sure.at_least == 1 else 'do'} so by more than chance (95% sure)"
        )
    sentence = ". ".join(parts)
    if run.withheld is not None:
        n = len(run.withheld.thinned)
        filtered = len(run.withheld.withheld) - n
        thinned = f", thinned out {n}" if n else ""
        sentence += (
            f". Withheld ({run.withheld.how}): {filtered}{thinned}, kept "
            f"{len(run.withheld.kept)}. Withholding does not make a release fit to be given out: "
            "audit what is kept again"
        )
    return tag("p", f"{sentence}. The pairs are in the internal folder, for a person to judge.")


def shown_if(by_key: dict[str, AuditTable], key: str) -> list[Markup]:
    """A table, where it is."""
    return [shown(by_key[key])] if key in by_key else []


def shown(table: AuditTable) -> Markup:
    """A table under its heading, in a region that scrolls sideways."""
    heads = [tag("th", head, scope="col") for head in table.heads]
    rows = [
        tag("tr", tag("th", row[0], scope="row"), *(tag("td", cell) for cell in row[1:]))
        for row in table.rows
    ]
    made = tag("table", tag("thead", tag("tr", *heads)), tag("tbody", *rows), class_="board plain")
    scroll = tag("div", made, class_="scroll", tabindex="0", role="region", aria_label=table.title)
    return tag("div", tag("h3", table.title), scroll, tag("p", table.caption, class_="legend"))


def picture(title: str, chart: Markup) -> Markup:
    """A drawing under its title."""
    return tag("figure", tag("figcaption", title), chart, class_="card single")


def pictured_plane(run: AuditRun) -> list[Markup]:
    """The fidelity-privacy plane; nothing where no place on it was measured."""
    if not charts.on_plane(run):
        return []
    return [picture("Fidelity beside privacy", charts.plane(run))]


def limits(run: AuditRun) -> Markup:
    """Not assessed, and what to do."""
    missing = [tag("li", words) for words in statement.not_assessed(run)]
    parts = [tag("p", "Not assessed:"), tag("ul", *missing, class_="findings")]
    if run.verdict.outcome is Outcome.LEAK:
        steps = [tag("li", words) for words in ADVICE]
        parts += [tag("p", "What helps, in this order:"), tag("ol", *steps, class_="findings")]
    return join(parts)


def words() -> Markup:
    """A glossary."""
    items = [part for name, said in MEANINGS for part in (tag("dt", name), tag("dd", said))]
    return tag("dl", *items, class_="terms")


def section(anchor: str, title: str, *content: Markup) -> Markup:
    """A section with its heading."""
    return tag("section", tag("h2", title, id=anchor), *content)
