"""What the checker finds: one problem a line, at most so many of a kind."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

from submissions.edition import Edition

AT_MOST = 20
"""Problems of one kind that are told in full; the rest are counted."""


@dataclass(frozen=True)
class Problem:
    """Something wrong (`error`) or unwise (`warning`) in a run file.

    Parameters
    ----------
    path : the file as the user named it; for a run inside a zip `x.zip/run.csv`
    line : 1 for the first; 0 where the problem is not in one line
    level : `error` or `warning`
    kind : a short name, the same for problems of the same kind
    text : what is wrong, and the likely cause
    times : 1, or how many problems of the kind are only counted, in the entry that says so
    """

    path: str
    line: int
    level: str
    kind: str
    text: str
    times: int = 1

    @property
    def is_error(self) -> bool:
        """Whether the organisers would refuse the file for it, or read it as something else."""
        return self.level == "error"

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" if self.line else self.path
        return f"{where}: {'' if self.is_error else 'warning: '}{self.text}"


@dataclass
class RunFindings:
    """Collects the problems of one file; constant in memory however many there are."""

    path: str
    edition: Edition
    problems: list[Problem] = field(default_factory=list)
    counts: dict[tuple[str, str], int] = field(default_factory=dict)
    repairs: dict[str, int] = field(default_factory=dict)  # what a certain repair does: how often
    in_doubt: int = 0  # errors that nobody can repair for certain
    doubtful: set[str] = field(default_factory=set)  # and their kinds

    def add(
        self,
        kind: str,
        line: int,
        text: str,
        *,
        rule: str = "",
        level: str = "error",
        repair: str = "",
    ) -> None:
        """Note one problem.

        `rule` is the edition's field that decides; if that is uncertain, the text says so. `repair`
        says what puts it right for certain; an error without one is in doubt.
        """
        if repair:
            self.repairs[repair] = self.repairs.get(repair, 0) + 1
        elif level == "error":
            self.in_doubt += 1
            self.doubtful.add(kind)
        seen = self.counts[level, kind] = self.counts.get((level, kind), 0) + 1
        if seen <= AT_MOST:
            if rule and self.edition.unsure(rule):
                grade = self.edition.certainty[rule].replace("_", " ")
                text += f" ({rule!r} of edition {self.edition.name!r} is {grade}, not confirmed)"
            self.problems.append(Problem(self.path, line, level, kind, text))

    def room(self, kind: str, level: str = "error") -> bool:
        """Whether another problem of this kind would still be told in full."""
        return self.counts.get((level, kind), 0) < AT_MOST

    def finished(self) -> list[Problem]:
        """All problems, errors first, and the counts of those left out."""
        more = [
            Problem(
                self.path,
                0,
                level,
                kind,
                f"and {count - AT_MOST} more of the kind {kind!r}",
                count - AT_MOST,
            )
            for (level, kind), count in self.counts.items()
            if count > AT_MOST
        ]
        order = {problem.kind: i for i, problem in reversed(list(enumerate(self.problems)))}
        return sorted(
            [*self.problems, *more],
            key=lambda p: (not p.is_error, order[p.kind], p.line == 0 and p in more, p.line),
        )


def as_json(problems: Iterable[Problem]) -> str:
    """Problems as a JSON list of objects."""
    return json.dumps([asdict(problem) for problem in problems], indent=2, ensure_ascii=False)


def quoted(text: str, at_most: int = 60) -> str:
    """A value in quotes, unprintable characters escaped, shortened if long."""
    short = text if len(text) <= at_most else text[:at_most] + "…"
    return repr(short)
