"""A trained pair of networks: what it draws, and how it judges images."""

from collections.abc import Callable
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jax import lax

from clefgan.dcgan.compilation import shared
from clefgan.dcgan.config import DCGANConfig, check_images
from clefgan.dcgan.model import key
from clefgan.dcgan.step import Graphs, State, Tree, graphs, to_unit
from clefgan.errors import ClefganError
from clefgan.method import Images, Progress, Scores, silent

AT_ONCE = 16  # always this many, the last ones padded: an image does not depend on how many follow
MOST_PIXELS = 2**17  # drawn at once: more take fresh memory at each call, which costs a third


@dataclass(frozen=True)
class Trained:
    """Both networks after training; arrays of NumPy or JAX."""

    config: DCGANConfig
    size: int
    weights: Tree  # of both, as `weights` returns them

    def draw(self, n: int, *, progress: Progress = silent) -> Images:
        """Draw n images; the first k of them are the same for any n of at least k."""
        at_once = max(2, min(AT_ONCE, MOST_PIXELS // self.size**2))
        draw = _drawing(graphs(self.config, self.size), self.config.latent, at_once)
        samples_key = key(self.config.seed, "samples")
        progress("drawing", 0, n, draw.note)
        images = np.empty((n, self.size, self.size), np.uint8)
        for first in range(0, n, at_once):
            part = np.asarray(draw(self.weights["generator"], samples_key, jnp.int32(first)))
            images[first : first + at_once] = part[: n - first]
            progress("drawing", min(first + at_once, n), n, "")
        return images

    def judge(self, images: Images, *, progress: Progress = silent) -> Scores:
        """Return the discriminator's logit of each image: higher looks more like a real one.

        Images are judged one by one, so that a logit does not depend on the image's neighbours.
        """
        if check_images(images) != self.size:
            raise ClefganError(
                f"dcgan: images to judge must be as large as those trained on, {self.size} x "
                f"{self.size}; got {images.shape[1]} x {images.shape[2]}; resize them"
            )
        judge = _judging(graphs(self.config, self.size))
        progress("judging", 0, len(images), judge.note)
        logits = np.empty(len(images), np.float64)
        for first in range(0, len(images), AT_ONCE):
            some = np.zeros((AT_ONCE, self.size, self.size), np.uint8)
            count = len(images[first : first + AT_ONCE])
            some[:count] = images[first : first + AT_ONCE]
            logits[first : first + count] = judge(self.weights["discriminator"], some)[:count]
            progress("judging", first + count, len(images), "")
        return logits


def weights(state: State) -> Tree:
    """Return the numbers of a state that matter after training, in NumPy."""
    kept = {
        name: {"params": player.params, "norms": player.norms}
        for name, player in (
            ("generator", state.generator),
            ("discriminator", state.discriminator),
        )
    }
    return jax.tree.map(np.asarray, kept)


@shared
def _drawing(networks: Graphs, latent: int, at_once: int) -> Callable[..., jax.Array]:
    @jax.jit
    def draw(weights: Tree, samples_key: jax.Array, first: jax.Array) -> jax.Array:
        keys = jax.vmap(lambda i: jax.random.fold_in(samples_key, i))(first + jnp.arange(at_once))
        noise = jax.vmap(lambda k: jax.random.normal(k, (latent,)))(keys)
        generator = nnx.merge(networks.generator, weights["params"], weights["norms"])
        images: jax.Array = generator(noise, average=True)[..., 0]
        levels: jax.Array = jnp.round((images + 1) * 127.5)
        return levels.astype(jnp.uint8)

    return draw


@shared
def _judging(networks: Graphs) -> Callable[..., jax.Array]:
    @jax.jit
    def judge(weights: Tree, images: jax.Array) -> jax.Array:
        discriminator = nnx.merge(networks.discriminator, weights["params"], weights["norms"])
        logits: jax.Array = lax.map(
            lambda image: discriminator(to_unit(image[None]), average=True)[0], images
        )
        return logits

    return judge
