"""Errors as problem details, and when they are."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from markupsafe import Markup
from werkzeug.datastructures import ImmutableDict, WWWAuthenticate
from werkzeug.exceptions import (
    BadRequest,
    Conflict,
    Gone,
    HTTPException,
    NotFound,
    RequestedRangeNotSatisfiable,
    ServiceUnavailable,
    Unauthorized,
)
from werkzeug.test import Client, TestResponse

from cruse_core import App, Blueprint, Response, abort, make_response, request
from cruse_core.errors import UnknownChoiceError
from cruse_core.json_provider import DefaultJSONProvider
from cruse_core.problem_details import MEDIA_TYPE, get_json_errors, prefers_json

CHROMIUM = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,"
    "*/*;q=0.8,application/signed-exchange;v=b3;q=0.7"
)


def ask(app: App, error: BaseException, accept: str | None = "application/json") -> TestResponse:
    """Return the answer to a request whose view raises *error*."""

    def fail() -> str:
        raise error

    if "fail" not in app.view_functions:
        app.add_url_rule("/fail", "fail")
    app.view_functions["fail"] = fail
    return Client(app).get("/fail", headers={} if accept is None else {"Accept": accept})


def read(response: TestResponse) -> dict[str, Any]:
    assert response.content_type == MEDIA_TYPE
    problem: dict[str, Any] = json.loads(response.data)
    return problem


class TestPrefersJson:
    @pytest.mark.parametrize(
        "accept",
        [
            "application/json",
            "APPLICATION/JSON",
            "application/problem+json",
            "application/vnd.api+json",
            "application/json; charset=utf-8",
            "application/json, text/plain, */*",
            "application/json, text/javascript, */*; q=0.01",
            "application/json, text/*",
            "application/*",
            "application/json;q=0.5, text/html;q=0.4",
            "text/html;q=0.9, application/json",
            "application/json, text/html;q=0",
            "*/*, text/html;q=0.5",
            "application/json;q=0, application/problem+json",
        ],
    )
    def test_client_that_prefers_json(self, accept: str) -> None:
        assert prefers_json(accept)

    @pytest.mark.parametrize(
        "accept",
        [
            "",
            "*/*",
            "*",
            CHROMIUM,
            "text/html",
            "text/html, */*",
            "text/html, application/json",
            "application/json, text/html",
            "application/json, application/xhtml+xml",
            "text/html, application/json;q=0.9",
            "text/html;q=0.5, application/json;q=0.4, */*",
            "application/json;q=0, */*",
            "application/json;q=0",
            "*/*;q=0",
            "text/*, application/*",
            "image/avif,image/webp,*/*;q=0.8",
            "text/event-stream",
            "application/jsonx",
            "application/xml",
            "nonsense",
            ",;=q",
        ],
    )
    def test_client_that_does_not(self, accept: str) -> None:
        assert not prefers_json(accept)


class TestGetJSONErrors:
    @pytest.mark.parametrize(
        ("value", "word"),
        [
            ("negotiate", "negotiate"),
            ("always", "always"),
            ("never", "never"),
            (True, "always"),
            (False, "never"),
        ],
    )
    def test_words(self, value: object, word: str) -> None:
        assert get_json_errors("JSON_ERRORS", value) == word

    def test_unknown_word_names_the_nearest(self) -> None:
        with pytest.raises(UnknownChoiceError, match=r"JSON_ERRORS.*Did you mean 'always'\?"):
            get_json_errors("JSON_ERRORS", "allways")


class TestProblem:
    def test_has_the_members_of_the_standard(self, app: App) -> None:
        response = ask(app, NotFound("There is no owl."))
        assert response.status == "404 NOT FOUND"
        assert read(response) == {
            "type": "about:blank",
            "title": "Not Found",
            "status": 404,
            "detail": "There is no owl.",
        }

    def test_is_an_instance_of_the_apps_response_class(self, app: App) -> None:
        class Reply(Response):
            default_mimetype = "text/plain"

        seen: list[Response] = []
        app.response_class = Reply  # type: ignore[misc]  # as a subclass would

        @app.after_request
        def see(response: Response) -> Response:
            seen.append(response)
            return response

        assert read(ask(app, NotFound()))["status"] == 404
        assert type(seen[0]) is Reply

    def test_is_written_by_the_apps_provider(self, app: App) -> None:
        app.json = DefaultJSONProvider(app)
        app.json.sort_keys = False
        text = ask(app, Gone("Lost.")).text
        assert (
            text == '{"type": "about:blank", "title": "Gone", "status": 410, "detail": "Lost."}\n'
        )

    @pytest.mark.parametrize(
        ("description", "detail"),
        [
            ("<b> & c", "<b> & c"),
            (Markup("No <b>owl</b> &amp; no wren"), "No owl & no wren"),
            ({"name": ["missing"]}, "{'name': ['missing']}"),
        ],
    )
    def test_detail_is_plain_text(self, app: App, description: Any, detail: str) -> None:
        assert read(ask(app, NotFound(description)))["detail"] == detail

    @pytest.mark.parametrize("description", [None, ""])
    def test_detail_is_left_out_if_there_is_none(self, app: App, description: str | None) -> None:
        class Teapot(HTTPException):
            code = 418

        assert "detail" not in read(ask(app, Teapot(description)))

    def test_exception_adds_members_and_replaces_some(self, app: App) -> None:
        class SoldOut(Conflict):
            problem = ImmutableDict(type="https://shop.test/problems/sold-out", item="boots")

        assert read(ask(app, SoldOut("Come back in May."))) == {
            "type": "https://shop.test/problems/sold-out",
            "title": "Conflict",
            "status": 409,
            "detail": "Come back in May.",
            "item": "boots",
        }

    def test_attribute_of_that_name_but_another_kind_means_nothing(self, app: App) -> None:
        error = Conflict()
        error.problem = "a text"  # type: ignore[attr-defined]  # another program's
        assert read(ask(app, error))["status"] == 409

    @pytest.mark.parametrize(
        ("error", "name", "value"),
        [
            (ServiceUnavailable(retry_after=120), "Retry-After", "120"),
            (
                Unauthorized(www_authenticate=WWWAuthenticate("bearer", {"realm": "shop"})),
                "WWW-Authenticate",
                "Bearer realm=shop",
            ),
            (RequestedRangeNotSatisfiable(length=7), "Content-Range", "bytes */7"),
        ],
    )
    def test_headers_are_kept(self, app: App, error: HTTPException, name: str, value: str) -> None:
        response = ask(app, error)
        assert read(response)["status"] == error.code
        assert response.headers[name] == value

    def test_wrong_method_lists_the_right_ones(self, app: App, client: Client) -> None:
        app.add_url_rule("/", "index", lambda: "", methods=["PUT"])
        response = client.get("/", headers={"Accept": "application/json"})
        assert read(response)["status"] == 405
        assert response.allow.to_header() == ask_html(client, "/").allow.to_header()

    def test_head_has_the_length_of_get(self, client: Client) -> None:
        headers = {"Accept": "application/json"}
        response = client.head("/nowhere", headers=headers)
        assert response.data == b""
        assert response.content_length == client.get("/nowhere", headers=headers).content_length

    def test_status_code_without_a_name(self, app: App) -> None:
        class Odd(HTTPException):
            code = 499

        assert read(ask(app, Odd("odd")))["title"] == "Unknown Error"


def ask_html(client: Client, path: str) -> TestResponse:
    response = client.get(path, headers={"Accept": CHROMIUM})
    assert response.mimetype == "text/html"
    return response


class TestUnhandled:
    @pytest.mark.parametrize("debug", [False, True])
    def test_says_nothing_that_the_page_keeps_secret(
        self, app: App, caplog: pytest.LogCaptureFixture, debug: bool
    ) -> None:
        app.debug = debug
        app.config["PROPAGATE_EXCEPTIONS"] = False
        response = ask(app, ValueError("a secret"))
        assert read(response)["title"] == "Internal Server Error"
        assert "secret" not in response.text
        assert caplog.records[0].levelno == logging.ERROR

    @pytest.mark.parametrize("debug", [False, True])
    def test_missing_key_is_named_where_the_page_names_it(
        self, app: App, client: Client, debug: bool
    ) -> None:
        app.config.update(DEBUG=debug, TRAP_BAD_REQUEST_ERRORS=False)
        app.add_url_rule("/", "index", lambda: request.args["owl"])
        problem = read(client.get("/", headers={"Accept": "application/json"}))
        assert ("owl" in problem["detail"]) is debug
        assert ("owl" in ask_html(client, "/").text) is debug


class TestWhen:
    @pytest.mark.parametrize(
        ("setting", "accept", "is_json"),
        [
            ("negotiate", "application/json", True),
            ("negotiate", CHROMIUM, False),
            ("negotiate", "*/*", False),
            ("negotiate", None, False),
            ("always", CHROMIUM, True),
            ("always", None, True),
            (True, None, True),
            ("never", "application/json", False),
            (False, "application/json", False),
        ],
    )
    def test_setting_decides(
        self, app: App, setting: str | bool, accept: str | None, is_json: bool
    ) -> None:
        app.config["JSON_ERRORS"] = setting
        response = ask(app, NotFound(), accept)
        assert response.mimetype == (MEDIA_TYPE if is_json else "text/html")
        # A cache must know what the answer depends on.
        assert response.headers.get("Vary") == ("Accept" if setting == "negotiate" else None)

    def test_negotiating_is_the_default(self, app: App) -> None:
        assert read(ask(app, NotFound()))["status"] == 404

    def test_app_with_the_configuration_of_flask_answers_with_pages(self, app: App) -> None:
        del app.config["JSON_ERRORS"]
        assert ask(app, NotFound()).mimetype == "text/html"

    def test_what_else_varies_is_kept(self, app: App) -> None:
        class Varying(NotFound):
            def get_headers(self, *args: Any, **kwargs: Any) -> list[tuple[str, str]]:
                return [*super().get_headers(*args, **kwargs), ("Vary", "Origin")]

        for accept in ("application/json", CHROMIUM):
            assert ask(app, Varying(), accept).headers["Vary"] == "Origin, Accept"

    def test_success_does_not_vary(self, app: App, client: Client) -> None:
        app.add_url_rule("/", "index", lambda: "fine")
        assert "Vary" not in client.get("/", headers={"Accept": "application/json"}).headers

    def test_unknown_setting_names_the_nearest_word(self, app: App) -> None:
        app.testing = True
        app.config["JSON_ERRORS"] = "nevr"
        with pytest.raises(UnknownChoiceError, match=r"JSON_ERRORS.*Did you mean 'never'\?"):
            ask(app, NotFound())


class TestPrecedence:
    def test_handler_wins(self, app: App) -> None:
        app.config["JSON_ERRORS"] = "always"
        app.errorhandler(404)(lambda error: ("mine", 404))
        response = ask(app, NotFound())
        assert (response.text, response.mimetype) == ("mine", "text/html")

    def test_handler_may_leave_it_to_the_setting(self, app: App) -> None:
        app.errorhandler(HTTPException)(lambda error: error)
        assert read(ask(app, NotFound()))["status"] == 404

    def test_handler_may_make_an_http_exception_of_another_one(self, app: App) -> None:
        app.errorhandler(LookupError)(lambda error: Gone(str(error)))
        problem = read(ask(app, LookupError("the owl has gone")))
        assert (problem["status"], problem["detail"]) == (410, "the owl has gone")

    def test_exception_that_is_returned_is_described_too(self, app: App, client: Client) -> None:
        app.add_url_rule("/", "index", lambda: (Gone("left"), {"X-Left": "1"}))
        response = client.get("/", headers={"Accept": "application/json"})
        assert read(response)["detail"] == "left"
        assert response.headers["X-Left"] == "1"

    def test_make_response_describes_it_too(self, app: App, client: Client) -> None:
        def index() -> Response:
            response = make_response(Gone())
            response.headers["X-Left"] = "1"
            return response

        app.add_url_rule("/", "index", index)
        response = client.get("/", headers={"Accept": "application/json"})
        assert read(response)["status"] == 410
        assert response.headers["X-Left"] == "1"


class TestLeftAlone:
    def test_response_that_an_exception_carries(self, app: App) -> None:
        carried = app.response_class("carried", 409)
        for error in (HTTPException(response=carried), Conflict(response=carried)):
            response = ask(app, error)
            assert (response.text, response.headers.get("Vary")) == ("carried", None)

    def test_redirect_of_the_map(self, app: App, client: Client) -> None:
        app.config["JSON_ERRORS"] = "always"
        app.add_url_rule("/folder/", "folder", lambda: "")
        response = client.get("/folder")
        assert (response.status_code, response.mimetype) == (308, "text/html")

    def test_exception_that_stands_for_no_error(self, app: App) -> None:
        class NotModified(HTTPException):
            code = 304

        assert ask(app, NotModified()).headers.get("Vary") is None

    def test_exception_that_renders_itself(self, app: App) -> None:
        class Rendered(BadRequest):
            def get_body(self, *args: Any, **kwargs: Any) -> str:
                return "<owl/>"

            def get_headers(self, *args: Any, **kwargs: Any) -> list[tuple[str, str]]:
                return [("Content-Type", "application/xml")]

        class Answering(BadRequest):
            def get_response(self, *args: Any, **kwargs: Any) -> Any:
                return Response("answered", 400)

        class Calling(BadRequest):
            def __call__(self, environ: Any, start_response: Any) -> Any:
                return Response("called", 400)(environ, start_response)

        texts = [ask(app, error()).text for error in (Rendered, Answering, Calling)]
        assert texts == ["<owl/>", "answered", "called"]


class TestBlueprints:
    @pytest.fixture
    def client(self, app: App) -> Client:
        outer = Blueprint("outer", __name__, url_prefix="/outer", json_errors="always")
        plain = Blueprint("plain", __name__, url_prefix="/plain")
        pages = Blueprint("pages", __name__, url_prefix="/pages", json_errors=False)
        both = Blueprint("both", __name__, url_prefix="/both", json_errors="negotiate")
        for blueprint in (outer, plain, pages, both):
            blueprint.add_url_rule("/fail", "fail", lambda: abort(409))
        outer.register_blueprint(plain)
        outer.register_blueprint(pages)
        outer.register_blueprint(both)
        app.register_blueprint(outer)
        app.register_blueprint(plain, name="alone")
        return Client(app)

    @pytest.mark.parametrize(
        ("path", "accept", "is_json"),
        [
            ("/outer/fail", None, True),
            ("/outer/plain/fail", None, True),
            ("/outer/pages/fail", "application/json", False),
            ("/outer/both/fail", "application/json", True),
            ("/outer/both/fail", None, False),
            ("/plain/fail", "application/json", True),
            ("/plain/fail", None, False),
            ("/outer/nowhere", None, False),
        ],
    )
    def test_innermost_opinion_counts_then_the_apps(
        self, client: Client, path: str, accept: str | None, is_json: bool
    ) -> None:
        response = client.get(path, headers={} if accept is None else {"Accept": accept})
        assert response.mimetype == (MEDIA_TYPE if is_json else "text/html")

    def test_opinion_counts_for_unhandled_errors(
        self, app: App, caplog: pytest.LogCaptureFixture
    ) -> None:
        api = Blueprint("api", __name__, json_errors=True)
        api.add_url_rule("/broken", "broken", lambda: str(1 // 0))
        app.register_blueprint(api)
        assert read(Client(app).get("/broken"))["status"] == 500
        assert len(caplog.records) == 1

    def test_unknown_word_is_refused_at_once(self) -> None:
        with pytest.raises(ValueError, match=r"json_errors can only be .*Did you mean 'always'\?"):
            Blueprint("api", __name__, json_errors="alway")  # type: ignore[arg-type]  # on purpose
