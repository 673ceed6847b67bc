"""What was written for Flask, and meets an app of Cruse, is told what to import."""

from __future__ import annotations

import logging
import sys
from typing import Any
from unittest import mock

import flask
import flask.sessions
import pytest
from werkzeug.test import Client

from cruse_core import App, current_app, session
from cruse_core.errors import CruseWarning, OutOfContextError


def test_proxy_of_flask_in_a_hook_is_explained_in_the_log(
    app: App, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    """What exporters of metrics do."""
    app.before_request(lambda: flask.request.path)
    app.add_url_rule("/", "index", lambda: "")
    with caplog.at_level(logging.ERROR):
        assert client.get("/").status_code == 500
    assert caplog.text.count("Import cruse.as_flask before anything that imports flask.") == 1


def test_proxy_of_flask_within_an_app_context_is_explained(app: App) -> None:
    with pytest.raises(RuntimeError, match=r"(?s)Working outside.*Import cruse\.as_flask"):  # noqa: SIM117
        with app.app_context():
            flask.current_app._get_current_object()  # type: ignore[attr-defined]  # a proxy


def test_proxy_of_flask_in_a_middleware_is_explained(app: App) -> None:
    """What OpenTelemetry does for a single app."""
    inner: Any = app.wsgi_app

    def middleware(environ: Any, start_response: Any) -> Any:
        return inner(environ, lambda *args: flask.request.path)

    app.wsgi_app = middleware  # type: ignore[method-assign]  # as users do
    with pytest.raises(RuntimeError, match=r"(?s)Working outside.*Import cruse\.as_flask"):
        Client(app).get("/")


def test_session_interface_derived_from_that_of_flask_works(app: App) -> None:
    """What Flask-Session does."""
    kept: dict[str, Any] = {}

    class Session(dict[str, Any], flask.sessions.SessionMixin):
        pass

    class Interface(flask.sessions.SessionInterface):
        def open_session(self, app: Any, request: Any) -> Any:
            return Session(kept)

        def save_session(self, app: Any, session: Any, response: Any) -> None:
            kept.update(session)

    def count() -> str:
        session["number"] = session.get("number", 0) + 1
        return str(session["number"])

    app.add_url_rule("/", "count", count)
    app.session_interface = Interface()  # type: ignore[assignment]  # what an extension sets
    client = Client(app)
    assert [client.get("/").text for _ in range(3)] == ["1", "2", "3"]


def test_other_errors_are_left_alone(app: App) -> None:
    for error in (RuntimeError("Working hard"), ValueError("Working outside of it")):
        with pytest.raises(type(error)) as caught, app.app_context():
            raise error
        assert not hasattr(caught.value, "__notes__")
    with pytest.raises(OutOfContextError) as own, app.app_context():
        raise OutOfContextError("Working outside of application context.")
    assert not hasattr(own.value, "__notes__")
    assert not current_app


def watched(self: Any, *args: Any) -> Any: ...


@pytest.mark.parametrize("name", ["__call__", "wsgi_app"])
def test_agent_that_watches_flask_is_named_at_the_first_request(app: App, name: str) -> None:
    """What Sentry does."""
    app.add_url_rule("/", "index", lambda: "")
    client = Client(app)
    with mock.patch.object(flask.Flask, name, watched):
        with pytest.warns(CruseWarning, match=rf"'{__name__}'.*Import cruse\.as_flask"):
            client.get("/")
        assert client.get("/").status_code == 200


def test_agent_that_replaces_the_class_is_named(app: App) -> None:
    """What OpenTelemetry does."""

    class Instrumented(flask.Flask):
        pass

    with (
        mock.patch.object(flask, "Flask", Instrumented),
        pytest.warns(CruseWarning, match=rf"'{__name__}'"),
    ):
        Client(app).get("/")


def test_flask_beside_cruse_is_no_reason_to_warn(app: App) -> None:
    app.add_url_rule("/", "index", lambda: "")
    assert "flask" in sys.modules
    assert Client(app).get("/").status_code == 200
