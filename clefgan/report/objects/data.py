"""What is in some data, for a program to read: counts, kinds and problems; no patient is named."""

from collections.abc import Mapping
from typing import Any

from clefgan.data.contents import Contents
from clefgan.data.inspection import Report, RoleReport, Shared


def of_report(report: Report) -> dict[str, Any]:
    """What a challenge holds, and whether a run could begin."""
    return {
        "source": report.source,
        "roles": [of_role(role) for role in report.roles],
        "copies_between": [of_shared(shared) for shared in report.shared],
        "notes": list(report.notes),
        "warnings": list(report.warnings),
        "problems": list(report.problems),
        "ready": not report.problems,
    }


def of_role(role: RoleReport) -> dict[str, Any]:
    """One role: counts, sizes, kinds, its copies and what could not be read."""
    return {
        "role": role.images.role,
        "where": str(role.images.where),
        "images": len(role.images),
        "sizes": dict(role.sizes),
        "kinds": dict(role.kinds),
        "bytes": role.n_bytes,
        "copies": of_copies(role.copies),
        "unread": dict(role.unread),
    }


def of_shared(shared: Shared) -> dict[str, Any]:
    """Images of one role that are images of another, pixel for pixel."""
    return {
        "first": shared.first,
        "second": shared.second,
        "pairs": [list(pair) for pair in shared.pairs],
    }


def of_contents(contents: Contents) -> dict[str, Any]:
    """What a folder or file of images holds that is no challenge."""
    problems = list(contents.problems())
    unknown = contents.patients[""]
    return {
        "source": contents.source,
        "images": contents.n_images,
        "files": contents.n_files,
        "bytes": contents.n_bytes,
        "sizes": dict(contents.sizes),
        "kinds": dict(contents.kinds),
        "encoded_as": dict(contents.syntaxes),
        "levels": {kind: list(ends) for kind, ends in contents.levels.items()},
        "windows": [
            {"low": low, "high": high, "images": n} for (low, high), n in contents.windows.items()
        ],
        "volumes": list(contents.volumes),
        "patients": len(contents.patients) - ("" in contents.patients),
        "images_of_no_known_patient": unknown,
        "copies": of_copies(contents.copies),
        "passed_over": list(contents.others),
        "notes": list(contents.notes),
        "problems": problems,
    }


def of_copies(copies: Mapping[bytes, tuple[str, ...]]) -> list[list[str]]:
    """Ids of images with the same pixels, a list for each."""
    return [list(ids) for ids in copies.values() if len(ids) > 1]
