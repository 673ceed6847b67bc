"""A pytest plugin: the fixtures `app`, `client` and `runner`, for suites that ask for it.

One line loads it: `pytest_plugins = ["cruse_testing.pytest_plugin"]` in the `conftest.py` of a
project, or `addopts = ["-p", "cruse_testing.pytest_plugin"]` in pytest's settings. Installing alone
changes nothing: other suites have fixtures of these names, or need that there are none.
Cruse itself is imported only when a test asks for a fixture.
"""

from __future__ import annotations

import os
from argparse import ArgumentError
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cruse_testing.discovery import (
    AppNotFoundError,
    AppReference,
    find_reference,
    load_app,
    parse_reference,
)

_MARKERS = (
    "cruse_app(reference=None, *args, **kwargs): test the app at 'module:name'; the other "
    "arguments are for its factory.",
    "cruse_config(**values): set these keys of the app's configuration for the test.",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option and the setting that name the app."""
    group = parser.getgroup("cruse")
    settings: dict[str, Any] = {
        "dest": "cruse_app",
        "metavar": "MODULE:NAME",
        "help": "the Cruse app to test, or its factory: 'module:app' or 'module:create_app'",
    }
    try:
        group.addoption("--cruse-app", "--app", **settings)
    except (ValueError, ArgumentError):
        # Another plugin has an option --app; ours then has its long name only.
        group.addoption("--cruse-app", **settings)
    parser.addini("cruse_app", "the Cruse app to test, as for --app")


def pytest_configure(config: pytest.Config) -> None:
    """Make the markers known."""
    for marker in _MARKERS:
        config.addinivalue_line("markers", marker)


@pytest.fixture
def app(request: pytest.FixtureRequest) -> Iterator[Any]:
    """The app under test, with TESTING on.

    Which one, says the first of: the marker `cruse_app`, the option --app, the setting `cruse_app`,
    the environment variable CRUSE_APP, and else the only app in the folder of the test run.
    A factory is called for each test. Changes to the configuration are undone after it.
    """
    loaded = _load_app(request)
    before = dict(loaded.config)
    loaded.config["TESTING"] = True
    for marker in reversed(list(request.node.iter_markers("cruse_config"))):
        loaded.config.update(marker.kwargs)
    yield loaded
    loaded.config.clear()
    loaded.config.update(before)


@pytest.fixture
def client(app: Any) -> Any:
    """A client that sends requests to the fixture `app`."""
    return app.test_client()


@pytest.fixture
def runner(app: Any) -> Any:
    """A runner for the commands of the fixture `app`; it needs cruse-cli."""
    if not hasattr(app, "test_cli_runner"):
        pytest.fail(
            f"The fixture 'runner' runs commands, but {app!r} has none: its class "
            f"{type(app).__name__!r} is not derived from cruse_cli.CommandsApp. "
            "Install it with 'pip install cruse-cli' and derive from it, or use 'cruse'.",
            pytrace=False,
        )
    return app.test_cli_runner()


def _load_app(request: pytest.FixtureRequest) -> Any:
    """Return the app that is to be tested, or fail the test with what is missing."""
    folder = request.config.invocation_params.dir
    marker = request.node.get_closest_marker("cruse_app")
    args: tuple[Any, ...] = marker.args if marker else ()
    kwargs: dict[str, Any] = dict(marker.kwargs) if marker else {}
    text = kwargs.pop("reference", args[0] if args else None)
    try:
        reference = _find_reference(request.config, text, folder)
        found = load_app(reference, args[1:], kwargs, folder)
        _require_testable(found, reference)
    except AppNotFoundError as exc:
        problem = str(exc)
    else:
        return found
    # Not inside the except clause, where pytest would show the message twice.
    pytest.fail(problem, pytrace=False)


def _find_reference(config: pytest.Config, text: str | None, folder: Path) -> AppReference:
    text = (
        text
        or config.getoption("cruse_app")
        or config.getini("cruse_app")
        or os.environ.get("CRUSE_APP")
    )
    return parse_reference(text) if text else find_reference(folder)


def _require_testable(found: Any, reference: AppReference) -> None:
    """Raise AppNotFoundError unless *found* is an app that has a test client."""
    if not hasattr(found, "wsgi_app"):
        raise AppNotFoundError(
            f"{reference.text!r} is not a Cruse app, nor did it return one: it gave {found!r}. "
            "Refer to the app or to a function that returns it."
        )
    if not hasattr(found, "test_client"):
        raise AppNotFoundError(
            f"{found!r} at {reference.text!r} has no test client: its class "
            f"{type(found).__name__!r} is not derived from cruse_testing.TestingApp. "
            "Derive from it, or use 'cruse', which has every component."
        )
