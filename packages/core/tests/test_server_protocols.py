"""A server of another protocol than WSGI is told so in one sentence."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from werkzeug.test import Client

from cruse_core import App, Response
from cruse_core.errors import ServerProtocolError

SCOPES = [
    {"type": "lifespan", "asgi": {"version": "3.0"}},
    {"type": "http", "asgi": {"version": "3.0"}, "method": "GET", "path": "/", "headers": []},
    {"type": "websocket", "asgi": {"version": "3.0"}, "path": "/", "headers": []},
]


def call(app: Any, *args: Any) -> Any:
    return app(*args)


async def receive() -> None: ...


async def send(message: object) -> None: ...


@pytest.mark.parametrize("scope", SCOPES, ids=[str(scope["type"]) for scope in SCOPES])
@pytest.mark.parametrize("arguments", [(), (receive, send)], ids=["ASGI 2", "ASGI 3"])
@pytest.mark.parametrize("served_before", [False, True])
def test_scope_of_asgi_is_refused(
    app: App, client: Client, scope: dict[str, Any], arguments: Any, served_before: bool
) -> None:
    ran: list[str] = []
    app.before_request(lambda: ran.append("hook"))
    if served_before:
        client.get("/")
        ran.clear()
    with pytest.raises(ServerProtocolError, match=r"speaks ASGI.*'gunicorn module:app'"):
        call(app, scope, *arguments)
    assert ran == []


def test_scope_of_rsgi_is_refused(app: App) -> None:
    scope = SimpleNamespace(proto="http", method="GET", path="/")
    with pytest.raises(ServerProtocolError, match="speaks RSGI.*--interface wsgi"):
        call(app, scope, object())


def test_middleware_may_stand_in_between(app: App) -> None:
    inner: Any = app.wsgi_app
    app.wsgi_app = lambda environ, start_response: inner(environ, start_response)  # type: ignore[method-assign]  # as users do
    with pytest.raises(ServerProtocolError):
        call(app, SCOPES[1], receive, send)


def test_error_of_a_view_is_raised_as_it_is(app: App, client: Client) -> None:
    app.testing = True
    app.add_url_rule("/", "index", lambda: {}["missing"])
    with pytest.raises(KeyError, match="missing"):
        client.get("/")


def test_class_that_answers_nothing_of_wsgi_is_left_alone(app: App) -> None:
    with pytest.raises(AttributeError, match="'object' object"):
        call(app, object(), Response)


def test_server_does_not_take_the_app_for_a_coroutine_function(app: App) -> None:
    # Hypercorn and Daphne ask this, and serve the app by WSGI.
    assert not asyncio.iscoroutinefunction(app.__call__)
