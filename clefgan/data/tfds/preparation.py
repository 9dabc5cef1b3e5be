"""Our own TFDS datasets by name: prepared once, into the user's cache, whole or not at all."""

import difflib
import importlib
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

from clefgan.data.tfds import origin as sources
from clefgan.data.tfds import scratch
from clefgan.data.tfds.schema import BUILDERS
from clefgan.data.tfds.stored import INFO
from clefgan.errors import ClefganError
from clefgan.storage import files, folders


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
        scratch.clear(files.cache("datasets"))
        return target
    if builder.MANUAL_DOWNLOAD_INSTRUCTIONS is None:
        return prepare(name)
    raise ClefganError(
        f"dataset {name!r} is not prepared; download it and run "
        f"`clefgan data prepare {full_name(builder, config)} --from FOLDER`"
    )


def side_to_draw(name: str) -> int | None:
    """Side of the square images of a dataset that `located` would draw; None where it draws none.

    Raises
    ------
    ClefganError
        A dataset has no such configuration.
    """
    if name.partition("/")[0] not in BUILDERS:
        return None
    builder, config = builder_of(name)
    side: int | None = getattr(builder, "SIDE", None)
    return None if (folder_of(builder, config) / INFO).is_file() else side


def prepare(name: str, source: Path | None = None, *, force: bool = False) -> Path:
    """Prepare a dataset and return its folder, as `ensure` does."""
    return ensure(name, source, force=force)[0]


def ensure(name: str, source: Path | None = None, *, force: bool = False) -> tuple[Path, bool]:
    """Prepare a dataset; return its folder, and whether it was made now. One that is there is kept.

    Everything is written to a folder that no reader looks into, and renamed at the end.

    Parameters
    ----------
    source : the folder of the download, for a dataset that needs one
    force : make it anew, and let it take the place of one that is there

    Raises
    ------
    ClefganError
        No such dataset, a download that is missing or has a fault, or one that is not wanted; a
        dataset that is there, but of another download.
    """
    builder, config = builder_of(name)
    refuse_source(name, builder, source)
    digest = "" if source is None else builder.source_digest(source, config)
    target = folder_of(builder, config)
    made = force or not (target / INFO).is_file()
    if made:
        make(builder, config, source, digest, force)
    if source is not None:  # also where another process was faster
        sources.refuse_another(target, source, digest)
    return target, made


def refuse_source(name: str, builder: Any, source: Path | None) -> None:
    """Raise if the folder of the download is missing, or given where there is none."""
    needs_source = builder.MANUAL_DOWNLOAD_INSTRUCTIONS is not None
    if needs_source and source is None:
        raise ClefganError(f"dataset {name!r}: give the folder of the download with --from")
    if not needs_source and source is not None:
        raise ClefganError(f"dataset {name!r} is made, not downloaded; leave --from out")
    if source is not None and not source.is_dir():
        raise ClefganError(f"{source}: no such folder")


def make(builder: Any, config: str | None, source: Path | None, digest: str, force: bool) -> None:
    """Make a dataset in a folder of its own, then put it in its place."""
    import tensorflow_datasets as tfds  # TFDS

    target = folder_of(builder, config)
    with files.os_errors_name(target), scratch.folder(files.cache("datasets")) as folder:
        maker = builder(config=config, data_dir=folder)
        tfds.disable_progress_bar()
        with redirect_stdout(io.StringIO()), written_to(target):
            maker.download_and_prepare(
                download_config=tfds.download.DownloadConfig(manual_dir=source),
                file_format="array_record",
            )
        made = Path(maker.data_dir)
        if source is not None:
            sources.write(made, source, digest)
        put(made, target, folder / "replaced", force=force)


@contextmanager
def written_to(target: Path) -> Iterator[None]:
    """Say in one line what the writer of TFDS says of a full disk, in the words of its C++."""
    try:
        yield
    except RuntimeError as error:
        reason = re.search(r"write\(\) failed: ([^;]+)", str(error))
        if reason is None:
            raise
        raise ClefganError(
            f"{target}: {reason[1].lower()}; make room, or set CLEFGAN_CACHE to another folder"
        ) from error


def put(made: Path, target: Path, aside: Path, *, force: bool) -> None:
    """Rename a whole dataset to its place; what was there goes aside, and back if that fails.

    Without `force`, a whole dataset that is there stays: another process was faster.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        folders.put(made, target, aside, replace=force or not (target / INFO).is_file())
    except OSError:
        if force or not (target / INFO).is_file():
            raise


def builder_of(name: str) -> tuple[Any, str | None]:
    """The builder's class and the name of its configuration, None if it has none."""
    base, _, config = name.partition("/")
    if base not in BUILDERS:
        close = difflib.get_close_matches(base, BUILDERS, 1)
        hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(BUILDERS)}"
        raise ClefganError(f"{name}: no such folder, and no dataset of this name; {hint}")
    module, _, attribute = BUILDERS[base].partition(":")
    builder = getattr(importlib.import_module(module), attribute)
    configs = [config_name.name for config_name in builder.BUILDER_CONFIGS]
    if config and config not in configs:
        known = ", ".join(f"{base}/{config_name}" for config_name in configs) or base
        raise ClefganError(f"dataset {base!r} has no configuration {config!r}; known: {known}")
    if configs and not config and builder.MANUAL_DOWNLOAD_INSTRUCTIONS is not None:
        raise ClefganError(
            f"dataset {base!r} has several configurations; say one of "
            + ", ".join(f"{base}/{config_name}" for config_name in configs)
        )
    return builder, config or (configs[0] if configs else None)


def folder_of(builder: Any, config: str | None) -> Path:
    """Where a dataset of this version is kept."""
    return files.cache("datasets") / full_name(builder, config) / str(builder.VERSION)


def full_name(builder: Any, config: str | None) -> str:
    """`NAME` or `NAME/CONFIG`."""
    return f"{builder.name}/{config}" if config else str(builder.name)
