"""Reference generators: is a candidate nearer to what was generated than chance would have it?

Generators of one's own are trained on random halves of dev's real images. None of them saw a
candidate, so their images say how near a generator comes to it without having seen it; what
counts is how much nearer the generator under test comes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from baselines.features.space import FittedSpace, Space
from baselines.scoring import threshold
from clefgan.dcgan import side_by_side as dcgans
from clefgan.dcgan import synthesise as dcgan
from clefgan.dcgan.config import DCGANConfig, check_images
from clefgan.errors import ClefganError
from clefgan.flow import synthesise as flows
from clefgan.flow.config import FlowConfig
from clefgan.method import DevSet, Images, Knowledge, Progress, Scorer, Scores, silent
from clefgan.similarity.canonical import canonical
from clefgan.similarity.engine import nearest
from clefgan.similarity.pixel_digest import digest
from clefgan.similarity.whole_numbers import Floats

Form = Literal["lira", "rmia"]
Generator = Literal["dcgan", "flow"]
BAND = Space("band")
GAN = DCGANConfig(epochs=60, batch=4, base_filters=128, filters=(128, 64, 32, 16))
FLOW = FlowConfig(steps=1500, batch=8, block=8, components=16, width=32, shift=1, draws=20)
CLOSEST = 1e-6  # distance that a copy counts as, so that its logarithm is finite


@dataclass(frozen=True, kw_only=True)
class ReferenceGenerators:
    """Closeness to the generated images, beside closeness to those of generators of one's own.

    `lira`: in standard deviations above its mean over the reference generators. `rmia`: the share
    of dev's real images whose own ratio of closeness to mean closeness is smaller.

    Notes
    -----
    Closeness is the inverse of the distance to the closest generated image, its logarithm in
    `lira`. The papers attack classifiers, with a loss for each image; a generator that shows its
    images only has none, so the distance stands in for it. Both forms are the offline ones: no
    reference generator saw a candidate. `lira` has one variance for all candidates, as the paper
    advises for few models. A dev image that is scored itself is compared with the generators
    that did not see it. Where the reference generator is of another kind than that under test,
    texture differs, and what is left is the order. Other images of a candidate's patient may have
    trained a reference generator.

    References
    ----------
    Carlini et al. (2022), arXiv:2112.03570 (LiRA), offline; Zarifzadeh, Liu, Shokri (2024),
    arXiv:2312.03262 (RMIA), offline, with the mean over the models that did not see an image as
    its plain probability. For generators: Chen et al. (2020), arXiv:1909.03935, who calibrate by
    one reference generator.
    """

    knowledge: ClassVar[Knowledge] = Knowledge.S2
    source: ClassVar[str] = "after LiRA (Carlini et al. 2022, arXiv:2112.03570)"
    paper_note: ClassVar[str] = threshold.PAPER_NOTE

    generators: int = 8  # of one's own; an even number, two for each way to halve the images
    samples: int = 300  # images drawn from each
    form: Form = "lira"  # lira or rmia
    features: Space = BAND  # where distances are measured
    generator: Generator = "dcgan"  # the kind of one's own: dcgan or flow
    gan: DCGANConfig = GAN
    flow: FlowConfig = FLOW
    seed: int = 0  # of the halves, and added to the seed of the networks

    def __post_init__(self) -> None:
        if self.generators < 2 or self.generators % 2:
            raise ValueError(f"generators {self.generators} must be an even number, at least 2")
        if self.samples < 1:
            raise ValueError(f"samples {self.samples} must be at least 1")
        other = "flow" if self.generator == "dcgan" else "gan"
        if getattr(self, other) != (FLOW if other == "flow" else GAN):
            raise ValueError(
                f"settings of {other!r} mean nothing to generator {self.generator!r}; leave them "
                "out, or set the other generator"
            )
        self.config()  # refuses a seed that is none

    def config(self) -> DCGANConfig | FlowConfig:
        """Return the settings of the networks, their seed moved by the method's."""
        chosen = self.gan if self.generator == "dcgan" else self.flow
        return replace(chosen, seed=chosen.seed + self.seed)

    def fit(self, dev: DevSet, /, *, progress: Progress = silent) -> Scorer:
        """Train the reference generators; set the threshold midway between the classes' medians.

        Raises
        ------
        ClefganError
            No used or no not-used image in dev, or images that the generator cannot learn.
        """
        threshold.require(dev)
        reals = known_images(dev)
        halves = self.halves(len(reals))
        drawn = self.drawn([reals[half] for half in halves], progress)
        reference = Reference(reals, halves, drawn, self.features.learned(dev.generated), self.form)
        return threshold.midway(reference, dev, progress=progress)

    def prepare(self, sets: Sequence[DevSet], /, *, progress: Progress = silent) -> None:
        """Train the networks of several fits side by side."""
        pools = [known_images(dev) for dev in sets]
        seen = [reals[half] for reals in pools for half in self.halves(len(reals))]
        self.drawn([images for images in seen if len(images)], progress)

    def drawn(self, seen: Sequence[Images], progress: Progress) -> tuple[Images, ...]:
        """Return what a network trained on each set of images generates."""
        config, n = self.config(), self.samples
        if isinstance(config, FlowConfig):
            flows.synthesise_all(seen, config, n, progress=progress)
            return tuple(flows.synthesise(images, config, n) for images in seen)
        for images in seen:
            check_images(images)
        dcgans.synthesise_all(seen, config, n, progress=progress)
        return tuple(dcgan.synthesise(images, config, n) for images in seen)

    def halves(self, n: int) -> NDArray[np.bool_]:
        """(generators, n), who sees which image: each image is seen by half of the generators."""
        rng = np.random.default_rng(self.seed)
        first = [rng.permutation(n) < (n + 1) // 2 for _ in range(self.generators // 2)]
        return np.array([half for one in first for half in (one, ~one)])


def known_images(dev: DevSet) -> Images:
    """Dev's real images in an order that is that of their pixels."""
    reals = np.concatenate([dev.used, dev.not_used])
    return reals[canonical(reals)]


@dataclass(frozen=True, eq=False)
class Reference:
    """The raw score.

    halves : (k, n) which of the n known images each generator saw
    drawn : what each generated
    """

    reals: Images
    halves: NDArray[np.bool_]
    drawn: tuple[Images, ...]
    space: FittedSpace
    form: Form

    def __call__(self, candidates: Images, generated: Images, *, progress: Progress) -> Scores:
        """Score by the form that was asked for."""
        if candidates.shape[1:] != self.reals.shape[1:]:
            raise ClefganError(
                f"reference generators: candidates are {candidates.shape[1]}x{candidates.shape[2]},"
                f" dev images {self.reals.shape[1]}x{self.reals.shape[2]}; resize one of the two"
            )
        own, others = self.distances(candidates, generated, progress)
        if self.form == "lira":
            return standardised(-np.log(own), -np.log(others))
        ratio = log_ratio(own, others)
        return dominated(ratio, log_ratio(*self.distances(self.reals, generated, progress)))

    def distances(
        self, images: Images, generated: Images, progress: Progress
    ) -> tuple[Floats, Floats]:
        """To the closest generated image, (n,), and to the closest of each generator, (k, n).

        NaN where a generator saw the image, unless all did.
        """
        rows = self.space.rows(images)
        sets = [generated, *self.drawn]
        closest = []
        for number, images_of_one in enumerate(sets):
            progress("reference", number, len(sets), "")
            neighbours = nearest(self.space.metric, rows, self.space.rows(images_of_one))
            closest.append(np.maximum(neighbours.distances[:, 0], CLOSEST))
        own, others = closest[0], np.array(closest[1:])
        seen = self.seen(images)
        others[seen & ~seen.all(axis=0)] = np.nan
        return own, others

    def seen(self, images: Images) -> NDArray[np.bool_]:
        """(k, n), whether a generator was trained on an image, or on a copy of it."""
        saw: dict[bytes, NDArray[np.bool_]] = {}
        for image, by_whom in zip(self.reals, self.halves.T, strict=True):
            name = digest(image)
            saw[name] = saw.get(name, np.zeros(len(self.halves), bool)) | by_whom
        nobody = np.zeros(len(self.halves), bool)
        return np.array([saw.get(digest(image), nobody) for image in images]).T


def standardised(own: Floats, others: Floats) -> Scores:
    """`own` in standard deviations above the mean of `others`, one deviation for all images.

    >>> standardised(np.array([3.0, 2.0]), np.array([[0.0, 1.0], [2.0, 3.0]]))
    array([1.41421356, 0.        ])
    """
    mean = np.nanmean(others, axis=0)
    known = ~np.isnan(others)
    squares = np.nansum((others - mean) ** 2)
    freedom = int(known.sum()) - others.shape[1]
    deviation = float(np.sqrt(squares / freedom)) if freedom > 0 else 0.0
    return np.asarray((own - mean) / max(deviation, 1e-9))


def log_ratio(own: Floats, others: Floats) -> Floats:
    """Logarithm of closeness over mean closeness, closeness being one over distance."""
    return np.asarray(-np.log(own) - np.log(np.nanmean(1 / others, axis=0)))


def dominated(ratio: Floats, population: Floats) -> Scores:
    """Share of the population with a smaller ratio; an equal one counts half.

    >>> dominated(np.array([2.0, 0.0]), np.array([1.0, 2.0]))
    array([0.75, 0.  ])
    """
    ordered = np.sort(population)
    below = np.searchsorted(ordered, ratio, side="left")
    up_to = np.searchsorted(ordered, ratio, side="right")
    return np.asarray((below + up_to) / (2 * len(population)))
