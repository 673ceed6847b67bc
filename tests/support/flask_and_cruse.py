"""Run one program on Flask and on Cruse, and compare what becomes of it.

A program is a function that gets a `Kit`, which holds the names of one of the two, and returns a
list of answers.
"""

from __future__ import annotations

import itertools
import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from unittest import mock

import flask
import flask.blueprints
import flask.config
import flask.logging
import flask.sessions
import flask.views
from werkzeug.exceptions import HTTPException
from werkzeug.test import create_environ

import cruse
import cruse_core
import cruse_core.config
import cruse_core.logging
import cruse_core.sessions
import cruse_core.views

# So that both sign the same cookies and send the same dates.
NOW = 1_700_000_000.75


@dataclass(frozen=True)
class Kit:
    """The names of one framework; those of its package are attributes."""

    package: Any
    App: Any
    config: Any
    logging: Any
    sessions: Any
    views: Any
    SetupState: Any

    def __getattr__(self, name: str) -> Any:
        return getattr(self.package, name)

    def make_app(self, app_class: Any = None, **arguments: Any) -> Any:
        """Make an app without files, which logs nothing."""
        options = {"root_path": "/", "static_folder": None, **arguments}
        app = (app_class or self.App)("compared", **options)
        app.secret_key = "secret"
        # A deliberate difference, and a key of which Flask knows nothing.
        app.config["JSON_ERRORS"] = "never"
        app.logger.disabled = True
        return app

    def make_blueprint(self, name: str, **arguments: Any) -> Any:
        """Make a blueprint without files."""
        return self.Blueprint(name, "compared", **{"root_path": "/", **arguments})


FLASK = Kit(
    flask,
    flask.Flask,
    flask.config,
    flask.logging,
    flask.sessions,
    flask.views,
    flask.blueprints.BlueprintSetupState,
)
CRUSE = Kit(
    cruse,
    cruse.Cruse,
    cruse_core.config,
    cruse_core.logging,
    cruse_core.sessions,
    cruse_core.views,
    cruse_core.BlueprintSetupState,
)

Program = Callable[[Kit], list[Any]]


def assert_same(program: Program) -> None:
    """Check that *program* gives the same answers on both, one after the other."""
    with mock.patch("time.time", return_value=NOW):
        theirs, ours = program(FLASK), program(CRUSE)
    for number, (expected, found) in enumerate(itertools.zip_longest(theirs, ours)):
        assert found == expected, f"answer {number}: {found!r}\nof Flask: {expected!r}"


def class_name(error: BaseException) -> str:
    """Return the name of the first class that is not Cruse's own, as `except` would see it."""
    return next(c.__name__ for c in type(error).__mro__ if not c.__module__.startswith("cruse"))


def outcome(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Return what *function* returns, or how it fails; of an HTTP error also what it says."""
    try:
        return function(*args, **kwargs)
    except BaseException as error:
        text = f": {error}" if isinstance(error, HTTPException) else ""
        return f"{class_name(error)} raised{text}"


def ask(app: Any, path: str = "/", **options: Any) -> Any:
    """Return status, headers, body and warnings of a request; or how the app failed.

    Args:
        app: A WSGI application.
        path: Of the URL.
        **options: Of `werkzeug.test.create_environ`; or `environ`, a whole one.
    """
    environ = options.pop("environ", None) or create_environ(path, **options)
    return outcome(_send, app, environ)


def _send(app: Any, environ: dict[str, Any]) -> Any:
    started: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        started.extend((status, headers))

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        body = app(environ, start_response)
        content = b"".join(body)
        if hasattr(body, "close"):
            body.close()
    status, headers = started
    texts = [str(w.message) for w in caught if not issubclass(w.category, ResourceWarning)]
    return status, list(_iter_stable(headers)), content, texts


def _iter_stable(headers: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Leave out what two equal answers may differ in: the time, and the order of a set."""
    for name, value in headers:
        if name == "Allow":
            yield name, ", ".join(sorted(value.split(", ")))
        elif name == "Set-Cookie":
            yield name, re.sub("Expires=[^;]*", "Expires=...", value)
        elif name not in ("Date", "Expires"):
            yield name, value
