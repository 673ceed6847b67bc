"""A pytest plugin that notes in the JUnit report what `flask` was during the run."""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.fixture(scope="session", autouse=True)
def _note_which_flask(record_testsuite_property: Callable[[str, object], None]) -> None:
    # Not at the top of the file: whether `flask` is Flask is decided before the tests are found.
    import flask

    # Under `cruse.as_flask` a class may carry Flask's names; its bases tell where it comes from.
    modules = {cls.__module__.partition(".")[0] for cls in flask.Flask.__mro__}
    record_testsuite_property("flask", "cruse" if "cruse_core" in modules else "flask")
