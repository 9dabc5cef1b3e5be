"""Whose turn it is, where more jobs are at work than there are cores: theirs who have most left.

A job that ends last while the others are done leaves all cores but one idle. Jobs that give way at
every report to one that has more left end together: with jobs that can be interrupted, the longest
remaining time first is the order with the earliest end (McNaughton 1959).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition


class Turns:
    """Lets `n_at_work` jobs go on at a time; the others wait inside `turn` or `give_way`."""

    def __init__(self, n_at_work: int) -> None:
        self._free = n_at_work
        self._changed = Condition()
        self._waiting: dict[int, float] = {}  # what each job that waits has left

    @contextmanager
    def turn(self, job: int, left: float) -> Iterator[None]:
        """Wait for the job's first turn, and leave the place to others at the end."""
        with self._changed:
            self._wait(job, left)
        try:
            yield
        finally:
            with self._changed:
                self._leave()

    def give_way(self, job: int, left: float) -> None:
        """Let another job go first if one that waits has more left than this one."""
        with self._changed:
            if any(theirs > left for theirs in self._waiting.values()):
                self._leave()
                self._wait(job, left)

    def _wait(self, job: int, left: float) -> None:
        self._waiting[job] = left
        self._changed.wait_for(lambda: self._free > 0 and self._is_next(job))
        del self._waiting[job]
        self._free -= 1

    def _is_next(self, job: int) -> bool:
        return job == max(self._waiting, key=lambda other: (self._waiting[other], -other))

    def _leave(self) -> None:
        self._free += 1
        self._changed.notify_all()
