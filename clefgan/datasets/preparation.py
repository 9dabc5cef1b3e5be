"""Our own TFDS datasets by name: prepared once, into the user's cache, whole or not at all."""

import difflib
import importlib
import io
import shutil
import tempfile
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from clefgan import files
from clefgan.datasets.conventions import BUILDERS
from clefgan.datasets.prepared import INFO
from clefgan.errors import ClefganError


def located(name: str) -> Path:
    """The folder of a dataset `NAME` or `NAME/CONFIG`; made on first use if it needs no download.

    Raises
    ------
    ClefganError
        No such dataset, or one that has to be prepared from a download first.
    """
    builder, config = builder_of(name)
    target = folder_of(builder, config)
    if (target / INFO).is_file():
        return target
    if builder.MANUAL_DOWNLOAD_INSTRUCTIONS is None:
        return prepare(name)
    raise ClefganError(
        f"dataset {name!r} is not prepared; download it and run "
        f"`clefgan data prepare {full_name(builder, config)} --from FOLDER`"
    )


def prepare(name: str, source: Path | None = None) -> Path:
    """Prepare a dataset and return its folder; one that is there is kept.

    Everything is written to a folder that no reader looks into, and renamed at the end.

    Parameters
    ----------
    source : the folder of the download, for a dataset that needs one

    Raises
    ------
    ClefganError
        No such dataset, a download that is missing or has a fault, or one that is not wanted.
    """
    import tensorflow_datasets as tfds

    builder, config = builder_of(name)
    target = folder_of(builder, config)
    needs_source = builder.MANUAL_DOWNLOAD_INSTRUCTIONS is not None
    if needs_source and source is None:
        raise ClefganError(f"dataset {name!r}: give the folder of the download with --from")
    if not needs_source and source is not None:
        raise ClefganError(f"dataset {name!r} is made, not downloaded; leave --from out")
    if source is not None and not source.is_dir():
        raise ClefganError(f"{source}: no such folder")
    if (target / INFO).is_file():
        return target
    with tempfile.TemporaryDirectory(prefix=".preparing-", dir=files.cache("datasets")) as scratch:
        maker = builder(config=config, data_dir=scratch)
        tfds.disable_progress_bar()
        with redirect_stdout(io.StringIO()):
            maker.download_and_prepare(
                download_config=tfds.download.DownloadConfig(manual_dir=source),
                file_format="array_record",
            )
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists() and not (target / INFO).is_file():
            shutil.rmtree(target)
        try:
            Path(maker.data_dir).rename(target)
        except OSError:
            if not (target / INFO).is_file():  # else another process was faster
                raise
    return target


def builder_of(name: str) -> tuple[Any, str | None]:
    """The builder's class and the name of its configuration, None if it has none."""
    base, _, config = name.partition("/")
    if base not in BUILDERS:
        close = difflib.get_close_matches(base, BUILDERS, 1)
        hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(BUILDERS)}"
        raise ClefganError(f"{name}: no such folder, and no dataset of this name; {hint}")
    module, _, attribute = BUILDERS[base].partition(":")
    builder = getattr(importlib.import_module(module), attribute)
    configs = [each.name for each in builder.BUILDER_CONFIGS]
    if config and config not in configs:
        known = ", ".join(f"{base}/{each}" for each in configs) or base
        raise ClefganError(f"dataset {base!r} has no configuration {config!r}; known: {known}")
    if configs and not config and builder.MANUAL_DOWNLOAD_INSTRUCTIONS is not None:
        raise ClefganError(
            f"dataset {base!r} has several configurations; say one of "
            + ", ".join(f"{base}/{each}" for each in configs)
        )
    return builder, config or (configs[0] if configs else None)


def folder_of(builder: Any, config: str | None) -> Path:
    """Where a dataset of this version is kept."""
    return files.cache("datasets") / full_name(builder, config) / str(builder.VERSION)


def full_name(builder: Any, config: str | None) -> str:
    """`NAME` or `NAME/CONFIG`."""
    return f"{builder.name}/{config}" if config else str(builder.name)
