"""The one exception of this package."""


class RunFileError(Exception):
    """A run file, an edition or a bundle that its user can put right; one line says how."""
