"""A pytest plugin that notes in the JUnit report what `flask` was during the run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def _note_which_flask(record_testsuite_property: Callable[[str, object], None]) -> None:
    # Not at the top of the file: whether `flask` is Flask is decided before the tests are found.
    import flask

    # The folder of its code: on Cruse everything else of it tells what it would on Flask.
    record_testsuite_property("flask", Path(str(flask.__file__)).parent.name)
