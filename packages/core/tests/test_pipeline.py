"""The way of a request: the order of its steps, and that every step can be replaced."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.routing import BaseConverter
from werkzeug.test import Client, create_environ

from cruse_core import (
    App,
    Blueprint,
    Response,
    abort,
    after_this_request,
    appcontext_popped,
    appcontext_pushed,
    appcontext_tearing_down,
    redirect,
    request,
    request_finished,
    request_started,
    request_tearing_down,
    url_for,
)
from cruse_core.errors import SetupError
from cruse_core.sessions import SecureCookieSessionInterface

SIGNALS = {
    "appcontext_pushed": appcontext_pushed,
    "request_started": request_started,
    "request_finished": request_finished,
    "request_tearing_down": request_tearing_down,
    "appcontext_tearing_down": appcontext_tearing_down,
    "appcontext_popped": appcontext_popped,
}


class Journal:
    """Adds hooks to apps and blueprints that write down when they run."""

    def __init__(self) -> None:
        self.events: list[str] = []
        # Signals keep no receiver alive.
        self.receivers: list[Any] = []

    def add_hooks(self, owner: Any, name: str) -> None:
        def preprocess(endpoint: str | None, values: dict[str, Any] | None) -> None:
            self.events.append(f"values {name}")

        owner.url_value_preprocessor(preprocess)
        for number in (1, 2):
            self._add_numbered_hooks(owner, f"{name} {number}")

    def _add_numbered_hooks(self, owner: Any, name: str) -> None:
        def before() -> None:
            self.events.append(f"before {name}")

        def after(response: Response) -> Response:
            self.events.append(f"after {name}")
            return response

        def teardown(exc: BaseException | None) -> None:
            self.events.append(f"teardown {name}")

        owner.before_request(before)
        owner.after_request(after)
        owner.teardown_request(teardown)

    def connect_signals(self, app: App) -> None:
        for name, signal in SIGNALS.items():

            def receive(sender: App, name: str = name, **values: Any) -> None:
                self.events.append(f"signal {name}")

            self.receivers.append(receive)
            signal.connect(receive, app)


class TestOrder:
    """C13, H01, H02, H03: the order of one request."""

    @pytest.fixture
    def journal(self) -> Journal:
        return Journal()

    @pytest.fixture
    def app(self, app: App, journal: Journal) -> App:
        events = journal.events

        class Interface(SecureCookieSessionInterface):
            def open_session(self, app: Any, request: Any) -> Any:
                events.append("open session")
                return super().open_session(app, request)

            def save_session(self, app: Any, session: Any, response: Any) -> None:
                events.append("save session")
                super().save_session(app, session, response)

        class Seen(BaseConverter):
            def to_python(self, value: str) -> str:
                events.append("match")
                return value

        app.session_interface = Interface()
        app.url_map.converters["seen"] = Seen
        parent = Blueprint("parent", __name__, url_prefix="/parent")
        child = Blueprint("child", __name__, url_prefix="/child")
        for owner, name in ((app, "app"), (parent, "parent"), (child, "child")):
            journal.add_hooks(owner, name)

        @child.get("/<seen:name>")
        def show(name: str) -> str:
            @after_this_request
            def after(response: Response) -> Response:
                events.append("after this request")
                return response

            events.append("view")
            if name == "broken":
                raise LookupError(name)
            return name

        @child.errorhandler(LookupError)
        def handle(error: LookupError) -> str:
            events.append("error handler")
            return "handled"

        @app.teardown_appcontext
        def teardown(exc: BaseException | None) -> None:
            events.append("teardown app context")

        parent.register_blueprint(child)
        app.register_blueprint(parent)
        make_response = app.make_response

        def make(rv: Any) -> Response:
            events.append("make response")
            return make_response(rv)

        app.make_response = make  # replaced on the instance, as extensions do
        journal.connect_signals(app)
        return app

    BEFORE = (
        "signal appcontext_pushed",
        "open session",
        "match",
        "signal request_started",
        "values app",
        "values parent",
        "values child",
        "before app 1",
        "before app 2",
        "before parent 1",
        "before parent 2",
        "before child 1",
        "before child 2",
    )
    AFTER = (
        "after child 2",
        "after child 1",
        "after parent 2",
        "after parent 1",
        "after app 2",
        "after app 1",
        "save session",
        "signal request_finished",
        "respond",
        "teardown child 2",
        "teardown child 1",
        "teardown parent 2",
        "teardown parent 1",
        "teardown app 2",
        "teardown app 1",
        "signal request_tearing_down",
        "teardown app context",
        "signal appcontext_tearing_down",
        "signal appcontext_popped",
    )

    def call(self, app: App, journal: Journal, path: str) -> bytes:
        def start_response(status: str, headers: Any, exc_info: Any = None) -> Any:
            journal.events.append("respond")

        return b"".join(app(create_environ(path), start_response))

    def test_of_a_request_that_succeeds(self, app: App, journal: Journal) -> None:
        assert self.call(app, journal, "/parent/child/ann") == b"ann"
        middle = ("view", "make response", "after this request")
        assert journal.events == [*self.BEFORE, *middle, *self.AFTER]

    def test_of_a_request_whose_error_is_handled(self, app: App, journal: Journal) -> None:
        assert self.call(app, journal, "/parent/child/broken") == b"handled"
        middle = ("view", "error handler", "make response", "after this request")
        assert journal.events == [*self.BEFORE, *middle, *self.AFTER]

    def test_of_a_request_for_an_unknown_url(self, app: App, journal: Journal) -> None:
        """Hooks of the app run before the 404; those of a blueprint never."""
        assert b"Not Found" in self.call(app, journal, "/nowhere")
        assert journal.events == [
            "signal appcontext_pushed",
            "open session",
            "signal request_started",
            "values app",
            "before app 1",
            "before app 2",
            "make response",
            "after app 2",
            "after app 1",
            "save session",
            "signal request_finished",
            "respond",
            "teardown app 2",
            "teardown app 1",
            "signal request_tearing_down",
            "teardown app context",
            "signal appcontext_tearing_down",
            "signal appcontext_popped",
        ]

    def test_of_a_request_that_fails(self, app: App, journal: Journal) -> None:
        """E03: the answer to an unhandled error passes the same hooks."""
        app.logger.disabled = True
        app.add_url_rule("/fail", "fail", lambda: 1 / 0)
        assert b"Internal Server Error" in self.call(app, journal, "/fail")
        app.logger.disabled = False
        events = journal.events
        assert events[events.index("make response") :][:5] == [
            "make response",
            "after app 2",
            "after app 1",
            "save session",
            "signal request_finished",
        ]


class TestApplication:
    """A09."""

    def test_call_goes_through_wsgi_app(self, app: App, client: Client) -> None:
        inner = app.wsgi_app

        def middleware(environ: dict[str, Any], start_response: Any) -> Any:
            environ["SCRIPT_NAME"] = "/shop"
            return inner(environ, start_response)

        app.wsgi_app = middleware
        app.add_url_rule("/", "index", lambda: request.script_root)
        assert client.get("/").text == "/shop"

    def test_system_exit_passes_through_after_the_teardown(self, app: App, client: Client) -> None:
        ends: list[BaseException | None] = []
        app.teardown_request(ends.append)
        leave = SystemExit()

        @app.get("/")
        def index() -> str:
            raise leave

        with pytest.raises(SystemExit):
            client.get("/")
        assert ends == [leave]

    def test_setup_is_refused_after_the_first_request(self, app: App, client: Client) -> None:
        """A05."""
        client.get("/")
        with pytest.raises(SetupError, match="'before_request' can no longer be called"):
            app.before_request(lambda: None)
        with pytest.raises(AssertionError, match="'add_url_rule'"):
            app.add_url_rule("/", "index", lambda: "")
        with pytest.raises(AssertionError, match="'errorhandler'"):
            app.errorhandler(404)

    def test_failing_first_hook_counts_as_the_first_request(self, app: App, client: Client) -> None:
        @app.before_request
        def fail() -> None:
            abort(503)

        assert client.get("/").status_code == 503
        with pytest.raises(SetupError):
            app.before_request(lambda: None)


# Step -> path of a request that takes it, and its arguments
STEPS: dict[str, tuple[str, int]] = {
    "wsgi_app": ("/", 2),
    "request_context": ("/", 1),
    "create_url_adapter": ("/", 1),
    "full_dispatch_request": ("/", 0),
    "preprocess_request": ("/", 0),
    "dispatch_request": ("/", 0),
    "raise_routing_exception": ("/nowhere", 1),
    "make_default_options_response": ("OPTIONS /", 0),
    "handle_user_exception": ("/conflict", 1),
    "trap_http_exception": ("/nowhere", 1),
    "handle_http_exception": ("/nowhere", 1),
    "handle_exception": ("/fail", 1),
    "log_exception": ("/fail", 1),
    "should_ignore_error": ("/fail", 1),
    "make_response": ("/", 1),
    "process_response": ("/", 1),
    "do_teardown_request": ("/", 1),
    "do_teardown_appcontext": ("/", 1),
    "ensure_sync": ("/", 1),
    "async_to_sync": ("/async", 1),
    "inject_url_defaults": ("/link", 2),
    "handle_url_build_error": ("/bad-link", 3),
    "redirect": ("/redirect", 1),
    "send_static_file": ("/static/x.css", 0),
    "get_send_file_max_age": ("/static/x.css", 1),
    "url_for": ("/link", 1),
}


def add_views(app: App) -> None:
    async def answer() -> str:
        return "async"

    def conflict() -> str:
        raise LookupError

    app.add_url_rule("/", "index", lambda: "index")
    app.add_url_rule("/async", "answer", answer)
    app.add_url_rule("/conflict", "conflict", conflict)
    app.add_url_rule("/fail", "fail", lambda: 1 / 0)
    app.add_url_rule("/link", "link", lambda: url_for("index"))
    app.add_url_rule("/bad-link", "bad_link", lambda: url_for("missing"))
    app.add_url_rule("/redirect", "leave", lambda: redirect("/"))
    app.register_error_handler(LookupError, lambda error: ("conflict", 409))


class TestOverriddenSteps:
    """A15: every step of a subclass, and every step that is replaced on the app, is taken."""

    def ask(self, app: App, target: str) -> None:
        method, _, path = target.rpartition(" ")
        app.logger.disabled = True
        Client(app).open(path, method=method or "GET")
        app.logger.disabled = False

    @pytest.mark.parametrize("step", STEPS)
    def test_step_of_a_subclass_is_taken(self, step: str) -> None:
        calls: list[tuple[Any, ...]] = []
        original: Callable[..., Any] = getattr(App, step)

        def traced(self: App, *args: Any, **kwargs: Any) -> Any:
            calls.append(args)
            return original(self, *args, **kwargs)

        app: App = type("Traced", (App,), {step: traced})("shop", root_path=".")
        add_views(app)
        target, count = STEPS[step]
        self.ask(app, target)
        assert {len(args) for args in calls} == {count}

    @pytest.mark.parametrize("asked_before", [False, True])
    @pytest.mark.parametrize("step", STEPS)
    def test_step_replaced_on_the_app_is_taken(
        self, app: App, step: str, asked_before: bool
    ) -> None:
        add_views(app)
        target, count = STEPS[step]
        if asked_before:
            self.ask(app, target)
        calls: list[tuple[Any, ...]] = []
        original: Callable[..., Any] = getattr(app, step)

        def traced(*args: Any, **kwargs: Any) -> Any:
            calls.append(args)
            return original(*args, **kwargs)

        setattr(app, step, traced)
        self.ask(app, target)
        assert {len(args) for args in calls} == {count}

    @pytest.mark.parametrize(
        ("step", "replacement", "path", "expected"),
        [
            ("full_dispatch_request", lambda: Response("own"), "/", "own"),
            ("preprocess_request", lambda: "own", "/", "own"),
            ("dispatch_request", lambda: "own", "/", "own"),
            ("make_response", lambda rv: Response(f"[{rv}]"), "/", "[index]"),
            ("process_response", lambda response: Response("own"), "/", "own"),
            ("handle_user_exception", lambda e: type(e).__name__, "/fail", "ZeroDivisionError"),
            ("handle_http_exception", lambda e: f"own {e.code}", "/nowhere", "own 404"),
            ("handle_exception", lambda e: Response(f"own {e}"), "/fail", "own division by zero"),
        ],
    )
    def test_result_of_a_replaced_step_is_used(
        self,
        app: App,
        client: Client,
        step: str,
        replacement: Any,
        path: str,
        expected: str,
    ) -> None:
        add_views(app)
        app.logger.disabled = True
        client.get(path)
        setattr(app, step, replacement)
        text = client.get(path).text
        app.logger.disabled = False
        assert text == expected

    def test_finalize_request_is_told_of_unhandled_errors(self, app: App, client: Client) -> None:
        calls: list[bool] = []
        finalize = app.finalize_request

        def traced(rv: Any, from_error_handler: bool = False) -> Response:
            calls.append(from_error_handler)
            return finalize(rv, from_error_handler)

        app.finalize_request = traced
        add_views(app)
        self.ask(app, "/")
        self.ask(app, "/fail")
        assert calls == [False, True]

    def test_ignored_error_is_kept_from_the_teardown(self, app: App, client: Client) -> None:
        add_views(app)
        ends: list[BaseException | None] = []
        app.teardown_request(ends.append)
        app.teardown_appcontext(ends.append)
        app.should_ignore_error = lambda error: isinstance(error, ZeroDivisionError)
        self.ask(app, "/fail")
        assert ends == [None, None]

    def test_classes_of_request_and_response_are_the_apps(self) -> None:
        class Reply(Response):
            default_mimetype = "text/plain"

        class Asked(App.request_class):
            shout = "HEY"

        class Own(App):
            request_class = Asked
            response_class = Reply

        app = Own("shop", root_path=".")
        app.add_url_rule("/", "index", lambda: request.shout)
        response = Client(app).get("/")
        assert response.text == "HEY"
        assert response.content_type == "text/plain; charset=utf-8"


class TestMethods:
    """R04, R05, R20: what is answered without a view."""

    @pytest.fixture(autouse=True)
    def views(self, app: App) -> None:
        app.add_url_rule("/", "index", lambda: "hello", methods=["GET", "POST"])
        app.add_url_rule("/own", "own", lambda: "mine", methods=["OPTIONS"])
        app.add_url_rule("/none", "none", lambda: "", provide_automatic_options=False)

    def test_head_is_answered_by_get_without_a_body(self, client: Client) -> None:
        response = client.head("/")
        assert response.status_code == 200
        assert response.content_length == 5
        assert response.data == b""

    def test_options_lists_the_methods(self, client: Client) -> None:
        response = client.options("/")
        assert response.status_code == 200
        assert response.data == b""
        assert set(response.allow) == {"GET", "HEAD", "OPTIONS", "POST"}

    def test_options_of_a_view_are_its_own(self, client: Client) -> None:
        assert client.options("/own").text == "mine"

    def test_options_can_be_switched_off(self, app: App, client: Client) -> None:
        response = client.options("/none")
        assert response.status_code == 405
        assert set(response.allow) == {"GET", "HEAD"}

    def test_wrong_method_is_answered_with_allow(self, client: Client) -> None:
        response = client.delete("/")
        assert response.status_code == 405
        assert set(response.allow) == {"GET", "HEAD", "OPTIONS", "POST"}

    def test_options_without_an_adapter_list_nothing(self, app: App) -> None:
        app.config["TRUSTED_HOSTS"] = ["shop.example"]
        with app.request_context(create_environ("/", base_url="http://evil.example")):
            assert list(app.make_default_options_response().allow) == []


class TestRefusedHosts:
    """R13."""

    def test_hooks_run_around_the_refusal(self, app: App, client: Client) -> None:
        app.config["TRUSTED_HOSTS"] = ["shop.example"]
        events: list[str] = []
        app.before_request(lambda: events.append("before"))

        @app.after_request
        def after(response: Response) -> Response:
            events.append("after")
            return response

        app.add_url_rule("/", "index", lambda: "hello")
        assert client.get("/", base_url="http://evil.example").status_code == 400
        assert client.get("/", base_url="http://shop.example").text == "hello"
        assert events == ["before", "after"] * 2
