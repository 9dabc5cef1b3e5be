"""What a run file will call the images under test and the classes: asked before any work."""

from clefgan.data.classes.challenge import ClassChallenge
from submissions import RunFileError, runfile
from submissions.problems import quoted


def unwritable(challenge: ClassChallenge) -> str:
    """Which image or class no run file of the edition can name, and why; or empty."""
    if challenge.test is None:
        return ""
    under_test, edition = challenge.test, challenge.edition
    try:
        for token, why in runfile.unwritable(under_test.ids, edition, under_test.file_names):
            return (
                f"{under_test.where}: image {quoted(token)} cannot be named in a run file: {why}; "
                "rename it"
            )
    except RunFileError as error:
        return f"{under_test.where}: {error}; rename the images"
    for name, why in runfile.unwritable_classes(challenge.names, edition):
        return (
            f"{challenge.source}: class {quoted(name)} cannot be named in a run file: {why}; "
            "rename its folder"
        )
    return ""
