"""A value that an option does not take is wrong usage, whichever command it is of: exit code 2."""

from pathlib import Path

import pytest

from running import clefgan

AUDIT = ["audit", "--train", "a", "--released", "b", "--release", "public"]


@pytest.mark.columns(400)
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["audit", "--features", "x"], "--features: 'x' is not one of radiomic"),
        ([*AUDIT, "--features", "x"], "--features: 'x' is not one of radiomic"),
        (["audit", "--release", "x"], "--release: 'x' is not one of public, public-use"),
        (["audit", "--withhold", "x"], "--withhold: 'x' is not one of list, symmetric"),
        ([*AUDIT, "--patient-from", "("], "--patient-from: patients: '(' is no regular expression"),
        (
            [*AUDIT, "--patient-from", "(a)(b)"],
            "--patient-from: patients: '(a)(b)' has 2 groups; write that of the patient as "
            "(?P<patient>...), or the others as (?:...)",
        ),
        (["methods", "--kind", "x"], "--kind: 'x' is not one of membership, attribution, clusters"),
        (["methods", "--knows", "x"], "--knows: 'X' is not one of S0, S1"),
        (["evaluate", "--method", "coin", "--metric", "x"], "--metric: 'x' is not one of f1"),
        (["score", "a.csv", "--data", "phantom_ct", "--metric", "x"], "--metric: 'x' is not one"),
        (["leaderboard", "a.csv", "--data", "phantom_ct", "--metric", "x"], "--metric: 'x' is not"),
        (["lab", "make", "x", "--real", "r.npz", "--leak", "1", "--how", "y"],
         "--how: 'y' is not one of copy, blend"),
        (["lab", "study", "--real", "r.npz", "--how", "y", "--method", "coin", "--out", "o"],
         "--how: 'y' is not one of copy, blend"),
        (["lab", "make-classes", "x", "--real", "r.npz", "--kind", "y"],
         "--kind: 'y' is not one of subset, family"),
        (["lab", "make-classes", "x", "--real", "r.npz", "--rule", "y"],
         "--rule: 'y' is not one of pca, blend"),
        (["lab", "make-classes", "x", "--real", "r.npz", "--test-rule", "y"],
         "--test-rule: 'y' is not one of pca, blend"),
    ],
)  # fmt: skip
def test_an_unknown_choice_is_wrong_usage(
    words: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert clefgan(*words) == 2
    assert f"Invalid value for {message}" in capsys.readouterr().err
    assert not [*tmp_path.iterdir()]
