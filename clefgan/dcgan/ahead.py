"""Compilation before there are images: it needs their side alone, and takes as long as drawing."""

import numpy as np

from clefgan.dcgan.config import DCGANConfig


def compile_ahead(config: DCGANConfig, size: int) -> None:
    """Compile training and drawing for images of this side, as later calls will find them.

    No step is done, and nothing is kept but the compiled code, which every thread of the process
    shares.
    """
    from clefgan.dcgan import devices  # JAX
    from clefgan.dcgan.step import comparable, compiled, graphs, start
    from clefgan.dcgan.train import AT_ONCE
    from clefgan.dcgan.trained import Trained, weights

    devices.keep_compilations()
    over = devices.mesh(config)
    state = devices.replicate(start(config, size), over)
    blank = np.zeros((AT_ONCE, config.batch, size, size), np.uint8)
    run = compiled(graphs(config, size), comparable(config), over)
    state, _ = run(state, np.uint32(config.seed), devices.spread(blank, over), np.int32(0))
    Trained(config, size, weights(state)).draw(1)
