"""The same program on Cruse and on Flask answers the same requests in the same way."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any
from unittest import mock
from urllib.parse import urlencode

import flask
import flask.views
import pytest
import werkzeug.exceptions
from hypothesis import example, given
from hypothesis import strategies as st
from werkzeug.test import create_environ
from werkzeug.wrappers import Response as WerkzeugResponse

import cruse_core
import cruse_core.views

# These programs have rules that never answer, in the one framework as in the other.
pytestmark = pytest.mark.filterwarnings("ignore::cruse_core.errors.RouteConflictWarning")

NOW = 1_700_000_000.75

# Where a request can be made to fail, by its query: ?fail=view&error=lookup
PLACES = (
    "request_started",
    "values app",
    "before app",
    "before parent",
    "before child",
    "view",
    "after this request",
    "after child",
    "after parent",
    "after app",
    "request_finished",
    "handler",
)


class StockError(Exception):
    pass


class EmptyError(StockError):
    pass


class Overdue(werkzeug.exceptions.HTTPException):
    code = 499
    description = "overdue"


ERRORS: dict[str, Callable[[], BaseException]] = {
    "lookup": lambda: LookupError("lookup"),
    "stock": lambda: EmptyError("stock"),
    "value": lambda: ValueError("value"),
    "missing": lambda: werkzeug.exceptions.NotFound("missing"),
    "conflict": lambda: werkzeug.exceptions.Conflict(),
    "overdue": Overdue,
    "server": lambda: werkzeug.exceptions.InternalServerError(),
    "response": lambda: werkzeug.exceptions.HTTPException(response=WerkzeugResponse("own", 409)),
}


def class_name(error: BaseException | None) -> str:
    """Return the name of a class that Flask has, too."""
    return next(
        base.__name__ for base in type(error).__mro__ if not base.__module__.startswith("cruse")
    )


def describe(error: Exception) -> str:
    """Return class and message; without the latter where it is the framework's own."""
    own = (TypeError, KeyError, RuntimeError, AssertionError)
    if isinstance(error, own) and not hasattr(error, "code"):
        return class_name(error)
    return f"{class_name(error)}: {error}"


def letters() -> Iterator[str]:
    yield "a"
    yield "bc"


def wsgi_app(environ: Any, start_response: Any) -> list[bytes]:
    start_response("202 ACCEPTED", [("X-Path", environ["PATH_INFO"])])
    return [b"raw"]


# What a view returns: ?value=3. Made by a function, as a response can be sent only once.
VALUES: tuple[Callable[[ModuleType], Any], ...] = (
    lambda kit: "héllo",
    lambda kit: b"bytes",
    lambda kit: bytearray(b"array"),
    lambda kit: "",
    lambda kit: {"b": 1, "a": [None, True, 1.5, "é"]},
    lambda kit: [1, "two"],
    lambda kit: letters(),
    lambda kit: kit.stream_with_context(f"{kit.request.path}{x}" for x in "ab"),
    lambda kit: ("text", 201),
    lambda kit: ("text", "299 Fine"),
    lambda kit: ("text", {"X-A": "1"}),
    lambda kit: ({"a": 1}, 202, [("X-A", "1"), ("X-A", "2")]),
    lambda kit: ("", 204),
    lambda kit: ("text", 304),
    lambda kit: kit.Response("own", mimetype="text/css"),
    lambda kit: (kit.Response("own", status=203), {"Content-Type": "text/x"}),
    lambda kit: WerkzeugResponse("foreign", 418),
    lambda kit: wsgi_app,
    lambda kit: kit.jsonify(a=1),
    lambda kit: kit.redirect("/child/x?y=é"),
    lambda kit: (kit.redirect("http://other.example/"), 301),
    lambda kit: kit.make_response(("made", 206, {"X-A": "1"})),
    lambda kit: werkzeug.exceptions.Gone(),
    lambda kit: None,
    lambda kit: 5,
    lambda kit: (),
    lambda kit: ("", 1, 2, 3),
    lambda kit: (None, 200),
    lambda kit: object,
)

# The index of the stream that reads the request.
STREAM = 7


class Program:
    """An app of either framework, and the events of its requests."""

    def __init__(
        self, kit: ModuleType, views: ModuleType, app_class: Any, settings: dict[str, Any]
    ) -> None:
        self.kit = kit
        self.views = views
        self.events: list[str] = []
        self.app = app_class("compared", root_path=".", static_folder=None)
        self.app.secret_key = "secret"
        self.app.config.update(settings, JSON_ERRORS="never")
        self.app.logger.disabled = True
        self.receivers: list[Any] = []
        self.parent = kit.Blueprint("parent", __name__)
        self.child = kit.Blueprint("child", __name__)
        for owner, name in ((self.app, "app"), (self.parent, "parent"), (self.child, "child")):
            self.add_hooks(owner, name)
        self.add_views()
        self.add_handlers()
        self.parent.register_blueprint(self.child, url_prefix="/child")
        self.app.register_blueprint(self.parent)
        self.connect_signals()

    def reach(self, place: str) -> None:
        """Note that a request has come to *place*, and fail if it is to fail there."""
        self.events.append(place)
        args = self.kit.request.args
        if args.get("fail") == place:
            raise ERRORS[args["error"]]()

    def add_hooks(self, owner: Any, name: str) -> None:
        def preprocess(endpoint: str | None, values: dict[str, Any] | None) -> None:
            self.events.append(f"{endpoint} {values}")
            self.reach(f"values {name}")

        def before() -> Any:
            self.reach(f"before {name}")
            if self.kit.request.args.get("stop") == name:
                return f"stopped by {name}", 403
            return None

        def after(response: Any) -> Any:
            response.headers.add("X-After", name)
            if name == "app" and "flash" in self.kit.request.args:
                self.kit.flash("flashed")
            self.reach(f"after {name}")
            return response

        def teardown(exc: BaseException | None) -> None:
            self.events.append(f"teardown {name} {class_name(exc)}")

        owner.url_value_preprocessor(preprocess)
        owner.before_request(before)
        owner.after_request(after)
        owner.teardown_request(teardown)

    def add_views(self) -> None:
        kit = self.kit

        def view(**values: Any) -> Any:
            if "later" in kit.request.args:

                @kit.after_this_request
                def later(response: Any) -> Any:
                    self.reach("after this request")
                    response.set_cookie("later", "1")
                    return response

            if "user" in kit.request.args:
                kit.session["user"] = kit.request.args["user"]
            if "read" in kit.request.args:
                self.events.append(f"session {kit.session.get('user')}")
            if kit.request.form:
                self.events.append(f"form {kit.request.form.to_dict()}")
            self.reach("view")
            return VALUES[int(kit.request.args.get("value", 0))](kit)

        async def async_view(**values: Any) -> Any:
            return view(**values)

        class Items(self.views.MethodView):  # type: ignore[name-defined]
            def get(self) -> Any:
                return view()

            def put(self) -> Any:
                return "put"

        for owner in (self.app, self.parent, self.child):
            owner.add_url_rule("/", "index", view, methods=["GET", "POST"])
            owner.add_url_rule("/<int:number>/<name>", "item", view)
            owner.add_url_rule("/items/", "items", Items.as_view("items"))
            owner.add_url_rule("/async", "async_view", async_view)
        self.app.add_url_rule("/key", "key", lambda: kit.request.args["key"])
        self.app.add_url_rule("/json", "json", lambda: kit.request.json, methods=["POST"])
        self.app.add_url_rule("/no-view", "no_view")
        self.app.add_url_rule("/plain", "plain", view, provide_automatic_options=False)
        self.app.add_url_rule("/old", "old", redirect_to="/items/")

    def add_handlers(self) -> None:
        def handler(name: str) -> Callable[[Exception], Any]:
            def handle(error: Exception) -> Any:
                self.events.append(f"{name} handles {class_name(error)}")
                self.reach("handler")
                return f"{name}: {describe(error)}", 480

            return handle

        self.app.register_error_handler(LookupError, handler("app lookup"))
        self.app.register_error_handler(StockError, handler("app stock"))
        self.app.register_error_handler(409, handler("app 409"))
        self.app.register_error_handler(500, handler("app 500"))
        self.parent.register_error_handler(404, handler("parent 404"))
        self.parent.register_error_handler(EmptyError, handler("parent empty"))
        self.child.register_error_handler(Overdue, handler("child overdue"))
        self.child.register_error_handler(Exception, handler("child any"))

        @self.app.teardown_appcontext
        def teardown(exc: BaseException | None) -> None:
            self.events.append(f"teardown app context {class_name(exc)}")

    def connect_signals(self) -> None:
        for name in (
            "appcontext_pushed",
            "request_started",
            "request_finished",
            "got_request_exception",
            "request_tearing_down",
            "appcontext_tearing_down",
            "appcontext_popped",
        ):

            def receive(sender: Any, name: str = name, **values: Any) -> None:
                if name in PLACES:
                    self.reach(name)
                else:
                    self.events.append(name)

            self.receivers.append(receive)
            getattr(self.kit, name).connect(receive, self.app)

    def ask(self, options: dict[str, Any]) -> tuple[Any, ...]:
        """Return status, headers and body, or the exception; and what happened on the way."""
        self.events.clear()
        answer: list[Any] = []
        try:
            body = self.app(
                create_environ(**options),
                lambda status, headers, exc_info=None: answer.extend((status, headers)),
            )
            answer.append(b"".join(body))
            if hasattr(body, "close"):
                body.close()
        except Exception as error:
            answer = [describe(error)]
        if f"value={STREAM}" in options.get("query_string", ""):
            # Flask tears the request of a stream down twice; we do at its end.
            self.events.clear()
        return *answer, list(self.events)


def make_programs(settings: dict[str, Any]) -> tuple[Program, Program]:
    return (
        Program(cruse_core, cruse_core.views, cruse_core.App, settings),
        Program(flask, flask.views, flask.Flask, settings),
    )


PATHS = (
    "/",
    "/child/",
    "/child",
    "/7/ann",
    "/child/7/ann",
    "/seven/ann",
    "/items/",
    "/items",
    "/child/items/",
    "/async",
    "/child/async",
    "/key",
    "/json",
    "/no-view",
    "/plain",
    "/old",
    "/nowhere",
    "/child/nowhere",
    "//",
    "/é",
)

queries = st.fixed_dictionaries(
    {},
    optional={
        "value": st.integers(0, len(VALUES) - 1).map(str),
        "later": st.just("1"),
        "user": st.sampled_from(["ann", "é"]),
        "read": st.just("1"),
        "flash": st.just("1"),
        "stop": st.sampled_from(["app", "parent", "child"]),
    },
)
failures = st.one_of(
    st.just({}),
    st.fixed_dictionaries(
        {"fail": st.sampled_from(PLACES), "error": st.sampled_from(sorted(ERRORS))}
    ),
)
requests = st.fixed_dictionaries(
    {
        "path": st.sampled_from(PATHS),
        "method": st.sampled_from(["GET", "GET", "GET", "HEAD", "POST", "OPTIONS", "PUT", "BREW"]),
        "query_string": st.builds(lambda a, b: urlencode({**a, **b}), queries, failures),
        "headers": st.fixed_dictionaries(
            {},
            optional={
                "Accept": st.sampled_from(["application/json", "text/html"]),
                "Cookie": st.sampled_from(["session=broken", "a=b"]),
                "Content-Type": st.sampled_from(
                    ["application/json", "application/x-www-form-urlencoded"]
                ),
            },
        ),
        "data": st.sampled_from([b"", b"a=1&b=2", b'{"a":1}', b"{"]),
        "base_url": st.sampled_from(
            ["http://localhost", "https://shop.example:8443/root", "http://a.localhost"]
        ),
    }
)
settings = st.fixed_dictionaries(
    {},
    optional={
        "PROPAGATE_EXCEPTIONS": st.booleans(),
        "TESTING": st.booleans(),
        "DEBUG": st.booleans(),
        "TRAP_HTTP_EXCEPTIONS": st.booleans(),
        "TRAP_BAD_REQUEST_ERRORS": st.sampled_from([None, True, False]),
        "PROVIDE_AUTOMATIC_OPTIONS": st.booleans(),
        "TRUSTED_HOSTS": st.just(["localhost"]),
        "SECRET_KEY": st.none(),
    },
)


def compare(settings: dict[str, Any], asked: list[dict[str, Any]]) -> None:
    ours, theirs = make_programs(settings)
    with mock.patch("time.time", return_value=NOW):
        for options in asked:
            assert ours.ask(options) == theirs.ask(options)


class TestSameProgram:
    @given(settings, st.lists(requests, min_size=1, max_size=6))
    @example({}, [{"path": "/", "query_string": "user=ann&read=1"}] * 2)
    def test_answers_and_events_are_flasks(
        self, settings: dict[str, Any], asked: list[dict[str, Any]]
    ) -> None:
        compare(settings, asked)

    @pytest.mark.parametrize("value", range(len(VALUES)))
    def test_every_value_of_a_view_is_answered_as_by_flask(self, value: int) -> None:
        compare({}, [{"path": path, "query_string": f"value={value}"} for path in ("/", "/async")])

    @pytest.mark.parametrize("error", ERRORS)
    @pytest.mark.parametrize("place", PLACES)
    def test_every_error_is_answered_as_by_flask(self, place: str, error: str) -> None:
        query = urlencode({"fail": place, "error": error, "later": 1})
        asked = [{"path": path, "query_string": query} for path in ("/", "/child/", "/nowhere")]
        compare({}, asked)
        compare({"TESTING": True}, asked)

    @pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "OPTIONS", "DELETE", "BREW"])
    @pytest.mark.parametrize("path", PATHS)
    def test_every_method_is_answered_as_by_flask(self, path: str, method: str) -> None:
        compare({}, [{"path": path, "method": method}])


@pytest.fixture(autouse=True, scope="module")
def _collect_garbage() -> Iterator[None]:
    """Flask's programs leave cycles, which other tests would find."""
    yield
    gc.collect()


@pytest.fixture(autouse=True, scope="module")
def _no_near_routes() -> Iterator[None]:
    """Leave out what the page of a missing URL shows in debug mode, and Flask's does not."""
    with mock.patch("cruse_core.near_routes.find_near_routes", return_value=[]):
        yield
