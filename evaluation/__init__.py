"""Evaluation of membership and attribution runs: arrays in, numbers out.

Knows no file format and nothing of the rest of the project. Importing costs numpy alone; scipy is
imported where it is called.
"""

from evaluation.errors import EvaluationError

__all__ = ["EvaluationError"]
