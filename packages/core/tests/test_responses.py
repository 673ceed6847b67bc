"""A response is sent as Werkzeug would send it, whatever was looked at or changed before."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, run_wsgi_app
from werkzeug.wrappers import Response as WerkzeugResponse

from cruse_core import active_app
from cruse_core.active_app import use_app_finder
from cruse_core.responses import Response


class ReferenceResponse(WerkzeugResponse):
    """What Flask makes of Werkzeug's response."""

    default_mimetype = "text/html"
    autocorrect_location_header = False


class LoggedStream:
    """A body that tells when it is closed."""

    def __init__(self, log: list[str]) -> None:
        self.log = log
        self.chunks = iter(["streamed ", b"chunks"])

    def __iter__(self) -> Iterator[Any]:
        return self.chunks

    def close(self) -> None:
        self.log.append("stream closed")


class ClosingList(list[Any]):
    """A list that tells when it is closed."""

    def __init__(self, log: list[str]) -> None:
        super().__init__(["a", b"b"])
        self.log = log

    def close(self) -> None:
        self.log.append("list closed")


def generate(log: list[str]) -> Iterator[str]:
    try:
        yield "first, "
        yield "second"
    finally:
        log.append("generator closed")


class LoudHeaders(Headers):
    """Headers that are not sent as they were set."""

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return ((name, value + "!") for name, value in super().__iter__())


BODIES: dict[str, Callable[[list[str]], Any]] = {
    "text": lambda log: "Hällo",
    "bytes": lambda log: b"Hello",
    "empty": lambda log: "",
    "nothing": lambda log: None,
    "bytearray": lambda log: bytearray(b"Hello"),
    "markup": lambda log: Markup("<b>"),
    "list": lambda log: ["a", b"b"],
    "empty list": lambda log: [],
    "tuple": lambda log: (b"a", "b"),
    "closing list": ClosingList,
    "stream": LoggedStream,
    "generator": generate,
    "file": lambda log: io.BytesIO(b"line\nline"),
    "surrogate": lambda log: "\ud800",
}
OPTIONS: dict[str, Callable[[], dict[str, Any]]] = {
    "status 404": lambda: {"status": 404},
    "status 599": lambda: {"status": 599},
    "status text": lambda: {"status": "201 Made"},
    "status code text": lambda: {"status": "201"},
    "status words": lambda: {"status": "made"},
    "status empty": lambda: {"status": " "},
    "status ok": lambda: {"status": HTTPStatus.OK},
    "status enum": lambda: {"status": HTTPStatus.CREATED},
    "status 204": lambda: {"status": 204},
    "status 304": lambda: {"status": 304},
    "status 101": lambda: {"status": 101},
    "status 302": lambda: {"status": 302, "headers": {"Location": "/ä?x=ö"}},
    "mimetype": lambda: {"mimetype": "application/json"},
    "mimetype xml": lambda: {"mimetype": "application/atom+xml"},
    "mimetype lines": lambda: {"mimetype": "text/html\r\nX: y"},
    "mimetype empty": lambda: {"mimetype": ""},
    "content type": lambda: {"content_type": "text/plain; charset=latin1"},
    "content type lines": lambda: {"content_type": "a\nb"},
    "content type and mimetype": lambda: {"content_type": "a/b", "mimetype": "c/d"},
    "headers dict": lambda: {"headers": {"X-A": "1", "X-B": "2"}},
    "headers lists": lambda: {"headers": {"X-A": ["1", "2"]}},
    "headers pairs": lambda: {"headers": [("X-A", "1"), ("X-A", "2")]},
    "headers object": lambda: {"headers": Headers({"X-A": "1"})},
    "headers empty": lambda: {"headers": {}},
    "headers lines": lambda: {"headers": {"X-A": "1\r\n2"}},
    "headers number": lambda: {"headers": {"X-A": 1}},
    "headers type": lambda: {"headers": {"content-type": "x/y"}},
    "headers length": lambda: {"headers": {"Content-Length": "1000"}},
    "headers location": lambda: {"headers": {"Content-Location": "/ä"}},
    "direct": lambda: {"direct_passthrough": True},
}


def set_attribute(name: str, value: Any) -> Callable[[Any], None]:
    return lambda response: setattr(response, name, value)


def make_conditional(response: Any) -> None:
    response.headers["Date"] = "Thu, 01 Jan 1970 00:00:00 GMT"
    # Werkzeug sends a part of an error, too.
    wanted = {"HTTP_RANGE": "bytes=1-2"} if response.status_code == 200 else {}
    response.make_conditional(make_environ("GET", **wanted), True, 5)


STEPS: dict[str, Callable[[Any], Any]] = {
    "headers": lambda r: list(r.headers),
    "add header": lambda r: r.headers.add("X-C", "3"),
    "set header": lambda r: r.headers.set("X-A", "4"),
    "no length": lambda r: r.headers.remove("Content-Length"),
    "no headers": lambda r: r.headers.clear(),
    "length": set_attribute("content_length", 1),
    "new headers": lambda r: setattr(r, "headers", Headers({"X-New": "1"})),
    "own headers": lambda r: setattr(r, "headers", LoudHeaders({"X-New": "1"})),
    "location": set_attribute("location", "/ö"),
    "content location": set_attribute("content_location", "/ö"),
    "type": set_attribute("content_type", "text/css"),
    "mimetype": set_attribute("mimetype", "text/css"),
    "cookie": lambda r: r.set_cookie("a", "b", httponly=True),
    "no cookie": lambda r: r.delete_cookie("a"),
    "vary": lambda r: r.vary.add("Cookie"),
    "cache": lambda r: setattr(r.cache_control, "max_age", 3),
    "etag": lambda r: r.add_etag(),
    "status": lambda r: (r.status, r.status_code),
    "status 500": set_attribute("status", 500),
    "status 204": set_attribute("status_code", 204),
    "status text": set_attribute("status", "200 Fine"),
    "response": lambda r: r.response if type(r.response) in (list, tuple) else None,
    "append": lambda r: r.response.append("more"),
    "clear": lambda r: r.response.clear(),
    "new response": lambda r: setattr(r, "response", ["other", b" list"]),
    "new stream": lambda r: setattr(r, "response", iter([b"other ", "iterator"])),
    "new text": set_attribute("data", "other text"),
    "new bytes": lambda r: r.set_data(b"other bytes"),
    "new bytearray": lambda r: r.set_data(bytearray(b"other")),
    "get data": lambda r: r.get_data(),
    "data": lambda r: r.data,
    "text": lambda r: r.get_data(as_text=True),
    "json": lambda r: r.get_json(force=True, silent=True),
    "is json": lambda r: (r.is_json, r.json),
    "write": lambda r: r.stream.write(b"written"),
    "iter": lambda r: b"".join(r.iter_encoded()) if r.is_sequence else None,
    "is": lambda r: (r.is_sequence, r.is_streamed, r.direct_passthrough),
    "count": lambda r: r.calculate_content_length(),
    "sequence": lambda r: r.make_sequence(),
    "freeze": lambda r: r.freeze(),
    "direct": set_attribute("direct_passthrough", True),
    "no conversion": set_attribute("implicit_sequence_conversion", False),
    "no length set": set_attribute("automatically_set_content_length", False),
    "absolute location": set_attribute("autocorrect_location_header", True),
    "own attribute": set_attribute("note", "mine"),
    "own method": lambda r: setattr(r, "get_wsgi_headers", lambda environ: Headers({"X-Own": "1"})),
    "conditional": lambda r: make_conditional(r),
    "repr": lambda r: repr(r).partition(" ")[2],
}


def make_environ(method: str = "GET", **values: Any) -> dict[str, Any]:
    environ = EnvironBuilder("/here").get_environ()
    environ["REQUEST_METHOD"] = method
    environ.update(values)
    return environ


def outcome(run: Callable[[], Any]) -> Any:
    """Return what *run* returns, or the class of the error it raises."""
    try:
        return run()
    except Exception as exc:
        return type(exc)


def send(response: Any, environ: dict[str, Any]) -> tuple[Any, ...]:
    """Call a response as a server does; return all that the server sees."""
    sent: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        assert type(headers) is list
        sent.append((status, headers))
        return sent.append

    iterable = response(environ, start_response)
    try:
        body = [bytes(chunk) for chunk in iterable]
    finally:
        if hasattr(iterable, "close"):
            iterable.close()
    return (*sent, b"".join(body))


def live(
    cls: Callable[..., Any], body: str, options: dict[str, Any], steps: list[str], method: str
) -> list[Any]:
    """Make, change and send a response; return everything that could be observed."""
    log: list[str] = []
    made = outcome(lambda: cls(BODIES[body](log), **options))
    if isinstance(made, type):
        return [made]
    observed: list[Any] = []
    for number, step in enumerate(steps):
        if step == "on close":
            made.call_on_close(lambda number=number: log.append(f"{number} closed"))
        else:
            observed.append(outcome(lambda step=step: STEPS[step](made)))
    return [*observed, outcome(lambda: send(made, make_environ(method))), log]


class TestSending:
    @given(
        st.sampled_from(sorted(BODIES)),
        st.lists(st.sampled_from(sorted(OPTIONS)), max_size=2, unique=True),
        st.lists(st.sampled_from([*sorted(STEPS), "on close"]), max_size=4),
        st.sampled_from(["GET", "HEAD", "POST"]),
    )
    def test_equals_werkzeugs_after_any_steps(
        self, body: str, options: list[str], steps: list[str], method: str
    ) -> None:
        def make_options() -> dict[str, Any]:
            return {key: value for name in options for key, value in OPTIONS[name]().items()}

        assert live(Response, body, make_options(), steps, method) == live(
            ReferenceResponse, body, make_options(), steps, method
        )

    @pytest.mark.parametrize("body", sorted(BODIES))
    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_equals_werkzeugs_for_each_body(self, body: str, method: str) -> None:
        for option in OPTIONS.values():
            ours = live(Response, body, option(), [], method)
            assert ours == live(ReferenceResponse, body, option(), [], method)

    @pytest.mark.parametrize("body", ["text", "nothing", "list", "generator", "stream"])
    @pytest.mark.parametrize("step", sorted(STEPS))
    def test_equals_werkzeugs_after_each_step(self, body: str, step: str) -> None:
        for steps in ([step], [step, "headers"], ["headers", step], [step, "on close"]):
            ours = live(Response, body, {}, steps, "GET")
            assert ours == live(ReferenceResponse, body, {}, steps, "GET")

    def test_can_be_repeated(self) -> None:
        response = Response("Hello")
        assert send(response, make_environ()) == send(response, make_environ())

    def test_an_environ_without_method_starts_no_response(self) -> None:
        environ = make_environ()
        del environ["REQUEST_METHOD"]
        for response in (Response("Hello"), Response(["Hello"])):
            with pytest.raises(KeyError):
                send(response, environ)

    def test_an_error_in_start_response_reaches_the_server(self) -> None:
        def start_response(*args: Any) -> Any:
            raise ConnectionError

        for response in (Response("Hello"), Response(iter(["Hello"]))):
            with pytest.raises(ConnectionError):
                response(make_environ(), start_response)


class TestClosing:
    def start(self, response: Response) -> Any:
        return response(make_environ(), lambda status, headers, exc_info=None: lambda data: None)

    def test_a_stream_that_never_started_is_closed(self) -> None:
        log: list[str] = []
        response = Response(LoggedStream(log))
        response.call_on_close(lambda: log.append("callback"))
        self.start(response).close()
        assert log == ["stream closed", "callback"]

    def test_a_stream_that_was_left_early_is_closed(self) -> None:
        log: list[str] = []
        response = Response(generate(log))
        response.call_on_close(lambda: log.append("callback"))
        iterable = self.start(response)
        assert next(iterable) == b"first, "
        assert log == []
        iterable.close()
        assert log == ["generator closed", "callback"]

    def test_a_callback_added_while_streaming_runs(self) -> None:
        log: list[str] = []

        def stream() -> Iterable[str]:
            response.call_on_close(lambda: log.append("callback"))
            yield "chunk"

        response = Response(stream())
        assert send(response, make_environ())[-1] == b"chunk"
        assert log == ["callback"]

    def test_leaving_the_context_manager_closes(self) -> None:
        log: list[str] = []
        with Response("Hello") as response:
            response.call_on_close(lambda: log.append("callback"))
        assert log == ["callback"]


DATA_OVERRIDES: list[dict[str, Any]] = [
    {"default_status": 201},
    {"default_status": "201 Made"},
    {"default_mimetype": "text/plain"},
    {"default_mimetype": None},
    {"automatically_set_content_length": False},
    {"implicit_sequence_conversion": False},
    {"autocorrect_location_header": True},
]
STEP_OVERRIDES: list[dict[str, Any]] = [
    {"get_wsgi_headers": lambda self, environ: Headers({"X-Own": "1"})},
    {"get_app_iter": lambda self, environ: [b"own"]},
    {"get_wsgi_response": lambda self, environ: ([b"own"], "200 Own", [])},
    {"iter_encoded": lambda self: iter([b"own"])},
    {"set_data": lambda self, value: setattr(self, "response", [b"own"])},
    {"close": lambda self: None},
    {"direct_passthrough": True},
    {"is_sequence": False},
    {
        "status": property(
            lambda self: "299 Own", lambda self, value: setattr(self, "_status_code", 299)
        )
    },
]


class TestOverriding:
    """A subclass that changes a step of Werkzeug's has the say."""

    def compare(self, ours: type[Response], reference: type[WerkzeugResponse]) -> None:
        for body in ("text", "list", "generator"):
            for options in ({}, {"status": 404}, {"headers": {"X-A": "1"}}):
                observed = live(ours, body, dict(options), ["on close"], "GET")
                assert observed == live(reference, body, dict(options), ["on close"], "GET")

    @pytest.mark.parametrize("attributes", [*DATA_OVERRIDES, *STEP_OVERRIDES], ids=" ".join)
    def test_equals_the_same_override_of_werkzeugs(self, attributes: dict[str, Any]) -> None:
        self.compare(
            type("OwnResponse", (Response,), dict(attributes)),
            type("OwnResponse", (ReferenceResponse,), dict(attributes)),
        )

    @pytest.mark.parametrize("attributes", DATA_OVERRIDES, ids=" ".join)
    def test_equals_the_same_assignment_to_a_class_of_werkzeugs(
        self, attributes: dict[str, Any]
    ) -> None:
        ours = type("OwnResponse", (Response,), {})
        reference = type("OwnResponse", (ReferenceResponse,), {})
        for name, value in attributes.items():
            setattr(ours, name, value)
            setattr(reference, name, value)
        self.compare(ours, reference)

    def test_an_own_constructor_is_run(self) -> None:
        class OwnResponse(Response):
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(*args, **kwargs)
                self.headers["X-Own"] = "1"

        assert ("X-Own", "1") in send(OwnResponse("Hello"), make_environ())[0][1]

    def test_an_own_call_may_ask_its_base(self) -> None:
        class OwnResponse(Response):
            def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
                return [b"own ", *super().__call__(environ, start_response)]

        assert send(OwnResponse("Hello"), make_environ())[-1] == b"own Hello"


class TestForceType:
    def test_a_response_of_werkzeug_becomes_ours(self) -> None:
        werkzeugs = WerkzeugResponse("Hello", 201)
        forced = Response.force_type(werkzeugs)
        assert type(forced) is Response
        assert send(forced, make_environ()) == send(WerkzeugResponse("Hello", 201), make_environ())

    @pytest.mark.parametrize("target", [WerkzeugResponse, ReferenceResponse])
    def test_ours_becomes_a_response_of_werkzeug(self, target: type[WerkzeugResponse]) -> None:
        expected = send(Response("Hello", 201), make_environ())
        forced = target.force_type(Response("Hello", 201))
        assert type(forced) is target
        assert send(forced, make_environ()) == expected
        forced.call_on_close(lambda: None)
        assert forced.get_data() == b"Hello"

    def test_ours_becomes_a_subclass_of_it(self) -> None:
        class OwnResponse(Response):
            def get_wsgi_headers(self, environ: Any) -> Headers:
                return Headers({"X-Own": "1"})

        forced = OwnResponse.force_type(Response("Hello"))
        assert forced.__class__ is OwnResponse
        assert send(forced, make_environ()) == (("200 OK", [("X-Own", "1")]), b"Hello")

    def test_a_wsgi_app_becomes_a_response(self) -> None:
        response = Response.from_app(Response("Hello", 201), make_environ())
        assert (response.status_code, response.get_data()) == (201, b"Hello")
        forced = Response.force_type(Response("Hello").__call__, make_environ())
        assert forced.get_data() == b"Hello"

    def test_werkzeug_can_run_ours(self) -> None:
        iterable, status, headers = run_wsgi_app(Response(iter(["a", "b"])), make_environ())
        assert (b"".join(iterable), status) == (b"ab", "200 OK")
        assert headers["Content-Type"] == "text/html; charset=utf-8"


class AppStub:
    """What a response asks of the current app."""

    def __init__(self, max_cookie_size: int) -> None:
        self.config = {"MAX_COOKIE_SIZE": max_cookie_size}
        self.json = self

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        return ["parsed by the app", json.loads(s, **kwargs)]


@pytest.fixture
def current_app(monkeypatch: pytest.MonkeyPatch) -> AppStub:
    app = AppStub(max_cookie_size=30)
    # The monkeypatch puts the finder back that is in place now.
    monkeypatch.setattr(active_app, "_find", active_app._find)
    use_app_finder(lambda: app)
    return app


@pytest.fixture
def no_app(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(active_app, "_find", active_app._find)
    use_app_finder(lambda: None)


class TestCurrentApp:
    def test_warns_of_a_cookie_above_the_apps_limit(self, current_app: AppStub) -> None:
        response = Response("Hello")
        assert response.max_cookie_size == 30
        with pytest.warns(UserWarning, match="too large"):
            response.set_cookie("name", "x" * 40)

    def test_parses_json(self, current_app: AppStub) -> None:
        response = Response("[]", mimetype="application/json")
        assert response.get_json() == ["parsed by the app", []]

    @pytest.mark.usefixtures("no_app")
    def test_is_not_needed(self) -> None:
        response = Response("[]", mimetype="application/json")
        assert response.json == []
        assert response.max_cookie_size == WerkzeugResponse.max_cookie_size
