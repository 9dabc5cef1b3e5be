"""The choices that the paper leaves open, one changed at a time around our defaults."""

from dataclasses import dataclass

from clefgan.experiments.reproduction.paper import Sizes

LBP, VGG16 = "lbp-svm", "vgg16-svm"


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of one choice; all else as by default.

    Parameters
    ----------
    choice : what is chosen; "" for the defaults themselves
    value : as the table shows it
    settings : that make it
    """

    method: str
    choice: str
    value: str
    settings: tuple[str, ...] = ()

    @property
    def is_default(self) -> bool:
        """Whether nothing is changed."""
        return not self.choice

    def named(self, sizes: Sizes) -> str:
        """Return the method and its settings as `clefgan evaluate --method` takes them."""
        changed = {setting.partition("=")[0] for setting in self.settings}
        kept = [default for default in sizes.settings if default.partition("=")[0] not in changed]
        return f"{self.method}({','.join((*kept, *self.settings))})"


DEFAULTS = (Choice(LBP, "", "defaults"), Choice(VGG16, "", "defaults"))

CHOICES = (
    DEFAULTS[0],
    Choice(LBP, "P, R", "16, 2", ("P=16", "R=2")),
    Choice(LBP, "P, R", "24, 3", ("P=24", "R=3")),
    Choice(LBP, "P, R", "8, 1 + 16, 2 + 24, 3", ("P=[8,16,24]", "R=[1,2,3]")),
    Choice(LBP, "pattern", "ror", ("lbp_method=ror",)),
    Choice(LBP, "grid", "2 x 2", ("grid=2",)),
    Choice(LBP, "grid", "4 x 4", ("grid=4",)),
    Choice(LBP, "kernel", "linear", ("kernel=linear",)),
    Choice(LBP, "C", "0.1", ("C=0.1",)),
    Choice(LBP, "C", "10", ("C=10",)),
    Choice(LBP, "C", "100", ("C=100",)),
    Choice(LBP, "gamma", "0.01", ("gamma=0.01",)),
    Choice(LBP, "gamma", "1", ("gamma=1",)),
    Choice(LBP, "scaling", "none", ("scaling=none",)),
    Choice(LBP, "scaling", "minmax", ("scaling=minmax",)),
    Choice(LBP, "own samples", "802", ("own_samples=802",)),
    Choice(LBP, "epochs", "3", ("gan.epochs=3",)),
    Choice(LBP, "epochs", "6", ("gan.epochs=6",)),
    Choice(LBP, "epochs", "24", ("gan.epochs=24",)),
    DEFAULTS[1],
    Choice(VGG16, "layer", "block3", ("layer=block3",)),
    Choice(VGG16, "layer", "block4", ("layer=block4",)),
    Choice(VGG16, "kernel", "linear", ("kernel=linear",)),
    Choice(VGG16, "C", "0.1", ("C=0.1",)),
    Choice(VGG16, "C", "10", ("C=10",)),
    Choice(VGG16, "gamma", "0.0002", ("gamma=0.0002",)),
    Choice(VGG16, "gamma", "0.02", ("gamma=0.02",)),
    Choice(VGG16, "scaling", "none", ("scaling=none",)),
)
