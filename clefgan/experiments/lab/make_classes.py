"""A class challenge whose truth is known, from any real images: in memory, or as a folder."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from clefgan.dcgan.config import DCGANConfig
from clefgan.errors import ClefganError
from clefgan.experiments.lab import class_kinds, class_rules, leaks, roles
from clefgan.experiments.lab.class_kinds import OTHER, Recipe, Setting
from clefgan.experiments.lab.leaks import Field
from clefgan.experiments.lab.reals import Reals
from clefgan.flow.config import FlowConfig
from clefgan.method import Images, Progress, Source, silent


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassSpec:
    """What decides a class challenge, besides the real images.

    kind, rule : see `class_kinds` and `class_rules`
    test_rule : of the images under test; that of dev if not given, another one for the kind
        `other-generator`
    reals, generated, test : images per class
    gan, flow : of the network that the rule `dcgan` or `flow` trains for each class
    overlap : share of each class's patients that all classes have, for `shared-patients`
    """

    kind: str = "subset"
    rule: str = "pca"
    test_rule: str | None = None
    classes: int = 5
    reals: int = 40
    generated: int = 80
    test: int = 80
    overlap: float = 0.5
    seed: int = 0
    gan: DCGANConfig = field(default_factory=DCGANConfig)
    flow: FlowConfig = field(default_factory=FlowConfig)

    def __post_init__(self) -> None:
        """Refuse what cannot be made."""
        for name, least in (
            ("classes", 2),
            ("reals", 2),
            ("generated", 1),
            ("test", 1),
            ("seed", 0),
        ):
            if getattr(self, name) < least:
                raise ClefganError(
                    f"lab: {name} must be {least} or more; got {getattr(self, name)}"
                )
        if not 0 <= self.overlap < 1:
            raise ClefganError(f"lab: overlap is a share from 0 to below 1; got {self.overlap}")
        class_kinds.recipes(self.kind, self.setting())

    def setting(self) -> Setting:
        """What a kind needs of it."""
        other = OTHER.get(self.rule, "pca") if self.kind == "other-generator" else self.rule
        return Setting(self.classes, self.reals, self.rule, self.test_rule or other, self.overlap)


@dataclass(frozen=True, slots=True, eq=False)
class ClassLab:
    """A class challenge in memory.

    sources : the classes, in dev
    patients : indices of the real images of each class
    test : images under test, in an order that says nothing
    truth : (n_test,) the number of the class of each
    """

    sources: tuple[Source, ...]
    patients: tuple[NDArray[np.intp], ...]
    test: Images
    truth: NDArray[np.int64]


def draw(reals: Reals, spec: ClassSpec, *, progress: Progress = silent) -> ClassLab:
    """Deal out the real images and make those of dev and of test.

    Raises
    ------
    ClefganError
        Too few groups of real images.
    """
    dev, test = class_kinds.recipes(spec.kind, spec.setting())
    n = 1 + max(int(recipe.patients.max()) for recipe in dev)
    dealt = deal(reals, n, stream(spec, 0))
    names = class_names(spec.classes)
    sources, under_test = [], []
    for number, name in enumerate(names):
        rng = stream(spec, 2, number)
        own = reals.images[dealt[dev[number].patients]]
        made, tested = fields(dev[number], test[number], own, spec, rng, progress)
        sources.append(Source(name, own, finished(dev[number], made, rng)))
        under_test.append(finished(test[number], tested, stream(spec, 3, number)))
        progress("classes", number + 1, spec.classes, "")
    truth = np.repeat(np.arange(spec.classes), spec.test)
    order = stream(spec, 1).permutation(len(truth))
    patients = tuple(dealt[recipe.patients] for recipe in dev)
    return ClassLab(tuple(sources), patients, np.concatenate(under_test)[order], truth[order])


def fields(
    dev: Recipe,
    test: Recipe,
    own: Images,
    spec: ClassSpec,
    rng: np.random.Generator,
    progress: Progress,
) -> tuple[Field, Field]:
    """Images of dev and of test, not degraded: of one generator where the recipe is one.

    A class that collapsed has the same templates in both.
    """

    def made(rule: str, n: int) -> Field:
        return class_rules.make(rule, own, n, rng, gan=spec.gan, flow=spec.flow, progress=progress)

    if dev.templates:
        templates = made(dev.rule, dev.templates)
        places = rng.integers(dev.templates, size=spec.generated + spec.test)
        return templates[places[: spec.generated]], templates[places[spec.generated :]]
    if dev.rule == test.rule:
        both = made(dev.rule, spec.generated + spec.test)
        return both[: spec.generated], both[spec.generated :]
    return made(dev.rule, spec.generated), made(test.rule, spec.test)


def finished(recipe: Recipe, made: Field, rng: np.random.Generator) -> Images:
    """Images of a recipe, degraded: uint8."""
    images = leaks.degraded(made, rng, noise=recipe.noise)
    if recipe.levels == 256:
        return images
    step = 256 / recipe.levels
    return np.asarray(np.floor(images / step) * step, np.uint8)


def deal(reals: Reals, n: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """One image each of `n` groups.

    Raises
    ------
    ClefganError
        Too few groups.
    """
    members = roles.by_group(reals.groups)
    if len(members) < n:
        raise ClefganError(
            f"{reals.source}: {len(members)} groups are too few for {n} real images, one each; "
            "ask for fewer classes or real images"
        )
    chosen = rng.permutation(len(members))[:n]
    groups = list(members.values())
    return np.array([rng.choice(groups[at]) for at in chosen], np.intp)


def stream(spec: ClassSpec, *part: int) -> np.random.Generator:
    """Randomness of one part; the parts are independent of each other."""
    return np.random.default_rng(np.random.SeedSequence(spec.seed, spawn_key=part))


def class_names(n: int) -> list[str]:
    """`t1`, `t2` and so on, as the editions' folders are called."""
    return [f"t{number}" for number in range(1, n + 1)]
