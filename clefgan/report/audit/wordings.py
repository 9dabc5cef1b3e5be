"""The fixed sentences of an audit: what it does not assess, what its numbers mean, what to do."""

NOT_ASSESSED = (
    "attribute disclosure: what a released image reveals of a person who is known otherwise",
    "recognition of a patient by images that are in none of the three sets",
    "the generator's weights, and images that it has not made yet",
    "attackers who know more than the released images and some real ones",
    "kinds of copy that were not planted",
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
