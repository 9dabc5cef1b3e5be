"""The gallery on the page."""

import math

from clefgan.report.gallery import Gallery, Picture, SureCalls
from clefgan.report.page.markup import Markup, tag
from clefgan.report.wording import number


def gallery(pictures: Gallery) -> Markup:
    """The candidates of one run."""
    words = (
        f"The upper row shows the images, the lower row their detail, after a filter "
        f"({pictures.detail}) that leaves out what all images have in common. The generated images "
        f"are those nearest by {pictures.features}; r: similarity with the candidate; z: how many "
        "standard deviations r is above that of all candidates with the same generated image."
    )
    parts: list[Markup] = [tag("h3", pictures.run), tag("p", words)]
    for words, group in (("Surest used", pictures.used), ("Surest not used", pictures.not_used)):
        if group:
            strip = tag("div", *(sure(image) for image in group), class_="strip")
            parts += [tag("h4", words), strip]
    return tag("div", *parts, class_="gallery")


def sure(calls: SureCalls) -> Markup:
    """A candidate beside its nearest generated images."""
    called = "used" if calls.called else "not used"
    truth = "used" if calls.truth else "not used"
    mark = "right" if calls.right else "wrong"
    sign = "✓" if calls.right else "✗"
    verdict = tag("span", f"{sign} {mark}", class_=f"verdict {mark}")
    words = (
        f"{calls.candidate.id}: called {called} (score {number(calls.score, 2)}), truth {truth} "
    )
    if calls.ranks:
        by_part = ", ".join(f"{part} {rank}" for part, rank in calls.ranks.items())
        words += f"— rank by part: {by_part} "
    near = [
        picture(one, f"generated image {one.id}, {alike(one)}", alike(one)) for one in calls.near
    ]
    own = picture(calls.candidate, f"candidate {calls.candidate.id}", "candidate")
    images = tag("div", own, *near, class_="row")
    return tag("figure", images, tag("figcaption", words, verdict), class_=f"sure {mark}")


def alike(one: Picture) -> str:
    """`r 0.87, z 3.1`: similarity, and how unusual it is among the candidates."""
    similarity = f"r {number(one.alike, 2)}"
    return similarity if math.isnan(one.z) else f"{similarity}, z {number(one.z, 1)}"


def picture(one: Picture, alt: str, words: str) -> Markup:
    """An image, the same after the filter, and a word below."""
    image = tag("img", src=one.uri, alt=alt, title=one.id, loading="lazy")
    detail = tag("img", src=one.detail, alt=f"{alt}, detail", title=one.id, loading="lazy")
    return tag(
        "span", image, *([detail] if one.detail else []), tag("small", words), class_="picture"
    )
