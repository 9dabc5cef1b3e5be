"""One training step of the DCGAN, beside PyTorch and Keras doing the same step, on one core.

    python benchmarks/dcgan.py [--sizes 256 64] [--rounds 3] [--core N]

The step: generator forward; the discriminator's loss on real and generated images in one batch, its
gradient, Adam; the generator's loss against the new discriminator on the same generated images,
its gradient, Adam. Batch 2, filters 256-128-64-32-1 and mirrored. Every framework runs in a process
of its own, pinned to one core, by turns, `rounds` times; a figure is the median of the rounds'
medians. The peers run in the Python that `CLEFGAN_PEERS_PYTHON` names, or in this one.

The share of peak is the step's floating-point operations in convolutions a second, over the rate of
a 2048 x 2048 float32 matrix product by NumPy or JAX, whichever is faster, on the same core.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

BATCH = 2
LATENT = 100
WIDTHS = (256, 256, 128, 64, 32, 1)
NAMES = {
    "pytorch": "PyTorch eager, channels last",
    "keras": "Keras on TensorFlow, tf.function",
    "stock": "clefgan, stock Flax layers",
    "clefgan": "clefgan",
}
PEERS = ("pytorch", "keras")
ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def main(words: Sequence[str] = ()) -> None:
    """Print one table a size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--sizes", type=int, nargs="+", default=[256, 64])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--core", type=int, default=max(os.sched_getaffinity(0)))
    parser.add_argument("--only", nargs="+", choices=NAMES, default=list(NAMES))
    parser.add_argument("--one", choices=[*NAMES, "peak"], help=argparse.SUPPRESS)
    arguments = parser.parse_args(words)
    if arguments.one:
        print(json.dumps(measured(arguments.one, arguments.sizes[0])))
        return
    peak = float(figure("peak", 0, arguments.core) or "nan")
    print(f"peak: {peak:.0f} GFLOP/s, float32 matrix product, core {arguments.core}")
    for size in arguments.sizes:
        figures: dict[str, list[float]] = {name: [] for name in arguments.only}
        for _ in range(arguments.rounds):
            for name in arguments.only:
                value = figure(name, size, arguments.core)
                if value is not None:
                    figures[name].append(value)
        table(
            size, {name: statistics.median(v) if v else None for name, v in figures.items()}, peak
        )


def table(size: int, figures: dict[str, float | None], peak: float) -> None:
    """Print medians, ratios to the faster peer, and shares of peak."""
    from rich.console import Console
    from rich.table import Table

    known = [figures[name] for name in PEERS if figures.get(name) is not None]
    mark = min((value for value in known if value is not None), default=None)
    shown = Table("framework", "ms a step", "to the faster peer", "share of peak", title=f"{size}")
    for name, value in figures.items():
        if value is None:
            shown.add_row(NAMES[name], "absent", "", "")
            continue
        ratio = "" if mark is None else f"{value / mark:.2f}"
        share = operations(size) / (value * 1e-3) / (peak * 1e9)
        shown.add_row(NAMES[name], f"{value:.1f}", ratio, f"{share:.0%}")
    Console().print(shown)


def operations(size: int) -> float:
    """Count multiplications and additions in the convolutions of one step."""
    forward = sum(  # of one network and one image: the two mirror each other
        2 * 16 * (size // 32 * 2**layer) ** 2 * before * after
        for layer, (before, after) in enumerate(pairwise(WIDTHS))
    )
    generator = 3 * BATCH  # forward, and the gradients by kernels and inputs
    discriminator = 3 * 2 * BATCH + 2 * BATCH  # the same on both batches; then by images alone
    return float(forward * (generator + discriminator))


def figure(name: str, size: int, core: int) -> float | None:
    """Measure in a process of its own; None where the framework is absent."""
    python = os.environ.get("CLEFGAN_PEERS_PYTHON", sys.executable)
    if name not in PEERS:
        python = sys.executable
    process = subprocess.run(
        [python, __file__, "--one", name, "--sizes", str(size)],
        env=os.environ | ONE_THREAD | {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"},
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    value: float | None = json.loads(process.stdout.splitlines()[-1])
    return value


def measured(name: str, size: int) -> float | None:
    """Return milliseconds a step (for "peak": GFLOP/s), or None where the framework is absent."""
    if name == "peak":
        return peak_rate()
    if name in ("clefgan", "stock"):
        return timed_ours(size, "auto" if name == "clefgan" else "stock")
    try:
        return timed({"pytorch": pytorch_step, "keras": keras_step}[name](size))
    except ImportError:
        return None


def peak_rate() -> float:
    """Return the rate of the faster of NumPy's and JAX's matrix products, in GFLOP/s."""
    import jax
    import numpy as np

    side = 2048
    a = np.random.default_rng(0).standard_normal((side, side), np.float32)
    on_device, product = jax.numpy.asarray(a), jax.jit(lambda x: x @ x)
    milliseconds = min(timed(lambda: a @ a), timed(lambda: product(on_device).block_until_ready()))
    return 2 * side**3 / milliseconds / 1e6


def timed(step: Callable[[], Any], *, steps: int = 1) -> float:
    """Return the median milliseconds of calls that do `steps` steps each, after a warm-up."""
    for _ in range(2):
        step()
    times: list[float] = []
    while len(times) < 5 or (sum(times) < 4 and len(times) < 100):
        begin = time.perf_counter()
        step()
        times.append(time.perf_counter() - begin)
    return statistics.median(times) / steps * 1e3


def timed_ours(size: int, convolution: Any) -> float:
    import numpy as np

    from clefgan.dcgan import devices
    from clefgan.dcgan.config import DCGANConfig
    from clefgan.dcgan.step import comparable, compiled, graphs, start
    from clefgan.dcgan.train import AT_ONCE

    devices.keep_compilations()
    config = DCGANConfig(convolution=convolution)
    run = compiled(graphs(config, size), comparable(config), None)
    shape = (AT_ONCE, BATCH, size, size)
    batches = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    count = 2 if convolution == "stock" else AT_ONCE
    state = start(config, size)

    def step() -> None:
        nonlocal state
        state, losses = run(state, np.uint32(0), batches, np.int32(count))
        losses.block_until_ready()

    return timed(step, steps=count)


def pytorch_step(size: int) -> Callable[[], Any]:
    import numpy as np
    import torch
    from torch import nn
    from torch.nn.functional import softplus

    torch.set_num_threads(1)
    base = size // 32

    layers: list[Any] = [nn.Linear(LATENT, base * base * WIDTHS[0]), nn.LeakyReLU(0.2)]
    layers.append(nn.Unflatten(1, (WIDTHS[0], base, base)))
    for index, (before, after) in enumerate(pairwise(WIDTHS)):
        last = index == 4
        layers.append(nn.ConvTranspose2d(before, after, 4, 2, 1, bias=last))
        layers += [nn.Tanh()] if last else [nn.BatchNorm2d(after), nn.LeakyReLU(0.2)]
    generator = nn.Sequential(*layers).to(memory_format=torch.channels_last)
    layers = []
    for before, after in pairwise(WIDTHS[::-1]):
        layers += [nn.Conv2d(before, after, 4, 2, 1), nn.LeakyReLU(0.2)]
    discriminator = nn.Sequential(*layers, nn.Flatten(), nn.Linear(base * base * WIDTHS[0], 1))
    discriminator = discriminator.to(memory_format=torch.channels_last)
    adam = {"lr": 2e-4, "betas": (0.5, 0.999), "fused": True}
    optimisers = [torch.optim.Adam(net.parameters(), **adam) for net in (discriminator, generator)]
    images = np.random.default_rng(0).integers(0, 256, (BATCH, 1, size, size), dtype=np.uint8)

    def step() -> None:
        real = torch.from_numpy(images).float() / 127.5 - 1
        real = real.to(memory_format=torch.channels_last)
        generated = generator(torch.randn(BATCH, LATENT))
        logits = discriminator(torch.cat([real, generated.detach()]))
        loss = softplus(-logits[:BATCH]).mean() + softplus(logits[BATCH:]).mean()
        optimisers[0].zero_grad()
        loss.backward()
        optimisers[0].step()
        discriminator.requires_grad_(False)
        loss = softplus(-discriminator(generated)).mean()
        optimisers[1].zero_grad()
        loss.backward()
        optimisers[1].step()
        discriminator.requires_grad_(True)

    return step


def keras_step(size: int) -> Callable[[], Any]:
    import numpy as np
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    import keras
    from keras import layers

    base = size // 32
    generator = keras.Sequential([layers.Input((LATENT,)), layers.Dense(base * base * WIDTHS[0])])
    generator.add(layers.LeakyReLU(negative_slope=0.2))
    generator.add(layers.Reshape((base, base, WIDTHS[0])))
    for index, width in enumerate(WIDTHS[1:]):
        last = index == 4
        generator.add(
            layers.Conv2DTranspose(
                width, 4, 2, "same", use_bias=last, activation="tanh" if last else None
            )
        )
        if not last:
            generator.add(layers.BatchNormalization())
            generator.add(layers.LeakyReLU(negative_slope=0.2))
    discriminator = keras.Sequential([layers.Input((size, size, 1))])
    for width in WIDTHS[::-1][1:]:
        discriminator.add(layers.Conv2D(width, 4, 2, "same"))
        discriminator.add(layers.LeakyReLU(negative_slope=0.2))
    discriminator.add(layers.Flatten())
    discriminator.add(layers.Dense(1))
    optimisers = [keras.optimizers.Adam(2e-4, beta_1=0.5) for _ in range(2)]
    for optimiser, network in zip(optimisers, (discriminator, generator), strict=True):
        optimiser.build(network.trainable_variables)
    images = tf.constant(
        np.random.default_rng(0).integers(0, 256, (BATCH, size, size, 1), dtype=np.uint8)
    )

    def compute() -> Any:
        real = tf.cast(images, tf.float32) / 127.5 - 1
        with tf.GradientTape() as drawing:
            generated = generator(tf.random.normal((BATCH, LATENT)), training=True)
        with tf.GradientTape() as tape:
            logits = discriminator(tf.concat([real, generated], 0), training=True)
            loss = tf.reduce_mean(tf.nn.softplus(-logits[:BATCH])) + tf.reduce_mean(
                tf.nn.softplus(logits[BATCH:])
            )
        weights = discriminator.trainable_variables
        optimisers[0].apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
        with tf.GradientTape() as tape:
            tape.watch(generated)
            loss = tf.reduce_mean(tf.nn.softplus(-discriminator(generated, training=True)))
        wanted = tape.gradient(loss, generated)
        weights = generator.trainable_variables
        gradients = drawing.gradient(generated, weights, output_gradients=wanted)
        optimisers[1].apply_gradients(zip(gradients, weights, strict=True))
        return loss

    compiled = tf.function(compute)
    return lambda: compiled().numpy()


if __name__ == "__main__":
    main(sys.argv[1:])
