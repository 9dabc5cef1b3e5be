"""One line of a run file: what it says, and what is wrong with how it says it.

Reading is lenient so that one cause is told once: a line with `;` still counts as that id's line.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from submissions.edition import Edition
from submissions.problems import quoted

OTHER_DELIMITERS = {
    ";": "';', which Excel writes where the decimal sign is a comma",
    "\t": "a tab (saved as TSV?)",
    ",": "a comma",
    "|": "'|'",
    ":": "':'",
    " ": "a space",
}
_QUOTE = re.compile("[\"'`“”‘’]")
TRUE = ("true", "yes", "used", "y", "t", "member")
FALSE = ("false", "no", "not_used", "not used", "unused", "n", "f", "non-member")


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a line; the fields are those of `Findings.add`."""

    kind: str
    text: str
    rule: str = ""
    level: str = "error"
    repair: str = ""


@dataclass
class RunLine:
    """A line as far as it can be understood; `label` None where it cannot."""

    token: str = ""
    label: str | None = None
    written: str = ""  # the label as it stands
    faults: list[Fault] = field(default_factory=list)

    def fault(
        self, kind: str, text: str, rule: str = "", level: str = "error", repair: str = ""
    ) -> None:
        """Note a fault."""
        self.faults.append(Fault(kind, text, rule, level, repair))


def parse(text: str, edition: Edition) -> RunLine:
    """Understand one line (without its line end), leniently."""
    row = RunLine()
    fields = _fields(row, text, edition)
    if len(fields) != 2:
        row.token = fields[0] if fields else ""
        return row
    row.token = _token(row, fields[0])
    row.written = fields[1]
    row.label, fault = understand(fields[1], edition)
    if fault is not None:
        row.faults.append(fault)
    return row


def _fields(row: RunLine, text: str, edition: Edition) -> list[str]:
    """Split into id and label; note what is wrong with how they are separated."""
    comma = edition.delimiter
    fields = text.split(comma)
    if len(fields) == 1:
        delimiter = next(
            (d for d in OTHER_DELIMITERS if d != comma and len(text.strip().split(d)) == 2), None
        )
        if delimiter is None:
            row.fault(
                "columns", f"no {comma!r} in {quoted(text)}; write <id>{comma}<label>", "delimiter"
            )
            return [text.strip()]
        row.fault(
            "delimiter",
            f"id and label are not separated by {comma!r} but by {OTHER_DELIMITERS[delimiter]}",
            "delimiter",
            repair=f"separated id and label by {comma!r}",
        )
        fields = text.strip().split(delimiter)
    elif len(fields) > 2:
        fields = _too_many(row, fields, comma)
    stripped = [field.strip(" \t") for field in fields]
    if stripped != fields:
        row.fault(
            "spaces",
            f"spaces around the id or the label in {quoted(text)}",
            level="warning",
            repair="removed spaces around ids and labels",
        )
    return [_unquoted(row, field) for field in _visible(row, stripped)]


def _too_many(row: RunLine, fields: list[str], comma: str) -> list[str]:
    if len(fields) == 3 and not fields[2].strip():
        row.fault(
            "trailing",
            f"a {comma!r} after the label; an empty third column",
            "delimiter",
            repair=f"removed {comma!r} after the label",
        )
        return fields[:2]
    cause = ""
    if re.fullmatch(r"\s*[0-9]+\s*", fields[0]) and not re.fullmatch(r"\s*[0-9.]+\s*", fields[1]):
        cause = (
            "; the first looks like a row index, which pandas leaves out with to_csv(index=False)"
        )
        fields = fields[1:]
    elif len(fields) == 3 and fields[1].strip() in ("0", "1") and fields[2].strip().isdigit():
        cause = "; is it a decimal comma?"
    row.fault("columns", f"more than two columns{cause}", "delimiter")
    return fields[:2]


def _visible(row: RunLine, fields: list[str]) -> list[str]:
    """Remove what cannot be seen: no-break and zero-width spaces, control characters."""
    if all(field.isascii() and field.isprintable() for field in fields):
        return fields
    clean = ["".join(c for c in field if not _invisible(c)) for field in fields]
    if clean != fields:
        sign = next(c for field in fields for c in field if _invisible(c))
        row.fault(
            "invisible",
            f"an invisible character, U+{ord(sign):04X} {unicodedata.name(sign, '(control)')}",
            repair="removed invisible characters",
        )
    return [field.strip(" \t") for field in clean]


def _invisible(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp") or (
        character != " " and unicodedata.category(character) == "Zs"
    )


def _unquoted(row: RunLine, text: str) -> str:
    """Remove quotes; a quote that has no partner stays in doubt."""
    if not _QUOTE.search(text):
        return text
    match = re.fullmatch(r"([\"'`])([^\"'`]*)\1|[“‘]([^”’]*)[”’]", text)
    inner = (match.group(2) or match.group(3) or "") if match else text
    row.fault(
        "quotes",
        f"quotes in {quoted(text)}; write ids and labels bare (in Python, quoting=csv.QUOTE_NONE)",
        repair="removed quotes" if match else "",
    )
    return inner.strip(" \t")


def _token(row: RunLine, text: str) -> str:
    if not text:
        row.fault("no-id", "no id before the delimiter")
    elif "/" in text or "\\" in text:
        name = re.split(r"[/\\]", text)[-1]
        row.fault(
            "folder",
            f"id {quoted(text)} has a folder before it; write {quoted(name)}",
            repair="removed folders before ids",
        )
        return name
    return text


def understand(text: str, edition: Edition) -> tuple[str | None, Fault | None]:
    """The label that a text means, None where that is not certain, and what is wrong with it."""
    if text in edition.labels or (not edition.labels and text):
        return text, None
    if not edition.is_membership:
        return _class_name(text, edition)
    no, yes = edition.labels
    word = f"decision {quoted(text)} is not {no} or {yes}"
    if not text:
        return None, Fault("decision", f"no decision: {no} or {yes} is missing", "labels")
    if (no, yes) != ("0", "1"):
        return None, Fault("decision", word, "labels")
    meant, why = zero_or_one(text)
    if not why and meant is not None:
        return meant, Fault(
            "form",
            f"decision {quoted(text)} is read as {meant}; write {meant}",
            "labels",
            "warning",
            "wrote decisions as 0 or 1",
        )
    repair = "wrote decisions as 0 or 1" if meant is not None else ""
    return meant, Fault("decision", word + why, "labels", repair=repair)


def zero_or_one(text: str) -> tuple[str | None, str]:
    """The decision that a text certainly means, or None; and why a run may not say it so."""
    if re.fullmatch(r"\+?0*[01]", text):
        return text[-1], ""
    low = text.lower()
    if low in TRUE or low in FALSE:
        return ("1" if low in TRUE else "0"), ": a word; write 1 for used, 0 for not used"
    if re.fullmatch(r"-0+", text):
        return "0", ": a minus sign; Python reads it as 0, other programs may not"
    if re.fullmatch(r"[+-]?\d+(_\d+)+", text):
        return None, f": '_' between digits; Python reads it as {int(text)}"
    if not text.isascii():
        digits = "".join(str(unicodedata.digit(c, "?")) for c in text)
        if digits in ("0", "1"):
            return digits, f": not an ASCII digit but {unicodedata.name(text)}; write {digits}"
        return None, ": not ASCII"
    try:
        value = float(text)
    except ValueError:
        return None, ""
    if value in (0, 1):
        return str(int(value)), ": a decimal number; write it whole, such as int(decision)"
    if 0 < value < 1:
        return None, ": it looks like a score; decide first (for example score > 0.5)"
    if value == -1:
        return None, ": labels -1 and 1 of an SVM? write 0 for not used"
    return None, ": it looks like a score; decide first" if "." in text else ""


def _class_name(text: str, edition: Edition) -> tuple[str | None, Fault]:
    if not text:
        return None, Fault("decision", "no class after the delimiter", "labels")
    same = [label for label in edition.labels if label.lower() == text.lower()]
    if len(same) == 1:
        return same[0], Fault(
            "decision",
            f"class {quoted(text)} is not a class; upper and lower case differ from {same[0]!r}",
            "labels",
            repair="wrote classes in their upper and lower case",
        )
    known = ", ".join(edition.labels[:10]) + (", …" if len(edition.labels) > 10 else "")
    return None, Fault("decision", f"class {quoted(text)} is not a class; known: {known}", "labels")
