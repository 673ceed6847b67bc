"""What a program puts on a class is called as often, and in the same order, as by Flask."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from unittest import mock

import flask.ctx
import flask.sessions
import flask.wrappers
import pytest
from flask_and_cruse import CRUSE, Kit, ask, assert_same, class_name

import cruse_core.context
import cruse_core.requests
import cruse_core.responses
import cruse_core.sessions

CLASSES: dict[str, tuple[type, type]] = {
    "AppContext": (flask.ctx.AppContext, cruse_core.context.AppContext),
    "RequestContext": (flask.ctx.RequestContext, cruse_core.context.RequestContext),
    "Request": (flask.wrappers.Request, cruse_core.requests.Request),
    "Response": (flask.wrappers.Response, cruse_core.responses.Response),
    "interface": (
        flask.sessions.SecureCookieSessionInterface,
        cruse_core.sessions.SecureCookieSessionInterface,
    ),
}
METHODS = [
    *["AppContext.__init__", "AppContext.push", "AppContext.pop"],
    *["RequestContext.__init__", "RequestContext.push", "RequestContext.match_request"],
    *["RequestContext.pop", "Request.__init__", "Request.close", "Response.__init__"],
    *["Response.__call__", "Response.get_wsgi_response", "Response.get_wsgi_headers"],
    *["Response.get_app_iter", "Response.close", "interface.open_session"],
    *["interface.save_session", "interface.is_null_session", "interface.make_null_session"],
    *["interface.get_signing_serializer", "interface.should_set_cookie"],
]


def get_class(kit: Kit, name: str) -> type:
    return CLASSES[name][kit is CRUSE]


def observing(events: list[str], name: str, original: Callable[..., Any]) -> Callable[..., Any]:
    def observe(self: Any, *args: Any, **kwargs: Any) -> Any:
        events.append(name)
        return original(self, *args, **kwargs)

    return observe


def patched(kit: Kit, target: str, events: list[str]) -> Any:
    owner, _, method = target.partition(".")
    cls = get_class(kit, owner)
    return mock.patch.object(cls, method, observing(events, target, getattr(cls, method)))


def describe(exc: BaseException | None) -> str:
    return "" if exc is None else class_name(exc)


def make_app(kit: Kit, events: list[str], app_class: Any = None) -> Any:
    app = kit.make_app(app_class)
    app.add_url_rule("/", "text", lambda: "text")
    app.add_url_rule("/dict", "dict", lambda: {"a": 1})
    app.add_url_rule("/page/<name>", "page", lambda name: (name, 203, {"X-Name": name}))
    app.add_url_rule("/pieces", "pieces", lambda: (piece for piece in "abc"))
    app.add_url_rule("/fails", "fails", lambda: 1 / 0)

    def write() -> str:
        kit.session["number"] = kit.session.get("number", 0) + 1
        return kit.request.path

    app.add_url_rule("/session", "session", write)
    app.teardown_request(lambda exc: events.append(f"teardown {describe(exc)}"))
    app.teardown_appcontext(lambda exc: events.append(f"end of app {describe(exc)}"))
    return app


PATHS = ["/", "/", "/dict", "/page/a", "/pieces", "/session", "/fails", "/nowhere"]


def serve(app: Any, events: list[str]) -> Iterator[Any]:
    for path in PATHS:
        events.clear()
        yield path, ask(app, path)[0], events.copy()


@pytest.mark.parametrize("key", ["secret", None])
@pytest.mark.parametrize("target", METHODS)
def test_patched_method_is_called_once_a_request(target: str, key: str | None) -> None:
    def program(kit: Kit) -> list[Any]:
        events: list[str] = []
        app = make_app(kit, events)
        app.secret_key = key
        before = [*serve(app, events)]
        with patched(kit, target, events):
            during = [*serve(app, events)]
        return [before, during, [*serve(app, events)]]

    assert_same(program)


def test_all_of_them_are_called_in_the_same_order() -> None:
    def program(kit: Kit) -> list[Any]:
        events: list[str] = []
        app = make_app(kit, events)
        with ExitStack() as patches:
            for target in METHODS:
                # When Flask makes and closes a response that nobody sees, is Werkzeug's business.
                if not target.startswith(("Response", "Request.")):
                    patches.enter_context(patched(kit, target, events))
            return [*serve(app, events)]

    assert_same(program)


def override(name: str) -> Callable[[Kit, list[str]], Any]:
    def make(kit: Kit, events: list[str]) -> Any:
        method = observing(events, name, getattr(kit.App, name))
        return type(kit.App)("Overriding", (kit.App,), {name: method})

    return make


@pytest.mark.parametrize("name", ["app_context", "request_context", "ensure_sync"])
def test_overridden_method_of_the_app_is_called_by_each_request(name: str) -> None:
    def program(kit: Kit) -> list[Any]:
        events: list[str] = []
        app = make_app(kit, events, override(name)(kit, events))
        app.before_request(lambda: None)
        return [*serve(app, events)]

    assert_same(program)


def test_app_context_of_a_class_of_ones_own_surrounds_the_request() -> None:
    def program(kit: Kit) -> list[Any]:
        events: list[str] = []

        class Context(get_class(kit, "AppContext")):  # type: ignore[misc]  # chosen at run time
            def push(self) -> None:
                events.append("push")
                super().push()
                kit.g.tenant = "ann"

            def pop(self, exc: BaseException | None = None) -> None:
                events.append(f"pop {exc!r}")
                super().pop(exc)

        class App(kit.App):  # type: ignore[misc,name-defined]  # chosen at run time
            def app_context(self) -> Any:
                return Context(self)

        app = make_app(kit, events, App)

        def stream() -> Any:
            def generate() -> Iterator[str]:
                yield kit.g.tenant
                yield kit.request.path

            return kit.stream_with_context(generate())

        app.add_url_rule("/g", "g", lambda: kit.g.tenant)
        app.add_url_rule("/stream", "stream", stream)
        # Flask enters the context of a stream a second time.
        return [*serve(app, events), ask(app, "/g"), ask(app, "/stream"), {*events}]

    assert_same(program)


@pytest.mark.parametrize("name", ["request_class", "app_ctx_globals_class"])
def test_constructor_of_ones_own_runs_when_the_request_begins(name: str) -> None:
    def program(kit: Kit) -> list[Any]:
        events: list[str] = []

        class Own(getattr(kit.App, name)):  # type: ignore[misc]  # chosen at run time
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(*args, **kwargs)
                events.append("made")

        app = make_app(kit, events)
        answers = [*serve(app, events)]
        setattr(app, name, Own)
        app.before_request_funcs[None] = [lambda: events.append("before")]
        answers += serve(app, events)
        events.clear()
        with app.app_context():
            events.append("in the context")
        return [*answers, events]

    assert_same(program)


def test_method_of_the_interface_of_an_app_is_called_while_it_is_patched() -> None:
    def program(kit: Kit) -> list[Any]:
        events: list[str] = []
        app = make_app(kit, events)
        app.session_interface = get_class(kit, "interface")()
        with mock.patch.object(app.session_interface, "open_session", return_value=None) as opened:
            answers = [*serve(app, events), opened.call_count]
        return [*answers, *serve(app, events)]

    assert_same(program)


def test_provider_is_asked_for_each_document() -> None:
    def program(kit: Kit) -> list[Any]:
        events: list[str] = []
        app = make_app(kit, events)
        ask(app, "/dict")
        provider = kit.App.json_provider_class
        for method in ("response", "dumps"):
            original = observing(events, method, getattr(provider, method))
            with mock.patch.object(provider, method, original):
                ask(app, "/dict")
        return [{*events}]

    assert_same(program)


def test_nothing_is_left_of_a_patch() -> None:
    events: list[str] = []
    app = make_app(CRUSE, events)
    for target in METHODS:
        with patched(CRUSE, target, events):
            pass
        assert app.takes_short_path
    assert CRUSE.Response.is_left_out
    assert app.session_interface.opens_when_read
