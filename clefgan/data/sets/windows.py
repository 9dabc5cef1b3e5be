"""The one window of levels through which all images of all sets are seen."""

from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from clefgan.data import images, listing
from clefgan.data.formats.raw import ImageError, Window, check_window
from clefgan.data.formats.stored import StoredImage
from clefgan.data.listing import Encoded, Listed
from clefgan.data.quiet import quiet_decoders
from clefgan.errors import ClefganError, counted
from clefgan.method import Progress, silent
from clefgan.similarity.threads import cores

WindowChoice: TypeAlias = Window | Literal["header", "percentiles"] | None
PERCENTILES = (0.5, 99.5)
RELATIVE = {"MR", "CR", "DX", "MG", "XA", "RF", "NM", "US", "IO", "PX", "RG", "XC"}
"""Modalities whose levels have no unit, so that percentiles are a fair window."""
SAMPLED = 4096  # values per image from which percentiles are taken, evenly spread
GREY_KINDS = {
    "8-bit grey",
    "grey and alpha",
    "palette",
    "palette and alpha",
    "RGB",
    "RGBA",
    "1-bit",
}


class OneWindow(NamedTuple):
    """A window, and a sentence on where it comes from; None where no image needs one."""

    levels: Window | None
    source: str


def one_window(
    sets: Mapping[str, Sequence[Listed]],
    choice: WindowChoice,
    measured: Sequence[str],
    progress: Progress = silent,
) -> OneWindow:
    """The window for all sets.

    Parameters
    ----------
    choice : two levels; `header`, if all images carry the same window; `percentiles` of the values
        of the sets in `measured`; or None: percentiles where the modality has no unit of levels
    measured : names of the sets that may be looked at

    Raises
    ------
    ClefganError
        No window can be told, or the headers have several.
    """
    deep = {name: [image for image in images if is_deep(image)] for name, images in sets.items()}
    if not any(deep.values()):
        return OneWindow(None, "no image has more than 8 bits, so no window is needed")
    if choice == "header":
        return OneWindow(of_headers(deep), "window of levels as in the header of every image")
    if choice is None:
        refuse_unit(deep)
    if choice in (None, "percentiles"):
        names = [name for name in measured if deep.get(name)] or [
            name for name in deep if deep[name]
        ]
        low, high = of_percentiles([image for name in names for image in deep[name]], progress)
        return OneWindow(
            (low, high),
            f"window of levels {low:g} to {high:g}: percentiles {PERCENTILES[0]:g} and "
            f"{PERCENTILES[1]:g} of the values of {' and '.join(names)}, one for all sets",
        )
    assert not isinstance(choice, str)
    check_window(choice)
    return OneWindow(choice, f"window of levels {choice[0]:g} to {choice[1]:g}, as asked")


def is_deep(image: Encoded) -> bool:
    """Whether a window is needed, by the header alone."""
    return images.header(image).kind not in GREY_KINDS


def refuse_unit(deep: Mapping[str, Sequence[Listed]]) -> None:
    """Raise where no window is given and percentiles would be a guess."""
    for of_set in deep.values():
        for image in of_set:
            modality = image.modality if isinstance(image, StoredImage) else None
            if modality in RELATIVE:
                continue
            count = sum(len(names) for names in deep.values())
            need = counted(count, "image needs", "images need")
            kind = images.header(image).kind.removesuffix(" grey")
            of = f" {modality}" if modality else ""
            raise ClefganError(
                f"{image.where}: {image.name!r} is {kind}{of}, and {need} a window of "
                "levels; give one for all sets (low, high), 'header' or 'percentiles'"
            )


def of_headers(deep: Mapping[str, Sequence[Listed]]) -> Window:
    """The window that every image carries.

    Raises
    ------
    ClefganError
        An image carries none, or they are several.
    """
    every = [image for images in deep.values() for image in images]
    windows = Counter(
        image.own_window if isinstance(image, StoredImage) else None for image in every
    )
    lacking = windows.pop(None, 0)
    if lacking or len(windows) != 1:
        listed = ", ".join(
            f"{count} have {window[0]:g} to {window[1]:g}"
            for window, count in windows.most_common(listing.NAMED)
            if window is not None
        )
        none = f"{lacking} of {len(every)} images have none" if lacking else ""
        raise ClefganError(
            f"{every[0].where}: the headers do not give one window for all: "
            f"{'; '.join(reason for reason in (none, listed) if reason)}; give two levels"
        )
    window = next(iter(windows))
    assert window is not None
    return window


def of_percentiles(images: Sequence[Listed], progress: Progress) -> Window:
    """Percentiles of values spread evenly over all images; padding and NaN do not count."""
    sample = []
    with quiet_decoders(), ThreadPoolExecutor(cores()) as pool:
        for done, (image, values) in enumerate(
            zip(images, pool.map(sampled, images), strict=True), 1
        ):
            if isinstance(values, str):
                raise ClefganError(listing.refusal(image.where, [(image.name, values)], 1, "image"))
            sample.append(values)
            progress("looking for the window", done, len(images), "")
    low, high = (float(level) for level in np.percentile(np.concatenate(sample), PERCENTILES))
    if not low < high:
        raise ClefganError(
            f"{images[0].where}: all values are {low:g}, so they give no window; give two levels"
        )
    return low, high


def sampled(image: Listed) -> "np.ndarray[tuple[int], np.dtype[np.float64]] | str":
    """Some values of one image, in float64, or what is wrong with it."""
    try:
        values = image.raw().measured()
    except (ImageError, OSError) as error:
        return listing.reason(error)
    step = max(1, len(values) // SAMPLED)
    return values[::step].astype(np.float64)
