"""The one exception of this package."""


class EvaluationError(Exception):
    """Input that cannot be evaluated; the message says where, what, and what to do."""
