"""What methods learn with. The networks bring JAX, so they are loaded on first use."""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # for editors and type checkers; at run time on first use
    from baselines.learning import autoencoder_net, embedding_net, nets, pair_net, relation_net

__all__ = ["autoencoder_net", "embedding_net", "nets", "pair_net", "relation_net"]


def __getattr__(name: str) -> ModuleType:
    if name in __all__:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
