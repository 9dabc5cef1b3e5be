"""The words of a page, said on the page itself: it is read where there is no other."""

from collections.abc import Mapping

from clefgan.report.page.markup import Markup, join, tag

TERMS = {
    "AUC": "the chance that a used image scores higher than one not used; 0.5 is chance, 1 is "
    "perfect; no threshold takes part",
    "candidate": "a real image of the test set: was it used?",
    "chance limit": "the value that guessing rarely passes with so many images, however many of "
    "them it says are used; a run must do better",
    "decision": "used or not used, of one image; by default *used* where the score is above 0",
    "F1": "the harmonic mean of precision (how many of the images said to be used are used) and "
    "recall (how many of the used images are said to be); a file that says used for every image "
    "has 0.667 where half are used",
    "guessing": "decisions or scores that know nothing of the truth; what a run is compared with",
    "held-out": "scores of dev images by a method that was fitted without them: the ones to "
    "believe",
    "interval": "the values that the data cannot rule out, at 95% unless you ask otherwise",
    "kappa": "agreement with the truth beyond that of guessing; 0 is guessing, 1 is perfect",
    "letters, alike": "runs that share a letter do not differ significantly",
    "p guess": "how often guessing scores as well, adjusted for the number of runs on the board",
    "score": "a number for a candidate; higher means more likely used",
    "TPR at 1%": "the share of used images found when 1% of the others are wrongly said to be used",
    "trivial row": "what a file scores that needs no method: all used, all not used, a coin",
    "used, not used": "whether the generator was trained on the image",
}
"""Word to its meaning, as docs/glossary.md has them and more."""


CLASS_TERMS = {
    "attribution": "the second question: which class (training subset, generator) made this "
    "generated image?",
    "clusters": "images that a method found alike, without names; they are matched to classes to "
    "be scored",
    **{
        word: TERMS[word]
        for word in (
            "guessing", "held-out", "interval", "kappa", "letters, alike", "p guess", "trivial row"
        )
    },
    "shortcut": "a method that tells classes apart without a trace of training data, such as by "
    "their grey levels; a run must do better",
}  # fmt: skip
"""The same for a page of classes."""


def glossary(terms: Mapping[str, str] = TERMS) -> Markup:
    """The words under a heading that links lead to."""
    items = [
        item
        for word, meaning in terms.items()
        for item in (tag("dt", word), tag("dd", meaning.replace("*", "")))
    ]
    return join([tag("h3", "Glossary", id="glossary"), tag("dl", *items, class_="terms")])
