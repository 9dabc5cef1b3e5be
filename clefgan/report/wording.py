"""Numbers as text, the same in every table: three decimals, a dash where nothing was measured."""

import math

from clefgan.method import Evidence, Knowledge

NOTHING = "–"
MINUS = "−"


def number(value: float, digits: int = 3, *, signed: bool = False) -> str:
    """A metric; `–` if it is undefined; `signed`: a change, with its sign.

    Examples
    --------
    >>> number(0.6666), number(-0.04, 2), number(float("nan"))
    ('0.667', '−0.04', '–')
    """
    if math.isnan(value):
        return NOTHING
    text = f"{value:{'+' if signed else ''}.{digits}f}"
    if float(text) == 0:
        text = text.removeprefix("-")
    return text.replace("-", MINUS)


def limits(low: float, high: float, digits: int = 2, *, signed: bool = False) -> str:
    """An interval in brackets; nothing if it is undefined."""
    if math.isnan(low) or math.isnan(high):
        return ""
    return f"[{number(low, digits, signed=signed)}, {number(high, digits, signed=signed)}]"


def measured(value: float, low: float, high: float) -> str:
    """A metric and its interval, where it has one.

    Examples
    --------
    >>> measured(0.541, 0.45, 0.62)
    '0.541 [0.45, 0.62]'
    """
    return f"{number(value)} {limits(low, high)}".strip()


def short_limits(low: float, high: float) -> str:
    """An interval where space is short.

    Examples
    --------
    >>> short_limits(0.5, 0.625), short_limits(-0.04, 1.0)
    ('.50–.62', '−.04–1.0')
    """
    if math.isnan(low) or math.isnan(high):
        return ""
    return f"{bare(low)}–{bare(high)}"


def p_value(value: float) -> str:
    """A p-value; below 0.001 only that."""
    if math.isnan(value):
        return NOTHING
    return "<0.001" if value < 0.001 else f"{value:.3f}"


def span(low: int | None, high: int | None) -> str:
    """Ranks from low to high."""
    if low is None or high is None:
        return ""
    return str(low) if low == high else f"{low}–{high}"


def percent(share: float) -> str:
    """0.95 as 95%."""
    return f"{100 * share:g}%"


def bare(value: float) -> str:
    """Two decimals without the zero before the point."""
    text = number(value, 2)
    return text.removesuffix("0") if text.strip(MINUS) == "1.00" else text.replace("0.", ".", 1)


def knowledge(level: str) -> str:
    """A level of knowledge or evidence with its word; text of another kind as it is.

    Examples
    --------
    >>> knowledge("S1"), knowledge("A1"), knowledge("")
    ('S1 pool', 'A1 real', '')
    """
    known: tuple[Knowledge | Evidence, ...] = (*Knowledge, *Evidence)
    return next((f"{kind} {kind.word}" for kind in known if kind == level), level)


def as_bytes(count: int) -> str:
    """`3.4 MB`."""
    size = float(count)
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
