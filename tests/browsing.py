"""Headless Chromium, driven by its own WebDriver server."""

import contextlib
import json
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

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


@contextlib.contextmanager
def browsing(profile: Path) -> Iterator[Browser]:
    """A session with a profile of its own; the test is skipped where there is no browser."""
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
        session = Browser(port, profile)
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
