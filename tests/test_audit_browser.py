"""The pages of an audit in headless Chromium."""

import time
from pathlib import Path

import pytest

import clefgan
from browsing import Browser
from clefgan.auditing import judged


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
