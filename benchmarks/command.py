"""Time a whole process, and say how much memory it took at its peak.

Python keeps compiled modules, as it does for a user: a machine that forbids it
(`PYTHONDONTWRITEBYTECODE`) would be timed compiling all of its libraries at every start.
"""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process took."""

    seconds: float
    peak_mib: float


def clefgan(*arguments: str, env: Mapping[str, str] | None = None) -> Cost:
    """Run the command line once; raises if it fails."""
    return run([sys.executable, "-P", "-m", "clefgan", *arguments], env)


def run(command: Sequence[str], env: Mapping[str, str] | None = None) -> Cost:
    """Run a command with its output thrown away and wait for it."""
    ours = {**os.environ, **(env or {})}
    ours.pop("PYTHONDONTWRITEBYTECODE", None)
    start = time.perf_counter()
    child = subprocess.Popen(command, env=ours, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(command)}: exit code {child.returncode}")
    return Cost(seconds, usage.ru_maxrss / 1024)


def best(command: Sequence[str], runs: int, env: Mapping[str, str] | None = None) -> Cost:
    """The fastest of several runs: other load only ever adds."""
    return min((run(command, env) for _ in range(runs)), key=lambda cost: cost.seconds)
