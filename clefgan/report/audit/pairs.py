"""`internal/pairs.html`: the worst pairs, for a person to judge. It holds patients' images."""

import numpy as np
from numpy.typing import NDArray

from clefgan.auditing import turned_pairs
from clefgan.auditing.inputs import RELEASED
from clefgan.auditing.judged import JUDGEMENTS
from clefgan.auditing.margins import Numbers
from clefgan.auditing.pipeline import AuditRun
from clefgan.auditing.views import View
from clefgan.report.audit import volume_pairs
from clefgan.report.gallery import data_uri
from clefgan.report.page.document import document
from clefgan.report.page.markup import Markup, tag
from clefgan.report.wording import number

MOST = 60  # pairs on the page
GAIN = 2  # of the difference, around middle grey; one scale for all pairs
WARNING = (
    "This page holds images of patients. It is for those who may see them, and is no part of what "
    "is given out."
)


def html(run: AuditRun) -> str:
    """The page."""
    places = worst(run)
    cards = [pair(run, int(image), rank) for rank, image in enumerate(places, 1)]
    words = (
        f"The {len(places)} released images that are nearest to one training patient, the nearest "
        "first. Look at each: is it a copy? The difference is drawn on one scale for all, middle "
        "grey is none. The nearest held-out image beside it shows how near chance comes. Margin: "
        "how far this patient is ahead of the next one, in the view that is named; q: the lowest "
        "share of chance finds to expect in a list that holds this image."
    )
    return document(
        "Pairs for a person to judge",
        tag("a", "To the pairs", href="#pairs", class_="skip"),
        tag(
            "header",
            tag("p", "clefgan · internal", class_="over"),
            tag("h1", "Pairs for a person to judge"),
            tag("p", WARNING, class_="note"),
        ),
        tag(
            "main",
            tag("h2", "Pairs", id="pairs"),
            tag("p", words),
            saving(len(places)),
            tag("div", *cards, class_="strip", data_judged=run.digests[RELEASED][:16]),
            *volume_pairs.section([volume(*card) for card in volume_pairs.cards(run)]),
        ),
    )


def saving(pairs: int) -> Markup:
    """The button that saves a person's judgements."""
    button = tag("button", "Save judgements", type="button", id="judged-save")
    count = tag("span", "0", id="judged-count")
    words = (
        f" of {pairs} judged. This browser keeps them; the button saves them as judged.csv. "
        "Put the file into this folder: the next audit with --after reads it."
    )
    return tag("p", button, " ", count, words, class_="note")


def worst(run: AuditRun) -> Numbers:
    """Released images won by training patients, largest margin first."""
    strong, training = run.findings.strong, run.findings.material.training
    order = np.argsort(-strong.margin, kind="stable")
    won = training[strong.winner[order]] & (strong.margin[order] > 0)
    return np.asarray(order[won][:MOST])


def pair(run: AuditRun, won: int, rank: int) -> Markup:
    """One released image beside its nearest training and held-out images."""
    findings = run.findings
    own, strong = findings.material, findings.strong
    view = findings.plan.views[int(strong.view[won])]
    released, near = own.released[won], own.real[strong.image[won]]
    name = run.inputs.real_id(int(strong.image[won]))
    near, turned = as_compared(view, released, near)
    other = nearest_held_out(run, won)
    pictures = [
        image(released, f"released {run.inputs.released_ids[won]}", "released"),
        image(near, f"training {name}", f"nearest training{turned}"),
        image(difference(released, near), "difference", "difference"),
    ]
    if other is not None:
        beside, turned = as_compared(view, released, own.real[other])
        pictures.append(image(beside, "held-out image", f"nearest held-out{turned}"))
    q = findings.copies.q_values[won]
    words = (
        f"{rank}. {run.inputs.released_ids[won]}: patient {own.names[strong.winner[won]]}, "
        f"margin {number(float(strong.margin[won]), 1)} in {view.name}, q {number(float(q), 2)}"
    )
    return tag(
        "figure",
        tag("div", *pictures, class_="same"),
        tag("figcaption", words),
        tag(
            "div",
            *(choice(rank, word) for word in JUDGEMENTS),
            class_="judged",
        ),
        class_="card",
        data_released=run.inputs.released_ids[won],
    )


def as_compared(
    view: View, released: NDArray[np.uint8], real: NDArray[np.uint8]
) -> tuple[NDArray[np.uint8], str]:
    """A real image turned as a released one is, and how: a reader would not see a copy else."""
    (turn,) = turned_pairs.of_pairs(view, released[None], real[None])
    return turn(real[None])[0], f", {turn.words}" if turn.words else ""


def volume(pictures: list[tuple[NDArray[np.uint8], str]], words: str) -> Markup:
    """One whole volume beside its nearest ones."""
    shown = [image(pixels, said, said) for pixels, said in pictures]
    return tag(
        "figure",
        tag("div", *shown, class_="same"),
        tag("figcaption", words),
        class_="card",
    )


def nearest_held_out(run: AuditRun, number: int) -> int | None:
    """The listed held-out image that is most like a released one, in the view that says most."""
    findings = run.findings
    view = findings.plan.views[int(findings.strong.view[number])].name
    images = findings.look.lists[view].images[:, number].ravel()
    values = findings.look.lists[view].values[:, number].ravel()
    others = ~findings.material.training[findings.material.group[images]]
    if not others.any():
        return None
    return int(images[others][values[others].argmax()])


def difference(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Difference around middle grey."""
    between = first.astype(np.int64) - second.astype(np.int64)
    return np.asarray(np.clip(128 + GAIN * between, 0, 255), np.uint8)


def image(pixels: NDArray[np.uint8], alt: str, words: str) -> Markup:
    """A picture with a word below."""
    picture = tag("img", src=data_uri(pixels), alt=alt, loading="lazy")
    return tag("span", picture, tag("small", words))


def choice(rank: int, word: str) -> Markup:
    """A box for a person's judgement."""
    return tag("label", tag("input", type="radio", name=f"pair{rank}", value=word), f" {word}")
