"""How the URL of a request is matched when its context is pushed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.routing import BaseConverter
from werkzeug.test import Client, create_environ

from cruse_core import App, Request, RequestContext, appcontext_pushed, request, session
from cruse_core.context import current
from cruse_core.sessions import SecureCookieSessionInterface


def make_context(app: App, path: str = "/", **options: Any) -> RequestContext:
    return app.request_context(create_environ(path, **options))


@pytest.fixture(autouse=True)
def _nothing_stays_bound() -> Iterator[None]:
    yield
    assert current.get(None) is None


class TestPushOfARequest:
    """C05, R18."""

    def test_announces_then_opens_the_session_then_matches_the_url(self, app: App) -> None:
        events: list[str] = []

        class Interface(SecureCookieSessionInterface):
            def open_session(self, app: Any, request: Request) -> Any:
                events.append("session")
                return super().open_session(app, request)

        class Converter(BaseConverter):
            def to_python(self, value: str) -> str:
                assert "user" not in session
                events.append("match")
                return value

        app.session_interface = Interface()
        app.url_map.converters["seen"] = Converter
        app.add_url_rule("/<seen:name>", "show", lambda name: name)

        def pushed(sender: Any) -> None:
            events.append("pushed")

        with appcontext_pushed.connected_to(pushed, app), make_context(app, "/ann"):
            assert events == ["pushed", "session", "match"]
            assert request.view_args == {"name": "ann"}

    def test_default_session_can_be_read_by_a_converter(self, app: App, client: Client) -> None:
        class Own(BaseConverter):
            def to_python(self, value: str) -> str:
                return f"{value} of {session.get('user')}"

        app.url_map.converters["own"] = Own
        app.add_url_rule("/page/<own:name>", "show", lambda name: name)

        @app.get("/login")
        def login() -> str:
            session["user"] = "ann"
            return ""

        client.get("/login")
        assert client.get("/page/home").text == "home of ann"

    def test_interface_without_a_session_gives_a_null_session(self, app: App) -> None:
        class Closed(SecureCookieSessionInterface):
            def open_session(self, app: Any, request: Request) -> Any:
                return None

        app.session_interface = Closed()
        with make_context(app):
            assert session.get("user") is None
            with pytest.raises(RuntimeError, match="secret"):
                session["user"] = "ann"

    def test_session_is_opened_once(self, app: App) -> None:
        with make_context(app) as ctx:
            assert ctx.open_session() is ctx.open_session() is ctx._session
            assert not ctx.open_session().accessed
            assert ctx.session is ctx.open_session()
            assert ctx.session.accessed

    def test_given_request_and_session_are_kept(self, app: App) -> None:
        environ = create_environ("/x")
        made = app.request_class(environ)
        opened = app.session_interface.open_session(app, made)
        with RequestContext(app, environ, request=made, session=opened) as ctx:
            assert ctx.request is made
            assert ctx.session is opened

    def test_unmatched_url_is_kept_for_later(self, app: App) -> None:
        with make_context(app, "/nowhere"):
            assert request.url_rule is None
            assert getattr(request.routing_exception, "code", None) == 404

    def test_wrong_method_is_kept_for_later(self, app: App) -> None:
        app.add_url_rule("/", "index", lambda: "")
        with make_context(app, method="POST"):
            assert getattr(request.routing_exception, "code", None) == 405

    def test_refused_host_leaves_no_url_adapter(self, app: App) -> None:
        app.config["TRUSTED_HOSTS"] = ["shop.example"]
        with make_context(app, base_url="http://evil.example/") as ctx:
            assert ctx.url_adapter is None
            assert getattr(request.routing_exception, "code", None) == 400

    def test_repr_names_the_request(self, app: App) -> None:
        with make_context(app, "/x", method="PUT") as ctx:
            assert repr(ctx) == "<RequestContext of 'shop': PUT 'http://localhost/x'>"


class TestHosts:
    def test_second_request_of_a_host_matches_as_the_first(self, app: App) -> None:
        app.add_url_rule("/<int:number>", "show", lambda number: str(number))
        for _ in range(2):
            with make_context(app, "/7"):
                assert request.view_args == {"number": 7}
            with make_context(app, "/seven"):
                assert getattr(request.routing_exception, "code", None) == 404
            with make_context(app, "/7", method="POST"):
                assert getattr(request.routing_exception, "code", None) == 405

    def test_number_of_remembered_hosts_is_limited(self, app: App) -> None:
        app.add_url_rule("/", "index", lambda: "")
        for number in range(300):
            with make_context(app, base_url=f"http://h{number}.example/"):
                assert request.endpoint == "index"
        assert len(app.accepted_hosts) <= 128
