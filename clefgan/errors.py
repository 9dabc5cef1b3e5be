"""What the command line turns into a line on stderr and exit code 1."""

STDOUT = "standard output"
"""What an OSError of the stream has for the name of a file."""
COMPILING = "compiling"
"""Begins the name of a thread that nothing can stop; the command line does not wait for one."""


class ClefganError(Exception):
    """Something the user can put right; the message says where, what, and what to do."""


class ClusterError(ClefganError):
    """A cluster cannot be used, or not any longer: no fault of the method that was running."""


def shortened(text: str, at_most: int = 200) -> str:
    """The text, its middle left out where it is longer: no message holds a whole file.

    Examples
    --------
    >>> shortened("abcdefghijklmnop", 9)
    'abcde…nop'
    """
    if len(text) <= at_most:
        return text
    end = (at_most - 1) * 2 // 5
    return f"{text[: at_most - 1 - end]}…{text[len(text) - end :]}"


def counted(n: int, noun: str, plural: str = "") -> str:
    """`1 image`, `2 images`, `2 copies`; nouns may carry their verb, `1 row fits`."""
    return f"{n} {noun if n == 1 else plural or f'{noun}s'}"
