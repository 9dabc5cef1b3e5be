"""What every TFDS dataset of clefgan looks like, so that `clefgan.data.reading` reads any of them.

Splits
------
`dev_generated`, `dev_used`, `dev_not_used`, `test_generated`, `test_unknown`: one per role. A
dataset may lack the three of dev or the two of test. No split may be called `all`: TFDS keeps that
name.

Features
--------
image : `tfds.features.Image(shape=(None, None, 1))`
    Give the path of an image file or its encoded bytes, never an array: TFDS stores both as they
    are, without TensorFlow, and `clefgan.data.images` decodes them by the same rules as a folder.
id : `tfds.features.Text()`
    The file's name without its ending, unique within its split; the key from loading to run file.
file : `tfds.features.Text()`
    The file's name, which some editions want in a run file; empty, or left out, if there was none.
label : `tfds.features.ClassLabel(names=LABELS)`
    What is known about the image. A candidate whose truth is known is labelled `used` or
    `not_used` though it is in the split `test_unknown`; otherwise it is labelled `unknown`.
group : `tfds.features.Text()`
    The patient or scanner that the image comes from; empty if not known.

Builders
--------
A builder is a class of one module, listed in `BUILDERS` under the name that `--data` takes, and
derives from `tfds.core.GeneratorBasedBuilder`. It yields `(id, features)`, unshuffled
(`disable_shuffling=True` in its `DatasetInfo`). One that draws its images says their side as the
class variable `SIDE`, so that methods can compile meanwhile. It is prepared with
`file_format="array_record"` and read with `as_data_source()`: both work where TensorFlow is not
installed, which excludes `tfds.testing`, `tfds.load` and `as_dataset`. TFDS takes 0.9 s to import:
import it only in a builder's module or inside a function.
"""

from typing import Any

DEV_GENERATED = "dev_generated"
DEV_USED = "dev_used"
DEV_NOT_USED = "dev_not_used"
TEST_GENERATED = "test_generated"
TEST_UNKNOWN = "test_unknown"
DEV_SPLITS = (DEV_GENERATED, DEV_USED, DEV_NOT_USED)
TEST_SPLITS = (TEST_GENERATED, TEST_UNKNOWN)
SPLITS = (*DEV_SPLITS, *TEST_SPLITS)

LABELS = ("not_used", "used", "generated", "unknown")
"""Names of the class labels 0 to 3: a label of 0 or 1 is the truth itself."""

BUILDERS = {
    "imageclef_gans": "clefgan.data.tfds.imageclef_gans:ImageclefGans",
    "phantom_ct": "clefgan.data.tfds.phantom_ct:PhantomCt",
}
"""Name of a dataset to its builder, as `module:class`."""


def features() -> Any:
    """Make the `tfds.features.FeaturesDict` that every builder declares."""
    import tensorflow_datasets as tfds  # TFDS

    return tfds.features.FeaturesDict(
        {
            "image": tfds.features.Image(shape=(None, None, 1)),
            "id": tfds.features.Text(),
            "file": tfds.features.Text(),
            "label": tfds.features.ClassLabel(names=list(LABELS)),
            "group": tfds.features.Text(),
        }
    )
