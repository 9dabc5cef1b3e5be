"""How much a table shows: what a screen of 80 columns has no room for, a wider one has."""

WIDE = 100
"""From so many columns on, every table shows what it leaves out on a narrow screen."""


def is_wide(width: int) -> bool:
    """Whether a screen has room for more than the headlines."""
    return width >= WIDE
