"""Characters that steer a screen in place of being shown: in names that others gave."""

import unicodedata

TURNS = frozenset(("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"))


def steers(character: str) -> bool:
    r"""Whether it is a control character or line break, or turns the direction of writing.

    Joiners within words are neither: names in several scripts need them.

    Examples
    --------
    >>> [steers(character) for character in ("a", "\x1b", "\n", "\u202e", "\u200c")]
    [False, True, True, True, False]
    """
    return unicodedata.category(character) in ("Cc", "Zl", "Zp") or (
        unicodedata.bidirectional(character) in TURNS
    )


def disarmed(text: str) -> str:
    r"""The text with a replacement character for each that steers, but for line feeds and tabs.

    Examples
    --------
    >>> disarmed("red\x1b[31m") == "red\ufffd[31m"
    True
    """
    if text.isprintable():
        return text
    return "".join(
        "\ufffd" if steers(character) and character not in "\n\t" else character
        for character in text
    )
