"""The log of a training: a JSONL file, and the figures that progress shows."""

import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from clefgan.dcgan import devices
from clefgan.dcgan.config import DCGANConfig
from clefgan.method import Images
from clefgan.storage.files import written_whole


class Journal:
    """Losses of the running epoch, and the file of those before it."""

    def __init__(self, path: Path | None, config: DCGANConfig, images: Images, done: int) -> None:
        """Begin a file, or go on with one after `done` steps: later lines of it are dropped."""
        self.path = path if jax.process_index() == 0 else None
        self.batch = config.batch
        self.epoch_begins()
        if self.path is None:
            return
        first = {
            "config": asdict(config),
            "images": len(images),
            "size": images.shape[1],
            "step": done,
            **devices.record(),
        }
        kept = [line for line in _lines(self.path) if line["step"] <= done]
        with written_whole(self.path) as part, part.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(line) + "\n" for line in [*(kept if done else []), first])

    def epoch_begins(self) -> None:
        """Forget the last epoch's losses."""
        self._losses: list[NDArray[np.float32]] = []
        self._began = time.monotonic()

    def add(self, losses: NDArray[np.float32]) -> None:
        """Note the losses of some steps, (steps, 2)."""
        self._losses.append(losses)

    def note(self) -> str:
        """Return the newest losses and the speed, for a progress bar."""
        discriminator, generator = self._losses[-1].mean(axis=0)
        return f"D {discriminator:.2f} G {generator:.2f} {paced(self.speed())}"

    def speed(self) -> float:
        """Return the images per second of this epoch."""
        count = sum(len(part) for part in self._losses) * self.batch
        return count / max(time.monotonic() - self._began, 1e-9)

    def epoch_ends(self, epoch: int, step: int) -> None:
        """Add a line to the file."""
        if self.path is None:
            return
        discriminator, generator = np.concatenate(self._losses).mean(axis=0).tolist()
        line = {
            "epoch": epoch,
            "step": step,
            "discriminator_loss": discriminator,
            "generator_loss": generator,
            "images_per_second": round(self.speed(), 2),
            "seconds": round(time.monotonic() - self._began, 3),
        }
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def paced(speed: float) -> str:
    """A speed in images per second; in seconds per image where that is more than one.

    Examples
    --------
    >>> paced(12.3), paced(0.4)
    ('12 images/s', '2.5 s per image')
    """
    if speed >= 10:
        return f"{speed:.0f} images/s"
    return f"{speed:.1f} images/s" if speed >= 1 else f"{1 / max(speed, 1e-9):.1f} s per image"


def _lines(path: Path) -> list[dict[str, Any]]:
    """Read the whole lines of a log; the last one of a killed run may be cut short."""
    if not path.exists():
        return []
    lines = []
    for text in path.read_text(encoding="utf-8").splitlines():
        try:
            line = json.loads(text)
        except ValueError:
            continue
        if isinstance(line, dict) and isinstance(line.get("step"), int):
            lines.append(line)
    return lines
