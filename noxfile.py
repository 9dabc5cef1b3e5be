"""Sessions: `nox` runs lint, types, tests and package; minimums and bench on request."""

import os
import shutil
import zipfile
from pathlib import Path

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.download_python = "never"
nox.options.sessions = ["lint", "types", "tests", "package"]

PYPROJECT = nox.project.load_toml("pyproject.toml")
PACKAGES = ("clefgan", "baselines", "evaluation", "submissions")
DATA = (
    "submissions/editions.toml",
    "evaluation/published.toml",
    "clefgan/report/page/page.css",
    "clefgan/report/page/page.js",
    "clefgan/py.typed",
)
WIDE = {"COLUMNS": os.environ.get("COLUMNS", "140")}  # a table's names are cut where it is narrow
SHARED = str(Path(os.environ.get("CLEFGAN_SHARED", "../shared")).resolve())


def group(name: str) -> tuple[str, ...]:
    """The requirements of a dependency group."""
    return nox.project.dependency_groups(PYPROJECT, name)


@nox.session
def lint(session: nox.Session) -> None:
    """Format, style and the direction of imports."""
    session.install(*group("lint"))
    session.run("ruff", "format", "--check", ".")
    session.run("ruff", "check", ".")
    session.install("--no-deps", "-e", ".")
    session.run("lint-imports")


@nox.session
def types(session: nox.Session) -> None:
    """Strict types over code and tests."""
    session.install("-e", ".", *group("types"), "nox>=2025.2.9")
    session.run("mypy")


@nox.session
def tests(session: nox.Session) -> None:
    """The tests on this checkout; arguments after -- go to pytest."""
    session.install("-e", ".", *group("test"))
    session.run("pytest", *session.posargs, env={"CLEFGAN_SHARED": SHARED})


@nox.session
def package(session: nox.Session) -> None:
    """Build the wheel, check what it holds, run the tests against it away from the checkout."""
    session.install("build>=1.2", "hatchling>=1.26", *group("test"))
    out = Path(session.create_tmp()).resolve()
    shutil.rmtree(out / "dist", ignore_errors=True)
    session.run("python", "-m", "build", "--no-isolation", "--outdir", str(out / "dist"))
    wheel = next((out / "dist").glob("*.whl"))
    check_contents(session, wheel)
    session.install(str(wheel))
    copy = out / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    for name in ("tests", "docs", "README.md", "pyproject.toml"):
        place = shutil.copytree if Path(name).is_dir() else shutil.copy
        copy.mkdir(exist_ok=True)
        place(name, copy / name)
    session.chdir(copy)
    session.run("pytest", "-m", "not slow", *session.posargs, env={"CLEFGAN_SHARED": SHARED})


def check_contents(session: nox.Session, wheel: Path) -> None:
    """Fail unless the wheel holds our four packages with their data, and nothing else."""
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.partition("/")[0] for name in names if ".dist-info/" not in name}
    if tops != set(PACKAGES):
        session.error(f"{wheel.name} holds {sorted(tops)}; want {sorted(PACKAGES)}")
    committed = {str(path) for top in PACKAGES for path in Path(top).rglob("*.py")} | set(DATA)
    if missing := committed - set(names):
        session.error(f"{wheel.name} lacks {sorted(missing)}")


@nox.session(default=False)
def minimums(session: nox.Session) -> None:
    """The tests with the oldest direct dependencies that pyproject.toml allows."""
    if session.venv_backend != "uv":
        session.error("minimums needs uv, which can resolve to the lowest versions")
    session.install("--resolution", "lowest-direct", "-e", ".", *group("test"))
    session.run("pytest", *session.posargs, env={"CLEFGAN_SHARED": SHARED})


@nox.session(default=False)
def leaderboard(session: nox.Session) -> None:
    """Built-in methods, or those after --, on the embedded data and on real dev images."""
    session.install("-e", ".[vgg16]")
    code = "from clefgan.plugins import registry; print(*registry.built_in())"
    listed = session.run("python", "-P", "-c", code, silent=True)
    names = session.posargs or str(listed).split()
    out = Path("runs", "leaderboard").resolve()
    phantom = out / "phantom_ct"
    shutil.rmtree(phantom, ignore_errors=True)
    for name in names:  # one that fails says so, and the others go on
        run = ("run", "--method", name, "--name", name, "--out", str(phantom))
        session.run("clefgan", *run, success_codes=[0, 1])
    runs = [str(path) for name in names if (path := phantom / f"{name}.csv").exists()]
    page = ("--with-published", "--html", str(phantom / "report"))
    session.run("clefgan", "leaderboard", *runs, "--data", "phantom_ct", *page, env=WIDE)
    evaluate(session, names, "phantom_ct", out / "phantom_dev")
    data = Path(SHARED, "data", "lab_challenge")
    if data.is_dir():
        evaluate(session, names, str(data), out / "real_dev")
    else:
        session.log("no real data: set CLEFGAN_SHARED to the folder that holds data/")
    if len(runs) < len(names):
        session.error(f"{len(names) - len(runs)} of {len(names)} methods failed; see above")


def evaluate(session: nox.Session, names: list[str], data: str, out: Path) -> None:
    """Dev scores of all methods by both protocols, with their negative controls."""
    methods = [word for name in names for word in ("--method", name)]
    files = ("--markdown", str(out / "table.md"), "--html", str(out / "report"))
    words = ("evaluate", *methods, "--data", data, "--out", str(out), "--controls", *files)
    session.run("clefgan", *words, env=WIDE)


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """Speed and memory beside peers, as ratios measured in one run."""
    session.install("-e", ".", *group("bench"))
    session.run("python", "-m", "benchmarks", *session.posargs, env={"CLEFGAN_SHARED": SHARED})
