"""A trained DCGAN in a folder: `networks.json` and the numbers of `networks.weights`."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from clefgan.dcgan import devices
from clefgan.dcgan.config import DCGANConfig
from clefgan.dcgan.synthesise import flat, nested
from clefgan.dcgan.trained import Trained
from clefgan.errors import ClefganError
from clefgan.storage import array_files
from clefgan.storage.files import written_whole

FIRST = 16  # samples whose digest is recorded: equal digests, equal trainings


def write(folder: Path, trained: Trained) -> None:
    """Write networks, settings, and what decided their bits."""
    samples = trained.draw(FIRST)
    record = {
        "config": asdict(trained.config),
        "size": trained.size,
        "samples_sha256": hashlib.sha256(samples.tobytes()).hexdigest(),
        **devices.record(),
    }
    array_files.write(folder / "networks.weights", flat(trained.weights))
    with written_whole(folder / "networks.json") as part:
        part.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def read(folder: Path) -> Trained:
    """Read what `write` wrote.

    Raises
    ------
    ClefganError
        If there is no trained DCGAN in the folder, or it is damaged.
    """
    path = folder / "networks.json"
    if not path.exists():
        raise ClefganError(
            f"{folder}: no trained DCGAN; looked for networks.json; "
            "make one with `clefgan gan train`"
        )
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        config, size = _config(record["config"]), int(record["size"])
    except (ValueError, KeyError, TypeError) as cause:
        raise ClefganError(f"{path}: not a record of a DCGAN; got {cause}; train again") from cause
    arrays = array_files.read(folder / "networks.weights")
    if arrays is None:
        raise ClefganError(
            f"{folder / 'networks.weights'}: absent or damaged; got no whole file; train again"
        )
    return Trained(config, size, nested(arrays))


def _config(settings: dict[str, Any]) -> DCGANConfig:
    """Return the config of a JSON object, whose lists were tuples."""
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in settings.items()
    }
    return DCGANConfig(**values)
