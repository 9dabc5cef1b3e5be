"""The report in headless Chromium, opened from disk and driven by its own WebDriver server."""

import base64
import contextlib
import json
import re
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import clefgan
from clefgan.auditing import judged
from clefgan.report.page import page
from clefgan.report.part import Part
from evaluation.boards import leaderboard
from evaluation.runs import Panel, Run

HOSTILE = "<img src=x onerror=\"document.title='broken'\">"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--no-first-run",
]


class Browser:
    """One session of the WebDriver protocol, over plain HTTP."""

    def __init__(self, port: int, profile: Path) -> None:
        self.root = f"http://127.0.0.1:{port}"
        options = {"args": [*ARGUMENTS, f"--user-data-dir={profile}"]}
        wanted = {"browserName": "chrome", "goog:chromeOptions": options}
        wanted["goog:loggingPrefs"] = {"browser": "ALL"}
        session = self.call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self.path = f"/session/{session['sessionId']}"

    def call(self, verb: str, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.root + path, data, method=verb)
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["value"]

    def open(self, file: Path) -> None:
        self.call("POST", f"{self.path}/url", {"url": file.as_uri()})

    def run(self, script: str) -> Any:
        return self.call("POST", f"{self.path}/execute/sync", {"script": script, "args": []})

    def log(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.call("POST", f"{self.path}/se/log", {"type": "browser"})
        return found

    def device(self, width: int, scheme: str) -> None:
        self.command(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600},
        )
        scheme_of = {"name": "prefers-color-scheme", "value": scheme}
        self.command("Emulation.setEmulatedMedia", {"features": [scheme_of]})

    def command(self, name: str, parameters: object) -> Any:
        body = {"cmd": name, "params": parameters}
        return self.call("POST", f"{self.path}/goog/cdp/execute", body)

    def press(self, *keys: str) -> None:
        pressed = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        actions = [{"type": "key", "id": "keys", "actions": pressed}]
        self.call("POST", f"{self.path}/actions", {"actions": actions})


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    driver = shutil.which("chromedriver")
    if driver is None or shutil.which("chromium") is None:
        pytest.skip("no browser: needs Debian's chromium and chromium-driver")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    quiet = subprocess.DEVNULL
    server = subprocess.Popen([driver, f"--port={port}"], stdout=quiet, stderr=quiet)
    try:
        wait_for(port)
        session = Browser(port, tmp_path_factory.mktemp("profile"))
        yield session
        session.call("DELETE", session.path)
    finally:
        server.terminate()
        server.wait(timeout=30)


def wait_for(port: int) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    pytest.fail("chromedriver does not answer")


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


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = clefgan.audit(deals=99, planted=5, withhold="list")
    return made.write(tmp_path_factory.mktemp("audited") / "audit")


def test_judgements_are_kept_and_saved_without_a_network(
    browser: Browser, audited: Path, tmp_path: Path
) -> None:
    page_of_pairs = audited / "internal" / "pairs.html"
    browser.log()
    browser.open(page_of_pairs)
    browser.command(
        "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)}
    )
    browser.run("for (const n of [0, 4]) document.querySelectorAll('.judged input')[n].click()")
    browser.open(page_of_pairs)  # read again: the browser kept them
    assert browser.run("return document.querySelector('#judged-count').textContent") == "2"
    browser.run("document.querySelector('#judged-save').click()")
    saved = tmp_path / judged.FILE
    for _ in range(200):
        if saved.is_file():
            break
        time.sleep(0.1)
    shown = browser.run(
        "return [...document.querySelectorAll('[data-released]')].slice(0, 2)"
        ".map((each) => each.dataset.released)"
    )
    assert judged.read(saved) == {shown[0]: "copy", shown[1]: "no copy"}
    assert browser.log() == []


@pytest.mark.parametrize("width", [390, 1200])
@pytest.mark.parametrize("name", ["audit.html", "internal/pairs.html"])
def test_an_audit_fits_a_phone_and_a_desktop(
    browser: Browser, audited: Path, name: str, width: int
) -> None:
    browser.device(width, "dark")
    browser.open(audited / name)
    assert browser.run("return document.documentElement.scrollWidth") <= width
    assert browser.run("return getComputedStyle(document.body).backgroundColor") != (
        "rgb(255, 255, 255)"
    )
