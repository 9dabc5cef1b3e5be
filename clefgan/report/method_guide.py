"""What to expect of the built-in methods: kind, cost, and how well each sees four kinds of leak.

The figures are those of the study on real CT (docs/study.md): the mean AUC of five seeds at leak
0.5, for copies, blends, patchworks of tiles, and a Gaussian of the used images; 0.5 is chance. A
test holds them against docs/methods.md.
"""

from dataclasses import dataclass

BEGIN_WITH = ("fusion", "nearest", "all-used")
"""One that looks for most kinds of leak, the baseline of all distances, and the row to beat."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What to expect of a method; `auc` as text, in the order of the study."""

    group: str
    cost: str
    auc: tuple[str, ...] = ()


DISTANCE, POOL, TRAINED, PUBLISHED, TRIVIAL, OTHER = (
    "Distances to the generated images",
    "Distances, compared with the other candidates",
    "Trained on images",
    "Systems of challenge teams",
    "Trivial: rows to beat",
    "Plug-ins and methods without a measured row",
)
GROUPS = (DISTANCE, POOL, TRAINED, PUBLISHED, TRIVIAL, OTHER)


def row(group: str, cost: str, auc: str = "") -> Expected:
    """A row; the AUC as `.93 .82 .51 .58`."""
    return Expected(group, cost, tuple(auc.split()))


GUIDE = {
    "fusion": row(POOL, "tiles", ".93 .99 .97 .99"),
    "rank-fusion": row(POOL, "tiles", ".93 .90 .72 .69"),
    "nearest": row(DISTANCE, "product", ".93 .82 .51 .58"),
    "max-correlation": row(DISTANCE, "product", ".93 .82 .51 .58"),
    "calibrated": row(DISTANCE, "product", ".92 .83 .52 .60"),
    "monte-carlo": row(DISTANCE, "product", ".93 .73 .49 .54"),
    "domias": row(DISTANCE, "product", ".85 .74 .51 .59"),
    "relative-distance": row(DISTANCE, "product", ".93 .86 .49 .60"),
    "relative-tile": row(DISTANCE, "tiles", ".93 .84 .48 .54"),
    "pool-log-ratio": row(POOL, "product", ".93 .88 .54 .70"),
    "identifiability": row(POOL, "product", ".58 .68 .50 .59"),
    "csls": row(POOL, "product", ".91 .87 .52 .66"),
    "votes": row(POOL, "product", ".93 .88 .55 .70"),
    "duel": row(POOL, "product", ".86 .77 .52 .59"),
    "patch-log-ratio": row(POOL, "tiles", ".93 .60 .97 .51"),
    "against-unused": row(TRAINED, "features", ".55 .53 .51 .56"),
    "autoencoder": row(TRAINED, "training", ".69 .61 .52 –"),
    "two-decoders": row(TRAINED, "training", ".65 .62 .55 –"),
    "learned-space": row(TRAINED, "training", ".91 .56 .49 –"),
    "meta": row(TRAINED, "tiles", ".93 .90 .97 .71"),
    "dcgan-critic": row(TRAINED, "DCGAN", ".53 .49 .47 –"),
    "reference-generators": row(TRAINED, "DCGAN"),
    "vcmi-max": row(PUBLISHED, "SSIM", ".93 .95 .62 .82"),
    "vcmi-deviation": row(PUBLISHED, "SSIM", ".93 .95 .62 .82"),
    "vcmi-retrieval": row(PUBLISHED, "SSIM", ".83 .83 .61 .85"),
    "vcmi-rank": row(PUBLISHED, "SSIM", ".53 .51 .55 .56"),
    "vcmi-ensemble": row(PUBLISHED, "SSIM", ".92 .78 .59 .78"),
    "texture-cdf": row(PUBLISHED, "features", ".93 .51 .51 .51"),
    "relation": row(PUBLISHED, "training", ".50 .50 .51 –"),
    "siamese": row(PUBLISHED, "training", ".53 .52 .53 –"),
    "lbp-svm": row(PUBLISHED, "DCGAN", ".51 .51 .52 .51"),
    "vgg16-svm": row(PUBLISHED, "DCGAN", ".49 .50 .50 –"),
    "all-used": row(TRIVIAL, "none"),
    "all-not-used": row(TRIVIAL, "none"),
    "coin": row(TRIVIAL, "none", ".49 .49 .49 .49"),
}


def expected(name: str) -> Expected:
    """What to expect of a method; nothing is known of a stranger's."""
    return GUIDE.get(name, Expected(OTHER, "–"))
