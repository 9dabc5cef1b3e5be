"""What the command line turns into a line on stderr and exit code 1."""

STDOUT = "standard output"
"""What an OSError of the stream has for the name of a file."""


class ClefganError(Exception):
    """Something the user can put right; the message says where, what, and what to do."""


class ClusterError(ClefganError):
    """A cluster cannot be used, or not any longer: no fault of the method that was running."""
