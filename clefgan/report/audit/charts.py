"""Drawings of an audit: p-values of patients, attacks beside chance, fidelity beside privacy."""

import numpy as np

from clefgan.auditing.membership import Attack
from clefgan.auditing.pipeline import AuditRun
from clefgan.auditing.plane import Point
from clefgan.report.audit.labels import Label, free
from clefgan.report.audit.numbers import BINS
from clefgan.report.page.charts import frame
from clefgan.report.page.markup import Markup, join, tag
from clefgan.report.wording import number


def patients(run: AuditRun) -> Markup:
    """Histogram of the conformal p-values of training patients."""
    rows = run.findings.patients
    assert rows is not None
    training = run.findings.material.training
    counts, edges = np.histogram(rows.p_value[training], BINS, (0, 1))
    expected = training.sum() / BINS
    x, y = frame.x_scale(0, 1), frame.y_scale(0, 1.1 * max(counts.max(), expected))
    bars = [
        tag(
            "rect",
            x=x(left) + 1,
            y=y(count),
            width=x(right) - x(left) - 2,
            height=y(0) - y(count),
            class_="used",
        )
        for count, left, right in zip(
            counts.tolist(), edges[:-1].tolist(), edges[1:].tolist(), strict=True
        )
    ]
    chance = frame.line(x(0), y(expected), x(1), y(expected), "blind")
    words = (
        f"{int(counts[0])} of {int(training.sum())} training patients have a p-value below 0.1, "
        f"where chance gives {number(expected, 1)}."
    )
    labels = ("p-value of a training patient", "patients")
    return frame.chart("Patients", words, frame.axes(x, y, labels), *bars, chance)


def attacks(run: AuditRun) -> Markup:
    """AUC of each attack with its interval, beside chance."""
    ranked = run.findings.attacks
    lowest = np.nanmin([0.4, *(value for own in ranked for value in (own.auc, own.auc_low))])
    x = frame.Scale(float(lowest), 1.0, 120, frame.WIDTH - 10)
    step = (frame.HEIGHT - frame.TOP - frame.BOTTOM) / len(ranked)
    parts = []
    for line, attack in enumerate(ranked):
        at = frame.TOP + (line + 0.5) * step
        parts += [
            frame.text(112, at + 4, attack.name, anchor="end"),
            whisker(x, at, attack),
            tag("circle", cx=x(attack.auc), cy=at, r=4.0, class_="dot"),
        ]
    bottom = frame.HEIGHT - frame.BOTTOM
    for value in frame.ticks(x.low, x.high):
        parts.append(frame.line(x(value), bottom, x(value), frame.TOP, "grid"))
        parts.append(frame.text(x(value), bottom + 14, frame.short(value), anchor="middle"))
    chance = frame.line(x(0.5), bottom, x(0.5), frame.TOP, "blind")
    label = frame.text((x.start + x.end) / 2, frame.HEIGHT - 6, "AUC over patients",
                       anchor="middle", class_="label")  # fmt: skip
    best = max(ranked, key=lambda attack: attack.auc)
    words = f"The highest AUC is {number(best.auc)}, of {best.name}; 0.5 is chance."
    return frame.chart("Attacks", words, join(parts), chance, label)


def whisker(x: frame.Scale, at: float, attack: Attack) -> Markup:
    """The interval of an AUC, where it has one."""
    if np.isnan(attack.auc_low):
        return join([])
    return frame.line(x(attack.auc_low), at, x(attack.auc_high), at, "whisker")


def on_plane(run: AuditRun) -> list[Point]:
    """Places of which both numbers were measured; none without held-out patients."""
    return [p for p in run.plane if np.isfinite([p.fidelity.kid, p.excess]).all()]


def plane(run: AuditRun) -> Markup:
    """Kernel distance across, excess of images near training patients upwards."""
    points = on_plane(run)
    kids, excesses = ([*values, 0.0] for values in (
        [p.fidelity.kid for p in points], [p.excess for p in points]
    ))  # fmt: skip
    margin = [0.15 * (max(v) - min(v) or 0.01) for v in (kids, excesses)]
    x = frame.x_scale(min(kids) - margin[0], max(kids) + margin[0])
    y = frame.y_scale(min(excesses) - margin[1], max(excesses) + margin[1])
    parts: list[Markup] = []
    placed: list[Label] = []
    for point in points:
        at = x(point.fidelity.kid), y(point.excess)
        right = at[0] > (x.start + x.end) / 2
        placed.append(free(at, len(point.name), placed, right=right))
        parts += [
            tag("circle", cx=at[0], cy=at[1], r=5.0, class_="dot"),
            frame.text(placed[-1].right if right else placed[-1].left, placed[-1].y, point.name,
                       anchor="end" if right else "start"),
        ]  # fmt: skip
    nothing = frame.line(x.start, y(0), x.end, y(0), "blind")
    said = "; ".join(
        f"{p.name}: KID {number(p.fidelity.kid)}, excess {number(p.excess)}" for p in points
    )
    labels = ("KID to held-out images", "excess near training patients")
    title = "Fidelity and privacy"
    return frame.chart(title, said, frame.axes(x, y, labels), nothing, *parts)
