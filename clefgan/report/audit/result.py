"""The result of an audit: verdict and tables for a notebook, and the files of a report."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from clefgan.auditing.ledger import RECORD
from clefgan.auditing.pipeline import AuditRun
from clefgan.auditing.verdict import Outcome
from clefgan.errors import ClefganError
from clefgan.report.audit import internal, numbers, page, statement, tables
from clefgan.report.audit.tables import AuditTable
from clefgan.report.page.markup import join
from clefgan.storage import folders

PAGE, STATEMENT = "audit.html", "statement.md"


@dataclass(frozen=True, slots=True, eq=False)
class Audit:
    """What `clefgan audit` prints and writes.

    run : all that was found, patients and images among it
    """

    run: AuditRun

    @property
    def verdict(self) -> str:
        """The verdict in one sentence."""
        return self.run.verdict.sentence

    @property
    def outcome(self) -> Outcome:
        """How it ended; the number is the exit code."""
        return self.run.verdict.outcome

    @property
    def tables(self) -> Mapping[str, AuditTable]:
        """The tables by name."""
        return {table.key: table for table in tables.of(self.run)}

    @property
    def withhold(self) -> list[str]:
        """Ids of the released images to withhold."""
        return [self.run.inputs.released_ids[image] for image in internal.withheld(self.run)]

    def numbers(self, today: date | None = None) -> dict[str, Any]:
        """All numbers as plain data: no pixel, no patient."""
        return numbers.of(self.run, today)

    def write(self, folder: str | Path, *, today: date | None = None, force: bool = False) -> Path:
        """Write the report, whole or not at all.

        `audit.html`, `audit.json` and `statement.md` hold no pixel and no patient; `internal/`
        does.

        Parameters
        ----------
        today : printed as the day it was made; None leaves it out
        force : replace the report of an earlier audit

        Raises
        ------
        ClefganError
            The folder is there already, or is not one of ours.
        """
        if not str(folder):
            raise ClefganError("audit: the folder to write is empty; give its path")
        out = Path(folder)
        folders.refuse_existing(out, (RECORD,), force)
        with folders.written_whole(out) as part:
            record = json.dumps(self.numbers(today), indent=1, ensure_ascii=False) + "\n"
            texts = {
                PAGE: page.html(self.run),
                RECORD: record,
                STATEMENT: statement.text(self.run, today),
            }
            for name, text in texts.items():
                (part / name).write_text(
                    text, encoding="utf-8", errors="backslashreplace", newline="\n"
                )
            internal.write(self.run, part / internal.FOLDER)
        return out

    def __repr__(self) -> str:
        return f"{self.outcome.name.lower().replace('_', ' ')}: {self.verdict}"

    def _repr_html_(self) -> str:
        """Verdict and tables, for a notebook."""
        made = [page.verdict(self.run), *(page.shown(table) for table in self.tables.values())]
        return str(join(made))
