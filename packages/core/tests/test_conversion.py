"""What a view may return, and what it may not."""

from __future__ import annotations

from collections import OrderedDict, UserDict
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest
from markupsafe import Markup
from werkzeug.datastructures import Headers, WWWAuthenticate
from werkzeug.exceptions import (
    Gone,
    HTTPException,
    MethodNotAllowed,
    TooManyRequests,
    Unauthorized,
)
from werkzeug.test import Client, TestResponse
from werkzeug.wrappers import Response as WerkzeugResponse

from cruse_core import App, Response, jsonify
from cruse_core.errors import ViewReturnError


class Reply(Response):
    default_mimetype = "text/plain"


class PageOfItsOwn(HTTPException):
    code = 418
    description = "short and stout"

    def get_description(self, environ: Any = None, scope: Any = None) -> str:
        return f"<em>{self.description}</em>"


def letters() -> Iterator[str]:
    yield from "abc"


def wsgi_app(environ: Any, start_response: Any) -> Any:
    start_response("202 ACCEPTED", [("X-From", environ["PATH_INFO"])])
    return [b"raw"]


@pytest.fixture
def app(app: App) -> App:
    app.testing = True
    return app


def ask(app: App, value: Any) -> TestResponse:
    """Return the answer of a view that returns *value*."""
    app.view_functions["index"] = lambda: value
    if not app._got_first_request:
        app.add_url_rule("/", "index")
    return Client(app).get("/")


class TestBodies:
    """Q06."""

    @pytest.mark.parametrize(
        ("value", "body", "mimetype"),
        [
            ("héllo", "héllo".encode(), "text/html"),
            (b"bytes", b"bytes", "text/html"),
            (bytearray(b"array"), b"array", "text/html"),
            ("", b"", "text/html"),
            ({"a": 1}, b'{"a":1}\n', "application/json"),
            (OrderedDict(a=1), b'{"a":1}\n', "application/json"),
            ({}, b"{}\n", "application/json"),
            ([1, 2], b"[1,2]\n", "application/json"),
            ([], b"[]\n", "application/json"),
            (Response("own", mimetype="text/css"), b"own", "text/css"),
            (WerkzeugResponse("foreign"), b"foreign", "text/plain"),
            (Gone(response=WerkzeugResponse("gone")), b"gone", "text/plain"),
        ],
        ids=repr,
    )
    def test_value_is_the_body(self, app: App, value: Any, body: bytes, mimetype: str) -> None:
        response = ask(app, value)
        assert response.data == body
        assert response.mimetype == mimetype
        assert response.status_code == 200

    def test_subclass_of_str_is_text(self, app: App) -> None:
        class Markup(str):
            pass

        assert ask(app, Markup("<b>")).text == "<b>"

    @pytest.mark.parametrize("make", [letters, lambda: iter(["a", b"bc"]), lambda: map(str, "abc")])
    def test_iterator_is_streamed(self, app: App, make: Any) -> None:
        response = ask(app, make())
        assert response.text == "abc"
        assert response.content_length is None

    def test_exception_is_a_response(self, app: App) -> None:
        assert ask(app, Gone()).status_code == 410

    def test_wsgi_application_is_called(self, app: App) -> None:
        response = ask(app, wsgi_app)
        assert (response.status_code, response.text) == (202, "raw")
        assert response.headers["X-From"] == "/"

    def test_response_of_the_app_is_passed_on(self, app: App) -> None:
        response = Response("own")
        with app.request_context({"REQUEST_METHOD": "GET", "wsgi.url_scheme": "http"}):
            assert app.make_response(response) is response

    @pytest.mark.parametrize("make", [Response, WerkzeugResponse])
    def test_other_response_becomes_one_of_the_app(self, app: App, make: Any) -> None:
        app.response_class = Reply
        with app.request_context({"REQUEST_METHOD": "GET", "wsgi.url_scheme": "http"}):
            response = app.make_response(make("foreign", status=418, headers={"X-A": "1"}))
        assert isinstance(response, Reply)
        assert response.get_data() == b"foreign"
        assert response.status_code == 418
        assert response.headers["X-A"] == "1"

    def test_strings_are_made_with_the_class_of_the_app(self, app: App) -> None:
        app.response_class = Reply
        assert ask(app, "text").mimetype == "text/plain"
        assert ask(app, ("text", 201)).mimetype == "text/plain"


class TestTuples:
    """Q06, Q07."""

    @pytest.mark.parametrize(
        ("value", "status", "header"),
        [
            (("body", 201), "201 CREATED", None),
            (("body", HTTPStatus.CREATED), "201 CREATED", None),
            (("body", "299 FINE"), "299 FINE", None),
            (("body", {"X-A": "1"}), "200 OK", "1"),
            (("body", [("X-A", "1")]), "200 OK", "1"),
            (("body", (("X-A", "1"),)), "200 OK", "1"),
            (("body", Headers({"X-A": "1"})), "200 OK", "1"),
            (("body", 201, {"X-A": "1"}), "201 CREATED", "1"),
            (("body", "299 FINE", {"X-A": "1"}), "299 FINE", "1"),
            (("body", None, {"X-A": "1"}), "200 OK", "1"),
            (("body", 201, None), "201 CREATED", None),
            (("body", None), "200 OK", None),
            (("body", {}), "200 OK", None),
        ],
    )
    @pytest.mark.parametrize("make", [str, str.encode, Response, WerkzeugResponse])
    def test_status_and_headers_are_set(
        self, app: App, value: Any, status: str, header: str | None, make: Any
    ) -> None:
        response = ask(app, (make(value[0]), *value[1:]))
        assert response.text == "body"
        assert response.status == status
        assert response.headers.get("X-A") == header

    def test_headers_replace_those_of_a_response(self, app: App) -> None:
        response = ask(app, (Response("", headers={"X-A": "1", "X-B": "2"}), {"X-A": "3"}))
        assert (response.headers.getlist("X-A"), response.headers["X-B"]) == (["3"], "2")

    def test_header_may_have_several_values(self, app: App) -> None:
        response = ask(app, (Response(""), {"X-A": ["1", "2"]}))
        assert response.headers.getlist("X-A") == ["1", "2"]

    def test_content_type_of_json_can_be_replaced(self, app: App) -> None:
        response = ask(app, ({"a": 1}, 200, {"Content-Type": "application/problem+json"}))
        assert response.content_type == "application/problem+json"

    def test_json_takes_a_status(self, app: App) -> None:
        response = ask(app, ([1], 418, {"X-A": "1"}))
        assert (response.status_code, response.data) == (418, b"[1]\n")
        assert response.headers["X-A"] == "1"

    def test_stream_takes_a_status(self, app: App) -> None:
        response = ask(app, (letters(), 206))
        assert (response.status_code, response.text) == (206, "abc")

    def test_status_of_a_response_is_kept_without_another(self, app: App) -> None:
        assert ask(app, (Response("", status=418), {"X-A": "1"})).status_code == 418

    def test_jsonify_with_a_status(self, app: App) -> None:
        app.add_url_rule("/json", "json", lambda: (jsonify(a=1), 201))
        assert Client(app).get("/json").status_code == 201


class TestRefused:
    """Q06: what it was, who returned it, and what to return instead."""

    @pytest.mark.parametrize(
        ("value", "message"),
        [
            (None, "endpoint 'index' returned None.*return \\(\"\", 204\\)"),
            ((None, 200), "endpoint 'index' returned None"),
            (1, "it was a int.*A view returns a str.*It returned 1"),
            (1.5, "it was a float"),
            (True, "it was a bool"),
            ({1}, r"it was a set.*It returned \{1\}"),
            (UserDict(a=1), "it was a UserDict"),
            (range(3), "it was a range"),
            ((), "a tuple of 0 items"),
            (("",), "a tuple of 1 items.*for a list in JSON, return a list"),
            (("", 200, {}, 1), "a tuple of 4 items"),
            ((("", 200), 201), "it was a tuple"),
            (
                lambda: "no WSGI",
                "it was a function\\), and calling it as a WSGI application failed",
            ),
            (dict, "calling it as a WSGI application failed"),
        ],
        ids=repr,
    )
    def test_value_is_refused(self, app: App, value: Any, message: str) -> None:
        with pytest.raises(ViewReturnError, match=f"(?s){message}"):
            ask(app, value)

    def test_text_of_the_error_does_not_show_the_value(self, app: App) -> None:
        for value in ({"secret"}, ("secret",), object):
            with pytest.raises(ViewReturnError) as caught:
                ask(app, value)
            assert "secret" not in str(caught.value)

    def test_error_is_a_type_error(self, app: App) -> None:
        with pytest.raises(TypeError):
            ask(app, None)

    def test_traceback_of_a_failed_application_is_kept(self, app: App) -> None:
        def broken(environ: Any, start_response: Any) -> Any:
            return environ + 1

        with pytest.raises(ViewReturnError) as caught:
            ask(app, broken)
        assert any(entry.name == "broken" for entry in caught.traceback)

    def test_hook_that_returns_nonsense_is_named_by_the_endpoint(
        self, app: App, client: Client
    ) -> None:
        app.before_request(lambda: 5)
        app.add_url_rule("/", "index", lambda: "")
        with pytest.raises(ViewReturnError, match=r"(?s)endpoint 'index'.*It returned 5\."):
            client.get("/")


class TestErrorPages:
    """What stands for an HTTP exception is what the exception itself would send."""

    @pytest.mark.parametrize(
        "error",
        [
            Gone(),
            Gone("It <left>.\nYesterday."),
            Gone(Markup("It <b>left</b>.")),
            Gone(response=WerkzeugResponse("gone", 410)),
            MethodNotAllowed(["GET", "PUT"]),
            TooManyRequests(retry_after=3),
            Unauthorized(www_authenticate=WWWAuthenticate("basic", {"realm": "nest"})),
            PageOfItsOwn(),
        ],
        ids=repr,
    )
    def test_page_is_what_the_exception_sends(self, app: App, error: HTTPException) -> None:
        app.config["JSON_ERRORS"] = "never"
        theirs = Client(error).get("/")

        ours = ask(app, error)

        assert (ours.status, ours.data) == (theirs.status, theirs.data)
        assert sorted(ours.headers) == sorted(theirs.headers)

    @pytest.mark.parametrize("json_errors", ["never", "always"])
    def test_class_that_leaves_out_the_constructor_is_answered(
        self, app: App, json_errors: str
    ) -> None:
        class Left(Gone):
            def __init__(self) -> None:
                pass

        app.config["JSON_ERRORS"] = json_errors

        response = ask(app, Left())

        assert response.status_code == 410
        assert Gone.description is not None
        assert Gone.description in response.text

    def test_text_is_escaped_after_markup_with_the_same_characters(self, app: App) -> None:
        ask(app, Gone(Markup("<b>left</b>")))

        assert "&lt;b&gt;left" in ask(app, Gone("<b>left</b>")).text
