"""What is in the data of a class challenge: classes, counts, sizes, exact copies, what is missing.

A fault that keeps the classes from being listed is the report's only line; an image that cannot be
read is a problem beside the counts.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from clefgan.data import inspection
from clefgan.data.classes import reading, run_names
from clefgan.data.classes.challenge import ClassChallenge
from clefgan.data.classes.reading import ClassFolders
from clefgan.data.formats.grid import Size
from clefgan.data.formats.raw import Window
from clefgan.data.imageset import WITH_SIZE
from clefgan.data.inspection import Report, RoleReport, Shared
from clefgan.errors import ClefganError, counted
from clefgan.method import Evidence, Progress, silent

GIVES = {
    Evidence.A0: "neither real images nor labelled ones of each class: clusters only",
    Evidence.A1: "real images of each class, no labelled ones",
    Evidence.A2: "labelled generated images of each class, no real ones",
    Evidence.A3: "real and labelled generated images of each class",
}


def inspect(
    data: str | Path,
    edition: str | Path = "2025_s2",
    *,
    test_data: str | Path | None = None,
    folders: ClassFolders | None = None,
    window: Window | None = None,
    size: Size | None = None,
    progress: Progress = silent,
) -> Report:
    """Look at every image of a class challenge; the arguments are those of `reading.read`.

    Images are counted by the size that they are stored in.

    Raises
    ------
    submissions.RunFileError
        No such edition.
    """
    try:
        challenge = reading.read(
            data, edition, test_data=test_data, folders=folders, window=window, size=size
        )
    except ClefganError as error:
        return Report(str(data), (), (), (), (), (str(error),))
    roles = [inspection.examine(images, progress) for images in challenge.image_sets().values()]
    shared = tuple(inspection.overlaps(roles))
    problems = [
        line for role in roles for line in inspection.faults(role, several_sizes=size is None)
    ]
    sizes = Counter(size for role in roles for size in role.sizes)
    if size is None and len(sizes) > 1 and not problems:
        problems.append(
            f"{challenge.source}: images of {len(sizes)} sizes: {', '.join(sizes)}; {WITH_SIZE}"
        )
    problems += filter(None, [run_names.unwritable(challenge)])
    warnings: list[str] = []
    for overlap in shared:
        said = contradiction(challenge, overlap)
        (warnings if challenge.shared and overlap.first.startswith("real") else problems).extend(
            said
        )
    beside = [*inspection.odd_entries(data), *notes(challenge, roles)]
    return Report(
        str(data), tuple(roles), shared, tuple(beside), tuple(warnings),
        tuple(problems),
    )  # fmt: skip


def contradiction(challenge: ClassChallenge, overlap: Shared) -> Iterator[str]:
    """Yield what two classes have in common, if they are two classes."""
    first, second = overlap.first.partition(" "), overlap.second.partition(" ")
    if first[0] == second[0] and first[0] in ("real", "generated"):
        one, other = overlap.pairs[0]
        yield (
            f"{challenge.source}: "
            f"{counted(len(overlap.pairs), f'{first[0]} image is', f'{first[0]} images are')} "
            f"in two classes, pixel for pixel, such as {one!r} of {first[2]!r} and "
            f"{other!r} of {second[2]!r}; keep each in one class"
        )


def notes(challenge: ClassChallenge, roles: Sequence[RoleReport]) -> Iterator[str]:
    """Yield what the classes give, and what is known of the images under test."""
    names = challenge.names
    yield f"classes: {len(names)}: {', '.join(names)}" if names else "classes: none"
    yield f"evidence: {challenge.evidence} ({challenge.evidence.word}): {GIVES[challenge.evidence]}"
    wanted = challenge.edition.n_classes
    if wanted and names and len(names) != wanted:
        yield f"edition {challenge.edition.name!r} has {wanted} classes"
    if challenge.test is None:
        yield "test: none, so dev scores only"
    elif challenge.truth is None:
        yield "truth of the images under test: not given (truth.csv)"
    else:
        counts = Counter(challenge.truth.values())
        said = ", ".join(f"{name} {counts[name]}" for name in sorted(counts))
        yield f"truth of the images under test: {said}"
    test = next((role for role in roles if role.images.role == "test"), None)
    for role in roles:
        if test is None or not role.images.role.startswith("generated"):
            continue
        again = len(set(role.copies) & set(test.copies))
        if again:
            images = counted(again, "image under test is", "images under test are")
            yield f"{images} among the labelled ones of {role.images.role!r}: known"
