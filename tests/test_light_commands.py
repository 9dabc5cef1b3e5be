"""Commands that judge and submit runs import nothing heavy."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    *("flax", "jax", "jaxlib", "llvmlite", "matplotlib", "numba", "optax", "orbax", "pandas"),
    *("pyarrow", "skimage", "sklearn", "tensorflow", "tensorflow_datasets", "tensorstore"),
}
LIGHT = {"scipy.linalg", "scipy.special"}  # newer ones of the second load the first
READING = {"PIL", "asyncio"}  # of images, and of a cluster's news
LOADED = """
import json, sys
from clefgan.__main__ import main
try:
    main(sys.argv[1:])
except SystemExit as stop:
    assert stop.code == 0, stop.code
packages = {name.partition(".")[0] for name in sys.modules}
public = {name for name in sys.modules if name.count(".") == 1 and name.startswith("scipy.")}
parts = {name for name in public if not name.startswith("scipy._") and name != "scipy.version"}
print(json.dumps(sorted(packages | parts)))
"""


@pytest.mark.parametrize(
    "words",
    [
        ["check", "a.csv", "b.csv"],
        ["bundle", "a.csv", "--edition", "2023"],
        ["score", "a.csv", "--truth", "truth.csv"],
        ["leaderboard", "a.csv", "b.csv", "--truth", "truth.csv"],
        ["editions"],
        ["methods"],
    ],
    ids=lambda words: words[0],
)
def test_no_heavy_library_is_imported(words: list[str], tmp_path: Path) -> None:
    ids = [f"real_unknown_{i:04d}" for i in range(1, 201)]
    for name, every in (("a", 2), ("b", 3), ("truth", 4)):
        rows = (f"{image},{int(i % every == 0)}\n" for i, image in enumerate(ids))
        (tmp_path / f"{name}.csv").write_text("".join(rows))
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *words],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert "clefgan" in loaded
    assert loaded.isdisjoint(HEAVY)
    assert {name for name in loaded if name.startswith("scipy.")} <= LIGHT
    if words[0] in ("editions", "methods"):
        assert loaded.isdisjoint(READING)
