"""Run a competition's scoring program on a run, as the platform would."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from submissions import bundle
from submissions.checking import archive
from submissions.codabench import yaml_lines
from submissions.codabench.lint import NAME
from submissions.codabench.yaml_lines import Node
from submissions.edition import Edition, from_json
from submissions.errors import RunFileError
from submissions.files import written_whole
from submissions.problems import RunFindings

SECONDS = 600
"""Time that the platform gives a scoring program unless a phase says otherwise."""


@dataclass(frozen=True)
class ProgramOutcome:
    """What the program did: exit code, log, `scores.json` and `detailed_results.html`."""

    code: int
    log: str
    scores: dict[str, float] | None
    page: str | None


def score(
    folder: Path,
    run: Path,
    *,
    phase: str = "test",
    python: str = sys.executable,
    seconds: float = SECONDS,
) -> ProgramOutcome:
    """Score a run (or a zip of one) in a scratch folder and a clean environment.

    Parameters
    ----------
    folder : of the competition
    run : as a participant would upload it; a plain run file is zipped first
    phase : its name, or its number from 0; the case does not matter
    python : the interpreter that stands for `python3`
    seconds : after which there is no answer

    Raises
    ------
    RunFileError
        No such phase, a program that is not there, a zip that is not safe to unpack, or no answer
        in time.
    """
    program, reference = _parts(folder, phase)
    command = _command(program)
    with tempfile.TemporaryDirectory(prefix="codabench-") as scratch:
        app = Path(scratch) / "app"
        shutil.copytree(program, app / "program")
        shutil.copytree(reference, app / "input" / "ref")
        (app / "output").mkdir()
        edition = from_json((program / "edition.json").read_text(encoding="utf-8"))
        _upload(run, app / "input" / "res", edition)
        words = [python if word == "python3" else _moved(word, app) for word in command]
        done = _run(words, app, seconds)
        scores, page = app / "output" / "scores.json", app / "output" / "detailed_results.html"
        return ProgramOutcome(
            done.returncode,
            (done.stdout + done.stderr).replace(f"{app}/", "/app/"),
            json.loads(scores.read_text(encoding="utf-8")) if scores.is_file() else None,
            page.read_text(encoding="utf-8") if page.is_file() else None,
        )


def _parts(folder: Path, phase: str) -> tuple[Path, Path]:
    """The scoring program and the reference data of a phase's first task."""
    path = folder / NAME
    try:
        document = yaml_lines.read(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise RunFileError(f"{path}: {(error.strerror or 'cannot be read').lower()}") from None
    phases = (document.get("phases") or Node([], 1)).items()
    names = [str((phase_node.get("name") or phase_node).value).lower() for phase_node in phases]
    if phase.isdigit() and int(phase) < len(phases):
        number = int(phase)
    elif phase.lower() in names:
        number = names.index(phase.lower())
    else:
        raise RunFileError(f"{path}: no phase {phase!r}; known: {', '.join(names)}")
    wanted = [node.value for node in (phases[number].get("tasks") or Node([], 1)).items()]
    for task in (document.get("tasks") or Node([], 1)).items():
        if [(task.get("index") or task).value] == wanted[:1]:
            return _folder(folder, task, "scoring_program"), _folder(folder, task, "reference_data")
    raise RunFileError(f"{path}: phase {phase!r} has no task; `clefgan codabench lint` says more")


def _folder(folder: Path, task: Node, key: str) -> Path:
    node = task.get(key)
    path = folder / str(node.value if node else key)
    if not path.is_dir():
        raise RunFileError(f"{path}: no folder; `clefgan codabench lint` says more")
    return path


def _command(program: Path) -> list[str]:
    metadata = program / "metadata.yaml"
    if not metadata.is_file():
        raise RunFileError(f"{metadata}: missing; it says how the program is called")
    node = yaml_lines.read(metadata.read_text(encoding="utf-8"), str(metadata)).get("command")
    if node is None or not isinstance(node.value, str):
        raise RunFileError(f"{metadata}: no 'command'")
    return shlex.split(node.value)


def _moved(word: str, app: Path) -> str:
    return str(app) + word[len("/app") :] if word.startswith("/app/") else word


def _upload(run: Path, res: Path, edition: Edition) -> None:
    """Unpack a zip, or put a plain run where its zip would have unpacked to."""
    res.mkdir(parents=True)
    if not run.is_file():
        raise RunFileError(f"{run}: no such run file")
    with run.open("rb") as stream:
        zipped = stream.read(4) == b"PK\x03\x04"
    if not zipped:
        shutil.copyfile(run, res / edition.member)
        return
    findings = RunFindings(str(run), edition)
    try:
        with archive.damage_told(), zipfile.ZipFile(run) as packed:
            if archive.dangerous(packed.infolist(), findings):
                raise RunFileError(str(findings.problems[0]))
            packed.extractall(res)
    except zipfile.BadZipFile:
        raise RunFileError(f"{run}: is a damaged zip; make it again") from None


def _run(words: list[str], app: Path, seconds: float) -> subprocess.CompletedProcess[str]:
    clean = {"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": str(app), "PYTHONIOENCODING": "utf-8"}
    clean["PYTHONDONTWRITEBYTECODE"] = "1"
    if "SYSTEMROOT" in os.environ:  # Python does not start without it on Windows
        clean["SYSTEMROOT"] = os.environ["SYSTEMROOT"]
    try:
        return subprocess.run(
            words,
            cwd=app,
            env=clean,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise RunFileError(f"the scoring program took more than {seconds:g} s") from None
    except OSError as error:
        raise RunFileError(f"{words[0]}: {(error.strerror or 'cannot be run').lower()}") from None


def pack(folder: Path, out: Path, *, force: bool = False) -> Path:
    """Zip a competition as Codabench takes it, the same bytes every time; return the zip's path."""
    members = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
    with written_whole(out, force) as part:
        bundle.pack(part, members)
    return out
