"""The real product in a real browser: one copy of the demonstration for each process of tests, served by the real
server, for all journeys."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.config.templates import copy_demonstration

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]
START_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Demonstration:
    """home: its directory. environment: of commands that work on it."""

    home: Path
    environment: dict[str, str]

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run ``juxian …`` on this demonstration."""
        return subprocess.run(
            [sys.executable, "-m", "juxian.config.cli", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    """A copy of the demonstration, which journeys may change."""
    home = tmp_path_factory.mktemp("demonstration")
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("JUXIAN_", "DJANGO_", "PYTEST_"))
    }
    environment = kept | {"JUXIAN_HOME": str(home), "JUXIAN_DEMO": "1", "JUXIAN_LANGUAGE": "zh"}
    copy_demonstration(home)
    return Demonstration(home, environment)


@pytest.fixture(scope="session")
def address(demonstration: Demonstration) -> Iterator[str]:
    """The demonstration, served; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "juxian.config.cli", "serve", "--port", str(port), "--workers", "1"],
        env=demonstration.environment,
        stdout=subprocess.DEVNULL,
    )
    found = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{found}/healthz", server)
        yield found
    finally:
        server.terminate()
        server.wait(timeout=20)


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    """Until the server answers; fails when it ends or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert server.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:  # refused, or not answered in time
            time.sleep(0.2)  # a process starting has no event to wait for
    raise AssertionError(f"no answer from {url} in {START_SECONDS} s")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium on this machine; .ci/run installs it")
    with sync_playwright() as playwright:  # its event loop must not outlive the module: Django asks for none
        yield playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A fresh visitor at 1440 px; a script error of a page fails the test."""
    context = browser.new_context(base_url=address, viewport={"width": 1440, "height": 900}, locale="zh-CN")
    found = context.new_page()
    errors: list[str] = []
    found.on("pageerror", lambda error: errors.append(str(error)))
    yield found
    context.close()
    assert errors == []
