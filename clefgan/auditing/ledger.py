"""What was looked at before: each further look at the same patients has a stricter level.

The first look is at level a, the k-th re-audit at a / 2^k, so that all looks together stay below
2 a. Where patients were kept sealed, the next look opens them, and its level is shared equally
between the test of all patients and that of the sealed ones. A record is the `audit.json` of the
audit before.

References
----------
Dwork et al. (2017), Guilt-free data reuse, doi:10.1145/3051088.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clefgan.auditing.filter import Withhold
from clefgan.auditing.sealing import Seal
from clefgan.errors import ClefganError

RECORD = "audit.json"
FORMAT = "clefgan audit 1"


@dataclass(frozen=True, slots=True)
class Before:
    """The audit before.

    look : its number, from 1
    level : of its first look
    digests : of the three sets
    withhold : how images were withheld, None where they were not
    profile : name of the threshold that was fixed then
    filtered : whether images were withheld in this look or in one before
    seal : who was kept sealed and has not been opened; None: nobody
    kept : how many images were kept; None where none were withheld
    """

    look: int
    level: float
    digests: Mapping[str, str]
    withhold: Withhold | None
    profile: str
    filtered: bool = False
    seal: Seal | None = None
    kept: int | None = None

    def next_level(self) -> float:
        """Level of the next look."""
        return self.level / 2.0**self.look


def read(folder: Path) -> Before:
    """Read the record of an audit.

    Raises
    ------
    ClefganError
        No audit there, or a record that cannot be read.
    """
    path = folder / RECORD
    if not path.is_file():
        raise ClefganError(f"{path}: no such file; give the folder of an audit")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] != FORMAT:
            raise ClefganError(
                f"{path}: format {content['format']!r} is not {FORMAT!r}; audit again"
            )
        how = content["withheld"]["how"] if content["withheld"] else None
        look, level = look_of(content["ledger"])
        return Before(
            look=look,
            level=level,
            digests={str(k): str(v) for k, v in content["digests"].items()},
            withhold=None if how is None else Withhold(how),
            profile=str(content["profile"]["name"]),
            filtered=bool(content["ledger"]["filtered"]),
            seal=seal_of(content["ledger"]["sealed"]),
            kept=int(content["withheld"]["kept"]) if content["withheld"] else None,
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ClefganError(f"{path}: not a record of an audit ({error!r}); audit again") from error


def look_of(record: Mapping[str, Any]) -> tuple[int, float]:
    """Number of the look and level of the first one.

    Raises
    ------
    ValueError
        They give no level of a further look.
    """
    look, level = record["look"], record["first_level"]
    if type(look) is not int or look < 1 or not 0 < level < 1:
        raise ValueError(f"look {look!r} of first level {level!r}")
    return look, float(level)


def seal_of(record: Mapping[str, Any] | None) -> Seal | None:
    """Who was kept sealed and has not been opened."""
    if record is None or record["opened"]:
        return None
    return Seal(float(record["share"]), int(record["seed"]))


def check_threshold(before: Before, profile: str, folder: Path) -> None:
    """Refuse a re-audit by another threshold: it would be a first look.

    Raises
    ------
    ClefganError
        The threshold is not that of the audit before.
    """
    if before.profile != profile:
        raise ClefganError(
            f"{folder}: its threshold was {before.profile!r}, now {profile!r}; the threshold is "
            "fixed before the first look: give the same one"
        )


def check(before: Before, digests: Mapping[str, str], folder: Path) -> None:
    """Refuse a re-audit of other patients: it would be a first look.

    Raises
    ------
    ClefganError
        Training or held-out images are not those of the audit before.
    """
    for name in ("train", "held-out"):
        if before.digests.get(name) != digests[name]:
            raise ClefganError(
                f"{folder}: its {name} images or patients are not these; audit them by themselves, "
                "or give the same ones"
            )
