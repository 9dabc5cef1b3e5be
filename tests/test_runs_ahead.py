"""Compilation beside the drawing of images: when it is done, what it raises, what it saves."""

import subprocess
import sys
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from baselines.fingerprint_svm import LbpSvm
from baselines.nearest import Nearest
from building import challenge, noise
from clefgan.data import reading
from clefgan.data.phantom import slices
from clefgan.data.tfds import preparation
from clefgan.dcgan.config import DCGANConfig
from clefgan.dcgan.synthesise import synthesise
from clefgan.errors import COMPILING, ClefganError
from clefgan.method import DevSet, Knowledge, Progress, Scorer, silent
from clefgan.runs import ahead
from running import clefgan

SMALL = DCGANConfig(latent=7, base_filters=8, filters=(8,) * 4, init_std=0.2, epochs=1)


@dataclass(frozen=True)
class Compiles:
    """Says from which thread it was asked for which side."""

    knowledge: ClassVar[Knowledge] = Knowledge.S0

    fault: str = ""  # what it raises
    asked: list[tuple[int, str]] = field(default_factory=list, compare=False)

    def compile_ahead(self, side: int, /) -> None:
        self.asked.append((side, threading.current_thread().name))
        if self.fault:
            raise RuntimeError(self.fault)

    def fit(self, dev: DevSet, /, *, progress: Progress = silent) -> Scorer:
        raise AssertionError("no test fits it")


def test_a_method_compiles_in_a_thread_of_its_own() -> None:
    method = Compiles()
    with ahead.compiling("mine", method, 64):
        pass
    [(side, thread)] = method.asked
    assert side == 64
    assert thread.startswith("compiling")


@pytest.mark.parametrize(("method", "side"), [(Compiles(), None), (Nearest(), 64)])
def test_there_is_no_thread_without_a_side_or_a_method_that_can(method: Nearest, side: int) -> None:
    before = threading.active_count()
    with ahead.compiling("mine", method, side):
        assert threading.active_count() == before
    assert not getattr(method, "asked", ())


def test_what_a_plug_in_raises_names_it_and_comes_after_the_block() -> None:
    reached = []
    with (
        pytest.raises(ClefganError, match=r"^method 'mine': RuntimeError: boom"),
        ahead.compiling("mine", Compiles("boom"), 64),
    ):
        reached.append(True)
    assert reached


def test_an_error_of_the_block_goes_first() -> None:
    with pytest.raises(ClefganError, match=r"^disk full$"), ahead.compiling("m", Compiles("b"), 64):
        raise ClefganError("disk full")


@dataclass(frozen=True)
class Waits(Compiles):
    """Compiles until it is let go on."""

    go_on: threading.Event = field(default_factory=threading.Event, compare=False)

    def compile_ahead(self, side: int, /) -> None:
        self.go_on.wait(60)


def test_an_error_of_the_block_does_not_wait_for_a_compilation() -> None:
    method = Waits()
    with pytest.raises(KeyboardInterrupt), ahead.compiling("mine", method, 64):
        raise KeyboardInterrupt
    alive = compiling()
    method.go_on.set()
    assert alive


COMPILES_FOR_LONG = """
import os, signal, time
from dataclasses import dataclass
from typing import ClassVar
from clefgan.method import Knowledge

@dataclass(frozen=True)
class Long:
    knowledge: ClassVar[Knowledge] = Knowledge.S0
    def fit(self, dev, /, *, progress=None):
        raise AssertionError
    def compile_ahead(self, side, /):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(100)
"""


def test_ctrl_c_does_not_wait_for_a_compilation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLEFGAN_CACHE", str(tmp_path / "cache"))
    (tmp_path / "long.py").write_text(COMPILES_FOR_LONG)
    done = subprocess.run(
        [sys.executable, "-P", "-m", "clefgan", "run", "--method", "long.py", "--out", "runs"],
        cwd=tmp_path, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
    assert not (tmp_path / "runs").exists()
    assert not [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]


def test_what_is_compiled_ahead_is_what_training_and_drawing_call(
    compilations: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLEFGAN_CACHE", str(tmp_path))
    method = LbpSvm(own_samples=3, gan=replace(SMALL, epochs=2, seed=1))
    method.compile_ahead(32)
    assert [compilations.count(f"jit({name})") for name in ("run", "draw")] == [1, 1]
    assert not list(tmp_path.rglob("*.weights"))
    compilations.clear()
    first = synthesise(noise(4), method.config(), 3)
    synthesise(noise(5), replace(method.config(), epochs=1, seed=2), 3)
    assert not {"jit(run)", "jit(draw)"} & set(compilations)
    monkeypatch.setenv("CLEFGAN_CACHE", str(tmp_path / "other"))
    np.testing.assert_array_equal(synthesise(noise(4), method.config(), 3), first)


def test_the_side_is_known_of_what_is_still_to_be_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLEFGAN_CACHE", str(tmp_path / "cache"))
    assert reading.side_to_draw("phantom_ct") == slices.SIZE
    assert reading.side_to_draw("phantom_ct/no_leak", (64, 64)) == 64
    assert reading.side_to_draw("phantom_ct", (64, 32)) is None
    assert reading.side_to_draw("imageclef_gans/2023") is None  # downloaded, not drawn
    assert reading.side_to_draw("no_such_data") is None
    with pytest.raises(ClefganError, match="has no configuration 'other'"):
        reading.side_to_draw("phantom_ct/other")
    assert reading.side_to_draw(tmp_path) is None
    made = preparation.folder_of(*preparation.builder_of("phantom_ct"))
    made.mkdir(parents=True)
    (made / "dataset_info.json").touch()
    assert reading.side_to_draw("phantom_ct") is None


@pytest.mark.parametrize("data", ["drawn", "there"])
def test_a_run_compiles_ahead_only_where_images_are_drawn(
    data: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    challenge(tmp_path / "there", {"generated": 6, "used": 6, "not_used": 6})
    sides: list[int] = []
    monkeypatch.setattr(LbpSvm, "compile_ahead", lambda _self, side: sides.append(side))
    monkeypatch.setattr(reading, "read", stopped)
    monkeypatch.setenv("CLEFGAN_CACHE", str(tmp_path / "cache"))
    given = ["--data", "there"] if data == "there" else []
    assert clefgan("run", "--method", "lbp-svm", *given) == 1
    for thread in compiling():
        thread.join()
    assert sides == ([] if given else [slices.SIZE])


def compiling() -> list[threading.Thread]:
    """The threads that compile ahead."""
    return [thread for thread in threading.enumerate() if thread.name.startswith(COMPILING)]


def stopped(*_: object, **__: object) -> None:
    raise ClefganError("enough")
