"""Contexts: what they hold, how they nest, and that nothing of them stays behind."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread
from typing import Any
from unittest import mock

import pytest
from werkzeug.test import Client, create_environ, run_wsgi_app

from cruse_core import (
    App,
    AppContext,
    RequestContext,
    appcontext_popped,
    appcontext_pushed,
    appcontext_tearing_down,
    current_app,
    g,
    has_app_context,
    has_request_context,
    request,
    session,
    stream_with_context,
)
from cruse_core.app_globals import AppGlobals
from cruse_core.context import current
from cruse_core.errors import OutOfContextError
from cruse_core.globals import app_ctx, request_ctx
from cruse_core.sessions import SecureCookieSession, SecureCookieSessionInterface


def make_context(app: App, path: str = "/", **options: Any) -> RequestContext:
    return app.request_context(create_environ(path, **options))


@pytest.fixture(autouse=True)
def _nothing_stays_bound() -> Iterator[None]:
    yield
    assert current.get(None) is None


class TestAppGlobals:
    """C03."""

    def test_attributes_are_kept_as_long_as_the_context(self, app: App) -> None:
        with app.app_context():
            g.user = "ann"
            assert g.user == "ann"
        with app.app_context():
            assert not hasattr(g, "user")

    def test_missing_attribute_says_how_to_read_it_safely(self, app: App) -> None:
        with app.app_context(), pytest.raises(AttributeError, match=r"g\.get\('user'\)"):
            _ = g.user

    def test_deleted_attribute_is_gone(self, app: App) -> None:
        with app.app_context():
            g.user = "ann"
            del g.user
            assert "user" not in g
            with pytest.raises(AttributeError, match="user"):
                del g.user

    def test_get_returns_the_default_for_a_missing_name(self, app: App) -> None:
        with app.app_context():
            assert g.get("user") is None
            assert g.get("user", "nobody") == "nobody"

    def test_pop_removes_and_returns(self, app: App) -> None:
        with app.app_context():
            g.user = "ann"
            assert g.pop("user") == "ann"
            assert g.pop("user", None) is None
            with pytest.raises(KeyError):
                g.pop("user")

    def test_setdefault_keeps_what_is_there(self, app: App) -> None:
        with app.app_context():
            assert g.setdefault("hits", 1) == 1
            assert g.setdefault("hits", 2) == 1

    def test_names_can_be_iterated_and_looked_for(self, app: App) -> None:
        with app.app_context():
            g.one = g.two = 0
            assert list(g) == ["one", "two"]
            assert "one" in g
            assert "three" not in g

    def test_repr_names_the_app(self, app: App) -> None:
        with app.app_context():
            assert repr(g) == "<cruse.g of 'shop'>"

    def test_repr_works_outside_of_a_context(self) -> None:
        assert "AppGlobals object" in repr(AppGlobals())

    def test_app_chooses_the_class(self, app: App) -> None:
        class Globals(AppGlobals):
            answer = 42

        app.app_ctx_globals_class = Globals
        with app.app_context():
            assert g.answer == 42
        with make_context(app):
            assert g.answer == 42


class TestAppContext:
    """C04, C06."""

    def test_makes_the_app_current(self, app: App) -> None:
        with app.app_context() as ctx:
            assert isinstance(ctx, AppContext)
            assert current_app == app
            assert current_app._get_current_object() is app
        assert not has_app_context()

    def test_has_no_request(self, app: App) -> None:
        with app.app_context() as ctx:
            assert not ctx.has_request
            assert not has_request_context()
            with pytest.raises(OutOfContextError, match="'app_ctx.request' was read"):
                _ = ctx.request
            with pytest.raises(OutOfContextError, match="'app_ctx.session' was read"):
                _ = ctx.session

    def test_request_descriptor_is_readable_on_the_class(self) -> None:
        assert AppContext.request is not None

    def test_builds_urls_only_with_a_server_name(self, app: App) -> None:
        with app.app_context() as ctx:
            assert ctx.url_adapter is None
        app.config["SERVER_NAME"] = "shop.example"
        with app.app_context() as ctx:
            assert ctx.url_adapter is not None
            assert ctx.url_adapter.server_name == "shop.example"

    def test_repr_names_the_app(self, app: App) -> None:
        assert repr(app.app_context()) == "<AppContext of 'shop'>"

    def test_pushed_twice_tears_down_at_the_last_pop(self, app: App) -> None:
        ends: list[BaseException | None] = []
        app.teardown_appcontext(ends.append)
        ctx = app.app_context()
        ctx.push()
        ctx.push()
        ctx.pop()
        assert ends == []
        assert has_app_context()
        ctx.pop()
        assert ends == [None]

    def test_pop_of_an_inactive_context_says_which_one_is_active(self, app: App) -> None:
        outer, inner = make_context(app, "/outer"), make_context(app, "/inner")
        outer.push()
        inner.push()
        with pytest.raises(AssertionError, match=r"/inner'.*Pop the active one first"):
            outer.pop()
        inner.pop()
        outer.pop()

    def test_pop_without_push_is_refused(self, app: App) -> None:
        with pytest.raises(AssertionError, match="the active context is None"):
            app.app_context().pop()
        with pytest.raises(AssertionError, match="the active context is None"):
            make_context(app).pop()

    def test_request_context_popped_in_wrong_order_is_refused(self, app: App) -> None:
        outer, inner = make_context(app, "/outer"), app.app_context()
        with outer, inner, pytest.raises(AssertionError, match="cannot be popped"):
            outer.pop()

    def test_pop_on_another_thread_is_refused(self, app: App) -> None:
        errors: list[BaseException] = []

        def pop() -> None:
            try:
                ctx.pop()
            except AssertionError as error:
                errors.append(error)

        with app.app_context() as ctx:
            thread = Thread(target=pop)
            thread.start()
            thread.join()
        assert "on the thread that started them" in str(errors[0])

    def test_exception_is_handed_to_the_teardown(self, app: App) -> None:
        ends: list[BaseException | None] = []
        app.teardown_appcontext(ends.append)
        error = ValueError("lost")
        with pytest.raises(ValueError, match="lost"), app.app_context():
            raise error
        assert ends == [error]

    def test_pop_finds_the_exception_that_is_being_handled(self, app: App) -> None:
        ends: list[BaseException | None] = []
        app.teardown_appcontext(ends.append)
        app.teardown_request(ends.append)
        error = ValueError("lost")
        for ctx in (app.app_context(), make_context(app)):
            ctx.push()
            try:
                raise error
            except ValueError:
                ctx.pop()
        assert ends == [error, error, error]

    def test_context_is_unbound_although_its_teardown_fails(self, app: App) -> None:
        @app.teardown_appcontext
        def fail(exc: BaseException | None) -> None:
            raise LookupError("no database")

        with pytest.raises(LookupError), app.app_context():
            pass
        assert not has_app_context()

    def test_another_apps_context_can_be_active_inside(self, app: App) -> None:
        other = App("depot", root_path=".")
        with app.app_context():
            g.user = "ann"
            with other.app_context():
                assert current_app.name == "depot"
                assert "user" not in g
            assert g.user == "ann"


class TestFailedStart:
    """Nothing stays bound if a context cannot be entered."""

    def test_app_context_is_popped(self, app: App) -> None:
        ends: list[BaseException | None] = []
        app.teardown_appcontext(ends.append)
        error = LookupError("no database")

        def fail(sender: App) -> None:
            raise error

        with (
            appcontext_pushed.connected_to(fail, app),
            pytest.raises(LookupError, match="no database"),
            app.app_context(),
        ):
            pass
        assert not has_app_context()
        assert ends == [error]

    def test_request_context_is_popped(self, app: App) -> None:
        class Broken(SecureCookieSessionInterface):
            def open_session(self, *args: Any) -> Any:
                raise LookupError("no sessions")

        app.session_interface = Broken()
        with pytest.raises(LookupError, match="no sessions"), make_context(app):
            pass
        assert not has_app_context()

    def test_context_around_it_stays(self, app: App) -> None:
        def fail(sender: App) -> None:
            raise LookupError

        with app.app_context() as outer:
            with (
                appcontext_pushed.connected_to(fail, app),
                pytest.raises(LookupError),
                app.app_context(),
            ):
                pass
            assert current.get() is outer


class TestLeftBehind:
    """What a view pushes and forgets does not stay for the next request of the thread."""

    @pytest.mark.parametrize("pushes", [1, 2])
    @pytest.mark.parametrize("is_ordinary", [True, False])
    def test_app_context_is_popped_and_logged(
        self,
        app: App,
        client: Client,
        caplog: pytest.LogCaptureFixture,
        pushes: int,
        is_ordinary: bool,
    ) -> None:
        ends: list[str] = []
        app.teardown_request(lambda exc: ends.append("request"))
        app.teardown_appcontext(lambda exc: ends.append("app"))
        if not is_ordinary:
            app.dispatch_request = app.dispatch_request  # type: ignore[method-assign]  # a step of its own

        @app.get("/")
        def index() -> str:
            ctx = app.app_context()
            for _ in range(pushes):
                ctx.push()
            return "answered"

        for _ in range(3):
            assert client.get("/").text == "answered"
            assert current.get(None) is None
        assert ends == ["request", "app", "app"] * 3
        assert "<AppContext of 'shop'> was pushed within <RequestContext of 'shop'" in caplog.text
        assert "Use 'with' instead of push() and pop()." in caplog.text

    def test_request_context_is_popped_before_the_teardown_looks(
        self, app: App, client: Client, caplog: pytest.LogCaptureFixture
    ) -> None:
        seen: list[str] = []
        app.teardown_request(lambda exc: seen.append(request.path))
        app.add_url_rule("/", "index", lambda: make_context(app, "/inner").push() or "answered")
        assert client.get("/").text == "answered"
        assert seen == ["/inner", "/"]
        assert "/inner" in caplog.text

    def test_teardown_may_pop_what_a_hook_has_pushed(
        self, app: App, client: Client, caplog: pytest.LogCaptureFixture
    ) -> None:
        other = App("depot", root_path=".")

        @app.before_request
        def push() -> None:
            g.depot = other.app_context()
            g.depot.push()

        @app.teardown_request
        def pop(exc: BaseException | None) -> None:
            request_ctx.g.depot.pop()

        app.add_url_rule("/", "index", lambda: current_app.name)
        for _ in range(2):
            assert client.get("/").text == "depot"
            assert current.get(None) is None
        assert caplog.text == ""

    def test_failure_of_its_teardown_does_not_keep_the_request(
        self, app: App, client: Client, caplog: pytest.LogCaptureFixture
    ) -> None:
        other = App("depot", root_path=".")

        @other.teardown_appcontext
        def fail(exc: BaseException | None) -> None:
            raise LookupError("no database")

        app.add_url_rule("/", "index", lambda: other.app_context().push() or "answered")
        assert client.get("/").text == "answered"
        assert current.get(None) is None
        assert "no database" in caplog.text

    def test_stream_of_such_a_request_ends_it_once(self, app: App) -> None:
        ends: list[str] = []
        app.teardown_request(lambda exc: ends.append(request.path))

        @app.get("/")
        def index() -> Any:
            app.app_context().push()
            return stream_with_context(iter("ab"))

        app.logger.disabled = True
        body, _, _ = run_wsgi_app(app, create_environ("/"))
        app.logger.disabled = False
        assert ends == []
        assert "".join(chunk.decode() for chunk in body) == "ab"
        assert ends == ["/"]

    def test_pop_by_hand_is_refused_as_before(self, app: App) -> None:
        outer = make_context(app)
        with outer, app.app_context(), pytest.raises(AssertionError, match="cannot be popped"):
            outer.pop()


class TestSignals:
    """G01: signals of a context."""

    def test_each_context_of_its_own_is_announced(self, app: App) -> None:
        events: list[str] = []

        def pushed(sender: Any) -> None:
            events.append(f"pushed {sender.name} {current_app.name}")

        def tearing_down(sender: Any, exc: BaseException | None) -> None:
            events.append(f"tearing down {exc!r} {current_app.name}")

        def popped(sender: Any) -> None:
            events.append(f"popped {sender.name}")

        with (
            appcontext_pushed.connected_to(pushed, app),
            appcontext_tearing_down.connected_to(tearing_down, app),
            appcontext_popped.connected_to(popped, app),
        ):
            with app.app_context():
                events.append("inside")
                with make_context(app):
                    events.append("request")
            with make_context(app):
                events.append("request alone")
        assert events == [
            "pushed shop shop",
            "inside",
            "request",
            "tearing down None shop",
            "popped shop",
            "pushed shop shop",
            "request alone",
            "tearing down None shop",
            "popped shop",
        ]

    def test_request_pushed_twice_is_announced_once(self, app: App) -> None:
        events: list[str] = []

        def pushed(sender: Any) -> None:
            events.append("pushed")

        def popped(sender: Any) -> None:
            events.append("popped")

        with (
            appcontext_pushed.connected_to(pushed, app),
            appcontext_popped.connected_to(popped, app),
            make_context(app) as ctx,
        ):
            with ctx:
                events.append("inside")
            events.append("outside")
        assert events == ["pushed", "inside", "outside", "popped"]


class TestReplacedParts:
    """What the context of a request holds can be replaced while it is active, as by a mock."""

    @pytest.mark.parametrize("name", ["request", "session", "_session"])
    def test_replaced_part_is_used_and_comes_back(self, app: App, name: str) -> None:
        with make_context(app) as ctx:
            session["user"] = "ann"
            own = getattr(ctx, name)
            stand_in = mock.MagicMock()
            with mock.patch.object(ctx, name, stand_in):
                assert getattr(ctx, name) is stand_in
                proxy: Any = request if name == "request" else session
                assert proxy._get_current_object() is stand_in
            assert getattr(ctx, name) is own
            assert session["user"] == "ann"

    def test_session_that_was_set_is_saved(self, app: App, client: Client) -> None:
        """What Flask-SocketIO does."""
        app.add_url_rule("/user", "user", lambda: session["user"])

        @app.route("/")
        def index() -> str:
            ctx: Any = request_ctx
            ctx._session = SecureCookieSession({"user": "ann"})
            session.modified = True
            return ""

        client.get("/")
        assert client.get("/user").text == "ann"


class TestNesting:
    """C10; contexts inside contexts."""

    def test_request_shares_g_with_the_app_context_around_it(self, app: App) -> None:
        with app.app_context():
            g.user = "ann"
            with make_context(app):
                assert g.user == "ann"
                g.basket = 3
            assert g.basket == 3

    def test_requests_inside_requests_share_g_too(self, app: App) -> None:
        with make_context(app, "/outer") as outer:
            g.depth = 1
            with make_context(app, "/inner"):
                assert request.path == "/inner"
                assert g.depth == 1
                assert app_ctx._get_current_object() is outer
            assert request.path == "/outer"

    def test_shared_app_context_is_torn_down_by_its_owner_alone(self, app: App) -> None:
        ends: list[str] = []

        @app.teardown_request
        def end_request(exc: BaseException | None) -> None:
            ends.append("request")

        @app.teardown_appcontext
        def end_app(exc: BaseException | None) -> None:
            ends.append("app")

        with app.app_context():
            with make_context(app):
                pass
            assert ends == ["request"]
        assert ends == ["request", "app"]

    def test_request_of_another_app_has_its_own_g(self, app: App) -> None:
        other = App("depot", root_path=".")
        with app.app_context():
            g.user = "ann"
            with make_context(other):
                assert "user" not in g
                assert current_app.name == "depot"

    def test_request_served_inside_an_app_context_shares_its_g(
        self, app: App, client: Client
    ) -> None:
        @app.get("/")
        def index() -> str:
            g.seen = True
            return g.get("user", "nobody")

        with app.app_context():
            g.user = "ann"
            assert client.get("/").text == "ann"
            assert g.seen
        assert client.get("/").text == "nobody"

    def test_app_context_inside_a_request_sees_the_request(self, app: App) -> None:
        with make_context(app, "/page") as outer:
            session["user"] = "ann"
            g.user = "ann"
            with app.app_context() as ctx:
                assert has_request_context()
                assert ctx.has_request
                assert ctx.request is outer.request
                assert request.path == "/page"
                assert session["user"] == "ann"
                assert "user" not in g

    def test_other_apps_context_inside_a_request_sees_the_request(self, app: App) -> None:
        with make_context(app, "/page"), App("depot", root_path=".").app_context():
            assert current_app.name == "depot"
            assert request.path == "/page"

    def test_steps_can_be_called_from_an_app_context_inside_a_request(self, app: App) -> None:
        app.add_url_rule("/", "index", lambda: "hello")
        with make_context(app), app.app_context():
            assert app.dispatch_request() == "hello"
            assert app.make_response("x").get_data() == b"x"
            assert app.full_dispatch_request().get_data() == b"hello"
            app.before_request_funcs[None].append(lambda: "changed")
            assert app.preprocess_request() == "changed"

    def test_same_request_pushed_twice_is_torn_down_once(self, app: App) -> None:
        ends: list[BaseException | None] = []
        app.teardown_request(ends.append)
        with make_context(app) as ctx:
            with ctx:
                g.user = "ann"
            assert ends == []
            assert g.user == "ann"
        assert ends == [None]

    def test_app_contexts_of_one_app_each_have_a_g(self, app: App) -> None:
        with app.app_context():
            g.user = "ann"
            with app.app_context():
                assert "user" not in g
