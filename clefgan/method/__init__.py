"""The method interface: the only thing that a plug-in author needs to know.

A *method* is a frozen dataclass whose fields are its hyper-parameters, each with a default and a
trailing comment (`clefgan methods NAME` shows both). `fit` learns from a dev set and returns a new
*scorer*; nothing is ever half-fitted. `score` gives every candidate one number: higher is more
likely used, and above 0 the decision is *used*. Every random number comes from a field `seed`.

What a method may say beside that (a paper, that it needs no generated images, ...) is listed in
`Promises`.
"""

from clefgan.method.attribution import (
    Attributor,
    ClassScores,
    Clusterer,
    Clusters,
    Evidence,
    Source,
    SourceScorer,
)
from clefgan.method.declared import (
    OPTIONAL,
    Promises,
    class_variables,
    hyper_parameters,
    near_miss,
    promises,
)
from clefgan.method.given import (
    SizedScorer,
    images_checked,
    nothing_to_score,
    refuse_sources,
)
from clefgan.method.images import (
    Images,
    Progress,
    refuse_other_kinds,
    silent,
    size_of,
)
from clefgan.method.membership import (
    CompilesAhead,
    DevSet,
    FitsSeveral,
    InParts,
    Knowledge,
    Method,
    Scorer,
    Scores,
    ScoresInParts,
)

__all__ = [
    "OPTIONAL",
    "Attributor",
    "ClassScores",
    "Clusterer",
    "Clusters",
    "CompilesAhead",
    "DevSet",
    "Evidence",
    "FitsSeveral",
    "Images",
    "InParts",
    "Knowledge",
    "Method",
    "Progress",
    "Promises",
    "Scorer",
    "Scores",
    "ScoresInParts",
    "SizedScorer",
    "Source",
    "SourceScorer",
    "class_variables",
    "hyper_parameters",
    "images_checked",
    "near_miss",
    "nothing_to_score",
    "promises",
    "refuse_other_kinds",
    "refuse_sources",
    "silent",
    "size_of",
]
