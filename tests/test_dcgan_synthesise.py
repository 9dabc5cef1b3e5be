"""Generated images of one's own: trained once, kept, and never trusted when damaged."""

import hashlib
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from building import noise
from clefgan.dcgan import devices
from clefgan.dcgan import train as training
from clefgan.dcgan.config import DCGANConfig
from clefgan.dcgan.synthesise import entry, flat, nested, synthesise, trained
from clefgan.dcgan.trained import Trained
from clefgan.errors import ClefganError
from clefgan.storage import array_files, folders, lock
from clefgan.storage.files import cache
from running import one_core

SMALL = DCGANConfig(latent=4, base_filters=8, filters=(8,) * 4, init_std=0.2, epochs=1)


@pytest.fixture
def trainings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[int]:
    """Count the trainings, with an empty cache but for compiled code."""
    devices.keep_compilations()
    monkeypatch.setenv("CLEFGAN_CACHE", str(tmp_path))
    count: list[int] = []
    original = training.train

    def counted(*arguments: object, **options: object) -> object:
        count.append(1)
        return original(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(training, "train", counted)
    return count


def test_a_second_call_reads_back_the_first(trainings: list[int]) -> None:
    first = synthesise(noise(4), SMALL, 5)
    assert first.shape == (5, 32, 32)
    assert first.dtype == np.uint8
    np.testing.assert_array_equal(synthesise(noise(4), SMALL, 5), first)
    np.testing.assert_array_equal(synthesise(noise(4), SMALL, 2), first[:2])
    np.testing.assert_array_equal(synthesise(noise(4), SMALL, 40)[:5], first)
    np.testing.assert_array_equal(trained(noise(4), SMALL).draw(5), first)
    assert len(trainings) == 1


def test_other_images_settings_or_cores_are_trained_anew(trainings: list[int]) -> None:
    names = {entry(noise(4), SMALL), entry(noise(5), SMALL), entry(noise(4, seed=1), SMALL)}
    names |= {entry(noise(4), replace(SMALL, epochs=2)), entry(noise(4), replace(SMALL, seed=1))}
    with one_core():
        names.add(entry(noise(4), SMALL))
    assert len(names) == 6
    # the same pixels in another shape are other images
    assert entry(np.zeros((4, 32, 32), np.uint8), SMALL) != entry(
        np.zeros((1, 64, 64), np.uint8), SMALL
    )


@pytest.mark.parametrize("damage", ["flip", "cut", "empty", "foreign"])
def test_a_damaged_entry_is_rebuilt(trainings: list[int], damage: str) -> None:
    first = synthesise(noise(4), SMALL, 3)
    for path in cache("dcgan").iterdir():
        content = bytearray(path.read_bytes())
        if damage == "flip":
            content[len(content) // 2] ^= 1
        elif damage == "cut":
            del content[-10:]
        elif damage == "empty":
            content.clear()
        else:
            content[:] = b"x" * 200
        path.write_bytes(content)
    np.testing.assert_array_equal(synthesise(noise(4), SMALL, 3), first)
    assert len(trainings) == 2
    synthesise(noise(4), SMALL, 3)
    assert len(trainings) == 2


def test_nothing_but_whole_entries_is_left(trainings: list[int]) -> None:
    synthesise(noise(4), SMALL, 3)
    assert sorted(path.suffix for path in cache("dcgan").iterdir()) == [".images", ".weights"]


IMAGES = noise(7)
LONGER = DCGANConfig(latent=4, base_filters=8, filters=(8,) * 4, epochs=6)
IN_A_PROCESS = """
import sys
sys.path.insert(0, sys.argv[1])
import test_dcgan_synthesise
test_dcgan_synthesise.slowly(*sys.argv[2:])
"""


def slowly(told: str, *others: str) -> None:
    """Train with checkpoints at every end of an epoch; print a digest, and where it began."""
    first: list[int] = []

    def progress(stage: str, done: int, total: int, note: str) -> None:
        if stage == "training":
            first.append(done)
            Path(told).write_text(str(done))
            time.sleep(0.05)  # time enough to be killed in
            while not all(Path(other).exists() for other in others):
                time.sleep(0.01)

    done = trained(IMAGES, LONGER, seconds=0.0, progress=progress)
    print(digest(done), first[0] if first else 0)


def digest(network: Trained) -> str:
    weights = flat(network.weights)
    return hashlib.sha256(b"".join(weights[name].tobytes() for name in sorted(weights))).hexdigest()


def in_a_process(children: Any, cache: Path, told: Path, *others: Path) -> "subprocess.Popen[str]":
    """Train; tell in a file which step is done, and go on when others have told of theirs."""
    started: subprocess.Popen[str] = children.start(
        *("-c", IN_A_PROCESS, str(Path(__file__).parent), str(told), *map(str, others)),
        env={"CLEFGAN_CACHE": str(cache)},
    )
    return started


def wait_for(process: "subprocess.Popen[str]", true: Callable[[], bool]) -> None:
    while not true():
        assert process.poll() is None
        time.sleep(0.002)


def has_told(told: Path, least: int) -> bool:
    """Whether a process has said that it did so many steps."""
    return told.exists() and int(told.read_text() or 0) >= least


@pytest.mark.slow
def test_a_stopped_training_is_gone_on_from(children: Any, tmp_path: Path) -> None:
    """Killed for good, then stopped by Ctrl-C, then left to end: the bits of an undisturbed one."""
    told = tmp_path / "told"
    for number, least in ((signal.SIGKILL, 4), (signal.SIGINT, 11)):
        told.unlink(missing_ok=True)
        process = in_a_process(children, tmp_path / "cache", told)
        wait_for(process, partial(has_told, told, least))
        process.send_signal(number)
        process.communicate()
        assert process.returncode in (-number, 1)
        assert list((tmp_path / "cache" / "dcgan").glob("*.training/checkpoints/*/"))
    bits, first = in_a_process(children, tmp_path / "cache", told).communicate()[0].split()
    assert bits == digest(training.train(IMAGES, LONGER))
    assert int(first) > 7
    kept = [path.suffix for path in (tmp_path / "cache" / "dcgan").iterdir()]
    assert kept == [".weights"]


@pytest.mark.slow
def test_two_processes_that_want_the_same_do_not_disturb_each_other(
    children: Any, tmp_path: Path
) -> None:
    """Each begins while the other one is at work."""
    cache, told = tmp_path / "cache", [tmp_path / "told0", tmp_path / "told1"]
    both = [in_a_process(children, cache, *told), in_a_process(children, cache, *reversed(told))]
    digests = {process.communicate(timeout=300)[0].split()[0] for process in both}
    assert len(digests) == 1
    assert all(has_told(each, 21) for each in told)  # both trained to the end
    assert [path.suffix for path in (cache / "dcgan").iterdir()] == [".weights"]


def stopped_after(
    epochs: int, config: DCGANConfig, error: BaseException, seconds: float = 0.0
) -> None:
    """Ask for a network, and stop in the middle."""

    def progress(stage: str, done: int, total: int, note: str) -> None:
        if done > 2 * epochs:
            raise error

    with pytest.raises(type(error)):
        trained(noise(4), config, seconds=seconds, progress=progress)


@pytest.mark.parametrize("damage", ["empty files", "no files", "another training", "no mark"])
def test_checkpoints_that_cannot_be_read_are_thrown_away(
    trainings: list[int], monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    config = replace(SMALL, epochs=6)
    stopped_after(4, config, KeyboardInterrupt())
    (folder,) = cache("dcgan").glob("*.training/checkpoints")
    newest = max((path for path in folder.iterdir() if path.is_dir()), key=lambda p: int(p.name))
    if damage == "no files":
        shutil.rmtree(newest)
        newest.mkdir()
    elif damage == "another training":
        (folder / "training.json").write_text("{}")
    elif damage == "no mark":
        (folder / "training.json").unlink()
    else:
        for file in newest.rglob("*"):
            if file.is_file():
                file.write_bytes(b"")
    again = trained(noise(4), config)
    assert [path.suffix for path in cache("dcgan").iterdir()] == [".weights"]
    monkeypatch.setenv("CLEFGAN_CACHE", str(folder.parents[2] / "other"))
    np.testing.assert_array_equal(trained(noise(4), config).draw(5), again.draw(5))


def test_a_training_that_is_stopped_before_its_first_checkpoint_leaves_nothing(
    trainings: list[int],
) -> None:
    stopped_after(1, replace(SMALL, epochs=6), KeyboardInterrupt(), seconds=30.0)
    assert list(cache("dcgan").iterdir()) == []


def test_a_training_that_fails_for_good_leaves_nothing(trainings: list[int]) -> None:
    stopped_after(4, replace(SMALL, epochs=6), ClefganError("broke down"))
    assert list(cache("dcgan").iterdir()) == []


def test_a_short_training_writes_no_checkpoint(trainings: list[int]) -> None:
    def progress(stage: str, done: int, total: int, note: str) -> None:
        assert not list(cache("dcgan").glob("*.training/checkpoints/*/"))

    trained(noise(4), replace(SMALL, epochs=6), progress=progress)
    assert len(trainings) == 1


@pytest.mark.parametrize("again", [False, True])
def test_a_folder_that_went_while_it_was_being_locked_is_not_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, again: bool
) -> None:
    import fcntl

    original = fcntl.flock

    def late(file: int, how: int) -> None:
        folders.remove(tmp_path / "place")
        if again:
            (tmp_path / "place").mkdir()
            (tmp_path / "place" / "lock").touch()
        original(file, how)

    monkeypatch.setattr(fcntl, "flock", late)
    with lock.only_mine(tmp_path / "place") as folder:
        assert folder is None


def test_where_files_cannot_be_locked_there_are_no_checkpoints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "fcntl", None)
    with lock.only_mine(tmp_path / "place") as folder:
        assert folder is None
    assert not (tmp_path / "place").exists()


@pytest.mark.parametrize("n", [0, -3])
def test_no_images_cannot_be_drawn(n: int) -> None:
    with pytest.raises(ClefganError, match=f"must be at least 1; got {n}; change it"):
        synthesise(noise(4), SMALL, n)


def test_images_that_do_not_fit_are_refused_before_training() -> None:
    with pytest.raises(ClefganError, match="multiple of 32; got 30 x 30"):
        synthesise(np.zeros((4, 30, 30), np.uint8), SMALL, 3)


def test_a_file_that_is_whole_but_not_ours_counts_as_absent(tmp_path: Path) -> None:
    path = tmp_path / "entry"
    path.write_bytes(hashlib.sha256(b"abc").hexdigest().encode() + b"\nabc")
    assert array_files.read(path) is None
    assert array_files.read(tmp_path / "none") is None


def test_other_arrays_under_an_old_digest_count_as_absent(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    array_files.write(old, {"a": np.zeros(3)})
    array_files.write(new, {"a": np.ones(3)})
    found = array_files.read(new)
    assert found is not None
    np.testing.assert_array_equal(found["a"], np.ones(3))
    new.write_bytes(old.read_bytes()[: array_files.HEAD] + new.read_bytes()[array_files.HEAD :])
    assert array_files.read(new) is None  # a whole archive, so only the digest can tell


def test_names_of_weights_lead_back_to_them() -> None:
    tree = {
        "generator": {"norms": {}, "params": {"up": {0: {"kernel": np.ones(2)}, 10: np.zeros(1)}}},
        "discriminator": {"norms": {}, "params": {"judge": np.arange(3)}},
    }
    back = nested(flat(tree))
    assert back["generator"]["params"]["up"][0]["kernel"].tolist() == [1, 1]
    assert sorted(back["generator"]["params"]["up"]) == [0, 10]
    assert back["discriminator"]["norms"] == {}
