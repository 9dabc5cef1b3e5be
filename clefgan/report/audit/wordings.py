"""The fixed sentences of an audit: limits, what its numbers and tables mean, what to do."""

MEMBERSHIP = "membership: who was trained on (that takes held-out patients)"
NOT_ASSESSED = (
    "attribute disclosure: what a released image reveals of a person who is known otherwise",
    "recognition of a patient by images that are in none of the three sets",
    "the generator's weights, and images that it has not made yet",
    "attackers who know more than the released images and some real ones",
    "copies that are tilted, stretched, bent, moved by more than a 64th of the width, or cropped "
    "by more than 15% of it, and other kinds that were not planted",
)

MEANINGS = (
    ("Training patients", "those whose images the generator learned from"),
    ("Held-out patients", "like them in every way, but not trained on: the measure of chance"),
    ("Near copy", "a released image that is a training image but for noise, blur or a small shift"),
    (
        "Set test",
        "patients are dealt to training and held-out again and again; p is the share of deals in "
        "which the release is as near to its 'training' patients",
    ),
    (
        "False share",
        "how many of the listed images are expected to be there by chance, counted by those that "
        "held-out patients win in the same way",
    ),
    ("Attack", "a rule that guesses from the released images who was trained on"),
    (
        "Risk beyond the control",
        "share of training patients that an attack names, less the share of held-out patients that "
        "it names too, over the rest; 0 is chance, 1 is everybody",
    ),
    (
        "Epsilon, lower bound",
        "the least epsilon of differential privacy that the attack leaves possible; never an upper "
        "bound, and with so few patients it cannot be above its cap",
    ),
    (
        "Planted copies",
        "copies made on purpose, in memory, to see how many of them this audit shows",
    ),
)

ADVICE = (
    "take repeated images out of the training set",
    "leave the copied patients out and train again",
    "then withhold and audit again",
    "train with differential privacy where the release is public and the disease is rare",
)

NOBODY = "not assessed, nobody was held out"
PLANTED = (
    "Copies planted in memory. Shown one by one: nearer to their own patient than any released "
    "image is to a held-out one, or above the cutoff of the list; 95% exact interval. Seen by the "
    "set test: from so many on, in 9 of 10 draws at least; – where it has noticed a leak already."
)
PLANTED_ALONE = (
    "Copies planted in memory. Shown one by one: nearer to their own patient than any softened "
    "training image is to another patient; 95% exact interval. Seen by the set test: –, as that "
    "takes held-out patients; so a kind is seen where more than half of it is shown for sure."
)
EXCESS = (
    "Excess: images won by training patients beyond those won by held-out ones, at the margin of "
    "the nearest 5%. An attack AUC below 0.5 is a hole round the training patients, which an "
    "attacker can use as well."
)
EXCESS_ALONE = (
    "Alike is no merit here: copies are most alike. Excess and attack AUC (–) take held-out "
    "patients."
)
