"""Scales, axes and the frame that every SVG chart shares; colours are classes of `page.css`."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from clefgan.report.page.markup import Markup, join, tag

WIDTH, HEIGHT = 320, 250
LEFT, RIGHT, TOP, BOTTOM = 52, 10, 10, 40


@dataclass(frozen=True, slots=True)
class Scale:
    """Values from `low` to `high` on pixels from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Pixel of a value."""
        span = self.high - self.low or 1.0
        return self.start + (value - self.low) / span * (self.end - self.start)


def x_scale(low: float, high: float) -> Scale:
    """Left to right."""
    return Scale(low, high, LEFT, WIDTH - RIGHT)


def y_scale(low: float, high: float) -> Scale:
    """Bottom to top."""
    return Scale(low, high, HEIGHT - BOTTOM, TOP)


def chart(title: str, description: str, *body: Markup) -> Markup:
    """An SVG that a screen reader reads as one picture with title and description."""
    return tag(
        "svg",
        tag("title", title),
        tag("desc", description),
        *body,
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        aria_label=f"{title}. {description}",
    )


def axes(
    x: Scale,
    y: Scale,
    labels: tuple[str, str],
    x_ticks: Sequence[float] | None = None,
    y_ticks: Sequence[float] | None = None,
    absolute: bool = False,
) -> Markup:
    """Grid, numbers and labels; `absolute` leaves the signs of the vertical numbers out."""
    parts = []
    for value in ticks(x.low, x.high) if x_ticks is None else x_ticks:
        at = x(value)
        parts.append(line(at, y.start, at, y.end, "grid"))
        parts.append(text(at, y.start + 14, short(value), anchor="middle"))
    for value in ticks(y.low, y.high) if y_ticks is None else y_ticks:
        at = y(value)
        parts.append(line(x.start, at, x.end, at, "grid"))
        number = abs(value) if absolute else value
        parts.append(text(x.start - 6, at + 3.5, short(number), anchor="end"))
    middle = (x.start + x.end) / 2
    parts.append(text(middle, HEIGHT - 6, labels[0], anchor="middle", class_="label"))
    up = (y.start + y.end) / 2
    parts.append(
        tag(
            "text",
            labels[1],
            x=11.0,
            y=up,
            text_anchor="middle",
            class_="label",
            transform=f"rotate(-90 11 {up:.1f})",
        )
    )
    return join(parts)


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    """A straight line."""
    return tag("line", x1=float(x1), y1=float(y1), x2=float(x2), y2=float(y2), class_=class_)


def text(
    x: float, y: float, content: str, *, anchor: str = "start", class_: str = "tick"
) -> Markup:
    """A word."""
    return tag("text", content, x=float(x), y=float(y), text_anchor=anchor, class_=class_)


def curve(x: Scale, y: Scale, xs: Sequence[float], ys: Sequence[float], class_: str) -> Markup:
    """A line through points; those that are undefined are left out."""
    points = [f"{x(a):.1f} {y(b):.1f}" for a, b in zip(xs, ys, strict=True) if not math.isnan(b)]
    return tag("path", d=f"M{'L'.join(points)}" if points else "", class_=class_)


def band(
    x: Scale, y: Scale, xs: Sequence[float], low: Sequence[float], high: Sequence[float]
) -> Markup:
    """The area between two curves."""
    points = [
        (x(a), y(b), y(c))
        for a, b, c in zip(xs, low, high, strict=True)
        if not (math.isnan(b) or math.isnan(c))
    ]
    if not points:
        return Markup("")
    there = [f"{a:.1f} {c:.1f}" for a, _, c in points]
    back = [f"{a:.1f} {b:.1f}" for a, b, _ in reversed(points)]
    return tag("path", d=f"M{'L'.join([*there, *back])}Z", class_="band")


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round numbers between two values.

    Examples
    --------
    >>> ticks(0, 1)
    [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    """
    span = high - low
    if not span > 0 or not math.isfinite(span):
        return [low]
    rough = span / about
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(m * unit for m in (1, 2, 2.5, 5, 10) if m * unit >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(i * step, 12) for i in range(first, last + 1)]


def short(value: float) -> str:
    """A number on an axis."""
    text = f"{value:.4g}"
    if "e" in text:
        mantissa, _, power = text.partition("e")
        text = f"{mantissa}e{int(power)}"
    return text.replace("-", "−") if float(text.replace("−", "-")) else "0"
