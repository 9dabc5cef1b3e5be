"""What a package index shows: the README, with links that lead somewhere from there."""

import re
import shutil
from pathlib import Path

import pytest
from hatchling.metadata.core import ProjectMetadata
from hatchling.plugin.manager import PluginManager

ROOT = Path(__file__).resolve().parents[1]
SOURCE = "https://forge.example/team/clefgan"
TARGET = re.compile(
    r"""\]\(\s*([^)\s]+)|(?:src|href)=["']?([^"'\s>]+)|^\[[^\]]+\]:\s*(\S+)""", re.M
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The files from which hatchling makes the metadata."""
    for name in ("pyproject.toml", "README.md", "LICENSE", "hatch_build.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def with_source(project: Path, url: str) -> None:
    """Fill in `Source` where pyproject.toml says to, and nowhere else."""
    path = project / "pyproject.toml"
    text, lines = re.subn(
        r"^# \[project\.urls\]$(.*?)^# Source = \"\"$",
        rf'[project.urls]\1Source = "{url}"',
        path.read_text(encoding="utf-8"),
        flags=re.M | re.S,
    )
    assert lines == 1
    path.write_text(text, encoding="utf-8")


def long_description(project: Path) -> str:
    """As it is written into the metadata of wheel and sdist."""
    core = ProjectMetadata(str(project), PluginManager()).core
    assert core.readme_content_type == "text/markdown"
    return core.readme


def targets(text: str) -> list[str]:
    """Where links and pictures lead, in Markdown and HTML."""
    return [next(filter(None, found)) for found in TARGET.findall(text)]


@pytest.mark.parametrize("url", [SOURCE, f"{SOURCE}/"])
def test_no_link_is_relative_once_the_source_is_given(project: Path, url: str) -> None:
    with_source(project, url)
    text = long_description(project)
    local = targets((ROOT / "README.md").read_text(encoding="utf-8"))
    assert len(targets(text)) == len(local) > 10
    assert [each for each in targets(text) if not each.startswith("https://")] == []
    assert f"]({SOURCE}/blob/v0.1.0/docs/submitting.md)" in text
    assert f"]({SOURCE}/raw/v0.1.0/docs/images/audit_pairs.png)" in text


def test_each_address_is_that_of_a_file_here(project: Path) -> None:
    with_source(project, SOURCE)
    ours = [each for each in targets(long_description(project)) if each.startswith(SOURCE)]
    for each in ours:
        path = re.sub(rf"^{SOURCE}/(?:raw|blob)/v[^/]+/", "", each)
        assert (ROOT / path).is_file(), each


def test_without_a_source_the_readme_is_taken_as_it_is(project: Path) -> None:
    assert long_description(project) == (ROOT / "README.md").read_text(encoding="utf-8")


def test_links_that_lead_elsewhere_or_within_the_page_stay(project: Path) -> None:
    with_source(project, SOURCE)
    text = "[a](#b) [c](https://d.example/e) [f](mailto:g@h.example) [i](docs/audit.md#j)\n"
    (project / "README.md").write_text(text, encoding="utf-8")
    assert long_description(project) == text.replace(
        "docs/audit.md#j", f"{SOURCE}/blob/v0.1.0/docs/audit.md#j"
    )
