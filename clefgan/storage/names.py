"""What a file that is to be written may be called: asked before the work whose result it holds."""

LONGEST = 200  # bytes; a file system takes 255, and the endings of the files beside it need some


def fault_of(name: str) -> str:
    """Why a text is not the plain name of a file, as a predicate; empty if it is.

    Examples
    --------
    >>> [fault_of(name) for name in ("fusion", "a/b", "")]
    ['', 'is not a plain file name', 'is not a plain file name']
    """
    if not name or name in (".", "..") or "/" in name or "\\" in name:
        return "is not a plain file name"
    if any("\ud800" <= letter <= "\udfff" for letter in name):
        return "is not UTF-8"
    if not name.isprintable():
        return "has characters that cannot be seen"
    if name != name.strip():
        return "has spaces before or after it"
    if len(name.encode()) > LONGEST:
        return f"is {len(name.encode())} bytes long; at most {LONGEST} are taken"
    return ""
