"""The proxies: what they stand for, and what they say when nothing is there."""

from __future__ import annotations

import copy
import weakref
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import Any

import pytest
from werkzeug.local import LocalProxy
from werkzeug.test import create_environ

from cruse_core import App, current_app, g, has_app_context, has_request_context, request, session
from cruse_core.errors import OutOfContextError
from cruse_core.globals import app_ctx, request_ctx

PROXIES = {"current_app": current_app, "g": g, "request": request, "session": session}


class TestBound:
    """C01."""

    def test_each_stands_for_its_object(self, app: App) -> None:
        with app.request_context(create_environ("/page")) as ctx:
            found = {name: proxy._get_current_object() for name, proxy in PROXIES.items()}
            assert found == {
                "current_app": app,
                "g": ctx.g,
                "request": ctx.request,
                "session": ctx.session,
            }
            assert app_ctx._get_current_object() is ctx
            assert request_ctx._get_current_object() is ctx

    def test_object_itself_answers_as_its_proxy(self, app: App) -> None:
        with app.request_context(create_environ("/page")) as ctx:
            for found in (app, ctx.g, ctx.request, ctx.session):
                assert found._get_current_object() is found

    def test_each_is_a_local_proxy(self) -> None:
        for proxy in (*PROXIES.values(), app_ctx, request_ctx):
            assert issubclass(type(proxy), LocalProxy)

    def test_each_poses_as_an_instance_of_the_class(self, app: App) -> None:
        with app.request_context(create_environ("/page")):
            assert isinstance(current_app, App)
            assert isinstance(request, app.request_class)
            assert isinstance(g, app.app_ctx_globals_class)

    def test_current_app_reads_and_writes_the_app(self, app: App) -> None:
        with app.app_context():
            assert current_app.name == "shop"
            assert current_app == app
            assert hash(current_app) == hash(app)
            current_app.secret_key = "other"
        assert app.secret_key == "other"

    def test_g_is_a_namespace(self, app: App) -> None:
        with app.app_context():
            g.user = "ann"
            assert "user" in g
            assert list(g) == ["user"]
            assert g.get("user") == "ann"
            del g.user
            assert not hasattr(g, "user")

    def test_session_is_a_mapping(self, app: App) -> None:
        with app.request_context(create_environ("/page")):
            session["user"] = "ann"
            assert session["user"] == "ann"
            assert "user" in session
            assert len(session) == 1
            assert dict(session) == {"user": "ann"}
            assert session.modified
            del session["user"]
            assert not session
            session.update(a=1)
            assert session == {"a": 1}

    def test_request_can_be_read(self, app: App) -> None:
        with app.request_context(create_environ("/page?a=1")):
            assert request.path == "/page"
            assert request.args["a"] == "1"
            assert repr(request) == "<Request 'http://localhost/page?a=1' [GET]>"
            request.extra = 1
            assert request._get_current_object().extra == 1

    def test_other_operators_are_werkzeugs(self, app: App) -> None:
        with app.request_context(create_environ("/page")):
            assert "path" in dir(request)
            assert bool(current_app)
            assert copy.copy(g) is not g._get_current_object()


class TestMissingAttributes:
    """An attribute that is not there, or whose property fails."""

    @pytest.mark.parametrize("name", PROXIES)
    def test_is_reported_by_the_object_itself(self, app: App, name: str) -> None:
        with app.request_context(create_environ()):
            proxy = PROXIES[name]
            with pytest.raises(AttributeError, match="no attribute 'nothing'") as caught:
                proxy.nothing  # noqa: B018
            assert caught.value.obj is proxy._get_current_object()
            assert not hasattr(proxy, "nothing")
            assert not hasattr(proxy, "_nothing")
            assert getattr(proxy, "nothing", "a default") == "a default"
            assert getattr(proxy, "", "a default") == "a default"

    def test_private_attribute_is_the_objects(self, app: App) -> None:
        with app.request_context(create_environ()) as ctx:
            ctx.g._secret = 1
            assert g._secret == 1

    def test_property_that_fails_runs_once(self, app: App) -> None:
        runs = []

        class OwnRequest(app.request_class):  # type: ignore[misc,name-defined]  # made at run time
            @property
            def broken(self) -> str:
                runs.append(1)
                return str(None.nothing)  # type: ignore[attr-defined]  # the failure

            @property
            def outer(self) -> str:
                return str(request.broken)  # type: ignore[attr-defined]  # the class has it

        app.request_class = OwnRequest
        with app.request_context(create_environ()):
            for name in ("broken", "outer"):
                with pytest.raises(AttributeError, match="'NoneType' object has no") as caught:
                    getattr(request, name)
                assert caught.value.name == "nothing"
        assert len(runs) == 2

    def test_error_is_not_kept(self, app: App) -> None:
        class Left:
            pass

        left = Left()
        gone = weakref.ref(left)
        with app.request_context(create_environ()):
            g.left = left
            with suppress(AttributeError):
                g.nothing  # noqa: B018
        del left
        assert gone() is None


class TestUnbound:
    """C02."""

    @pytest.mark.parametrize("name", PROXIES)
    def test_is_false(self, name: str) -> None:
        assert not PROXIES[name]
        assert repr(PROXIES[name]) == "<LocalProxy unbound>"

    def test_contexts_are_false(self) -> None:
        assert not app_ctx
        assert not request_ctx
        assert not has_app_context()
        assert not has_request_context()

    @pytest.mark.parametrize(
        ("reading", "read"),
        [
            ("'current_app.name'", lambda: current_app.name),
            ("'current_app'", lambda: current_app._get_current_object()),
            ("'g.user'", lambda: g.user),
            ("'g.user'", lambda: setattr(g, "user", 1)),
            ("\"'user' in g\"", lambda: "user" in g),
            ("'app_ctx'", lambda: app_ctx.app),
        ],
    )
    def test_error_says_what_was_read_without_an_app(
        self, reading: str, read: Callable[[], Any]
    ) -> None:
        with pytest.raises(OutOfContextError) as caught:
            read()
        message = str(caught.value)
        assert message.startswith("Working outside of application context.\n")
        assert f"{reading} was read, but no " in message
        assert message.endswith("What to do: with app.app_context():")

    @pytest.mark.parametrize(
        ("reading", "read"),
        [
            ("'request.path'", lambda: request.path),
            ("'request'", lambda: request._get_current_object()),
            ("\"session['user']\"", lambda: session["user"]),
            ("'session.get'", lambda: session.get("user")),
            ("\"session['user']\"", lambda: session.__setitem__("user", 1)),
            ("\"'user' in session\"", lambda: "user" in session),
            ("'session'", lambda: len(session)),
            ("'request_ctx'", lambda: request_ctx.request),
        ],
    )
    @pytest.mark.parametrize("app_is_active", [False, True])
    def test_error_says_what_was_read_without_a_request(
        self, app: App, reading: str, read: Callable[[], Any], app_is_active: bool
    ) -> None:
        active: AbstractContextManager[Any] = app.app_context() if app_is_active else nullcontext()
        with active, pytest.raises(RuntimeError) as caught:
            read()
        message = str(caught.value)
        assert message.startswith("Working outside of request context.\n")
        assert f"{reading} was read, but no " in message
        assert ("the app 'shop' is active without one" in message) is app_is_active
        assert message.endswith("What to do: with app.test_request_context():")
