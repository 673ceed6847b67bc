"""Serve applications as processes of their own, and open a real browser on them."""

import os
import queue
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

ROOT = Path(__file__).parents[2]
ARTEFACTS = ROOT / "artefacts" / "browser"
START_TIMEOUT_SECONDS = 60

CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

Photograph = Callable[[Page, str], None]


class Server:
    """A development server in a process of its own; *address* is where it listens."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.output: list[str] = []
        self._lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self.address = self._wait_for(r"Running on (http://127\.0\.0\.1:\d+)")

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output.append(line)
            self._lines.put(line)
        self._lines.put(None)

    def _wait_for(self, pattern: str) -> str:
        while (line := self._lines.get(timeout=START_TIMEOUT_SECONDS)) is not None:
            if found := re.search(pattern, line):
                return found[1]
        raise AssertionError(f"The server ended at its start:\n{''.join(self.output)}")


@contextmanager
def serve(*arguments: str, cwd: Path, **variables: str) -> Iterator[Server]:
    """Run `cruse ARGUMENTS` from the folder *cwd* until the block ends."""
    command = [sys.executable, "-u", "-m", "cruse_cli", *arguments]
    foreign = ("CRUSE_", "FIELD_NOTES_", "WERKZEUG_")
    env = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=env | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield Server(process)
    finally:
        process.terminate()
        process.wait(timeout=30)
        assert process.stdout is not None
        process.stdout.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, without a window."""
    wanted = os.environ.get("CRUSE_TEST_CHROMIUM") or shutil.which("chromium")
    if wanted is None:
        pytest.fail("No Chromium was found. Install it (apt-get install chromium).")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=wanted, args=CHROMIUM_OPTIONS)
        yield chromium
        chromium.close()


@pytest.fixture
def open_window(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a page in a window of its own, with its own cookies; scripts must not fail in it."""
    with ExitStack() as windows:
        yield lambda **options: windows.enter_context(_window(browser, options))


@contextmanager
def _window(browser: Browser, options: dict[str, Any]) -> Iterator[Page]:
    failures: list[str] = []

    def watch(message: ConsoleMessage) -> None:
        if "Content Security" in message.text:
            failures.append(message.text)

    with browser.new_context(**options) as context:
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.on("console", watch)
        yield page
    assert failures == []


@pytest.fixture
def photograph() -> Photograph:
    """Keep a picture of a page among the artefacts."""

    def take(page: Page, name: str) -> None:
        ARTEFACTS.mkdir(parents=True, exist_ok=True)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=ARTEFACTS / f"{name}.png", full_page=True)

    return take


@pytest.fixture
def field_notes(tmp_path: Path) -> Iterator[Server]:
    """The example application, on an empty database."""
    with serve(
        *("--app", "field_notes", "run", "--port", "0"),
        cwd=ROOT / "examples" / "field_notes",
        FIELD_NOTES_INSTANCE_PATH=str(tmp_path),
    ) as server:
        yield server


@pytest.fixture
def broken_app() -> Iterator[Server]:
    """An application with a fault, in debug mode."""
    with serve(
        *("--app", "broken_app.py", "--debug", "run", "--no-reload", "--port", "0"),
        cwd=Path(__file__).parent,
        WERKZEUG_DEBUG_PIN="271-828-182",
    ) as server:
        yield server
