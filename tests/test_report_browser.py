"""The page of a leaderboard in headless Chromium, opened from disk."""

import base64
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from browsing import ARGUMENTS, Browser
from clefgan.report.page import page
from clefgan.report.part import Part
from evaluation.boards import leaderboard
from evaluation.runs import Panel, Run

HOSTILE = "<img src=x onerror=\"document.title='broken'\">"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(0)
    truth = np.arange(60) % 2 == 0
    runs = {}
    for number, name in enumerate([HOSTILE, "run 10", "run 9", "no scores"]):
        scores = rng.normal(size=60) + truth * number
        runs[name] = Run(scores > 0, None if name == "no scores" else scores)
    panel = Panel(truth, runs)
    board = leaderboard.build(panel, resamples=100)
    path = tmp_path_factory.mktemp("report") / "index.html"
    path.write_text(page.html("Title", [Part("Title", board, panel)]), encoding="utf-8")
    return path


COLUMN = """
const place = [...document.querySelectorAll('table.board thead th')]
  .findIndex((head) => head.textContent.trim() === '%s');
const rows = [...document.querySelectorAll('table.board tbody tr')];
return rows.map((row) => row.cells[place].dataset.sort);
"""


HEAD = """
const heads = [...document.querySelectorAll('table.board thead th')];
const head = heads.find((head) => head.textContent.trim() === '%s');
"""


def column(browser: Browser, name: str) -> list[str]:
    found: list[str] = browser.run(COLUMN % name)
    return found


def test_it_opens_from_disk_without_a_complaint(browser: Browser, report: Path) -> None:
    browser.device(1200, "light")
    browser.open(report)
    assert browser.run("return document.title") == "Title"
    assert [entry for entry in browser.log() if entry["level"] != "INFO"] == []
    assert browser.run("return performance.getEntriesByType('resource').length") == 0
    assert HOSTILE in browser.run("return document.querySelector('table.board').innerText")


def test_a_click_sorts_and_says_so(browser: Browser, report: Path) -> None:
    browser.open(report)
    click = HEAD % "Recall" + "head.querySelector('button').click();"
    for order, reverse in (("descending", True), ("ascending", False), ("descending", True)):
        browser.run(click)
        values = [value for value in column(browser, "Recall") if value]
        assert [float(v) for v in values] == sorted(map(float, values), reverse=reverse)
        said = "return heads.filter(h => h.ariaSort !== 'none' && h.ariaSort).map(h => h.ariaSort)"
        assert browser.run(HEAD % "Recall" + said) == [order]


def test_undefined_values_stay_last(browser: Browser, report: Path) -> None:
    browser.open(report)
    for _ in range(2):
        browser.run(HEAD % "AUC" + "head.querySelector('button').click();")
        values = column(browser, "AUC")
        filled = [bool(value) for value in values]
        assert filled == sorted(filled, reverse=True)
        assert not all(filled)


def test_names_sort_as_people_do_and_by_keyboard(browser: Browser, report: Path) -> None:
    browser.open(report)
    browser.run(HEAD % "Run" + "head.querySelector('button').focus();")
    browser.press("\ue007")
    names = column(browser, "Run")
    assert names.index("run 9") < names.index("run 10")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1200])
def test_nothing_sticks_out_and_text_can_be_read(
    browser: Browser, report: Path, width: int, scheme: str
) -> None:
    browser.device(width, scheme)
    browser.open(report)
    assert browser.run("return document.documentElement.scrollWidth") <= width
    paper, ink = (
        browser.run(f"return getComputedStyle(document.body).{name}")
        for name in ("backgroundColor", "color")
    )
    assert contrast(paper, ink) > 7
    quiet = "return getComputedStyle(document.querySelector('.legend')).color"
    assert contrast(paper, browser.run(quiet)) > 4.5
    assert (luminance(paper) < 0.5) == (scheme == "dark")


def test_everything_is_printed(browser: Browser, report: Path) -> None:
    browser.open(report)
    browser.run("for (const fold of document.querySelectorAll('details')) fold.open = false;")
    closed = "return [...document.querySelectorAll('details')].filter(f => !f.open).length"
    assert browser.run(closed) == 4
    browser.run("dispatchEvent(new Event('beforeprint'))")
    assert browser.run(closed) == 0
    browser.run("dispatchEvent(new Event('afterprint'))")
    assert browser.run(closed) == 4


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_screenshot_shows_the_page(
    browser: Browser, report: Path, scheme: str, tmp_path: Path
) -> None:
    browser.device(900, scheme)
    browser.open(report)
    shot = tmp_path / f"{scheme}.png"
    shot.write_bytes(base64.b64decode(browser.call("GET", f"{browser.path}/screenshot")))
    with Image.open(shot) as opened:
        levels = np.asarray(opened.convert("L"), np.float64)
        colours = np.asarray(opened.convert("RGB")).reshape(-1, 3)
    assert levels.shape[1] == 900
    kinds, counts = np.unique(colours, axis=0, return_counts=True)
    paper = "rgb({}, {}, {})".format(*kinds[counts.argmax()])
    assert contrast(paper, browser.run("return getComputedStyle(document.body).color")) > 7
    assert (luminance(paper) < 0.5) == (scheme == "dark")
    assert 0.3 < counts.max() / counts.sum() < 0.99  # neither blank nor a wall of colour
    assert len(kinds) > 20
    box = "const b = document.querySelector('h1').getBoundingClientRect();"
    place = browser.run(f"{box} return [b.top, b.bottom, b.left, b.right];")
    top, bottom, left, right = (round(value) for value in place)
    assert np.ptp(levels[top:bottom, left:right]) > 100  # the title is written there
    rows = np.flatnonzero(levels.std(axis=1) > 5)
    assert rows.max() > 0.9 * len(levels)  # something is drawn down to the end


def test_printed_on_paper_every_fold_is_open(browser: Browser, report: Path) -> None:
    browser.device(1200, "light")
    closed = "for (const fold of document.querySelectorAll('details')) fold.open = %s;"
    pages = {}
    for name, prepare in {
        "closed": closed % "false",
        "open": closed % "true",
        "without": f"{closed % 'false'} document.querySelectorAll('details').forEach("
        "fold => fold.replaceWith(fold.querySelector('summary')));",
    }.items():
        browser.open(report)
        browser.run(prepare)
        pages[name] = printed_pages(browser)
    assert pages["closed"] == pages["open"]
    assert pages["without"] < pages["open"]


def test_chromium_prints_to_a_file(browser: Browser, report: Path, tmp_path: Path) -> None:
    """As a user's script would: no driver, and the page as it lies on disk."""
    chromium, pdf = shutil.which("chromium"), tmp_path / "report.pdf"
    assert chromium is not None
    profile = f"--user-data-dir={tmp_path / 'profile'}"
    command = [chromium, *ARGUMENTS, profile, f"--print-to-pdf={pdf}", report.as_uri()]
    subprocess.run(command, check=True, timeout=120, capture_output=True)
    content = pdf.read_bytes()
    assert content.startswith(b"%PDF-")
    assert content.rstrip().endswith(b"%%EOF")
    assert len(PAGE.findall(content)) == printed_pages(browser, report)


PAGE = re.compile(rb"/Type\s*/Page\b")


def printed_pages(browser: Browser, file: Path | None = None) -> int:
    """Pages of the open page, or of a file, as the browser prints it."""
    if file is not None:
        browser.open(file)
    content = base64.b64decode(browser.call("POST", f"{browser.path}/print", {}))
    assert content.startswith(b"%PDF-")
    return len(PAGE.findall(content))


def luminance(colour: str) -> float:
    """Relative luminance of `rgb(r, g, b)` (WCAG 2.1)."""
    levels = [int(part) / 255 for part in colour.strip("rgba()").split(",")[:3]]
    linear = [v / 12.92 if v <= 0.03928 else ((v + 0.055) / 1.055) ** 2.4 for v in levels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours (WCAG 2.1)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)
