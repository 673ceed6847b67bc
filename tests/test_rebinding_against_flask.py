"""A name that is set anew in one of Flask's modules takes effect on Cruse where it does on Flask.

Both are looked at in processes of their own.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

REBIND = str(Path(__file__).with_name("rebind_flask.py"))


def try_all(folder: Path, *runner: str) -> Any:
    """Run `rebind_flask.py` in an empty folder, in a process that is started by *runner*."""
    finished = subprocess.run(
        [sys.executable, "-W", "ignore", *runner, REBIND],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return try_all(tmp_path_factory.mktemp("flask"))


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return try_all(tmp_path_factory.mktemp("cruse"), "-m", "cruse.as_flask")


def test_every_function_that_flask_looks_up_in_its_modules_is_tried(theirs: Any) -> None:
    tried = {name.partition(" ")[0] for name in theirs["outcomes"]}
    assert len(theirs["lookups"]) > 50
    assert set(theirs["lookups"]) - tried == set()


def test_each_is_called_by_flask(theirs: Any) -> None:
    assert {name: found for name, found in theirs["outcomes"].items() if found != "called"} == {}


def test_each_is_called_by_cruse_and_no_longer_once_it_is_put_back(ours: Any, theirs: Any) -> None:
    assert ours["outcomes"] == theirs["outcomes"]
