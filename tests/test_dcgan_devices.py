"""Several devices, in one process and in two, against one."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

from clefgan.dcgan import devices
from clefgan.dcgan.config import DCGANConfig
from clefgan.storage.files import cache

TRAINING = """
import sys
from pathlib import Path
import jax
import numpy as np
from clefgan.dcgan import devices
from clefgan.dcgan.config import DCGANConfig
from clefgan.dcgan.synthesise import flat
from clefgan.dcgan.train import train
out, normed, *cluster = sys.argv[1:]
if cluster:
    devices.join(cluster[0], int(cluster[1]), int(cluster[2]))
config = DCGANConfig(
    latent=4, base_filters=8, filters=(8, 8, 8, 8), init_std=0.2, epochs=4, batch=4,
    discriminator_norm=bool(int(normed)),
)
images = np.random.default_rng(0).integers(0, 256, (8, 32, 32), dtype=np.uint8)
folder = Path(out).with_suffix("")
done = train(images, config, checkpoints=folder, log=folder / "log.jsonl", samples=folder, every=2)
again = train(images, config, checkpoints=folder)
if jax.process_index() == 0:
    arrays = flat(done.weights)
    assert all((arrays[name] == array).all() for name, array in flat(again.weights).items())
    np.savez(out, devices=jax.device_count(), shared=devices.mesh(config).size
             if devices.mesh(config) else 1, **arrays)
"""


def training(
    children: Any, out: Path, *arguments: str, virtual: int = 1
) -> "subprocess.Popen[str]":
    env = {"XLA_FLAGS": f"--xla_force_host_platform_device_count={virtual}"}
    started: subprocess.Popen[str] = children.start(
        "-c", TRAINING, str(out), *arguments, env=env, merge=True
    )
    return started


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
        for name in sorted(set(a.files) - {"devices", "shared"}):
            np.testing.assert_allclose(b[name], a[name], rtol=1e-3, atol=1e-4, err_msg=name)


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Any, str], Path]:
    """The weights that one device trains, without and with norms; trained once."""
    folder = tmp_path_factory.mktemp("one")

    def trained(children: Any, normed: str) -> Path:
        path = folder / f"{normed}.npz"
        if not path.exists():
            ended(training(children, path, normed))
        return path

    return trained


@pytest.mark.slow
@pytest.mark.parametrize("normed", ["1", "0"])
def test_two_devices_train_as_one_does(
    one: Callable[[Any, str], Path], children: Any, tmp_path: Path, normed: str
) -> None:
    ended(training(children, tmp_path / "two.npz", normed, virtual=2))
    compare(one(children, normed), tmp_path / "two.npz", shared=2)


@pytest.mark.slow
def test_two_processes_train_as_one_does(
    one: Callable[[Any, str], Path], children: Any, tmp_path: Path
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    out = tmp_path / "two.npz"
    ended(*(training(children, out, "0", address, "2", str(rank)) for rank in (0, 1)))
    compare(one(children, "0"), out, shared=2)


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
