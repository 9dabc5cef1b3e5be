"""What is in some data: roles, sizes, kinds, exact copies, and what is missing.

Unlike `clefgan.data.reading.read`, this goes on where a role is missing or an image cannot be read,
and says so in its report.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from pathlib import Path

from clefgan.data import copies, folder, images, layout, listing, reading, run_names
from clefgan.data.formats.grid import Size
from clefgan.data.formats.raw import Header, ImageError, Window
from clefgan.data.imageset import WITH_SIZE, ImageSet
from clefgan.data.layout import DEV_ROLES, TEST_ROLES
from clefgan.data.listing import Encoded
from clefgan.data.patient_table import PatientTable
from clefgan.data.quiet import quiet_decoders
from clefgan.data.sets import below
from clefgan.errors import ClefganError
from clefgan.method import Progress, silent
from clefgan.similarity.pixel_digest import digest
from clefgan.similarity.threads import cores
from submissions import editions
from submissions.edition import Edition
from submissions.problems import quoted

FOLDS = 3  # that a run makes unless it is asked for another number
ALWAYS_SHOWN = (("dev used", "dev not used"), ("test generated", "test candidates"))


@dataclass(frozen=True, slots=True)
class RoleReport:
    """What the images of one role are; every image is counted once in `sizes`, or is `unread`."""

    images: ImageSet
    sizes: Counter[str]
    kinds: Counter[str]  # such as `8-bit grey PNG`
    n_bytes: int
    copies: Mapping[bytes, tuple[str, ...]]  # digest of the pixels to the ids that have them
    unread: Mapping[str, str]  # id to what is wrong

    @property
    def repeated(self) -> int:
        """Number of images that have the pixels of another one before them."""
        return sum(len(ids) - 1 for ids in self.copies.values())


@dataclass(frozen=True, slots=True)
class Shared:
    """Images of the second role that have the pixels of an image of the first.

    pairs : one for each of them: an id of the first role, and its own
    n_second : number of all images of the second role
    """

    first: str
    second: str
    pairs: tuple[tuple[str, str], ...]
    n_second: int

    @property
    def contradicts(self) -> bool:
        """Whether the labels of the copies cannot both be true."""
        return bool(self.pairs) and (self.first, self.second) == ALWAYS_SHOWN[0]


@dataclass(frozen=True, slots=True)
class Report:
    """What was found.

    notes : what is known beside the images
    warnings : faults of the data that a run goes on with
    problems : why a run would fail
    """

    source: str
    roles: tuple[RoleReport, ...]
    shared: tuple[Shared, ...]
    notes: tuple[str, ...]
    warnings: tuple[str, ...]
    problems: tuple[str, ...]


def inspect(
    data: str | Path,
    edition: str | Path = "2023",
    *,
    test_data: str | Path | None = None,
    window: Window | None = None,
    size: Size | None = None,
    patients: PatientTable | None = None,
    progress: Progress = silent,
) -> Report:
    """Look at every image of a challenge; the arguments are those of `clefgan.data.reading.read`.

    Images are counted by the size that they are stored in.

    Raises
    ------
    ClefganError
        Nothing there can be opened: no such folder or dataset, or a role with two folders.
    """
    sets: list[ImageSet] = []
    problems: list[str] = []
    rules = editions.get(edition)
    for part in (data,) if test_data is None else (data, test_data):
        sets += listed(part, rules, window, problems)
    notes: list[str] = []
    for part in (data,) if test_data is None else (data, test_data):
        notes += odd_entries(part)
    roles = [examine(image_set, progress) for image_set in sets]
    try:
        whole = reading.read(
            data,
            edition,
            test_data=test_data,
            window=window,
            size=size,
            patients=patients,
        )
    except ClefganError as error:
        sentences = {*problems, *(line for role in roles for line in first_fault(role))}
        problems += [str(error)] if str(error) not in sentences else []
    else:
        notes += known_beside(whole)
        problems += absent(whole)
        problems += too_few(whole, roles)
        problems += filter(None, [run_names.unwritable(whole)])
        notes += run_names.unlike_the_edition(whole)
    shared = tuple(overlaps(roles))
    lines = [line for role in roles for line in faults(role, several_sizes=size is None)]
    problems += [line for line in lines if line not in problems]
    warnings = tuple(contradictions(shared))
    return Report(str(data), tuple(roles), shared, tuple(notes), warnings, tuple(problems))


def is_challenge(data: str | Path, edition: str | Path = "2023") -> bool:
    """Whether some data are a challenge: a dataset, or a folder with a role in it.

    Raises
    ------
    ClefganError
        No such data, or two folders of one role.
    """
    if below.is_file(data):
        return False
    path, is_dataset = reading.located(data)
    if is_dataset:
        return True
    role_folders = layout.find(path, editions.get(edition).folders)
    return bool(role_folders.dev or role_folders.test)


def listed(
    data: str | Path, rules: Edition, window: Window | None, problems: list[str]
) -> Iterator[ImageSet]:
    """Yield the roles that can be listed; note what is missing or faulty in `problems`."""
    path, is_dataset = reading.located(data)
    if is_dataset:
        yield from reading.read_one(data, rules, window).image_sets()
        return
    folders = rules.folders
    role_folders = layout.find(path, folders)
    if not role_folders.dev and not role_folders.test:
        raise ClefganError(folder.nothing_found(role_folders, folders))
    for part, roles in (("dev", DEV_ROLES), ("test", TEST_ROLES)):
        if not (role_folders.dev if part == "dev" else role_folders.test):
            continue
        for role in roles:
            try:
                yield folder.image_set(role_folders, part, role, folders, window)
            except ClefganError as error:
                problems.append(str(error))


def odd_entries(data: str | Path) -> Iterator[str]:
    """Say what below a folder cannot be read and is called no image, so that it is passed over."""
    entries = list(layout.passed_over(Path(data))) if Path(data).is_dir() else []
    if entries:
        named = "; ".join(f"{quoted(name)} {why}" for name, why in entries[: listing.NAMED])
        more = f"; and {len(entries) - listing.NAMED} more" if len(entries) > listing.NAMED else ""
        yield f"passed over: {named}{more}"


def examine(image_set: ImageSet, progress: Progress = silent) -> RoleReport:
    """Decode every image of a role, keeping of each its header and a digest of its pixels."""
    sizes: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    copies: dict[bytes, tuple[str, ...]] = {}
    unread: dict[str, str] = {}
    n_bytes = 0
    look = partial(look_at, window=image_set.window)
    with quiet_decoders(), ThreadPoolExecutor(cores()) as pool:
        for done, (item, seen) in enumerate(
            zip(image_set.items, pool.map(look, image_set.items), strict=True), 1
        ):
            if isinstance(seen, str):
                unread[item.id] = seen
            else:
                head, digest, size = seen
                sizes[f"{head.width}x{head.height}"] += 1
                kinds[f"{head.kind} {head.format}"] += 1
                copies[digest] = (*copies.get(digest, ()), item.id)
                n_bytes += size
            progress(f"looking at {image_set.role}", done, len(image_set), "")
    return RoleReport(image_set, sizes, kinds, n_bytes, copies, unread)


def look_at(item: Encoded, window: Window | None) -> tuple[Header, bytes, int] | str:
    """Header, digest of the pixels and file size of one image, or what is wrong with it."""
    try:
        pixels = item.raw().grey(window)
        head, n_bytes = item.header(), item.n_bytes()
    except (ImageError, OSError) as error:
        return listing.reason(error)
    return head, digest(pixels, salt=pixels.shape), n_bytes


def overlaps(roles: Sequence[RoleReport]) -> Iterator[Shared]:
    """Yield each pair of roles that share pixels, and the pairs that a reader asks about first."""
    for first, second in combinations(roles, 2):
        pairs = copies.in_both(first.copies, second.copies)
        names = (first.images.role, second.images.role)
        if pairs or names in ALWAYS_SHOWN:
            yield Shared(*names, pairs, len(second.images))


def first_fault(role: RoleReport) -> Iterator[str]:
    """Yield what reading a challenge says of the first image of a role: `faults` has it too."""
    try:
        role.images.header()
    except ClefganError as error:
        yield str(error)


def faults(role: RoleReport, *, several_sizes: bool = True) -> Iterator[str]:
    """Yield what keeps the images of a role from being read; several sizes, if that is a fault."""
    by_id = {item.id: item for item in role.images.items}
    if role.unread:
        unread = [(by_id[name], reason) for name, reason in role.unread.items()]
        yield images.unread_message(unread, len(role.images))
    if several_sizes and len(role.sizes) > 1:
        counts = ", ".join(f"{count} are {size}" for size, count in role.sizes.most_common())
        yield (f"{role.images.where}: images of {len(role.sizes)} sizes: {counts}; {WITH_SIZE}")


def contradictions(shared: Sequence[Shared]) -> Iterator[str]:
    """Yield what the labels cannot mean: no image is both used and not used."""
    for ids in shared:
        if ids.contradicts:
            yield copies.both_labels(ids.pairs, ids.n_second)


def absent(challenge: reading.Challenge) -> Iterator[str]:
    """Yield what is missing without which nothing can be run."""
    if challenge.dev is None:
        yield (
            f"{challenge.source}: no dev images, so no method can be fitted; give the folder that "
            "holds them, and this one with --test-data"
        )


def too_few(challenge: reading.Challenge, roles: Sequence[RoleReport]) -> Iterator[str]:
    """Yield which real dev images are too few for held-out scores; copies count as one."""
    groups = challenge.groups or {}
    for role in roles:
        if role.images.role not in ALWAYS_SHOWN[0] or role.unread:
            continue
        alike = {groups.get(name, digest) for digest, ids in role.copies.items() for name in ids}
        if len(alike) < 2:
            yield (
                f"{role.images.where}: one group of images, and held-out scores need two; "
                "add images, or run with --protocol paper"
            )
        elif len(alike) < FOLDS:
            yield (
                f"{role.images.where}: {len(alike)} groups of images, and a run makes {FOLDS} "
                f"folds; add images, or run with --folds {len(alike)}"
            )


def known_beside(challenge: reading.Challenge) -> Iterator[str]:
    """Yield what is known of the images beside their pixels, and whether test is absent."""
    if challenge.dev is not None and challenge.groups is None:
        yield "groups: none given (groups.csv), so folds keep only exact copies together"
    elif challenge.groups is not None:
        n_groups = len(set(challenge.groups.values()))
        yield f"groups: {n_groups} among {len(challenge.groups)} real dev images"
    yield from challenge.group_notes
    if challenge.test is None:
        yield "test: none, so dev scores only"
    elif challenge.test.truth is None:
        yield "truth of the candidates: not given (truth.csv)"
    else:
        used = sum(challenge.test.truth.values())
        yield f"truth of the candidates: {used} used, {len(challenge.test.truth) - used} not used"
