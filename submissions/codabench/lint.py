"""Find what Codabench would trip over before it is uploaded."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from submissions import ids as id_files
from submissions import truth as truths
from submissions.codabench import leak, yaml_lines
from submissions.codabench.yaml_lines import Node
from submissions.edition import from_json
from submissions.errors import RunFileError
from submissions.names import matched
from submissions.problems import Problem

NAME = "competition.yaml"
KNOWN = {
    "": "version title image terms description registration_auto_approve docker_image pages tasks "
    "phases leaderboards solutions queue fact_sheet contact_email reward forum_enabled "
    "make_programs_available make_input_data_available enable_detailed_results "
    "show_detailed_results_in_submission_panel show_detailed_results_in_leaderboard "
    "auto_run_submissions can_participants_make_submissions_public",
    "pages": "title file",
    "tasks": "index name description is_public key input_data reference_data scoring_program "
    "ingestion_program ingestion_only_during_scoring",
    "phases": "index name description start end tasks max_submissions max_submissions_per_day "
    "auto_migrate_to_this_phase execution_time_limit hide_output hide_prediction_output "
    "hide_score_output starting_kit public_data accepts_only_result_submissions",
    "leaderboards": "index title key columns submission_rule hidden",
}
REQUIRED = {
    "": "version title image terms pages tasks phases leaderboards",
    "pages": "title file",
    "tasks": "index name scoring_program reference_data",
    "phases": "name start tasks",
    "leaderboards": "title key columns",
}


def lint(folder: Path) -> list[Problem]:
    """Everything wrong with a competition's folder, in the order of `competition.yaml`."""
    return _Lint(folder).run()


class _Lint:
    def __init__(self, folder: Path) -> None:
        self.folder, self.path = folder, folder / NAME
        self.problems: list[Problem] = []

    def add(self, kind: str, line: int, text: str, path: Path | None = None) -> None:
        self.problems.append(Problem(str(path or self.path), line, "error", kind, text))

    def run(self) -> list[Problem]:
        try:
            document = yaml_lines.read(self.path.read_text(encoding="utf-8"), str(self.path))
        except (RunFileError, OSError, UnicodeDecodeError) as error:
            self.add("yaml", *_told(error, self.path))
            return self.problems
        self._keys("", document)
        version = document.get("version")
        if version is not None and version.value != 2:
            self.add("version", version.line, f"version {version.value!r} is not 2")
        for key in ("image", "terms"):
            self._file(document.get(key), key)
        for page in self._entries(document, "pages"):
            self._file(page.get("file"), "page")
        tasks = self._tasks(document)
        self._phases(document, tasks)
        self._leaderboards(document, tasks)
        for path, text in leak.found(self.folder, self._references(document)):
            self.add("truth", 0, text, path)
        return self.problems

    def _keys(self, what: str, node: Node) -> None:
        """Missing and unknown keys of one mapping."""
        if not isinstance(node.value, dict):
            self.add("yaml", node.line, f"{what or 'the file'} must have `key: value` lines")
            return
        for key in REQUIRED[what].split():
            if (what, key) == ("tasks", "reference_data") and node.get("key"):
                continue
            child = node.get(key)
            if child is None or child.value in (None, "", []):
                where = f" in {what}" if what else ""
                self.add("key", child.line if child else node.line, f"no {key!r}{where}")
        for key, value in node.value.items():
            if key not in KNOWN[what].split():
                self.add("key", value.line, f"key {key!r} is not one that Codabench knows")

    def _entries(self, document: Node, what: str) -> list[Node]:
        node = document.get(what)
        entries = node.items() if node else []
        for entry in entries:
            self._keys(what, entry)
        return [entry for entry in entries if isinstance(entry.value, dict)]

    def _file(self, node: Node | None, what: str, may_be_folder: bool = False) -> Path | None:
        """A path below the folder that exists and holds something."""
        if node is None or not isinstance(node.value, str):
            if node is not None and node.value is not None:
                self.add("file", node.line, f"{what} must be a path; got {node.value!r}")
            return None
        path = self.folder / node.value
        if not path.resolve().is_relative_to(self.folder.resolve()):
            self.add("file", node.line, f"{what} {node.value!r} leads outside the folder")
        elif path.is_dir() and not may_be_folder:
            self.add("file", node.line, f"{what} {node.value!r} is a folder")
        elif not path.exists():
            self.add("file", node.line, f"{what} {node.value!r} does not exist")
        elif path.is_file() and not path.stat().st_size:
            self.add("file", node.line, f"{what} {node.value!r} is empty")
        else:
            return path
        return None

    def _tasks(self, document: Node) -> dict[object, Mapping[str, str]]:
        """Index of each task to the score keys of its program."""
        keys_by_task: dict[object, Mapping[str, str]] = {}
        for task in self._entries(document, "tasks"):
            index = task.get("index")
            if index is not None and index.value in keys_by_task:
                self.add("task", index.line, f"task index {index.value!r} again")
            program = self._file(task.get("scoring_program"), "scoring program", True)
            reference = self._file(task.get("reference_data"), "reference data", True)
            keys: Mapping[str, str] = {}
            if program is not None and program.is_dir():
                keys = self._program(program)
                if reference is not None and reference.is_dir() and keys:
                    self._reference(program, reference)
            if index is not None:
                keys_by_task[index.value] = keys
        return keys_by_task

    def _program(self, program: Path) -> Mapping[str, str]:
        """The score keys of a program made by `init`; nothing for another's."""
        metadata = program / "metadata.yaml"
        command = self._parsed(metadata, lambda text: yaml_lines.read(text, str(metadata)).plain())
        if command is None:
            return {}
        words = str(command.get("command", "") if isinstance(command, dict) else "").split()
        scripts = [word for word in words if word.startswith("/app/program/")]
        if not scripts:
            self.add("program", 1, "no `command: python3 /app/program/...`", metadata)
        for word in scripts:
            if not (program / word[len("/app/program/") :]).is_file():
                self.add("program", 1, f"the command calls {word!r}, which is missing", metadata)
        keys = self._parsed(program / "columns.json", json.loads)
        self._parsed(program / "edition.json", from_json)
        return keys if isinstance(keys, dict) else {}

    def _parsed(self, path: Path, parse: Callable[[str], object]) -> object:
        try:
            return parse(path.read_text(encoding="utf-8"))
        except (RunFileError, OSError, ValueError, KeyError, TypeError) as error:
            self.add("program", *_told(error, path), path)
            return None

    def _reference(self, program: Path, reference: Path) -> None:
        """The truth is readable, and every image of it is one that runs answer for."""
        try:
            edition = from_json((program / "edition.json").read_text(encoding="utf-8"))
            labels = truths.read_written(reference / "truth.csv", edition)
            expected = edition.images(id_files.read(reference / "ids.txt"))
        except (RunFileError, ValueError, KeyError, TypeError, OSError) as error:
            self.add("reference", *_told(error, reference), reference)
            return
        known = matched(labels, expected)
        extra = [name for name in labels if name not in known]
        if extra:
            text = f"the truth has {len(extra)} ids that ids.txt has not, such as {extra[0]!r}"
            self.add("reference", 0, text, reference)

    def _references(self, document: Node) -> list[Path]:
        nodes = [task.get("reference_data") for task in (document.get("tasks") or document).items()]
        return [self.folder / str(node.value) for node in nodes if node is not None]

    def _phases(self, document: Node, tasks: Mapping[object, object]) -> None:
        before: tuple[datetime.datetime | None, str] | None = None
        phases = self._entries(document, "phases")
        for phase in sorted(phases, key=_index):
            name = str(_value(phase, "name"))
            for task in (phase.get("tasks") or phase).items():
                if task.value not in tasks:
                    self.add("phase", task.line, f"phase {name!r} has no task {task.value!r}")
            start, end = self._date(phase, "start"), self._date(phase, "end")
            if start and end and not start < end:
                self.add("date", phase.line, f"phase {name!r} ends before it starts")
            if before is not None and before[0] is None:
                self.add(
                    "date", phase.line, f"phase {before[1]!r} has no end, yet {name!r} follows"
                )
            elif before is not None and before[0] is not None and start and start < before[0]:
                self.add(
                    "date", phase.line, f"phase {name!r} starts before {before[1]!r} has ended"
                )
            before = (end, name)

    def _date(self, phase: Node, key: str) -> datetime.datetime | None:
        node = phase.get(key)
        if node is None or node.value is None:
            return None
        if isinstance(node.value, datetime.datetime):
            return node.value
        if isinstance(node.value, datetime.date):
            return datetime.datetime.combine(node.value, datetime.time())
        self.add("date", node.line, f"{key} {node.value!r} is not a date YYYY-MM-DD HH:MM:SS")
        return None

    def _leaderboards(self, document: Node, tasks: Mapping[object, Mapping[str, str]]) -> None:
        written = [keys for keys in tasks.values() if keys]
        for board in self._entries(document, "leaderboards"):
            columns = (board.get("columns") or board).items()
            self._columns(columns)
            keys = [_value(column, "key") for column in columns]
            for scores in written[:1]:
                for column, key in zip(columns, keys):  # noqa: B905 - Python 3.9
                    if key not in scores and column.get("computation") is None:
                        text = f"column {key!r} is not among the scores: {', '.join(scores)}"
                        self.add("column", column.line, text)
                for key in scores:
                    if key not in keys:
                        self.add("column", board.line, f"score {key!r} has no column")

    def _columns(self, columns: list[Node]) -> None:
        seen: dict[tuple[str, object], int] = {}
        for column in columns:
            for key in ("title", "key", "index"):
                value = _value(column, key)
                if value is None:
                    self.add("column", column.line, f"no {key!r} in a column")
                elif key != "title" and (key, value) in seen:
                    text = f"column {key} {value!r} again, after line {seen[key, value]}"
                    self.add("column", column.line, text)
                seen.setdefault((key, value), column.line)
            name = _value(column, "key")
            if isinstance(name, str) and not re.fullmatch(r"[A-Za-z0-9_-]+", name):
                text = f"column key {name!r} has more than letters, digits, _ and -"
                self.add("column", column.line, text)
            sorting = _value(column, "sorting")
            if sorting not in (None, "asc", "desc"):
                self.add("column", column.line, f"sorting {sorting!r} is neither asc nor desc")


def _value(node: Node, key: str) -> object:
    value = node.get(key)
    return value.value if value is not None else None


def _index(phase: Node) -> int:
    value = _value(phase, "index")
    return value if isinstance(value, int) else 0


def _told(error: Exception, path: Path) -> tuple[int, str]:
    """Line and text of an error, without the path that the problem names already."""
    if isinstance(error, OSError):
        return 0, f"{(error.strerror or 'cannot be read').lower()}"
    if isinstance(error, RunFileError):
        text = str(error).removeprefix(str(path)).lstrip(":/")
        line, _, rest = text.partition(": ")
        return (int(line), rest) if line.isdigit() else (0, text.strip())
    return 0, f"not what `clefgan codabench init` writes: {error}"
