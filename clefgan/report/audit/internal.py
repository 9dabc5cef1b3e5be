"""What stays in the house: pairs with pictures, and tables with patients. Mode 0700 and 0600."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from clefgan.auditing import turned_pairs, withheld_because
from clefgan.auditing.pipeline import AuditRun
from clefgan.auditing.volumes.withheld import listed
from clefgan.errors import ClefganError
from clefgan.report.audit import pairs, volumes

FOLDER, KEEP, PAIRS = "internal", "keep.csv", "pairs.csv"
SETS = {True: "training", False: "held-out"}


def write(run: AuditRun, folder: Path) -> None:
    """Write the folder."""
    folder.mkdir(mode=0o700)
    files = {
        "pairs.html": pairs.html(run),
        PAIRS: pairs_table(run),
        "patients.csv": patients_table(run),
        "withhold.csv": withhold_table(run),
        "files.csv": files_table(run),
        KEEP: ids(run, kept(run)),
    }
    if volumes.released(run) is not None:
        files["volumes.csv"] = table(volumes.HEADS, volumes.rows(run))
    for name, content in files.items():
        path = folder / name
        path.touch(mode=0o600)
        path.write_text(content, encoding="utf-8", errors="backslashreplace", newline="\n")


def read_ids(folder: Path, name: str) -> set[str]:
    """Ids of the released images in a table of an audit: `KEEP`, those kept, or `PAIRS`, all.

    Raises
    ------
    ClefganError
        The audit has no such table, or it is damaged.
    """
    path = folder / FOLDER / name
    if not path.is_file():
        raise ClefganError(f"{path}: no such file; give the folder of the audit as it was written")
    try:  # ids as they were written, so with their spaces and semicolons
        with path.open(newline="", encoding="utf-8-sig") as file:
            return {row["released"] for row in csv.DictReader(file, strict=True)}
    except (OSError, UnicodeDecodeError, KeyError, csv.Error) as error:
        raise ClefganError(
            f"{path}: not a table with the column 'released' in every row; give the folder of the "
            "audit as it was written"
        ) from error


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A CSV table."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows(rows)
    return out.getvalue()


def pairs_table(run: AuditRun) -> str:
    """Every released image with its nearest patient, largest margin first."""
    findings = run.findings
    own, strong = findings.material, findings.strong
    turns = turned_pairs.strongest(findings.plan.views, strong, own.released, own.real)
    rows = [
        (
            run.inputs.released_ids[image],
            run.inputs.real_id(int(strong.image[image])),
            own.names[strong.winner[image]],
            SETS[bool(own.training[strong.winner[image]])],
            findings.plan.views[int(strong.view[image])].name,
            turns[image].words,
            f"{strong.margin[image]:.6g}",
            f"{findings.copies.q_values[image]:.4g}",
        )
        for image in np.argsort(-strong.margin, kind="stable").tolist()
    ]
    heads = ("released", "nearest", "patient", "set", "view", "turned", "margin", "q_value")
    return table(heads, rows)


def patients_table(run: AuditRun) -> str:
    """Every patient, the one who stands out most first; without held-out ones nobody is judged."""
    findings = run.findings
    own, judged = findings.material, findings.patients
    heads = (
        "patient",
        "set",
        "stratum",
        "score",
        "p_value",
        "q_value",
        "released_images",
        "margin",
    )
    if judged is None:
        return table(heads, [])
    order = np.lexsort((-judged.margin, judged.p_value))
    rows = [
        (
            own.names[group],
            SETS[bool(own.training[group])],
            own.strata[own.stratum[group]],
            f"{judged.score[group]:.6g}",
            f"{judged.p_value[group]:.4g}",
            f"{judged.q_value[group]:.4g}",
            int(judged.images[group]),
            f"{judged.margin[group]:.6g}",
        )
        for group in order.tolist()
    ]
    return table(heads, rows)


def withheld(run: AuditRun) -> list[int]:
    """Released images to withhold: as the filter says, else certain copies and listed images."""
    if run.withheld is not None:
        return [int(image) for image in run.withheld.withheld]
    return [int(image) for image in listed(run.findings, run.inputs.volumes).images]


def withhold_table(run: AuditRun) -> str:
    """Every image to withhold, and why."""
    out = withheld(run)
    names = [run.inputs.released_ids[image] for image in out]
    why = withheld_because.reasons(out, run.findings, run.inputs.volumes, run.withheld)
    return table(("released", "why"), zip(names, why, strict=True))


def kept(run: AuditRun) -> list[int]:
    """All others."""
    out = set(withheld(run))
    return [image for image in range(len(run.inputs.released_ids)) if image not in out]


def files_table(run: AuditRun) -> str:
    """Released files that give something away, and the training files it is of."""
    rows = [
        (finding.kind, pair.released, pair.training or "", pair.what)
        for finding in run.inputs.files
        for pair in finding.pairs
    ]
    return table(("kind", "released", "training", "what"), rows)


def ids(run: AuditRun, places: Sequence[int]) -> str:
    """Ids of released images."""
    return table(("released",), [(run.inputs.released_ids[image],) for image in places])
