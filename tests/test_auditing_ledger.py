"""The record of the audit before: read as it was written, and compared with this one."""

import json
from pathlib import Path
from typing import Any

import pytest

from clefgan.auditing import ledger
from clefgan.auditing.filter import Withhold
from clefgan.auditing.ledger import Before
from clefgan.auditing.sealing import Seal
from clefgan.errors import ClefganError


def record(folder: Path, **changes: Any) -> Path:
    content: dict[str, Any] = {
        "format": ledger.FORMAT,
        "ledger": {
            "look": 3, "first_level": 0.04, "level": 0.01, "filtered": True,
            "sealed": {"share": 0.3, "seed": 7, "opened": False},
        },
        "withheld": {"how": "list", "kept": 90},
        "digests": {"train": "a", "held-out": "b", "released": "c"},
        "profile": {"name": "public"},
    }  # fmt: skip
    (folder / ledger.RECORD).write_text(json.dumps({**content, **changes}))
    return folder


def test_a_third_look_is_read_with_its_first_level_and_who_is_still_sealed(tmp_path: Path) -> None:
    before = ledger.read(record(tmp_path))
    digests = {"train": "a", "held-out": "b", "released": "c"}
    assert before == Before(3, 0.04, digests, Withhold.LIST, "public", True, Seal(0.3, 7), 90)
    assert before.next_level() == 0.04 / 8
    assert ledger.read(record(tmp_path, withheld=None)).withhold is None


@pytest.mark.parametrize("name", ["train", "held-out"])
def test_other_real_images_are_refused_and_another_release_is_not(
    name: str, tmp_path: Path
) -> None:
    before = ledger.read(record(tmp_path))
    now = {"train": "a", "held-out": "b", "released": "another"}
    ledger.check(before, now, tmp_path)
    with pytest.raises(ClefganError, match=f"its {name} images or patients are not these; audit"):
        ledger.check(before, {**now, name: "x"}, tmp_path)


@pytest.mark.parametrize(
    ("look", "level"), [(-3, 0.05), (0, 0.05), (1.5, 0.05), (True, 0.05), (1, 5), (1, 0), (1, "a")]
)
def test_a_ledger_whose_next_level_would_be_no_stricter_one_is_refused(
    look: object, level: object, tmp_path: Path
) -> None:
    """A look of -3 made the level of the next one 0.4."""
    kept = {"look": look, "first_level": level, "filtered": False, "sealed": None}
    with pytest.raises(ClefganError, match=r"audit\.json: not a record of an audit"):
        ledger.read(record(tmp_path, ledger=kept))
