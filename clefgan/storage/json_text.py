"""JSON as we write it: what is undefined is null, and every text can be written as UTF-8."""

import json
import math
from typing import Any


def of(content: Any) -> str:
    """The content as JSON, indented by one, with a line break at its end."""
    return json.dumps(plain(content), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def plain(value: Any) -> Any:
    """The value in types that JSON has; numbers that are not finite are None."""
    if isinstance(value, dict):
        return {printable(str(key)): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, (bool, int)):
        return value
    return printable(str(value))


def printable(text: str) -> str:
    r"""The text as UTF-8 can hold it: a byte of a path that is not UTF-8 becomes `\udcff`."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
