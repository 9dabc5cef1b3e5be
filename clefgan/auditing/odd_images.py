"""Images that a reader of an audit is to know of: those of one grey level, and repeated ones."""

from clefgan.auditing import exact
from clefgan.auditing.material import Material
from clefgan.errors import counted
from clefgan.method import Images


def notes(own: Material) -> list[str]:
    """A sentence on each kind of odd images; nothing where there are none."""
    return [*on_blank(own), *on_repeated(own.released)]


def on_blank(own: Material) -> list[str]:
    """That images are of one grey level: often the window is of other levels than the images."""
    ours = own.image_training()
    sets = {"train": own.real[ours], "released": own.released, "held-out": own.real[~ours]}
    counts = [
        f"{n} of {len(images)} images of {name}"
        for name, images in sets.items()
        if (n := blank(images))
    ]
    if not counts:
        return []
    return [
        f"of one grey level, so that nothing is compared of them: {', '.join(counts)}; if they are "
        "not meant to be, give another window"
    ]


def blank(images: Images) -> int:
    """How many images are of one grey level."""
    return sum(int(image.min() == image.max()) for image in images)


def on_repeated(released: Images) -> list[str]:
    """That a released image is there more than once."""
    n, different = exact.repeated(released)
    if not n:
        return []
    are = counted(different, "image is", "images are")
    return [
        f"released: {are} there more than once, {n} times in all, pixel for pixel; each of them "
        "counts, so one chance hit can fill the list: audit each image once"
    ]
