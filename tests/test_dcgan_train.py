"""Training: what it yields, logs, refuses, and that it is the same every time."""

import hashlib
import json
import os
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import jax
import numpy as np
import pytest
from PIL import Image

from building import noise
from clefgan.dcgan.config import DCGANConfig
from clefgan.dcgan.step import comparable, compiled, graphs
from clefgan.dcgan.train import epoch_ends, gathered, train
from clefgan.dcgan.trained import Trained
from clefgan.errors import ClefganError
from clefgan.similarity.threads import cores

SMALL = DCGANConfig(latent=4, base_filters=8, filters=(8,) * 4, init_std=0.2, epochs=2)

IN_A_PROCESS = """
import hashlib, os, sys
from dataclasses import replace
from pathlib import Path
import jax
import numpy as np
from clefgan.dcgan.config import DCGANConfig
from clefgan.dcgan.train import train
config = DCGANConfig(latent=4, base_filters=8, filters=(8, 8, 8, 8), epochs=int(sys.argv[2]))
images = np.random.default_rng(0).integers(0, 256, (7, 32, 32), dtype=np.uint8)
folder = Path(sys.argv[1])
done = train(images, config, checkpoints=folder, log=folder / "log.jsonl", every=2)
weights = hashlib.sha256()
for leaf in jax.tree.leaves(done.weights):
    weights.update(np.ascontiguousarray(leaf))
print(weights.hexdigest())
"""


def digest(trained: Trained) -> str:
    weights = hashlib.sha256()
    for leaf in jax.tree.leaves(trained.weights):
        weights.update(np.ascontiguousarray(leaf).tobytes())
    return weights.hexdigest()


def same(a: Trained, b: Trained) -> bool:
    equal = jax.tree.map(np.array_equal, a.weights, b.weights)
    return all(jax.tree.leaves(equal))


def in_a_process(children: Any, *arguments: str) -> "subprocess.Popen[str]":
    started: subprocess.Popen[str] = children.start("-c", IN_A_PROCESS, *arguments)
    return started


def test_the_same_seed_gives_the_same_weights_and_samples() -> None:
    first, again = train(noise(5), SMALL), train(noise(5), SMALL)
    assert same(first, again)
    digests = {hashlib.sha256(t.draw(20).tobytes()).hexdigest() for t in (first, again)}
    assert len(digests) == 1
    assert not same(first, train(noise(5), replace(SMALL, seed=1)))
    assert not same(first, train(noise(5, seed=1), SMALL))


def test_samples_are_images_and_do_not_depend_on_how_many() -> None:
    trained = train(noise(4), SMALL)
    many = trained.draw(37)
    assert many.shape == (37, 32, 32)
    assert many.dtype == np.uint8
    assert len({image.tobytes() for image in many}) == 37
    for n in (1, 16, 20):
        np.testing.assert_array_equal(trained.draw(n), many[:n])


def test_a_logit_does_not_depend_on_neighbours() -> None:
    trained, images = train(noise(4), SMALL), noise(21, seed=2)
    logits = trained.judge(images)
    assert logits.shape == (21,)
    assert logits.dtype == np.float64
    order = np.random.default_rng(0).permutation(21)
    np.testing.assert_array_equal(trained.judge(images[order]), logits[order])
    np.testing.assert_array_equal(trained.judge(images[3:4]), logits[3:4])
    with pytest.raises(ClefganError, match="32 x 32; got 64 x 64; resize them"):
        trained.judge(np.zeros((1, 64, 64), np.uint8))


def test_a_generator_learns_a_constant_grey() -> None:
    """After some epochs on one grey, samples are nearer to it than the untrained ones were."""
    grey = np.full((8, 32, 32), 230, np.uint8)
    before, after = (train(grey, replace(SMALL, epochs=e)) for e in (1, 200))
    distances = [abs(t.draw(16).astype(float) - 230).mean() for t in (before, after)]
    assert distances[1] < distances[0] / 2


@pytest.mark.parametrize(("n", "batch"), [(7, 2), (1, 2), (3, 8), (5, 1)])
def test_every_image_is_seen_once_an_epoch(n: int, batch: int) -> None:
    config = replace(SMALL, batch=batch, epochs=4 * batch)
    images = np.arange(n, dtype=np.uint8)[:, None, None] + np.zeros((1, 32, 32), np.uint8)
    total = [end for _, end in epoch_ends(n, config)][-1]
    assert total * batch == n * config.epochs
    seen = [gathered(images, config, step, 1)[0, :, 0, 0] for step in range(total)]
    stream = np.concatenate(seen)
    for epoch in range(config.epochs):
        assert sorted(stream[epoch * n : (epoch + 1) * n]) == list(range(n))
    np.testing.assert_array_equal(gathered(images, config, 0, min(3, total))[:1, :, 0, 0], seen[:1])


def test_images_may_be_memory_mapped_and_read_only(tmp_path: Path) -> None:
    np.save(tmp_path / "images.npy", noise(5))
    mapped = np.load(tmp_path / "images.npy", mmap_mode="r")
    assert same(train(mapped, SMALL), train(noise(5), SMALL))


def test_other_sets_seeds_epochs_and_resumed_runs_are_not_compiled_anew(tmp_path: Path) -> None:
    train(noise(5), SMALL)
    run = cast(Any, compiled(graphs(SMALL, 32), comparable(SMALL), None))
    before = run.function._cache_size()
    train(noise(9), replace(SMALL, epochs=3, seed=7))
    train(noise(5), SMALL, checkpoints=tmp_path)
    train(noise(5), replace(SMALL, epochs=3), checkpoints=tmp_path)  # goes on
    assert run.function._cache_size() == before
    other = comparable(replace(SMALL, seed=9, epochs=8))
    assert compiled(graphs(other, 32), other, None) is run


def test_a_loss_that_is_no_number_stops_training(tmp_path: Path) -> None:
    with pytest.raises(
        ClefganError,
        match=r"dcgan: training broke down at step \d+; got losses .*nan.*; give a smaller",
    ):
        train(noise(8), replace(SMALL, learning_rate=1e30), checkpoints=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["training.json"]  # nothing bad is kept


def test_log_progress_and_sheets(tmp_path: Path) -> None:
    told: list[tuple[str, int, int, str]] = []
    train(
        noise(6),
        replace(SMALL, epochs=3),
        log=tmp_path / "log.jsonl",
        samples=tmp_path / "sheets",
        every=2,
        progress=lambda *figures: told.append(figures),
    )
    settings, *epochs = [
        json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()
    ]
    assert settings["config"]["batch"] == 2
    assert settings["cores"] == cores()
    assert settings["jax"] == jax.__version__
    assert [line["epoch"] for line in epochs] == [1, 2, 3]
    assert [line["step"] for line in epochs] == [3, 6, 9]
    assert all(line["discriminator_loss"] > 0 for line in epochs)
    assert told[-1][:3] == ("training", 9, 9)
    assert "images/s" in told[-1][3]
    sheets = sorted(path.name for path in (tmp_path / "sheets").iterdir())
    assert sheets == ["epoch_0002.png", "epoch_0003.png"]
    with Image.open(tmp_path / "sheets" / sheets[0]) as sheet:
        assert (sheet.mode, sheet.size) == ("L", (4 * 34 - 2, 4 * 34 - 2))


@pytest.mark.slow
def test_a_killed_training_ends_with_the_same_weights(children: Any, tmp_path: Path) -> None:
    """Killed for good in the middle of an epoch, twice; then left to end."""
    config = DCGANConfig(latent=4, base_filters=8, filters=(8,) * 4, epochs=40)
    whole = digest(train(noise(7), config))
    for least in (4, 12):
        process = in_a_process(children, str(tmp_path), "40")
        log = tmp_path / "log.jsonl"
        while not log.exists() or log.read_text().count('"epoch"') < least:
            assert process.poll() is None
            time.sleep(0.002)
        os.kill(process.pid, signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        process.communicate()
    with log.open("a") as file:
        file.write('{"epoch": 40, "st')  # cut short by the kill
    resumed, _ = in_a_process(children, str(tmp_path), "40").communicate()
    assert resumed.strip() == whole
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [line["epoch"] for line in lines if "epoch" in line] == list(range(1, 41))
    begun = [line["step"] for line in lines if "epoch" not in line]
    assert begun[0] == 0
    assert begun[-1] >= 7


def test_checkpoints_are_gone_on_from_with_more_epochs(tmp_path: Path) -> None:
    folder = tmp_path / "checkpoints"
    train(noise(5), SMALL, checkpoints=folder)
    longer = train(noise(5), replace(SMALL, epochs=5), checkpoints=folder)
    assert same(longer, train(noise(5), replace(SMALL, epochs=5)))
    again = train(noise(5), replace(SMALL, epochs=5), checkpoints=folder)
    assert same(longer, again)
    with pytest.raises(ClefganError, match=r"ahead of this training; got 12 steps, wanted 5; give"):
        train(noise(5), SMALL, checkpoints=folder)


def test_checkpoints_of_another_training_are_refused(tmp_path: Path) -> None:
    train(noise(5), SMALL, checkpoints=tmp_path)
    with pytest.raises(ClefganError, match="got seed 0, this one has 1; give another folder"):
        train(noise(5), replace(SMALL, seed=1), checkpoints=tmp_path)
    with pytest.raises(ClefganError, match="checkpoints of another training; got images '"):
        train(noise(5, seed=3), SMALL, checkpoints=tmp_path)
    (tmp_path / "training.json").write_text("{")
    with pytest.raises(ClefganError, match="checkpoints of another training; got latent None"):
        train(noise(5), SMALL, checkpoints=tmp_path)


def test_a_damaged_checkpoint_is_named(tmp_path: Path) -> None:
    train(noise(5), SMALL, checkpoints=tmp_path)
    (newest,) = [folder for folder in tmp_path.iterdir() if folder.is_dir()]
    for file in newest.rglob("*"):
        if file.is_file():
            file.write_bytes(b"")
    with pytest.raises(ClefganError, match=r"5: checkpoint cannot be read; got .*; remove this"):
        train(noise(5), SMALL, checkpoints=tmp_path)
