"""Settings and fixtures that every test shares."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# No deadlines, as machines are shared; in CI the same examples every time, at home new ones.
settings.register_profile("steady", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("steady")
os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("JAX_NUMPY_DTYPE_PROMOTION", "strict")


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the user's cache out of the tests, and the tests out of the user's cache."""
    os.environ["CLEFGAN_CACHE"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real CT data; the test is skipped where it is absent."""
    default = Path(__file__).resolve().parents[2] / "shared"
    folder = Path(os.environ.get("CLEFGAN_SHARED", default)) / "data"
    if not folder.is_dir():
        pytest.skip("no real CT data: set CLEFGAN_SHARED to the folder that holds data/")
    return folder
