"""The end of a context: its teardown, what outlives it, and that nothing else does."""

from __future__ import annotations

import contextlib
import gc
import weakref
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.debug import DebuggedApplication
from werkzeug.test import Client, create_environ, run_wsgi_app

from cruse_core import (
    App,
    RequestContext,
    current_app,
    g,
    has_app_context,
    has_request_context,
    request,
    session,
)
from cruse_core.context import current
from cruse_core.globals import request_ctx


def make_context(app: App, path: str = "/", **options: Any) -> RequestContext:
    return app.request_context(create_environ(path, **options))


@pytest.fixture(autouse=True)
def _nothing_stays_bound() -> Iterator[None]:
    yield
    assert current.get(None) is None


class TestTearDown:
    """C08, C09."""

    def test_every_function_runs_and_the_errors_come_together(self, app: App) -> None:
        ends: list[str] = []

        @app.teardown_appcontext
        def close_database(exc: BaseException | None) -> None:
            ends.append("database")
            raise OSError("database")

        @app.teardown_appcontext
        def close_cache(exc: BaseException | None) -> None:
            ends.append("cache")

        @app.teardown_request
        def close_lock(exc: BaseException | None) -> None:
            ends.append("lock")
            raise LookupError("lock")

        @app.teardown_request
        def close_file(exc: BaseException | None) -> None:
            ends.append("file")
            raise ValueError("file")

        with pytest.raises(ExceptionGroup) as caught, make_context(app):
            pass
        assert ends == ["file", "lock", "cache", "database"]
        assert [str(error) for error in caught.value.exceptions] == ["file", "lock", "database"]

    def test_interrupted_function_lets_the_app_context_end(self, app: App) -> None:
        ends: list[BaseException | None] = []
        app.teardown_appcontext(ends.append)

        @app.teardown_request
        def interrupt(exc: BaseException | None) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt), make_context(app) as ctx:
            ctx.request.environ["werkzeug.request"] = ctx.request
        assert ends == [None]
        assert ctx.request.environ["werkzeug.request"] is None

    def test_single_error_is_raised_as_it_is(self, app: App) -> None:
        @app.teardown_request
        def fail(exc: BaseException | None) -> None:
            raise ValueError("file")

        with pytest.raises(ValueError, match="file"), make_context(app):
            pass

    def test_files_of_the_request_are_closed(self, app: App) -> None:
        with make_context(app, method="POST", data={"f": (__file__, "a.txt")}):
            upload = request.files["f"]
            assert not upload.stream.closed
        assert upload.stream.closed


class TestLeftBehind:
    @pytest.mark.parametrize("error", [None, ValueError("lost")])
    def test_context_hears_what_ended_the_request(self, app: App, error: Exception | None) -> None:
        ends: list[BaseException | None] = []
        app.teardown_appcontext(ends.append)
        app.logger.disabled = True

        @app.get("/")
        def index() -> str:
            app.app_context().push()
            if error is not None:
                raise error
            return ""

        Client(app).get("/")
        app.logger.disabled = False
        assert ends == [error, error]


class TestOrder:
    """An app context and the requests that share it end in any order."""

    def test_app_context_may_end_before_the_request_that_shares_it(self, app: App) -> None:
        ends: list[str] = []
        app.teardown_appcontext(lambda exc: ends.append("app"))
        app.teardown_request(lambda exc: ends.append("request"))
        outer, inner = app.app_context(), make_context(app, "/inner")
        outer.push()
        g.name = "ann"
        inner.push()
        outer.pop()
        assert (request.path, g.name, ends) == ("/inner", "ann", ["app"])
        inner.pop()
        assert ends == ["app", "request"]

    def test_request_may_end_before_an_app_context_within(self, app: App) -> None:
        outermost, outer, inner = app.app_context(), make_context(app), app.app_context()
        for ctx in (outermost, outer, inner):
            ctx.push()
        outer.pop()
        assert has_app_context()
        assert not has_request_context()
        inner.pop()
        outermost.pop()

    def test_contexts_stay_in_place_when_the_teardown_of_one_below_fails(self, app: App) -> None:
        app.teardown_appcontext(lambda exc: 1 / 0)
        app.logger.disabled = True
        outer, inner = app.app_context(), make_context(app, "/inner")
        outer.push()
        inner.push()
        with pytest.raises(ZeroDivisionError):
            outer.pop()
        assert request.path == "/inner"
        inner.pop()
        app.logger.disabled = False


class TestPreservedContexts:
    """C12."""

    def test_server_gets_the_context_and_can_enter_it_again(self, app: App) -> None:
        @app.get("/page")
        def page() -> str:
            g.user = "ann"
            session["user"] = "ann"
            return ""

        kept: list[Any] = []
        environ = create_environ("/page")
        environ["werkzeug.debug.preserve_context"] = kept.append
        run_wsgi_app(app, environ, buffered=True)
        assert not has_app_context()
        (ctx,) = kept
        assert ctx.preserved
        with ctx:
            assert request.path == "/page"
            assert g.user == "ann"
            assert session["user"] == "ann"
            assert current_app.name == "shop"

    def test_context_is_kept_when_the_request_fails(self, app: App) -> None:
        app.testing = True

        @app.get("/page")
        def page() -> str:
            g.user = "ann"
            raise ValueError("lost")

        kept: list[Any] = []
        environ = create_environ("/page")
        environ["werkzeug.debug.preserve_context"] = kept.append
        with pytest.raises(ValueError, match="lost"):
            run_wsgi_app(app, environ)
        with kept[0]:
            assert g.user == "ann"

    def test_debuggers_console_runs_in_the_context(self, app: App) -> None:
        """E06."""
        app.debug = True

        @app.get("/page")
        def page() -> str:
            g.user = "ann"
            raise ValueError("lost")

        debugger = DebuggedApplication(app, evalex=True, pin_security=False)
        with Client(debugger).get("/page", headers={"Host": "localhost"}) as response:
            assert response.status_code == 500
            assert "ValueError: lost" in response.text
        frame_id, contexts = next(iter(debugger.frame_contexts.items()))
        assert frame_id in debugger.frames
        for ctx in contexts:
            ctx.__enter__()
        assert g.user == "ann"
        assert request.path == "/page"
        for ctx in reversed(contexts):
            ctx.__exit__(None, None, None)


class TestCopy:
    def test_copy_has_the_request_and_the_session(self, app: App) -> None:
        with make_context(app, "/page") as ctx:
            session["user"] = "ann"
            copy = ctx.copy()
        assert copy.request is ctx.request
        assert copy.opened_session is ctx.opened_session

    def test_copy_shares_a_session_that_was_not_opened_yet(self, app: App) -> None:
        with make_context(app) as ctx:
            copy = ctx.copy()
            with copy:
                session["user"] = "ann"
            assert session["user"] == "ann"

    def test_copy_leaves_what_matching_has_found(self, app: App) -> None:
        app.add_url_rule("/<language>/<page>", "show", lambda page: page)

        @app.url_value_preprocessor
        def take_language(endpoint: str | None, values: dict[str, Any] | None) -> None:
            g.language = (values or {}).pop("language")

        with make_context(app, "/en/home") as ctx:
            app.preprocess_request()
            with ctx.copy():
                assert request.view_args == {"page": "home"}
            assert request.view_args == {"page": "home"}

    def test_copy_leaves_the_files_open(self, app: App) -> None:
        with make_context(app, method="POST", data={"f": (__file__, "a.txt")}) as ctx:
            upload = request.files["f"]
            with ctx.copy():
                pass
            assert not upload.stream.closed

    def test_class_of_the_context_is_kept(self, app: App) -> None:
        class Tracing(RequestContext):
            pass

        with Tracing(app, create_environ()) as ctx:
            assert type(ctx.copy()) is Tracing


class TestMemory:
    """Contexts are freed at the end of the request, without the cycle collector."""

    @pytest.fixture(autouse=True)
    def _without_collector(self, no_collector: None) -> None: ...

    def call(self, app: App, environ: dict[str, Any]) -> bytes:
        body = app(environ, lambda status, headers, exc_info=None: lambda data: None)
        data = b"".join(body)
        if hasattr(body, "close"):
            body.close()
        return data

    @pytest.fixture
    def traced(self, app: App) -> tuple[App, list[weakref.ref[Any]]]:
        """An app whose requests leave weak references to what belonged to them."""
        refs: list[weakref.ref[Any]] = []

        @app.before_request
        def note() -> None:
            g.user = "ann"
            refs.append(weakref.ref(request_ctx._get_current_object()))
            refs.append(weakref.ref(request._get_current_object()))
            refs.append(weakref.ref(g._get_current_object()))

        @app.route("/", methods=["GET", "POST"])
        def index() -> str:
            return request.args.get("name", "") + request.form.get("name", "")

        @app.get("/session")
        def use_session() -> str:
            session["hits"] = session.get("hits", 0) + 1
            return ""

        @app.get("/handled")
        def raise_handled() -> str:
            raise LookupError("handled")

        @app.errorhandler(LookupError)
        def handle(error: LookupError) -> tuple[str, int]:
            return "handled", 409

        @app.get("/unhandled")
        def raise_unhandled() -> str:
            raise ValueError("unhandled")

        return app, refs

    PATHS = ("/", "/?name=x", "/session", "/handled", "/unhandled", "/nowhere", "/static/x.css")

    @pytest.mark.parametrize("path", PATHS)
    def test_context_is_freed_at_the_end_of_the_request(
        self, traced: tuple[App, list[weakref.ref[Any]]], path: str
    ) -> None:
        app, refs = traced
        app.logger.disabled = True
        environ = create_environ(path)
        self.call(app, environ)
        app.logger.disabled = False
        assert len(refs) == 3
        assert [ref() for ref in refs] == [None, None, None]

    @pytest.mark.parametrize("path", PATHS)
    def test_request_leaves_no_cyclic_garbage(
        self, traced: tuple[App, list[weakref.ref[Any]]], path: str
    ) -> None:
        app, _ = traced
        app.logger.disabled = True
        environs = [create_environ(path) for _ in range(4)]
        self.call(app, environs.pop())
        gc.collect()
        for environ in environs:
            self.call(app, environ)
        found = gc.collect()
        app.logger.disabled = False
        assert found == 0

    def test_propagated_error_leaves_no_cyclic_garbage(
        self, traced: tuple[App, list[weakref.ref[Any]]]
    ) -> None:
        app, refs = traced
        app.testing = True
        environs = [create_environ("/unhandled") for _ in range(3)]
        for environ in environs:
            with contextlib.suppress(ValueError):
                self.call(app, environ)
            if environ is environs[0]:
                gc.collect()
        assert gc.collect() == 0
        assert all(ref() is None for ref in refs)

    def test_upload_leaves_no_cyclic_garbage(
        self, traced: tuple[App, list[weakref.ref[Any]]]
    ) -> None:
        app, _ = traced
        data = {"name": "x"}
        environs = [create_environ("/", method="POST", data=data) for _ in range(3)]
        self.call(app, environs.pop())
        gc.collect()
        for environ in environs:
            assert self.call(app, environ) == b"x"
        assert gc.collect() == 0

    def test_app_context_can_be_referenced_weakly(self, app: App) -> None:
        with app.app_context() as ctx:
            ref = weakref.ref(ctx)
            assert ref() is ctx
        del ctx
        assert ref() is None

    def test_nested_contexts_are_freed(self, app: App) -> None:
        with app.app_context() as outer, make_context(app) as inner:
            refs = [weakref.ref(outer), weakref.ref(inner)]
        del outer, inner
        assert [ref() for ref in refs] == [None, None]
