"""Programs that print the same on Flask, and on Cruse by way of `cruse.as_flask`.

Each of them runs in processes of its own.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

SHOW_MAIN = """
import sys
import __main__

print(globals().get("__file__"), sys.argv, sys.path[0])
print(__name__, repr(__package__), __spec__ and __spec__.name, vars(__main__) is globals())
"""


def run(*arguments: str, cwd: Path, code: str | None = None) -> str:
    """Run Python with *arguments*, and *code* as standard input; return what it printed."""
    finished = subprocess.run(
        [sys.executable, *arguments], cwd=cwd, input=code, capture_output=True, text=True
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


class TestProgram:
    """Whatever names a program does so as for `python`."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        for path in ("show.py", "without_suffix", "inside/show.py", "program/__main__.py"):
            (tmp_path / path).parent.mkdir(exist_ok=True)
            (tmp_path / path).write_text(SHOW_MAIN)
        (tmp_path / "link.py").symlink_to("inside/show.py")
        with zipfile.ZipFile(tmp_path / "archive.zip", "w") as archive:
            archive.writestr("__main__.py", SHOW_MAIN)
        return tmp_path

    @pytest.mark.parametrize(
        "arguments",
        [
            "show.py --an option",
            "inside/show.py",
            "./inside/../show.py",
            "link.py",
            "without_suffix",
            "program of a folder",
            "archive.zip",
            "-m show -m x",
            "-m inside.show",
        ],
    )
    def test_is_named_by_a_path_or_a_module(self, folder: Path, arguments: str) -> None:
        theirs = run(*arguments.split(), cwd=folder)
        assert "__main__" in theirs
        assert run("-m", "cruse.as_flask", *arguments.split(), cwd=folder) == theirs

    def test_may_be_given_as_code(self, folder: Path) -> None:
        arguments = ("-c", SHOW_MAIN, "-c", "x")
        assert run("-m", "cruse.as_flask", *arguments, cwd=folder) == run(*arguments, cwd=folder)

    def test_may_come_from_standard_input(self, folder: Path) -> None:
        theirs = run("-", "x", cwd=folder, code=SHOW_MAIN)
        assert run("-m", "cruse.as_flask", "-", "x", cwd=folder, code=SHOW_MAIN) == theirs

    def test_its_folder_is_left_out_where_python_leaves_it_out(self, folder: Path) -> None:
        theirs = run("-P", "show.py", cwd=folder)
        assert run("-P", "-m", "cruse.as_flask", "show.py", cwd=folder) == theirs
