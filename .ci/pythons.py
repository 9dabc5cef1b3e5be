"""Print the supported Pythons of this machine, oldest first: `3.11 /usr/bin/python3.11`.

Looked for on PATH, among pyenv's versions and by uv. One that does not start, such as a shim of
pyenv for a version that is not switched on, is passed over, as is anything but CPython with a GIL.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

PROBE = """
import json, platform, sys, sysconfig
gil = not sysconfig.get_config_var("Py_GIL_DISABLED")
usual = gil and platform.python_implementation() == "CPython"
path = getattr(sys, "_base_executable", None) or sys.executable
print(json.dumps({"usual": usual, "version": "%d.%d" % sys.version_info[:2], "path": path}))
"""


def supported(pyproject: Path) -> list[str]:
    """The Pythons that the project's classifiers name, oldest first: `3.11` and so on."""
    listed = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]["classifiers"]
    named = re.findall(r"Python :: 3\.(\d+)$", "\n".join(listed), re.MULTILINE)
    return [f"3.{minor}" for minor in sorted(map(int, named))]


def candidates(versions: list[str], patience: float) -> Iterator[str]:
    """Paths of what may be a Python."""
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        for name in (*(f"python{version}" for version in versions), "python3", "python"):
            if path := shutil.which(name, path=folder):
                yield path
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    for version in sorted(pyenv.glob("versions/*/bin")):
        if path := shutil.which("python3", path=str(version)):
            yield path
    yield from known_to_uv(patience)
    yield sys.executable


def known_to_uv(patience: float) -> list[str]:
    """Paths of the Pythons that uv has, or knows of; none where there is no uv that can say so."""
    for uv in (["uv"], [sys.executable, "-m", "uv"]):
        words = ["python", "list", "--only-installed", "--output-format", "json"]
        listing = output([*uv, *words], patience)
        try:
            return [str(each["path"]) for each in json.loads(listing) if each.get("path")]
        except ValueError:
            continue
    return []


def output(command: list[str], patience: float) -> str:
    """What a command prints; nothing if it fails, is not there or takes more seconds than that."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=patience, stdin=subprocess.DEVNULL
        )
    except (OSError, UnicodeError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""


def found(versions: list[str], patience: float) -> dict[str, str]:
    """The first usual Python of each version: its own path, not a shim's or an environment's."""
    paths: dict[str, str] = {}
    for path in dict.fromkeys(candidates(versions, patience)):
        try:
            told = json.loads(output([path, "-I", "-c", PROBE], patience))
            if told["usual"] and told["version"] in versions:
                paths.setdefault(told["version"], told["path"])
        except (ValueError, KeyError, TypeError):  # it is something else, of that name
            continue
    return {version: paths[version] for version in versions if version in paths}


def main(patience: float = 60) -> None:
    """Print a line for each Python."""
    pyproject = Path(__file__).resolve().parents[1] / "pyproject.toml"
    for version, path in found(supported(pyproject), patience).items():
        print(version, path)


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
