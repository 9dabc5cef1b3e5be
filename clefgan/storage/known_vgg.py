"""Which VGG-16 is known: its shape, and the digests of its weights."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownVgg:
    """The network that weights are for, and what is known of them.

    Parameters
    ----------
    blocks : channels of the convolutions of each block
    fc1, fc2 : width before and after
    package_sha256 : of the package's file
    convolutions_sha256 : of names and values of the convolutions
    """

    blocks: tuple[tuple[int, ...], ...]
    fc1: tuple[int, int]
    fc2: tuple[int, int]
    package_sha256: str
    convolutions_sha256: str

    @property
    def head(self) -> dict[str, tuple[int, int]]:
        """Width before and after each layer of the head."""
        return {"fc1": self.fc1, "fc2": self.fc2}


IMAGENET = KnownVgg(
    blocks=((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512)),
    fc1=(25088, 4096),
    fc2=(4096, 4096),
    package_sha256="3be917fb4375d2d57d65f43eb28ab669387c00306bbe407c5aaf78fb5de3ab49",
    convolutions_sha256="c94d410ea35e6dea69c610955ec09a2c5eea4af5e4b1334d781b0a701bbcbfc1",
)
_current: ContextVar[KnownVgg] = ContextVar("vgg", default=IMAGENET)


def current() -> KnownVgg:
    """Return the network that weights are for now."""
    return _current.get()


@contextmanager
def of(vgg: KnownVgg) -> Iterator[None]:
    """Take weights for this network, such as a smaller one, within this block of code."""
    token = _current.set(vgg)
    try:
        yield
    finally:
        _current.reset(token)
