"""`competition.yaml`, version 2, as Codabench documents it."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass

from submissions.edition import Edition


@dataclass(frozen=True)
class Phase:
    """A phase: dates are days, from midnight UTC to midnight UTC; None: no limit."""

    name: str
    description: str
    start: datetime.date
    end: datetime.date
    reference: str
    per_day: int | None
    in_all: int | None


def competition(
    edition: Edition,
    title: str,
    keys: Mapping[str, str],
    phases: tuple[Phase, ...],
    docker_image: str,
) -> str:
    """The file's text."""
    lines = [
        "# Made by `clefgan codabench init`; after a change run `clefgan codabench lint`.",
        "version: 2",
        f"title: {_text(title)}",
        f"description: {_text(edition.title)}",
        "image: logo.png",
        "terms: pages/terms.md",
        f"docker_image: {_text(docker_image)}",
        "registration_auto_approve: false",
        "make_programs_available: false",
        "make_input_data_available: false",
        "enable_detailed_results: true",
        "",
        "pages:",
    ]
    for name in ("overview", "evaluation", "data"):
        lines += [f"  - title: {name.capitalize()}", f"    file: pages/{name}.md"]
    lines += ["", "tasks:"]
    for i, phase in enumerate(phases):
        lines += _task(i, phase)
    lines += ["", "phases:"]
    for i, phase in enumerate(phases):
        lines += _phase(i, phase)
    lines += ["", *_leaderboard(edition, keys)]
    return "\n".join(lines) + "\n"


def _task(index: int, phase: Phase) -> list[str]:
    return [
        f"  - index: {index}",
        f"    name: {_text(phase.name)}",
        f"    description: {_text(phase.description)}",
        "    is_public: false",
        f"    reference_data: reference_data/{phase.reference}",
        "    scoring_program: scoring_program",
    ]


def _phase(index: int, phase: Phase) -> list[str]:
    lines = [
        f"  - index: {index}",
        f"    name: {_text(phase.name)}",
        f"    description: {_text(phase.description)}",
        f"    start: {phase.start:%Y-%m-%d} 00:00:00  # UTC",
        f"    end: {phase.end:%Y-%m-%d} 00:00:00",
        "    accepts_only_result_submissions: true",
    ]
    if phase.per_day is not None:
        lines.append(f"    max_submissions_per_day: {phase.per_day}")
    if phase.in_all is not None:
        lines.append(f"    max_submissions: {phase.in_all}")
    return [*lines, "    tasks:", f"      - {index}"]


def _leaderboard(edition: Edition, keys: Mapping[str, str]) -> list[str]:
    lines = [
        "leaderboards:",
        "  - title: Results",
        "    key: main",
        "    submission_rule: Force_Last",
        "    columns:",
    ]
    for i, (key, title) in enumerate(keys.items()):
        better = "desc" if edition.higher_is_better or key != edition.metric else "asc"
        lines += [
            f"      - title: {_text(title)}",
            f"        key: {key}",
            f"        index: {i}",
            f"        sorting: {better}",
            "        precision: 4",
            "        hidden: false",
        ]
    return lines


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # every JSON string is a YAML one
