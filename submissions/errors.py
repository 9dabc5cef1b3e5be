"""The one exception of this package."""

LISTED = " (clefgan check lists them)"
"""Where the other errors of a run are to be seen, in the text of its first."""


class RunFileError(Exception):
    """A run file, an edition or a bundle that its user can put right; one line says how."""
