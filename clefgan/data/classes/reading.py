"""A class challenge from a folder in the layout of 2025, or from folders named one by one.

`real/<class>`, `generated/<class>` and `generated_unknown` are looked for in the given folder and
up to three levels below it; a class is walked to the end. The names of the editions are not all
confirmed, so each may be another one. Labels in the names of images under test are never read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from clefgan.data import layout, truth_and_groups
from clefgan.data.classes.challenge import ClassChallenge, ClassImages, class_name
from clefgan.data.classes.sizes import brought_to, check_sizes
from clefgan.data.classes.walking import class_set, class_sets, walked
from clefgan.data.formats.grid import Size
from clefgan.data.formats.raw import Window
from clefgan.data.imageset import ImageSet
from clefgan.data.listing import natural_key
from clefgan.errors import ClefganError
from submissions import editions

DEFAULT_CLASSES = "phantom_classes"
LEVELS = 3  # below the given folder
TRUTH = "truth.csv"
LAB = "lab.json"  # of a challenge that was made: its classes may share images


@dataclass(frozen=True, slots=True)
class ClassFolders:
    """What the folder of each role may be called."""

    real: tuple[str, ...] = ("real",)
    generated: tuple[str, ...] = ("generated",)
    unknown: tuple[str, ...] = ("generated_unknown", "unknown")


def read(
    data: str | Path = DEFAULT_CLASSES,
    edition: str | Path = "2025_s2",
    *,
    test_data: str | Path | None = None,
    sources: Mapping[str, Path] | None = None,
    folders: ClassFolders | None = None,
    shared: bool = False,
    window: Window | None = None,
    size: Size | None = None,
    same_size: bool = True,
) -> ClassChallenge:
    """Read a class challenge; every image is listed, none is decoded.

    Parameters
    ----------
    data : a folder, or the name of a dataset such as `phantom_classes`
    test_data : the images under test, where they are not below `data`; with `sources`, their folder
    sources : class to the folder of its real images, in the place of `data`
    shared : real images may be in several classes; those of a lab may anyway
    window : levels for images of more than 8 bits, `(low, high)`, one for all roles
    size : height and width to which all images are brought by area averaging; without it all must
        have one size
    same_size : refuse roles of different sizes; False where only ids and classes are wanted

    Raises
    ------
    ClefganError
        No such folder, a class that is missing in one tree or empty, a fault of an image list,
        a size without a pixel, or roles of different image sizes.
    submissions.RunFileError
        No such edition.
    """
    rules = editions.get(edition)
    names = folders or ClassFolders()
    if sources is not None:
        challenge = of_sources(sources, test_data, window)
    else:
        challenge = from_folder(located(data), names, window)
        if test_data is not None:
            challenge = with_test(challenge, located(test_data), names, window)
    source = str(data) if sources is None else challenge.source
    challenge = replace(challenge, source=source, edition=rules, shared=shared or challenge.shared)
    if size is not None:
        challenge = brought_to(challenge, size)
    check_classes(challenge)
    if same_size:
        check_sizes(challenge)
    return challenge


def located(data: str | Path) -> Path:
    """The folder that a `data` argument names."""
    path = Path(data)
    if str(data).partition("/")[0] == DEFAULT_CLASSES and not path.exists():
        from clefgan.data.classes import phantom  # SciPy draws it: on use

        return phantom.located()
    if not path.is_dir():
        raise ClefganError(f"{path}: no such folder; give one, or {DEFAULT_CLASSES!r}")
    return path


def from_folder(root: Path, names: ClassFolders, window: Window | None) -> ClassChallenge:
    """Find the three roles below a folder."""
    wanted = {"real": names.real, "generated": names.generated, "unknown": names.unknown}
    trees = {role: trees_of(root, role, every) for role, every in wanted.items()}
    if not any(trees.values()):
        looked = ", ".join([*names.real, *names.generated, *names.unknown])
        raise ClefganError(f"{root}: no class challenge here; looked for folders {looked}")
    by_class = {role: class_sets(trees[role], role, window) for role in ("real", "generated")}
    refuse_missing(root, by_class["real"], by_class["generated"])
    classes = [
        ClassImages(name, by_class["real"].get(name), by_class["generated"].get(name))
        for name in sorted(set().union(*by_class.values()), key=natural_key)
    ]
    test = None
    if trees["unknown"] is not None:
        test = ImageSet("test", str(trees["unknown"]), walked(trees["unknown"]), window)
    truth = truth_beside(root, trees["unknown"], test, [one.name for one in classes])
    return ClassChallenge(str(root), tuple(classes), test, truth, (root / LAB).is_file())


def trees_of(root: Path, role: str, names: Sequence[str]) -> Path | None:
    """The one folder of these names, at the least depth; what is below a role's folder is left.

    Raises
    ------
    ClefganError
        Two at one depth.
    """
    wanted = {name.casefold() for name in names}
    every = {name.casefold() for group in (ClassFolders().real, ClassFolders().generated,
             ClassFolders().unknown) for name in group} | wanted  # fmt: skip
    level = [root]
    for _ in range(LEVELS + 1):
        below = [inner for folder in level for inner in layout.subfolders(folder)]
        matching = [folder for folder in below if folder.name.casefold() in wanted]
        if len(matching) > 1:
            both = " and ".join(
                repr(folder_of_role.relative_to(root).as_posix()) for folder_of_role in matching
            )
            raise ClefganError(
                f"{root}: {len(matching)} folders of {role} images: {both}; keep one, or give the "
                "folder of one challenge"
            )
        if matching:
            return matching[0]
        level = [folder for folder in below if folder.name.casefold() not in every]
    return None


def refuse_missing(
    root: Path, real: Mapping[str, ImageSet], generated: Mapping[str, ImageSet]
) -> None:
    """Raise if both trees are there and one lacks a class of the other."""
    if not real or not generated or set(real) == set(generated):
        return
    lists = [", ".join(sorted(tree, key=natural_key)) for tree in (real, generated)]
    missing = min(set(real) ^ set(generated), key=natural_key)
    raise ClefganError(
        f"{root}: class {missing!r} is in one tree only; real has {lists[0]}; generated has "
        f"{lists[1]}; give both the same class folders"
    )


def of_sources(
    sources: Mapping[str, Path], test_data: str | Path | None, window: Window | None
) -> ClassChallenge:
    """Classes of real images in folders of any name."""
    written = [class_name(name) for name in sources if isinstance(name, str) and name.strip()]
    if len(set(written)) < len(sources):
        raise ClefganError(
            f"sources: names are {', '.join(map(repr, sources))}; give each class a text of its own"
        )
    for name, folder in sources.items():
        if not Path(folder).is_dir():
            raise ClefganError(f"{folder}: no such folder; class {name!r} needs one of real images")
    classes = tuple(
        ClassImages(
            class_name(name), class_set(class_name(name), Path(folder), "real", window), None
        )
        for name, folder in sorted(sources.items(), key=lambda item: natural_key(item[0]))
    )
    test, truth = None, None
    if test_data is not None:
        under_test = located(test_data)
        test = ImageSet("test", str(under_test), walked(under_test), window)
        names = [one.name for one in classes]
        truth = truth_beside(under_test.parent, under_test, test, names)
    joined = ", ".join(f"{name}={folder}" for name, folder in sources.items())
    return ClassChallenge(joined, classes, test, truth)


def with_test(
    challenge: ClassChallenge, root: Path, names: ClassFolders, window: Window | None
) -> ClassChallenge:
    """The challenge with images under test of another folder: a role's, or all that is in it."""
    tree = trees_of(root, "unknown", names.unknown) or root
    test = ImageSet("test", str(tree), walked(tree), window)
    return replace(challenge, test=test, truth=truth_beside(root, tree, test, challenge.names))


def truth_beside(
    root: Path, tree: Path | None, test: ImageSet | None, classes: Sequence[str]
) -> dict[str, str] | None:
    """Classes of the images under test, if `truth.csv` is beside their folder or above it.

    Raises
    ------
    ClefganError
        A class of the table that is none of `classes`, where there are several.
    """
    if tree is None or test is None:
        return None
    above = [parent for parent in tree.parents if parent.is_relative_to(root)]
    table = truth_and_groups.locate(above, (TRUTH,))
    if table is None:
        return None
    labels = truth_and_groups.mapping(table, "class", test.file_names, is_truth=True)
    truth = {name: class_name(labels[name]) for name in test.ids}
    strange = sorted(set(truth.values()) - set(classes), key=natural_key)
    if strange and len(classes) > 1:
        raise ClefganError(
            f"{table}: truth has class {strange[0]!r}, which is no source; known: "
            f"{', '.join(classes)}; write the truth in these names, or name the sources as it does"
        )
    return truth


def check_classes(challenge: ClassChallenge) -> None:
    """Refuse a single class."""
    if len(challenge.classes) == 1:
        raise ClefganError(
            f"{challenge.source}: one class, {challenge.names[0]!r}; there is nothing to choose "
            "between; give at least 2"
        )
