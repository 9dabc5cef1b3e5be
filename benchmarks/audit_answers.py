"""Known answers of the release audit: leaks of the lab on real CT patches, many seeds.

    python -m benchmarks.audit_answers OUT.csv --kind copy --leak 0.01 --seeds 0:100

Kinds are those of the lab (copy, blend, tiles) and, each with copies: `flip`, `turn`, `inverse` and
`crop` (of images that were flipped, turned, inverted or cropped first), `swapped` (training and
held-out sets exchanged), `source` (held-out images brighter, as of another scanner), `twenty` (up
to 20 images per patient, tested by patient and, wrongly, by image), `withheld` (what is kept by the
symmetric filter, audited again).

With `--planted 50` what planted copies of a kind say is held against the truth: the share of the
release's own copies of that kind that are put before a reader by the same rule.

A row a release is appended to OUT.csv and what is there is not done again. Without arguments the
rows so far in `audit_answers.csv` are summed up beside what is asked. 64 x 64, 200 training and 200
held-out patients, 1,000 released images; the real data is read from `CLEFGAN_SHARED`.
"""

import csv
import os
import sys
from argparse import ArgumentParser
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from clefgan.auditing import (
    examine,
    inputs,
    looks,
    material,
    pipeline,
    profiles,
    sensitivity,
    verdict,
    views,
)
from clefgan.auditing.examine import Findings
from clefgan.auditing.filter import Withhold
from clefgan.auditing.ledger import Before
from clefgan.auditing.margins import Numbers
from clefgan.auditing.material import Material
from clefgan.auditing.planted import crop, flip, inverse, turn
from clefgan.auditing.settings import Settings
from clefgan.auditing.verdict import AuditVerdict
from clefgan.experiments.lab import leaks
from clefgan.experiments.lab.leaks import Made
from clefgan.method import Images

PATIENTS, RELEASED, SIDE = 200, 1000, 64
COLUMNS = (
    "kind", "leak", "seed", "exit", "p", "p_held_out", "listed", "true", "patients_sure", "attack",
    "auc", "risk", "risk_low", "risk_high", "epsilon", "control_p", "p_by_image", "shown",
    "planted", "planted_low", "planted_high", "cannot_say",
)  # fmt: skip
ASKED = {
    ("copy", 0.0): "exit 1 in at most 10%, list empty in at least 80%",
    ("copy", 0.01): "exit 1 in at least 85%, 8 of 10 listed, false share at most 0.3",
    ("copy", 0.05): "48 of 50 listed, list at most 60",
    ("copy", 0.25): "all, epsilon above 2",
    ("blend", 0.05): "exit 1 in at least 80%",
    ("tiles", 0.05): "exit 1 in at least 50%, or cannot say with the kind named",
    ("swapped", 0.05): "nothing on the training side: list empty, exit 1 in none",
    ("source", 0.05): "exit 3 in all",
    ("twenty", 0.0): "level kept, where a test by image fails",
    ("withheld", 0.05): "exit 0, AUC within 0.03 of 0.5",
}
LEAKS = defaultdict(lambda: 0.05, twenty=0.0)  # that `sentences` look at
HIDDEN = {"flip": flip, "turn": turn, "inverse": inverse, "crop": crop}
BRIGHTER = 25  # grey levels, of held-out images of another source
MANY = 20  # images per patient


def release(kind: str, leak: float, seed: int, *, per_patient: int = 1) -> tuple[Material, Made]:
    """Three sets from LIDC patches: patients are dealt anew for each seed."""
    folder = Path(os.environ.get("CLEFGAN_SHARED", "../shared")) / "data/lidc_patches"
    with np.load(folder / "lidc_patches_128.npz") as file:
        images, patient = file["images"], file["patient"]
    n, step = len(images), images.shape[1] // SIDE
    means = images.reshape(n, SIDE, step, SIDE, step).mean(axis=(2, 4))
    small: Images = np.rint(means).astype(np.uint8)
    rng = np.random.default_rng(seed)
    everybody = rng.permutation(np.unique(patient))
    rows = []
    for some, most in ((everybody[:PATIENTS], per_patient),
                       (everybody[PATIENTS : 2 * PATIENTS], per_patient),
                       (everybody[2 * PATIENTS :], 4)):  # fmt: skip
        rows.append(np.concatenate([
            rng.permutation(np.flatnonzero(patient == name))[:most] for name in some
        ]))  # fmt: skip
    train, held_out, fresh = rows
    source, made_by = small[train], kind if kind in leaks.KINDS else "copy"
    if kind in HIDDEN:
        hidden = [HIDDEN[kind](image[None].astype(np.float32), rng) for image in source]
        source = np.rint(np.stack(hidden)).astype(np.uint8)
    made = leaks.generate(made_by, leaks.LeakPool(source, small[fresh]), RELEASED, leak, rng)
    released: Images = made.images.astype(np.uint8)
    names = [[f"patient {name}" for name in patient[each]] for each in (train, held_out)]
    return material.gather(small[train], small[held_out], released, *names), made


def exchanged(sets: Material) -> Material:
    """The same with training and held-out patients exchanged."""
    return replace(sets, training=~sets.training)


def of_another_source(sets: Material) -> Material:
    """The same with brighter held-out images."""
    real = sets.real.astype(np.int64) + BRIGHTER * ~sets.image_training()[:, None, None]
    return replace(sets, real=np.clip(real, 0, 255).astype(np.uint8))


def audited_again(
    sets: Material, seed: int, planted: int
) -> tuple[Findings, AuditVerdict, Numbers]:
    """The re-audit after the symmetric filter, and the numbers of the images that it looked at."""
    everything = inputs.Inputs(
        sets, tuple(map(str, range(len(sets.real)))), tuple(map(str, range(len(sets.released))))
    )
    public = profiles.get("public")
    settings = Settings(profile=public, withhold=Withhold.SYMMETRIC, planted=0, seed=seed)
    first = pipeline.run(everything, settings)
    assert first.withheld is not None
    before = Before(
        look=1, level=first.first_level, digests=first.digests, withhold=Withhold.SYMMETRIC,
        profile=public.name, filtered=True, seal=settings.seal(),
    )  # fmt: skip
    kept = everything.keep(first.withheld.kept.tolist(), "kept")
    settings = Settings(profile=public, planted=planted or 50, seed=seed)
    second = pipeline.run(kept, settings, before=before)
    return second.findings, second.verdict, first.withheld.kept


def audited(
    kind: str, sets: Material, seed: int, planted: int
) -> tuple[Findings, AuditVerdict, Numbers]:
    """Findings, verdict, and the numbers of the released images that were looked at."""
    if kind == "withheld":
        return audited_again(sets, seed, planted)
    if kind == "swapped":
        sets = exchanged(sets)
    elif kind == "source":
        sets = of_another_source(sets)
    found = examine.examine(sets, examine.Plan(deals=999, planted=planted, seed=seed))
    said = verdict.of(found, profiles.get("public"))
    return found, said, np.arange(len(sets.released))


def p_by_image(sets: Material, seed: int) -> float:
    """P-value where each image is dealt as if it were a patient: wrong, for comparison."""
    n = len(sets.real)
    alone = replace(
        sets, group=np.arange(n), names=tuple(map(str, range(n))),
        training=sets.image_training(), stratum=np.zeros(n, np.int64),
    )  # fmt: skip
    look = looks.look(alone, views.BATTERY)
    return looks.test(look, alone.training, alone.stratum, times=999, seed=seed).p_value


def shown_in_release(sets: Material, made: Made, found: Findings) -> float:
    """Share of the release's copies that are put before a reader as copies of their own patient."""
    group = np.empty(len(sets.group), np.int64)
    group[sets.order] = sets.group
    strong, limit = found.strong, sensitivity.limit_of(found.copies)
    hits = [
        strong.winner[place] in group[list(made.parents[place])] and strong.margin[place] > limit
        for place in np.flatnonzero(made.leaks)
    ]
    return float(np.mean(hits)) if hits else np.nan


def truths(kind: str, sets: Material, made: Made, found: Findings, seed: int) -> list[object]:
    """P-value by image, share shown in the release, and what planted copies say of it."""
    by_image = p_by_image(sets, seed) if kind == "twenty" else ""
    planted = [each for each in found.sensitivity if each.kind.name == kind]
    if not planted or not made.leaks.any():
        return [by_image, "", "", "", ""]
    said = planted[0].shown
    return [by_image, shown_in_release(sets, made, found), said.value, said.low, said.high]


def row(kind: str, leak: float, seed: int, planted: int) -> list[object]:
    """Audit one release."""
    sets, made = release(kind, leak, seed, per_patient=MANY if kind == "twenty" else 1)
    found, said, places = audited(kind, sets, seed, planted)
    attack, test, control, sure = found.attack, found.test, found.control, found.sure
    assert attack is not None
    assert test is not None
    assert control is not None
    assert sure is not None
    listed = found.copies.listed
    doubts = " / ".join(said.reasons) if said.outcome is verdict.Outcome.CANNOT_SAY else ""
    return [
        kind, leak, seed, int(said.outcome), test.p_value, test.p_held_out, len(listed),
        int(made.leaks[places[listed]].sum()), sure.at_least, attack.name, attack.auc, attack.risk,
        attack.risk_low, attack.risk_high, attack.epsilon or "", control.p_value,
        *truths(kind, sets, made, found, seed), doubts,
    ]  # fmt: skip


def done(path: Path) -> list[dict[str, str]]:
    """The rows of a file; none where there is no file."""
    if not path.is_file():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def summary(rows: list[dict[str, str]]) -> Table:
    """What was measured beside what is asked."""
    table = Table(title="known answers, LIDC 64x64, 200 + 200 patients", title_justify="left")
    for column in ("kind", "leak", "releases", "exit 0", "exit 1", "exit 3", "listed",
                   "of them copies", "false share", "list empty", "AUC",
                   "epsilon", "asked"):  # fmt: skip
        table.add_column(column)
    grouped = defaultdict(list)
    for each in rows:
        grouped[each["kind"], float(each["leak"])].append(each)
    for key, some in sorted(grouped.items()):
        n = len(some)
        listed, true = (np.array([int(r[c]) for r in some]) for c in ("listed", "true"))
        share = np.where(listed > 0, 1 - true / np.maximum(listed, 1), 0).mean()
        bounds = [float(r["epsilon"]) for r in some if r["epsilon"]]
        exits = [sum(r["exit"] == code for r in some) for code in "013"]
        epsilon = f"{np.mean(bounds):.2f} ({len(bounds)} of {n})" if bounds else "none"
        table.add_row(
            key[0], f"{key[1]:g}", str(n), *map(str, exits), f"{listed.mean():.1f}",
            f"{true.mean():.1f}", f"{share:.2f}", str(int((listed == 0).sum())),
            f"{np.mean([float(r['auc']) for r in some]):.3f}", epsilon,
            ASKED.get(key, ""),
        )  # fmt: skip
    return table


def sentences(rows: list[dict[str, str]]) -> list[str]:
    """What else is asked: lists above 60, AUC near 0.5, tests by image, planted against truth."""
    said = []
    for kind in sorted({each["kind"] for each in rows}):
        some = [
            each for each in rows if each["kind"] == kind and float(each["leak"]) == LEAKS[kind]
        ]
        n = len(some)
        if kind == "copy":
            longer = sum(int(each["listed"]) > 60 for each in some)
            said.append(f"copy, 5%: {longer} of {n} lists are longer than 60")
        if kind == "withheld":
            areas = np.array([float(each["auc"]) for each in some])
            near = int((np.abs(areas - 0.5) <= 0.03).sum())
            error = areas.std(ddof=1) / np.sqrt(n) if n > 1 else np.nan
            said.append(
                f"withheld: AUC {areas.mean():.3f} +- {error:.3f} over {n}, {near} near 0.5"
            )
        if kind == "twenty":
            wrong, right = (
                sum(float(each[c]) <= 0.05 for each in some) for c in ("p_by_image", "p")
            )
            said.append(f"twenty: rejected by image {wrong}, by patient {right} of {n}")
        known = [each for each in some if each["shown"]]
        if known:
            truth, told, low, high = (
                np.array([float(each[c]) for each in known])
                for c in ("shown", "planted", "planted_low", "planted_high")
            )
            within = int(((low <= truth) & (truth <= high)).sum())
            said.append(
                f"{kind}, planted: {told.mean():.2f} are shown, in truth {truth.mean():.2f}; "
                f"within the interval in {within} of {len(known)}"
            )
    return said


def main(arguments: list[str] | None = None) -> None:
    """Measure some seeds, or sum up what is there."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("out", nargs="?", type=Path, default=Path("audit_answers.csv"))
    parser.add_argument("--kind", default="copy")
    parser.add_argument("--leak", type=float, default=0.01)
    parser.add_argument("--seeds", default="0:0")
    parser.add_argument("--planted", type=int, default=0)
    asked = parser.parse_args(arguments or [])
    known = {(r["kind"], float(r["leak"]), int(r["seed"])) for r in done(asked.out)}
    if not known:
        asked.out.write_text(",".join(COLUMNS) + "\n", encoding="utf-8")
    for seed in range(*map(int, asked.seeds.split(":"))):
        if (asked.kind, asked.leak, seed) not in known:
            values = row(asked.kind, asked.leak, seed, asked.planted)
            with asked.out.open("a", newline="", encoding="utf-8") as file:
                csv.writer(file, lineterminator="\n").writerow(values)
    console = Console(width=200)
    console.print(summary(done(asked.out)), *sentences(done(asked.out)), sep="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
