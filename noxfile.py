"""Sessions: `nox` runs lint, types, tests, package and pythons; others on request."""

import os
import re
import shutil
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.download_python = "never"
nox.options.sessions = ["lint", "types", "tests", "package", "pythons"]

PYPROJECT = nox.project.load_toml("pyproject.toml")
PACKAGES = ("clefgan", "baselines", "evaluation", "submissions")
DATA = (
    "submissions/editions.toml",
    "evaluation/published.toml",
    "clefgan/report/page/page.css",
    "clefgan/report/page/page.js",
    "clefgan/py.typed",
)
PYTEST = ("pytest", "-n", "auto", "--dist", "worksteal")  # in order: a file has a process or two
WIDE = {"COLUMNS": os.environ.get("COLUMNS", "140")}  # a table's names are cut where it is narrow
OLDEST = (
    *("--resolution", "lowest-direct"),
    *("--only-binary", ":all:", "--no-binary", "promise"),  # of tensorflow-datasets; has none
)
CLUSTERS = ("cli_cluster", "similarity_distributed", "similarity_greeting")  # many processes
QUICK = ("-m", "not slow", *(f"--ignore-glob=*test_{name}*" for name in CLUSTERS))
MAIN_JOBS = (
    "run --method lbp-svm",
    "run --method fusion",
    "check runs/lbp-svm.csv runs/fusion.csv --data phantom_ct",
    "leaderboard runs/lbp-svm.csv runs/fusion.csv --data phantom_ct --html report",
)
KEPT = {"PYTHONDONTWRITEBYTECODE": ""}  # else each process of the tests compiles all modules anew
OPTIMISED = {"JAX_DISABLE_MOST_OPTIMIZATIONS": "0"}  # the wheel's tests compile as users do
OWN = f"{sys.version_info.major}.{sys.version_info.minor}"  # of nox, and so of most sessions
READERS = "clefgan.data.formats."  # each needs the extra of its format
EVERY_MODULE = """
import importlib, pkgutil, sys
for top in sys.argv[1:-1]:
    for module in pkgutil.walk_packages(importlib.import_module(top).__path__, top + "."):
        if not module.name.endswith("__main__") and not module.name.startswith(sys.argv[-1]):
            importlib.import_module(module.name)
"""
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
    session.run(*PYTEST, *session.posargs, env=KEPT | {"CLEFGAN_SHARED": SHARED})


@nox.session
def package(session: nox.Session) -> None:
    """Build wheel and sdist, check what they hold and say; `pythons` tests the wheel."""
    wheel = built(session)
    check_contents(session, wheel)
    session.install("twine>=6.1")
    session.run("twine", "check", "--strict", *map(str, sorted(wheel.parent.iterdir())))


def built(session: nox.Session) -> Path:
    """The wheel, built from this checkout."""
    session.install("build>=1.2", "hatchling>=1.26")
    out = Path(session.create_tmp()).resolve() / "dist"
    shutil.rmtree(out, ignore_errors=True)
    session.run("python", "-m", "build", "--no-isolation", "--outdir", str(out))
    return next(out.glob("*.whl"))


@nox.session
def docs(session: nox.Session) -> None:
    """Build the site, the reference from the code; no page may load anything from elsewhere."""
    session.install("-e", ".", *group("docs"))
    folder = Path(session.create_tmp()).resolve() / "docs"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree("docs", folder)
    session.run("python", ".ci/reference.py", str(folder))
    env = {"CLEFGAN_DOCS": str(folder), "NO_MKDOCS_2_WARNING": "1"}
    session.run("mkdocs", "build", "--strict", "--site-dir", "site", env=env)
    loads = re.compile(
        r"""<(?:script|img|iframe|link rel="stylesheet")[^>]*(?:src|href)="https?:"""
    )
    pages = {page: page.read_text(encoding="utf-8") for page in Path("site").rglob("*.html")}
    if foreign := [page for page, text in pages.items() if loads.search(text)]:
        session.error(f"loads something from elsewhere: {', '.join(map(str, foreign))}")
    if raw := [page for page, text in pages.items() if "```" in text]:
        session.error(f"shows Markdown as it is written: {', '.join(map(str, raw))}")


def copied(folder: Path) -> Path:
    """A new folder with the tests and what they read, and none of the packages."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    pages = [page.name for page in Path().glob("*.md")]  # that link to each other
    files = ("CITATION.cff", "LICENSE", "hatch_build.py", "pyproject.toml", *pages)
    for name in ("tests", "docs", ".ci", *files):
        copy = shutil.copytree if Path(name).is_dir() else shutil.copy
        copy(name, folder / name)
    return folder


def check_contents(session: nox.Session, wheel: Path) -> None:
    """Fail unless the wheel holds our four packages with their data, and nothing else."""
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.partition("/")[0] for name in names if ".dist-info/" not in name}
    if tops != set(PACKAGES):
        session.error(f"{wheel.name} holds {sorted(tops)}; want {sorted(PACKAGES)}")
    committed = {str(path) for top in PACKAGES for path in Path(top).rglob("*.py")} | set(DATA)
    if missing := committed - set(names):
        session.error(f"{wheel.name} lacks {sorted(missing)}")


@nox.session
def pythons(session: nox.Session) -> None:
    """The wheel on the oldest and newest Python here, or on those named: main jobs, quick tests.

    On the Python of the session `tests`, which has just passed all tests, the main jobs suffice.
    """
    listed = str(session.run("python", ".ci/pythons.py", silent=True))
    here = dict(line.split(" ", 1) for line in listed.splitlines())
    chosen = session.posargs or [*here][:1] + [*here][1:][-1:]
    if lacking := [version for version in chosen if version not in here]:
        session.error(f"no Python {', '.join(lacking)} on this machine; there is {', '.join(here)}")
    if len(here) == 1:
        session.warn(f"Python {chosen[0]} alone is tried: this machine has no other supported one")
    wheel = built(session)
    for version in chosen:
        tested = version == OWN and not session.posargs
        try_wheel(session, wheel, here[version], wheel.parents[1] / version, tested=tested)


def try_wheel(session: nox.Session, wheel: Path, python: str, home: Path, *, tested: bool) -> None:
    """Run the main jobs with the wheel and what it asks for alone, then the quick tests.

    tested : this Python has passed all tests already, so the quick ones are left out
    """
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    install, scripts = environment(session, python, home / "env")
    session.run(*install, str(wheel), external=True)
    env = {"CLEFGAN_CACHE": str(home / "cache"), "CLEFGAN_SHARED": SHARED}
    folder = copied(home / "copy")
    with session.chdir(folder):
        session.run(
            scripts("python"), "-P", "-c", EVERY_MODULE, *PACKAGES, READERS, env=env, external=True
        )
        for words in MAIN_JOBS:
            session.run(scripts("clefgan"), *words.split(), env=env | WIDE, external=True)
        if tested:
            return
        session.run(*install, *group("test"), external=True)
        session.run(
            scripts("pytest"), *PYTEST[1:], *QUICK, env=env | KEPT | OPTIMISED, external=True
        )


def environment(
    session: nox.Session, python: str, folder: Path
) -> tuple[list[str], Callable[[str], str]]:
    """A clean environment of this Python: how to install into it, and the paths of its scripts."""
    binaries = folder / ("Scripts" if os.name == "nt" else "bin")
    if session.venv_backend == "uv":
        session.run("uv", "venv", "-q", "--python", python, str(folder), external=True)
        install = ["uv", "pip", "install", "--python", str(binaries / "python")]
    else:
        session.run(python, "-m", "venv", str(folder), external=True)
        install = [str(binaries / "python"), "-m", "pip", "install", "-q"]
    return install, lambda name: str(binaries / name)


@nox.session(default=False)
def minimums(session: nox.Session) -> None:
    """The tests with the oldest direct dependencies allowed that have wheels for this Python."""
    if session.venv_backend != "uv":
        session.error("minimums needs uv, which can resolve to the lowest versions")
    session.install(*OLDEST, "-e", ".", *group("test"))
    session.run(*PYTEST, *session.posargs, env=KEPT | {"CLEFGAN_SHARED": SHARED})


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
