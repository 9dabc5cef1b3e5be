"""Checkpoints with Orbax: what a killed run needs to go on as if nothing had happened.

All random numbers come from the seed and the step, so the state of the networks, of Adam and the
count of steps are enough. Orbax writes a checkpoint beside its place and renames it, so one that is
found is whole.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jax
import numpy as np

from clefgan.dcgan.config import DCGANConfig
from clefgan.dcgan.step import State
from clefgan.errors import ClefganError
from clefgan.storage.files import written_whole

if TYPE_CHECKING:
    from orbax.checkpoint import CheckpointManager

KEPT = 2


class CheckpointError(ClefganError):
    """Checkpoints that cannot be gone on from."""


class Checkpoints:
    """The checkpoints of one training, in one folder. Orbax is not imported before it is needed."""

    def __init__(self, folder: Path, config: DCGANConfig, size: int, images: str) -> None:
        """Open a folder, made if absent, for the training of `config` on images of this digest."""
        self.folder = folder
        self._belongs(_identity(config, size, images))

    @cached_property
    def _orbax(self) -> Any:
        import orbax.checkpoint  # seconds to load: on use

        return orbax.checkpoint

    @cached_property
    def _manager(self) -> CheckpointManager:
        return self._orbax.CheckpointManager(
            self.folder.resolve(),
            options=self._orbax.CheckpointManagerOptions(
                max_to_keep=KEPT, enable_async_checkpointing=False
            ),
        )

    def latest(self) -> int | None:
        """Return the number of steps done at the newest checkpoint; None where there is none."""
        if not any(entry.is_dir() for entry in self.folder.glob("*")):
            return None
        step: int | None = self._manager.latest_step()
        return step

    def restore(self, step: int, like: State) -> State:
        """Return the state at `step`; in NumPy; `like` gives shapes and devices."""
        leaves, structure = jax.tree.flatten(like)
        try:
            restored = self._manager.restore(
                step, args=self._orbax.args.StandardRestore(_named(leaves))
            )
        except (OSError, ValueError, KeyError) as cause:
            raise CheckpointError(
                f"{self.folder / str(step)}: checkpoint cannot be read; got "
                f"{type(cause).__name__}; remove this folder to go on from the one before"
            ) from cause
        numbers = [np.asarray(restored[name]) for name in sorted(restored)]
        state: State = jax.tree.unflatten(structure, numbers)
        return state

    def save(self, state: State, step: int) -> None:
        """Write a checkpoint, whole or not at all."""
        named = _named(jax.tree.leaves(state))
        self._manager.save(step, args=self._orbax.args.StandardSave(named), force=True)
        self._manager.wait_until_finished()

    def close(self) -> None:
        """Let go of the folder."""
        if "_manager" in vars(self):
            self._manager.close()

    def _belongs(self, identity: dict[str, Any]) -> None:
        """Mark an empty folder as this training's; refuse one that is another's."""
        mark = self.folder / "training.json"
        if mark.exists():
            try:
                marked = json.loads(mark.read_text(encoding="utf-8"))
            except ValueError:
                marked = {}
            differing = [name for name in identity if marked.get(name) != identity[name]]
            if differing:
                name = differing[0]
                raise CheckpointError(
                    f"{self.folder}: checkpoints of another training; got {name} "
                    f"{marked.get(name)!r}, this one has {identity[name]!r}; give another folder"
                )
        elif jax.process_index() == 0:
            self.folder.mkdir(parents=True, exist_ok=True)
            with written_whole(mark) as part:
                part.write_text(json.dumps(identity, indent=1) + "\n", encoding="utf-8")


def _identity(config: DCGANConfig, size: int, images: str) -> dict[str, Any]:
    """Return what two trainings must share to share checkpoints: all but the number of epochs."""
    settings = json.loads(json.dumps(asdict(config)))
    del settings["epochs"]
    return {**settings, "size": size, "images": images}


def _named(leaves: list[Any]) -> dict[str, Any]:
    return {f"{index:03d}": leaf for index, leaf in enumerate(leaves)}
