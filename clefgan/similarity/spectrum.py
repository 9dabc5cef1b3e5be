"""Images as the strongest coefficients of their Fourier transform, where a shift is a phase.

Correlation at every shift is a sum over frequencies (the cross-correlation theorem). Detail lies in
a band of them, so few coefficients hold nearly all of it: a shift costs a product over those, not
over the pixels, and no inverse transform of any pair is needed. The image is taken to go on at its
other edge, which a window towards the edge makes harmless.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clefgan.method import Images, Progress, silent
from clefgan.similarity.canonical import canonical
from clefgan.similarity.group import Shift

COEFFICIENTS = 512
READ = 64  # images that tell which coefficients are strong
BLOCK = 64  # images transformed at a time
EDGE = 0.1  # of each side, over which the window falls to 0
Maps = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Real and imaginary parts of chosen coefficients, scaled to correlations of the images.

    maps : what is transformed, such as the band of an image: (n, height, width)
    index : of each coefficient in the half spectrum, flat
    down, right : its frequencies, in turns a pixel
    weight : 1 for a coefficient without a twin in the other half, else the root of 2
    """

    maps: Callable[[Images], Maps]
    index: NDArray[np.int64]
    down: NDArray[np.float64]
    right: NDArray[np.float64]
    weight: NDArray[np.float64]

    @classmethod
    def learned(cls, maps: Callable[[Images], Maps], generated: Images) -> "Spectrum":
        """The coefficients that are strongest in the generated images, without the mean."""
        chosen = canonical(generated, READ)
        some = transformed(maps(np.stack([np.asarray(generated[i]) for i in chosen])))
        n_rows, n_columns = some.shape[1:]
        width = maps(np.asarray(generated[:1])).shape[2]
        twin = np.full(n_columns, np.sqrt(2.0))
        twin[0] = 1
        if width % 2 == 0:
            twin[-1] = 1
        power = ((np.abs(some) ** 2).mean(axis=0) * twin**2).ravel()
        power[0] = 0  # the mean
        strongest = np.sort(np.argsort(-power, kind="stable")[:COEFFICIENTS])
        strongest = strongest[power[strongest] > 0]
        down, right = np.fft.fftfreq(n_rows), np.fft.rfftfreq(width)
        return cls(
            maps,
            strongest,
            down[strongest // n_columns],
            right[strongest % n_columns],
            twin[strongest % n_columns],
        )

    def __call__(self, images: Images, *, progress: Progress = silent) -> Maps:
        """Return (n, 2 * n_coefficients) float32 of length 1 each, 0 where nothing is there."""
        rows = np.zeros((len(images), 2 * len(self.index)), np.float32)
        for start in range(0, len(images), BLOCK):
            part = slice(start, start + BLOCK)
            some = transformed(self.maps(np.asarray(images[part])))
            kept = some.reshape(len(some), -1)[:, self.index] * self.weight
            both = np.concatenate([kept.real, kept.imag], axis=1)
            lengths = np.linalg.norm(both, axis=1, keepdims=True)
            rows[part] = np.divide(both, lengths, out=np.zeros_like(both), where=lengths > 1e-3)
            progress("spectrum", min(start + BLOCK, len(images)), len(images), "")
        return rows

    def moved(self, rows: NDArray[np.float32], shift: Shift) -> Maps:
        """The rows of the same images, moved by whole pixels."""
        real, imaginary = np.split(rows, 2, axis=1)
        turn = np.exp(-2j * np.pi * (self.down * shift[0] + self.right * shift[1]))
        kept = (real + 1j * imaginary) * turn
        return np.concatenate([kept.real, kept.imag], axis=1).astype(np.float32)


def transformed(maps: Maps) -> NDArray[np.complex128]:
    """Half spectra of maps less their means, windowed: (n, height, width // 2 + 1)."""
    centred = maps - maps.mean(axis=(1, 2), keepdims=True, dtype=np.float64)
    window = np.outer(*(edge_window(side) for side in maps.shape[1:]))
    return np.fft.rfft2(centred * window)


def edge_window(side: int) -> NDArray[np.float64]:
    """1 inside, falling to near 0 over a tenth of the side at either end (Tukey's window)."""
    ramp = max(1, round(EDGE * side))
    rise = (1 - np.cos(np.pi * (np.arange(ramp) + 0.5) / ramp)) / 2
    window = np.ones(side)
    if 2 * ramp <= side:
        window[:ramp], window[side - ramp :] = rise, rise[::-1]
    return window
