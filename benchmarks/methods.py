"""Every method at the size of a small challenge: 160 dev images, 200 candidates, 128 x 128.

500 generated images on dev and 1,000 under test. Fitting on dev and scoring the candidates, on all
cores, without start-up and decoding. Methods that train a network are left out.
"""

import time

import numpy as np
from rich.console import Console
from rich.table import Table

from clefgan.method import DevSet, Images, Method
from clefgan.plugins import registry

SIDE = 128
ASKED = 30  # seconds
TRAINED = {
    "autoencoder", "dcgan-critic", "lbp-svm", "learned-space", "reference-generators", "relation",
    "siamese", "two-decoders", "vgg16-svm",
}  # fmt: skip


def main() -> None:
    """Print the table."""
    rng = np.random.default_rng(0)
    dev = DevSet(smooth(rng, 500), smooth(rng, 80), smooth(rng, 80))
    candidates, generated = smooth(rng, 200), smooth(rng, 1000)
    table = Table(title="fit on dev and score 200 candidates, all cores", title_justify="left")
    for name in ("method", "asked", "s"):
        table.add_column(name, justify="left" if name == "method" else "right")
    for name in registry.built_in():
        if name not in TRAINED:
            seconds = timed(registry.configure(name), dev, candidates, generated)
            table.add_row(name, f"{ASKED}", f"{seconds:.2f}")
    Console().print(table)


def timed(method: Method, dev: DevSet, candidates: Images, generated: Images) -> float:
    """Seconds of one fit and one score; compiled kernels are read from the cache."""
    start = time.perf_counter()
    method.fit(dev).score(candidates, generated)
    return time.perf_counter() - start


def smooth(rng: np.random.Generator, n: int) -> Images:
    """Noise of several scales: images that no method can take a short cut on."""
    total = np.zeros((n, SIDE, SIDE), np.float32)
    for scale in (1, 4, 16, 64):
        noise = rng.normal(size=(n, SIDE // scale, SIDE // scale)).astype(np.float32)
        total += scale**0.5 * np.kron(noise, np.ones((1, scale, scale), np.float32))
    low, high = total.min(axis=(1, 2), keepdims=True), total.max(axis=(1, 2), keepdims=True)
    levels: Images = (255 * (total - low) / (high - low)).astype(np.uint8)
    return levels


if __name__ == "__main__":
    main()
