"""The short path, compared with the general one: the same program, once with each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from markupsafe import Markup
from werkzeug.exceptions import Gone, NotFound
from werkzeug.test import Client, create_environ

from cruse_core import (
    App,
    Blueprint,
    Response,
    abort,
    after_this_request,
    g,
    request,
    session,
    stream_with_context,
)
from cruse_core.context import current
from cruse_core.short_path import STEPS
from cruse_core.signals import request_finished


def make_program(events: list[Any]) -> App:
    """Make an app whose views and hooks note what happens in *events*."""
    app = App("compared", static_folder=None)
    app.secret_key = "secret"
    shop = Blueprint("shop", "shop", url_prefix="/shop")
    add_hooks(app, events)
    add_views(app, events)

    @shop.before_request
    def shop_before() -> None:
        events.append("shop before")

    @shop.get("/items/<int:item>/<name>")
    def items(item: int, name: str) -> list[Any]:
        return [item, name, request.blueprints]

    app.register_blueprint(shop)
    return app


def add_hooks(app: App, events: list[Any]) -> None:
    @app.before_request
    def before() -> str | None:
        events.append(("before", request.endpoint))
        g.count = 1
        return "stopped" if "stop" in request.args else None

    @app.after_request
    def after(response: Response) -> Response:
        events.append(("after", response.status_code))
        if "broken-after" in request.args:
            raise ValueError("after")
        if "write-after" in request.args:
            session["late"] = 1
        response.headers["X-Count"] = str(g.get("count"))
        return response

    @app.teardown_request
    def teardown(error: BaseException | None) -> None:
        events.append(("teardown", type(error).__name__))

    @app.errorhandler(KeyError)
    def missing(error: KeyError) -> tuple[str, int]:
        return f"missing {error}", 400


def add_views(app: App, events: list[Any]) -> None:
    @app.get("/")
    def text() -> str:
        return "text"

    @app.get("/json")
    def json() -> tuple[dict[str, int], int, dict[str, str]]:
        return {"a": 1}, 201, {"X-Header": "1"}

    @app.get("/session")
    def read_and_write() -> str:
        session["visits"] = session.get("visits", 0) + 1
        return str(session["visits"])

    @app.get("/key")
    def key() -> str:
        raise KeyError("key")

    @app.get("/boom")
    def boom() -> str:
        raise ZeroDivisionError

    @app.get("/none")
    def none() -> None:
        return None

    @app.get("/abort")
    def aborted() -> str:
        abort(403)

    @app.get("/after")
    def after_this() -> str:
        @after_this_request
        def mark(response: Response) -> Response:
            events.append("after this")
            return response

        return "marked"

    @app.get("/stream")
    def stream() -> Iterator[str]:
        @stream_with_context
        def chunks() -> Iterator[str]:
            yield request.path
            yield "end"

        return chunks()

    @app.get("/async")
    async def asynchronous() -> str:
        return "async"

    @app.route("/form", methods=["POST"])
    def form() -> str:
        return request.form["name"]


def take_general_path(app: App) -> App:
    """Replace a step by one that does the same."""
    app.dispatch_request = app.dispatch_request  # type: ignore[method-assign]
    assert not app.takes_short_path
    return app


REQUESTS: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/", {}),
    ("HEAD", "/", {}),
    ("OPTIONS", "/", {}),
    ("POST", "/", {}),
    ("GET", "/?stop=1", {}),
    ("GET", "/?broken-after=1", {}),
    ("GET", "/?write-after=1", {}),
    ("GET", "/json", {}),
    ("GET", "/key", {}),
    ("GET", "/boom", {}),
    ("GET", "/none", {}),
    ("GET", "/abort", {}),
    ("GET", "/after", {}),
    ("GET", "/stream", {}),
    ("GET", "/async", {}),
    ("POST", "/form", {"data": {"name": "ann"}}),
    ("POST", "/form", {"data": {}}),
    ("GET", "/shop/items/3/a%20b", {}),
    ("GET", "/shop/items/x/a", {}),
    ("GET", "/gärten", {}),
    ("GET", "/nowhere", {"headers": {"Accept": "text/html,*/*;q=0.8"}}),
    ("GET", "/nowhere", {"headers": {"Accept": "application/json"}}),
    ("HEAD", "/nowhere", {}),
    ("DELETE", "/json", {"headers": {"Accept": "application/json"}}),
    ("GET", "//", {}),
    ("GET", "/", {"base_url": "http://other.example/"}),
]


@pytest.fixture
def signed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop the clock, so that equal sessions have equal cookies."""
    monkeypatch.setattr("time.time", lambda: 1_700_000_000.0)


@pytest.mark.usefixtures("signed")
@pytest.mark.parametrize(("method", "path", "options"), REQUESTS)
def test_answers_and_events_are_those_of_the_general_path(
    method: str, path: str, options: dict[str, Any]
) -> None:
    seen = []
    for prepare in (lambda app: app, take_general_path):
        events: list[Any] = []
        app = prepare(make_program(events))
        app.logger.disabled = True
        client = Client(app)
        client.get("/")
        for _ in range(2):
            response = client.open(path, method=method, **options)
            events.append((response.status, response.headers.to_wsgi_list(), response.data))
            response.close()
        assert current.get(None) is None
        seen.append(events)
    assert seen[0] == seen[1]


@pytest.mark.parametrize("method", ["OPTIONS", "options", "Options"])
def test_view_does_not_run_behind_a_hook_that_lets_options_through(
    app: App, client: Client, method: str
) -> None:
    ran = []

    @app.before_request
    def require_login() -> str | None:
        return None if request.method == "OPTIONS" else "Log in first."

    @app.route("/account", methods=["GET", "POST"])
    def account() -> str:
        ran.append(request.method)
        return "secret"

    assert client.get("/account").text == "Log in first."
    environ = create_environ("/account")
    environ["REQUEST_METHOD"] = method
    response = client.open(environ)
    assert (response.text, "POST" in response.allow, ran) == ("", True, [])


@pytest.mark.parametrize("json_errors", ["negotiate", "always", "never"])
@pytest.mark.parametrize("accept", ["", "text/html,*/*;q=0.8", "application/json"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
@pytest.mark.parametrize(
    "path", ["/no/where", "/nowhere", "/gone", "/markup", "/carried", "/key", "/boom"]
)
def test_errors_without_hooks_are_those_of_the_general_path(
    path: str, method: str, accept: str, json_errors: str
) -> None:
    answers = []
    for prepare in (lambda app: app, take_general_path):
        app = App("compared", static_folder=None)
        app.config["JSON_ERRORS"] = json_errors
        app.logger.disabled = True
        errors = {
            "gone": Gone("It <left>."),
            "markup": Gone(Markup("It <b>left</b>.")),
            "carried": Gone(response=Response("carried", 410)),
            "key": KeyError("key"),
            "boom": ZeroDivisionError(),
        }
        app.errorhandler(KeyError)(lambda error: f"missing {error}")

        @app.get("/<name>")
        def fail(name: str, errors: dict[str, Exception] = errors) -> str:
            raise errors.get(name, NotFound())

        client = Client(prepare(app))
        client.get("/gone")
        response = client.open(path, method=method, headers={"Accept": accept})
        answers.append((response.status, response.headers.to_wsgi_list(), response.data))
    assert answers[0] == answers[1]


def test_propagated_error_reaches_the_server_and_the_teardown() -> None:
    events: list[Any] = []
    app = make_program(events)
    app.testing = True
    client = Client(app)
    client.get("/")
    with pytest.raises(ZeroDivisionError):
        client.get("/boom")
    assert events[-1] == ("teardown", "ZeroDivisionError")
    assert current.get(None) is None


def test_ordinary_app_takes_it() -> None:
    assert App("ordinary").takes_short_path


@pytest.mark.parametrize("step", sorted(STEPS))
def test_step_replaced_on_the_app_closes_it(step: str) -> None:
    app = App("replaced")
    setattr(app, step, getattr(app, step))
    assert not app.takes_short_path
    delattr(app, step)
    assert app.takes_short_path


@pytest.mark.parametrize("step", sorted(STEPS))
def test_step_overridden_in_the_class_closes_it(step: str) -> None:
    def overriding(self: Any, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError

    overriding_class = type(App)("Overriding", (App,), {step: overriding})
    assert not overriding_class("overridden", static_folder=None).takes_short_path


def test_step_set_on_the_class_later_closes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    class Patched(App):
        """Has a step replaced while an app of it exists."""

    app = Patched("patched")

    @app.get("/")
    def text() -> str:
        return "text"

    client = Client(app)
    assert client.get("/").text == "text"
    make: Callable[[Any, Any], Response] = lambda self, rv: self.response_class("patched")  # noqa: E731
    monkeypatch.setattr(Patched, "make_response", make, raising=False)
    assert client.get("/").text == "patched"
    monkeypatch.undo()
    assert client.get("/").text == "text"


def test_receiver_connected_during_the_request_is_told() -> None:
    app = App("told")
    told = []

    @app.get("/")
    def text() -> str:
        if "connect" in request.args:
            request_finished.connect(finished, app)
        return "text"

    def finished(sender: App, response: Response, **kwargs: Any) -> None:
        told.append(response.status_code)

    client = Client(app)
    client.get("/")
    client.get("/?connect=1")
    assert told == [200]


def test_hook_added_during_the_request_runs() -> None:
    app = App("late")

    @app.get("/")
    def text() -> str:
        if "add" in request.args:
            app.after_request_funcs[None].append(mark)
        return "text"

    def mark(response: Response) -> Response:
        response.headers["X-Late"] = "1"
        return response

    client = Client(app)
    assert "X-Late" not in client.get("/").headers
    assert client.get("/?add=1").headers["X-Late"] == "1"


def test_hook_added_by_a_hook_before_the_view_runs() -> None:
    app = App("early")
    calls: list[str] = []

    @app.before_request
    def add() -> None:
        if "add" in request.args:
            app.before_request_funcs[None].append(lambda: calls.append("added"))
            app.view_functions["text"] = lambda: "other"

    @app.get("/")
    def text() -> str:
        return "text"

    client = Client(app)
    assert client.get("/").text == "text"
    assert client.get("/?add=1").text == "other"
    client.get("/")
    assert calls == ["added"]


def test_hook_may_send_the_request_to_another_rule() -> None:
    app = App("moved")

    @app.before_request
    def move() -> None:
        if "move" in request.args:
            request.url_rule = next(app.url_map.iter_rules("other"))

    app.add_url_rule("/", "text", lambda: "text")
    app.add_url_rule("/other", "other", lambda: "other")
    client = Client(app)
    assert [client.get(url).text for url in ("/", "/?move=1", "/")] == ["text", "other", "text"]


def test_exit_passes_through_after_the_teardown() -> None:
    app = App("left")
    ends: list[BaseException | None] = []
    app.teardown_request(ends.append)

    @app.get("/")
    def text() -> str:
        if "leave" in request.args:
            raise SystemExit(3)
        return "text"

    client = Client(app)
    client.get("/")
    with pytest.raises(SystemExit):
        client.get("/?leave=1")
    assert [type(end) for end in ends] == [type(None), SystemExit]
    assert current.get(None) is None


def test_ignored_error_is_kept_from_the_teardown() -> None:
    class Ignoring(App):
        """Has no teardown function hear of a ValueError."""

        def should_ignore_error(self, error: BaseException | None) -> bool:
            return isinstance(error, ValueError)

    app = Ignoring("ignoring")
    app.logger.disabled = True
    ends: list[BaseException | None] = []
    app.teardown_request(ends.append)

    @app.get("/")
    def text() -> str:
        return str(int(request.args.get("number", 0)))

    client = Client(app)
    assert app.takes_short_path
    assert [client.get(url).status_code for url in ("/", "/?number=a")] == [200, 500]
    assert ends == [None, None]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("automatically_set_content_length", False),
        ("default_mimetype", "text/plain"),
        ("default_status", 203),
    ],
)
def test_default_that_is_set_on_the_class_of_responses_counts_at_once(
    name: str, value: Any
) -> None:
    class Reply(Response):
        """A response of the app's own."""

    app = App("late")
    app.response_class = Reply
    app.add_url_rule("/", "index", lambda: "text")
    client = Client(app)
    client.get("/")
    assert Reply.is_left_out
    setattr(Reply, name, value)
    answers = []
    for prepare in (lambda app: app, take_general_path):
        prepare(app)
        for path in ("/", "/nowhere"):
            response = client.get(path)
            answers.append((response.status, response.headers.to_wsgi_list()))
    assert answers[:2] == answers[2:]
