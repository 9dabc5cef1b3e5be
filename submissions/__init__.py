"""Run files of the ImageCLEFmedical GANs task: editions, reading, writing, checking, bundling.

Standard library only. What the scoring program of a competition carries (everything but `editions`,
which reads TOML, and the organiser's side) also runs on Python 3.9.
"""

from submissions.errors import RunFileError

__all__ = ["RunFileError"]
