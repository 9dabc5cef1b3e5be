"""One pass over one run: its lines, its ids, and what the whole of it lacks."""

from __future__ import annotations

import codecs
from array import array
from collections.abc import Callable

from submissions.checking import byte_lines, run_line
from submissions.checking.id_form import Shape
from submissions.ids import Ids, difference
from submissions.problems import RunFindings, quoted

MOST_IDS = 2_000_000
"""Ids remembered where nobody gave the ids; a file with more is refused."""

MOST_LABELS = 250
"""Different labels remembered; a byte holds them."""

Keep = Callable[[str, str], None]
"""Called with id and label of every line that can be understood for certain."""


def holds_something(first: bytes, findings: RunFindings) -> bool:
    """Whether there is a first byte; note it if not."""
    if not first:
        findings.add("empty", 0, "is empty; a run has one line for each test image")
    return bool(first)


class Scan:
    """The state of one pass over one run."""

    def __init__(
        self,
        findings: RunFindings,
        known: Ids | None,
        keep: Keep | None,
        most_ids: int = MOST_IDS,
    ) -> None:
        self.most_ids = most_ids
        self.findings, self.edition = findings, findings.edition
        self.known, self.keep = known, keep
        self.index: dict[str, int] = known.index if known is not None else {}
        self.line_of = array("q", bytes(8 * len(known))) if known else array("q")
        self.label_of = bytearray(len(known) if known else 0)
        self.codes = {label: i for i, label in enumerate(self.edition.labels, 1)}
        self.used: set[int] = set()  # codes of the labels that occur
        self.shape = Shape(self.edition)
        self.n_rows = self.n_matched = 0
        self.crossed_out = False  # too many ids to go on

    def run(self, stream: byte_lines.Readable) -> None:
        """Read every line, then say what the whole file lacks."""
        head = stream.read(byte_lines.CHUNK)
        if not holds_something(head[:1], self.findings):
            return
        opening = byte_lines.look(head[:8192])
        if opening.what:
            self._add("binary", 0, f"is {opening.what}, not text; a run is a plain CSV text file")
            return
        if opening.encoding != "utf-8":
            text = "is UTF-16, not UTF-8; save it as plain CSV"
            self._add("utf-16", 0, text, repair="converted UTF-16 to UTF-8")
            stream, head = byte_lines.Transcoded(stream, head, opening.encoding), b""
            head = stream.read(byte_lines.CHUNK).removeprefix(codecs.BOM_UTF8)
        self._lines(stream, head)
        if not self.crossed_out:
            self._whole()

    def _add(self, kind: str, line: int, text: str, repair: str = "", rule: str = "") -> None:
        self.findings.add(kind, line, text, repair=repair, rule=rule)

    def _lines(self, stream: byte_lines.Readable, head: bytes) -> None:
        comma, codes, index = self.edition.delimiter, self.codes, self.index
        closed, fits = self.known is not None, self.shape.fits
        for number, content, end in byte_lines.split(stream, head):
            if end == b"\r":
                self._old_line_end(number)
            try:
                text = "" if content is None else content.decode("utf-8")
            except UnicodeDecodeError as error:
                self._undecodable(number, content or b"", error)
                continue
            token, _, label = text.partition(comma)
            if number > 1 and label in codes and (token in index if closed else fits(token)):
                self._answer(number, token, label)
            elif content is None:
                self._add(
                    "long",
                    number,
                    f"a line of more than {byte_lines.LONGEST} bytes; not a run line",
                )
            else:
                self._closely(number, text)
            if self.crossed_out:
                return

    def _old_line_end(self, number: int) -> None:
        repair = "ended lines in LF"
        if repair not in self.findings.repairs:
            text = "a line ends in CR alone, as on old Macs; end lines in LF or CRLF"
            self._add("line-end", number, text, repair)

    def _undecodable(self, number: int, content: bytes, error: UnicodeDecodeError) -> None:
        self.n_rows += 1
        byte = content[error.start]
        self._add("encoding", number, f"byte 0x{byte:02x} is not UTF-8; save the file as UTF-8")

    def _closely(self, number: int, text: str) -> None:
        """A line that is not plainly right."""
        if number == 1:
            text = self._first(text)
            if self._is_header(text):
                return
        if not text.strip():
            self._add("blank", number, "a blank line", repair="removed blank lines")
            return
        parsed = run_line.parse(text, self.edition)
        for fault in parsed.faults:
            self.findings.add(
                fault.kind,
                number,
                fault.text,
                rule=fault.rule,
                level=fault.level,
                repair=fault.repair,
            )
        if parsed.token:
            self._answer(number, parsed.token, parsed.label)
        else:
            self.n_rows += 1

    def _first(self, text: str) -> str:
        if not text.startswith("\ufeff"):
            return text
        cause = (
            "starts with a byte order mark (BOM), as Excel's 'CSV UTF-8' does; write plain UTF-8"
        )
        self._add("bom", 1, cause, repair="removed the byte order mark")
        return text.lstrip("\ufeff")

    def _is_header(self, text: str) -> bool:
        """Whether the first line is a header; note it if it should not be, or not so."""
        wanted = self.edition.delimiter.join(self.edition.header)
        if wanted and text == wanted:
            return True
        looks_so = self.shape.is_header(text, self.known)
        if wanted:
            self._add(
                "header",
                1,
                f"the first line must be {quoted(wanted)}; got {quoted(text)}",
                "wrote the header",
                "header",
            )
        elif looks_so:
            self._add(
                "header",
                1,
                f"{quoted(text)} is a header; there must be none (pandas: header=False)",
                "removed the header",
                "header",
            )
        return looks_so

    def _answer(self, number: int, token: str, label: str | None) -> None:
        """Count a line as the answer for an id, or say what is wrong with the id."""
        self.n_rows += 1
        index = self.index.get(token)
        if index is None:
            index = self._place(number, token)
            if index is None:
                return
        self.n_matched += 1
        code = self._code(label)
        if self.line_of[index]:
            self._again(number, token, index, code)
            return
        self.line_of[index], self.label_of[index] = number, code
        if label is not None and self.keep is not None:
            self.keep(self.known.tokens[index] if self.known else self.shape.right(token), label)

    def _place(self, number: int, token: str) -> int | None:
        if self.known is None:
            return self._new(number, token)
        index = self.known.accepted(token)
        if index is not None:
            return index
        index = self.known.meant(token)
        if index is not None:
            right = self.known.tokens[index]
            text = f"id {quoted(token)} must be {quoted(right)}: {difference(token, right)}"
            self._add("id", number, text, "wrote ids as in the data", "extension_in_id")
            return index
        close = self.known.closest(token) if self.findings.room("unknown") else None
        hint = f"; the closest is {quoted(close)}" if close else ""
        self._add("unknown", number, f"id {quoted(token)} is not an image of the test set{hint}")
        return None

    def _new(self, number: int, token: str) -> int | None:
        """Without given ids: remember an id, and judge its form."""
        right = self.shape.right(token)
        if right != token:
            text = f"id {quoted(token)} must be {quoted(right)}: {difference(token, right)}"
            self._add("id", number, text, "wrote ids with or without extension", "extension_in_id")
        if right in self.index:
            return self.index[right]
        if not self.shape.fits(right):
            self.findings.add(
                "pattern",
                number,
                f"id {quoted(token)} does not look like {quoted(self.edition.id_pattern)}",
                rule="id_pattern",
                level="warning",
            )
        if len(self.index) >= self.most_ids:
            self._add(
                "too-many", number, f"more than {self.most_ids:,} ids; no edition has as many"
            )
            self.crossed_out = True
            return None
        self.line_of.append(0)
        self.label_of.append(0)
        self.index[right] = len(self.index)
        return self.index[right]

    def _code(self, label: str | None) -> int:
        if label is None:
            self.used.add(0)
            return 0
        if label not in self.codes and len(self.codes) < MOST_LABELS:
            self.codes[label] = len(self.codes) + 1
        code = self.codes.get(label, 0)
        self.used.add(code)
        return code

    def _again(self, number: int, token: str, index: int, code: int) -> None:
        before = self.label_of[index]
        text = f"id {quoted(token)} again, after line {self.line_of[index]}"
        if not code or not before:
            self._add("repeated", number, text)
        elif code == before:
            text += ", with the same label"
            self._add("repeated", number, text, "removed repeated lines with equal labels")
        else:
            self._add("conflict", number, f"{text}, with another label; keep one of the two")

    def _whole(self) -> None:
        """What no single line shows."""
        if not self.n_rows:
            self._add("empty", 0, "has no line for any image")
            return
        if self.known is not None:
            self._missing(self.known)
        else:
            self._count()
        self._labels()

    def _missing(self, known: Ids) -> None:
        if not self.n_matched:
            first = quoted(known.tokens[0])
            text = (
                f"no line is for an image of this test set ({first}, …); is it another data set's?"
            )
            self._add("other-data", 0, text)
        for token, line in zip(known.tokens, self.line_of):  # noqa: B905 - Python 3.9
            if not line:
                self._add("missing", 0, f"no line for id {quoted(token)}")

    def _count(self) -> None:
        wanted, got = self.edition.n_test, len(self.index)
        if wanted is not None and got != wanted:
            text = f"{got} ids; the test set of edition {self.edition.name!r} has {wanted} images"
            self.findings.add("count", 0, text, rule="n_test", level="warning")

    def _labels(self) -> None:
        used = len(self.used - {0})
        if used == 1 and 0 not in self.used and self.n_matched > 1:
            label = next(name for name, code in self.codes.items() if code in self.used)
            text = f"every image has the label {quoted(label)}; such a run says nothing"
            self.findings.add("one-label", 0, text, level="warning")
        if used > self.edition.n_classes:
            text = f"{used} different labels; there are {self.edition.n_classes} classes"
            self.findings.add("classes", 0, text, rule="n_classes", level="warning")
