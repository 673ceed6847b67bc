"""An app with commands, and a project folder whose modules are forgotten after the test."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from cruse_cli import CliRunner, CommandsApp


@pytest.fixture
def app() -> CommandsApp:
    return CommandsApp("wiki", static_folder=None)


@pytest.fixture
def runner(app: CommandsApp) -> CliRunner:
    return app.test_cli_runner()


@pytest.fixture(autouse=True)
def _clean_environment() -> Iterator[None]:
    """Start without variables that a command reads, and undo what it sets."""
    before = dict(os.environ)
    for name in before:
        if name.startswith(("CRUSE_", "FLASK_", "PYTHONSTARTUP")):
            del os.environ[name]
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A new folder, which is the current one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    known = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - known:
        if (getattr(sys.modules[name], "__file__", None) or "").startswith(str(tmp_path)):
            del sys.modules[name]
    importlib.invalidate_caches()


@pytest.fixture
def write(project: Path) -> Callable[[str, str], Path]:
    """Write a file of the project; the indentation of its source does not count."""

    def write(path: str, source: str) -> Path:
        file = project / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(source), encoding="utf-8")
        importlib.invalidate_caches()
        return file

    return write


@pytest.fixture
def cruse(project: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command in the project, in a process of its own."""

    def cruse(*args: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "cruse_cli", *args],
            cwd=project,
            env={**os.environ, "NO_COLOR": "1", **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
        )

    return cruse
