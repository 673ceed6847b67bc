"""`dev.py` needs nothing but Python, and hands its arguments to nox."""

from __future__ import annotations

import runpy
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import pytest

SCRIPT = Path(__file__).parents[1] / "dev.py"


@pytest.fixture
def dev() -> SimpleNamespace:
    return SimpleNamespace(**runpy.run_path(str(SCRIPT), run_name="dev"))


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        ([], []),
        (["demo"], ["--session", "demo"]),
        (["demo", "--", "--port", "8000"], ["--session", "demo", "--", "--port", "8000"]),
        (["lint", "types"], ["--session", "lint", "types"]),
        (["everything"], ["--tags", "everything"]),
        (["--list"], ["--list"]),
    ],
)
def test_a_first_word_is_a_session(
    dev: SimpleNamespace, arguments: list[str], options: list[str]
) -> None:
    assert dev.nox_options(arguments) == options


def test_a_python_without_ensurepip_is_told_what_to_install(
    dev: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find_no_ensurepip(name: str) -> object:
        return None if name == "ensurepip" else find_spec(name)

    monkeypatch.setitem(dev.make_environment.__globals__, "find_spec", find_no_ensurepip)

    with pytest.raises(SystemExit, match="apt-get install python3-venv"):
        dev.make_environment()


def test_an_old_python_is_told_so(dev: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))

    with pytest.raises(SystemExit, match=r"needs Python 3.11 or newer, but .* is Python 3.9.2"):
        dev.main()


def test_the_script_starts_without_any_package() -> None:
    code = f"import runpy; runpy.run_path({str(SCRIPT)!r}, run_name='dev')"

    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
