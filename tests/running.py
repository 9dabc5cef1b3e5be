"""The command line, run in this process: tests start another only where a process is tested."""

import pytest

from clefgan import __main__ as entry


def clefgan(*words: object) -> int:
    """Run a command; its exit code. What it prints goes to where pytest captures it."""
    with pytest.raises(SystemExit) as stopped:
        entry.main([str(word) for word in words])
    assert isinstance(stopped.value.code, int)
    return stopped.value.code
