"""Slices drawn by other processes: same pixels, in a script without a guard, and no orphans."""

import signal
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from clefgan.data.phantom import PhantomCounts, make, slices, workers

SEEDS = np.random.SeedSequence(5).spawn(7)


def test_workers_draw_what_this_process_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = slices.in_turn(SEEDS, 64)
    monkeypatch.setattr(workers, "in_turn", None)  # nothing is drawn here
    np.testing.assert_array_equal(workers.draw_many(SEEDS, 64, n_workers=2), expected)


def test_a_challenge_is_the_same_whoever_draws() -> None:
    counts = PhantomCounts(3, 2, 2, 4, 2, 2)
    many = partial(workers.draw_many, n_workers=3)
    ours, theirs = make(3, counts=counts), make(3, counts=counts, many=many)
    for role, drawn in ours.items():
        np.testing.assert_array_equal(drawn.images, theirs[role].images)
        assert drawn.labels == theirs[role].labels
        assert drawn.patients == theirs[role].patients


def test_few_slices_start_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "by_children", None)
    assert workers.draw_many(SEEDS, 32).shape == (7, 32, 32)


@pytest.mark.parametrize("python", ["/no/such/python", "false"])
def test_where_no_process_works_this_one_draws(
    python: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = slices.in_turn(SEEDS, 32)
    monkeypatch.setattr(sys, "executable", python)
    np.testing.assert_array_equal(workers.draw_many(SEEDS, 32, n_workers=2), expected)


def test_ctrl_c_kills_the_children(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "CHILD", "import time; time.sleep(60)")
    main, begin = threading.get_ident(), time.monotonic()
    threading.Timer(1, signal.pthread_kill, (main, signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        workers.by_children([b"", b""])
    assert time.monotonic() - begin < 30


def test_a_script_without_a_guard_is_not_run_again(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "print('once')\n"
        "import numpy as np\n"
        "from clefgan.data.phantom import workers\n"
        "workers.in_turn = None\n"
        "print(workers.draw_many(np.random.SeedSequence(5).spawn(7), 32, n_workers=2).shape)\n"
    )
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, cwd=tmp_path, timeout=60
    )
    assert (done.stdout, done.stderr) == ("once\n(7, 32, 32)\n", "")
