"""Libraries that decode images, without their warnings: what cannot be read is an error of ours."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image


@contextmanager
def quiet_decoders() -> Iterator[None]:
    """Keep Pillow from warning of large images (`decoding` has a limit of its own), and pydicom of
    headers that it reads all the same.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        for library in ("PIL", "pydicom"):
            warnings.filterwarnings("ignore", category=UserWarning, module=rf"{library}\.")
        yield
