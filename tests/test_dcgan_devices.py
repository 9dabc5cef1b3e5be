"""Several devices, in one process and in two, against one."""

import os
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

from building import noise
from clefgan.dcgan import devices
from clefgan.dcgan.config import DCGANConfig
from clefgan.dcgan.synthesise import flat
from clefgan.dcgan.train import train
from clefgan.storage.files import cache
from compiling import with_devices

TRAINING = """
import sys
sys.path.insert(0, sys.argv[1])
import test_dcgan_devices
test_dcgan_devices.train_all(*sys.argv[2:])
"""
IMAGES = noise(8)
PLAIN = DCGANConfig(
    latent=4, base_filters=8, filters=(8,) * 4, init_std=0.2, epochs=4, batch=4,
)  # fmt: skip
CONFIGS = {"plain": PLAIN, "normed": replace(PLAIN, discriminator_norm=True)}


def train_all(folder: str, names: str, *cluster: str) -> None:
    """Train with each of these configs, twice from the same checkpoints; save what comes of it."""
    if cluster:
        devices.join(cluster[0], int(cluster[1]), int(cluster[2]))
    for name in names.split(","):
        config, kept = CONFIGS[name], Path(folder) / name
        log = kept / "log.jsonl"
        done = train(IMAGES, config, checkpoints=kept, log=log, samples=kept, every=2)
        again = train(IMAGES, config, checkpoints=kept)
        if jax.process_index() == 0:
            arrays: dict[str, Any] = dict(flat(done.weights))
            assert all((arrays[name] == array).all() for name, array in flat(again.weights).items())
            over = devices.mesh(config)
            np.savez(kept.with_suffix(".npz"), shared=over.size if over else 1, **arrays)


def started(
    children: Any, folder: Path, *arguments: str, virtual: int = 1
) -> "subprocess.Popen[str]":
    here = str(Path(__file__).parent)
    process: subprocess.Popen[str] = children.start(
        "-c", TRAINING, here, str(folder), *arguments, env=with_devices(virtual), merge=True
    )
    return process


def ended(*processes: "subprocess.Popen[str]") -> None:
    for process in processes:
        output, _ = process.communicate(timeout=300)
        assert process.returncode == 0, output


def compare(one: Path, other: Path, *, shared: int) -> None:
    """Weights after eight steps of Adam agree, which makes much of differences in rounding."""
    a, b = np.load(one), np.load(other)
    assert (int(a["shared"]), int(b["shared"])) == (1, shared)
    with a, b:
        assert sorted(a.files) == sorted(b.files)
        for name in sorted(set(a.files) - {"shared"}):
            np.testing.assert_allclose(b[name], a[name], rtol=1e-3, atol=1e-4, err_msg=name)


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What one device trains: this process has no other."""
    folder = tmp_path_factory.mktemp("one")
    train_all(str(folder), "plain,normed")
    return folder


@pytest.mark.slow
def test_two_devices_train_as_one_does(one: Path, children: Any, tmp_path: Path) -> None:
    ended(started(children, tmp_path, "plain,normed", virtual=2))
    for name in CONFIGS:
        compare(one / f"{name}.npz", tmp_path / f"{name}.npz", shared=2)


@pytest.mark.slow
def test_two_processes_train_as_one_does(one: Path, children: Any, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    ended(*(started(children, tmp_path, "plain", address, "2", str(rank)) for rank in (0, 1)))
    compare(one / "plain.npz", tmp_path / "plain.npz", shared=2)


def test_a_batch_is_shared_by_as_many_devices_as_divide_it() -> None:
    assert [devices.sharing(batch, 4) for batch in (2, 8, 6, 9, 1)] == [2, 4, 3, 3, 1]
    assert devices.mesh(DCGANConfig(batch=1)) is None


@pytest.mark.slow
def test_a_cache_that_the_user_has_set_is_left_alone() -> None:
    code = (
        "import jax; from clefgan.dcgan import devices; devices.keep_compilations();"
        "print(jax.config.jax_compilation_cache_dir)"
    )
    rest = {k: v for k, v in os.environ.items() if k != "JAX_COMPILATION_CACHE_DIR"}
    for own, expected in (({}, str(cache("jax"))), ({"JAX_COMPILATION_CACHE_DIR": "/own"}, "/own")):
        output = subprocess.check_output([sys.executable, "-c", code], env=rest | own, text=True)
        assert output.strip() == expected


def test_what_decides_the_bits_is_recorded() -> None:
    record = devices.record()
    assert record["cores"] == len(os.sched_getaffinity(0))
    assert record["backend"] == "cpu"
    assert record["jax"] == jax.__version__
