"""Training, from images to networks.

The images stay with the host, which hands a few batches at a time to the compiled steps; so images
may be memory-mapped, and one compilation serves any number of them.
"""

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path

import jax
import numpy as np
from numpy.typing import NDArray

from clefgan.dcgan import devices, sample_sheet
from clefgan.dcgan.checkpoint import CheckpointError, Checkpoints
from clefgan.dcgan.config import DCGANConfig, check_images, steps
from clefgan.dcgan.journal import Journal
from clefgan.dcgan.step import State, comparable, compiled, graphs, start
from clefgan.dcgan.trained import Trained, weights
from clefgan.errors import ClefganError
from clefgan.method import Images, Progress, silent

AT_ONCE = 8  # steps a dispatch: seconds at 256 x 256, so that progress moves and Ctrl-C is heard
SHOWN = 16  # images on a sample sheet


def train(
    images: Images,
    config: DCGANConfig,
    *,
    checkpoints: Path | None = None,
    log: Path | None = None,
    samples: Path | None = None,
    every: int = 5,
    seconds: float | None = None,
    progress: Progress = silent,
) -> Trained:
    """Train a DCGAN on images.

    Parameters
    ----------
    images : uint8 array of shape (n, size, size), `size` a multiple of 32
    config : architecture, optimiser, epochs and seed
    checkpoints : folder of checkpoints; one that holds some of this very training is gone on from
    log : JSONL file, a line of settings and then a line per epoch
    samples : folder of sample sheets, always of the same noise
    every : epochs between checkpoints, and between sample sheets; the last epoch has both
    seconds : checkpoint instead at the first end of an epoch after so much time, but the last; not
        for several hosts, whose clocks differ

    Raises
    ------
    ClefganError
        If the images do not fit, a loss is not finite, or the checkpoints are another training's.

    Notes
    -----
    The same images, config, versions and core count give the same weights, bit for bit, also after
    a run was killed and went on from its checkpoints.
    """
    size = check_images(images)
    devices.keep_compilations()
    over = devices.mesh(config)
    saved = Checkpoints(checkpoints, config, size, digest(images)) if checkpoints else None
    try:
        done, state = begun(saved, devices.replicate(start(config, size), over))
        state = devices.replicate(state, over)  # a restored one would be compiled for anew
        total = steps(len(images), config)
        if done > total:
            raise CheckpointError(
                f"{checkpoints}: checkpoints are ahead of this training; got {done} steps, wanted "
                f"{total}; give at least as many epochs, or another folder"
            )
        journal, clock = Journal(log, config, images, done), Clock()
        run = compiled(graphs(config, size), comparable(config), over)
        if done < total:
            progress("training", done, total, run.note)
        for epoch, end in epoch_ends(len(images), config):
            if end <= done:
                continue
            journal.epoch_begins()
            while done < end:
                count = min(AT_ONCE, end - done)
                batches = devices.spread(gathered(images, config, done, count), over)
                state, losses = run(state, np.uint32(config.seed), batches, np.int32(count))
                _add(journal, np.asarray(losses)[:count], done)
                done += count
                progress("training", done, total, journal.note())
            journal.epoch_ends(epoch, done)
            due = epoch % every == 0 or epoch == config.epochs
            if saved and (due if seconds is None else done < total and clock.rings(seconds)):
                saved.save(state, done)
            if due and samples and jax.process_index() == 0:
                drawn = Trained(config, size, weights(state)).draw(SHOWN)
                sample_sheet.write(samples / f"epoch_{epoch:04d}.png", drawn)
        return Trained(config, size, weights(state))
    finally:
        if saved:
            saved.close()


class Clock:
    """Rings when enough time has passed since it rang last, or was made."""

    def __init__(self) -> None:
        self.since = time.monotonic()

    def rings(self, seconds: float) -> bool:
        """Whether so many seconds have passed; if so, count from now on."""
        now = time.monotonic()
        if now - self.since < seconds:
            return False
        self.since = now
        return True


def begun(saved: Checkpoints | None, state: State) -> tuple[int, State]:
    """Return the steps done and the state to go on from: the newest checkpoint's, or the start."""
    latest = saved.latest() if saved else None
    if saved is None or latest is None:
        return 0, state
    return latest, saved.restore(latest, state)


def epoch_ends(n: int, config: DCGANConfig) -> Iterator[tuple[int, int]]:
    """Yield each epoch's number, from 1, and the steps done at its end.

    Batches run over the ends of epochs, so every image is seen equally often whatever the batch.
    """
    for epoch in range(1, config.epochs + 1):
        yield epoch, max(epoch * n // config.batch, int(epoch == config.epochs))


def gathered(images: Images, config: DCGANConfig, done: int, count: int) -> NDArray[np.uint8]:
    """Return the batches of `count` steps after `done`: (AT_ONCE, batch, size, size), rest zero."""
    n = len(images)
    first = done * config.batch
    chosen = np.empty(count * config.batch, np.int64)
    for epoch in range(first // n, (first + len(chosen) - 1) // n + 1):
        order = np.random.default_rng([config.seed, epoch]).permutation(n)
        begin, end = max(first, epoch * n), min(first + len(chosen), (epoch + 1) * n)
        chosen[begin - first : end - first] = order[begin - epoch * n : end - epoch * n]
    batches = np.zeros((AT_ONCE, config.batch, *images.shape[1:]), np.uint8)
    for index, image in enumerate(chosen):
        batches[index // config.batch, index % config.batch] = images[image]
    return batches


def digest(images: Images) -> str:
    """Return the SHA-256 of shape and pixels, read in slices."""
    sha = hashlib.sha256(repr(images.shape).encode())
    for image in images:
        sha.update(np.ascontiguousarray(image).tobytes())
    return sha.hexdigest()


def _add(journal: Journal, losses: NDArray[np.float32], done: int) -> None:
    """Note the losses of some steps after `done`; stop at the first that is not a number."""
    bad = ~np.isfinite(losses).all(axis=1)
    if bad.any():
        raise ClefganError(
            f"dcgan: training broke down at step {done + int(bad.argmax()) + 1}; got losses "
            f"{losses[bad.argmax()].tolist()}; give a smaller learning_rate or another seed"
        )
    journal.add(losses)
