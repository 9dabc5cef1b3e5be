"""DCGANs side by side: one compilation, the same bits, and an end for all when one fails."""

import signal
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from baselines.fingerprint_svm import LbpSvm
from building import challenge, noise
from clefgan.data import reading
from clefgan.dcgan import devices
from clefgan.dcgan.compilation import COMPILING, shared
from clefgan.dcgan.config import DCGANConfig
from clefgan.dcgan.side_by_side import synthesise_all
from clefgan.dcgan.synthesise import synthesise
from clefgan.errors import ClefganError
from clefgan.runs import job

# settings that no other test has: what it compiles is not there already
SMALL = DCGANConfig(latent=3, base_filters=8, filters=(8,) * 4, init_std=0.2, epochs=1)


def test_the_dcgans_of_a_run_are_compiled_once(
    compilations: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    devices.keep_compilations()
    monkeypatch.setenv("CLEFGAN_CACHE", str(tmp_path))
    challenge(
        tmp_path / "data",
        {"dev/generated": 4, "dev/used": 6, "dev/not_used": 6}
        | {"test/generated_1": 4, "test/real_unknown_1": 3},
        size=32,
    )
    method = LbpSvm(own_samples=3, gan=replace(SMALL, latent=5))
    job.run(reading.read(tmp_path / "data"), "lbp-svm", method)
    assert compilations.count("jit(run)") == 1
    assert compilations.count("jit(draw)") == 1


def test_each_set_comes_to_the_samples_that_it_comes_to_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    devices.keep_compilations()
    sets = [noise(n, seed=n) for n in (4, 5, 6)]
    monkeypatch.setenv("CLEFGAN_CACHE", str(tmp_path / "alone"))
    alone = [synthesise(images, SMALL, 3) for images in sets]
    monkeypatch.setenv("CLEFGAN_CACHE", str(tmp_path / "together"))
    stages: set[str] = set()
    synthesise_all([*sets, sets[0]], SMALL, 3, progress=lambda stage, *_: stages.add(stage))
    assert {f"training {k} of 3" for k in (1, 2, 3)} <= stages
    before = len(stages)
    for images, samples in zip(sets, alone, strict=True):
        kept = synthesise(images, SMALL, 3, progress=lambda stage, *_: stages.add(stage))
        np.testing.assert_array_equal(kept, samples)
    assert len(stages) == before  # nothing was trained or drawn again


def test_one_that_fails_ends_all_with_its_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLEFGAN_CACHE", str(tmp_path))
    odd = np.zeros((4, 30, 30), np.uint8)
    with pytest.raises(ClefganError, match="must be square with a side that is a multiple of 32"):
        synthesise_all([noise(4), odd], replace(SMALL, epochs=10_000), 3)


def test_ctrl_c_stops_all_trainings_and_keeps_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLEFGAN_CACHE", str(tmp_path))
    main, stages, pressed = threading.get_ident(), set[str](), list[bool]()

    def press(stage: str, *_: object) -> None:
        both = len(stages | {stage}) > 1
        if both and not pressed:
            pressed.append(True)
            signal.pthread_kill(main, signal.SIGINT)
        stages.add(stage)

    with pytest.raises(KeyboardInterrupt):
        synthesise_all(
            [noise(4, seed=1), noise(4, seed=2)], replace(SMALL, epochs=500), 3, progress=press
        )
    assert "drawing" not in "".join(stages)  # a training that went on would end with that
    assert not [path for path in tmp_path.rglob("*") if path.suffix in (".weights", ".images")]


def test_the_first_call_alone_says_that_it_compiles() -> None:
    made: list[int] = []

    @shared
    def make(number: int) -> Callable[[int], int]:
        made.append(number)
        return lambda x: x + number

    assert make(1).note == COMPILING
    assert make(1)(2) == 3
    assert make(1).note == ""
    assert made == [1]
