"""Run files that are checked, and what the checker finds."""

from collections.abc import Sequence
from pathlib import Path

from submissions import checker, editions

RUNS = Path(__file__).parent / "data" / "run_files"
IDS = tuple(f"real_unknown_000{i}" for i in range(1, 5))
OK = "real_unknown_0001,0\nreal_unknown_0002,1\nreal_unknown_0003,0\nreal_unknown_0004,1\n"
FIRST = "real_unknown_0001,0"


def found(path: Path, edition: str = "2023", ids: Sequence[str] | None = IDS) -> list[str]:
    """The problems without the folder before each."""
    problems = checker.check(path, editions.get(edition), ids)
    return [str(each).removeprefix(f"{path.parent}/") for each in problems]


def official(content: bytes, ids: Sequence[str]) -> bool:
    """Whether the organisers' validator of 2023 takes a file, written from its description."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    seen = set()
    for line in text.replace("\r\n", "\n").removesuffix("\n").split("\n"):
        fields = line.strip().split(",")
        if len(fields) != 2 or fields[0].strip() not in ids or fields[0].strip() in seen:
            return False
        try:
            if int(fields[1]) not in (0, 1):
                return False
        except ValueError:
            return False
        seen.add(fields[0].strip())
    return len(seen) == len(ids)
