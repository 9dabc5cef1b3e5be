"""Tables as pandas frames, for who works with frames."""

from typing import Any

from clefgan.errors import ClefganError


def data_frame(content: Any) -> Any:
    """A pandas DataFrame of columns or rows.

    Raises
    ------
    ClefganError
        pandas is not installed.
    """
    try:
        import pandas as pd  # optional: only who works with frames has it
    except ImportError:
        raise ClefganError("to_frame: needs pandas; pip install 'clefgan[frames]'") from None
    return pd.DataFrame(content)
