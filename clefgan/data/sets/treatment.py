"""Sentences on what was done to the images of several sets, and on what was passed over."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from clefgan.data import images, listing
from clefgan.data.formats.grid import Size
from clefgan.data.formats.stored import StoredImage
from clefgan.data.listing import Listed
from clefgan.data.notes import Note
from clefgan.data.sets import below
from clefgan.errors import counted

NAMED_SIZES = 3


def colours(listed: Mapping[str, Sequence[Listed]]) -> Iterator[str]:
    """Yield how many images of each set have lost their colours."""
    for name, images_of in listed.items():
        n = sum(images.header(image).kind.startswith("RGB") for image in images_of)
        if n:
            yield f"{name}: {n} of {len(images_of)} images {was(n)} in colour; grey levels of them."


def as_counts(counts: Mapping[Size, int]) -> str:
    """`90 are 64x64, 10 are 128x128`: width by height."""
    order = sorted(counts, key=lambda size: (-counts[size], size))
    more = f", and {len(order) - NAMED_SIZES} more sizes" if len(order) > NAMED_SIZES else ""
    return (
        ", ".join(
            f"{counts[size]} {'is' if counts[size] == 1 else 'are'} {as_text(size)}"
            for size in order[:NAMED_SIZES]
        )
        + more
    )


def as_text(size: Size) -> str:
    """`256x128`: width by height."""
    return f"{size[1]}x{size[0]}"


def resampling(sizes: Mapping[str, Sequence[Size]], grid: Size) -> Iterator[str]:
    """Yield what was done to the sizes of each set."""
    for name, sizes_of in sizes.items():
        others = Counter(size for size in sizes_of if size != grid)
        if not others:
            continue
        stretched = sum(n for size, n in others.items() if size[0] * grid[1] != size[1] * grid[0])
        larger = sum(n for (h, w), n in others.items() if h < grid[0] or w < grid[1])
        yield (
            f"{name}: {others.total()} of {len(sizes_of)} images {was(others.total())} brought to "
            f"{as_text(grid)} by "
            f"area averaging ({as_counts(others)})"
            + (
                f"; {stretched} {was(stretched)} stretched to its ratio of sides"
                if stretched
                else ""
            )
            + (f"; {larger} {was(larger)} smaller than that" if larger else "")
            + "."
        )


def was(n: int) -> str:
    """The verb of so many."""
    return "was" if n == 1 else "were"


def passed_over(below_by_set: Mapping[str, below.Found]) -> Iterator[str]:
    """Yield which files were no images."""
    for name, below_set in below_by_set.items():
        if below_set.others:
            first = ", ".join(map(repr, below_set.others[: listing.NAMED]))
            more = len(below_set.others) - listing.NAMED
            no_images = counted(
                len(below_set.others), "file that is no image", "files that are no images"
            )
            said = f"{name}: passed over {no_images}"
            yield Note(f"{said} ({first}{f' and {more} more' if more > 0 else ''}).", f"{said}.")


def other_arrays(listed: Mapping[str, Sequence[Listed]]) -> Iterator[str]:
    """Yield which arrays of each set's files could be images too, beside those that were taken."""
    for name, images_of in listed.items():
        by_file = {
            image.path: image.passed_over
            for image in images_of
            if isinstance(image, StoredImage) and image.passed_over
        }
        if by_file:
            arrays = sorted({array for arrays in by_file.values() for array in arrays})
            first = ", ".join(map(repr, arrays[: listing.NAMED]))
            more = len(arrays) - listing.NAMED
            hold = counted(len(by_file), "file holds", "files hold")
            said = f"{name}: {hold} arrays that could be images too and were passed over"
            yield Note(
                f"{said} ({first}{f' and {more} more' if more > 0 else ''}); FILE#NAME names "
                "another one.",
                f"{said}.",
            )
