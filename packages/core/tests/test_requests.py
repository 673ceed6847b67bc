"""A request answers like Werkzeug's, knows its match, and takes its limits from the app."""

from __future__ import annotations

import gc
import io
import json
from collections.abc import Callable
from functools import cached_property
from typing import Any
from unittest.mock import create_autospec

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import (
    Headers,
    ImmutableTypeConversionDict,
    MultiDict,
)
from werkzeug.exceptions import (
    BadRequest,
    HTTPException,
    RequestEntityTooLarge,
    UnsupportedMediaType,
)
from werkzeug.routing import Rule
from werkzeug.test import Client, EnvironBuilder
from werkzeug.wrappers import Request as WerkzeugRequest

import cruse_core
from cruse_core import App
from cruse_core.requests import Request

FORM = "application/x-www-form-urlencoded"
MULTIPART = (
    b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x\r\n'
    b'Content-Disposition: form-data; name="f"; filename="f.txt"\r\n\r\ncontent\r\n--x--\r\n'
)

MULTIPART_TYPE = "multipart/form-data; boundary=x"

# Every attribute that describes what the client sent, and needs no body.
ATTRIBUTES = (
    "method scheme server root_path path query_string remote_addr args cookies full_path url"
    " base_url root_url host_url host url_root script_root is_secure access_route content_type"
    " content_length content_encoding mimetype mimetype_params is_json accept_mimetypes"
    " accept_languages accept_encodings accept_charsets cache_control if_match if_none_match"
    " if_modified_since if_unmodified_since if_range range user_agent authorization pragma referrer"
    " origin date max_forwards remote_user is_multithread is_multiprocess is_run_once"
    " want_form_data_parsed"
).split()


class AppStub:
    """What a request asks of its app."""

    def __init__(self, *, debug: bool = False, **config: Any) -> None:
        self.config = {
            "MAX_CONTENT_LENGTH": None,
            "MAX_FORM_MEMORY_SIZE": 500_000,
            "MAX_FORM_PARTS": 1_000,
            **config,
        }
        self.debug = debug
        self.json = self

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        return "parsed by the app" if s == b"special" else json.loads(s, **kwargs)


def make_environ(body: bytes = b"", content_type: str = "", **values: Any) -> dict[str, Any]:
    environ = EnvironBuilder("/", method="POST").get_environ()
    environ.pop("CONTENT_TYPE", None)
    if content_type:
        environ["CONTENT_TYPE"] = content_type
    environ["CONTENT_LENGTH"] = str(len(body))
    environ["wsgi.input"] = io.BytesIO(body)
    environ.update(values)
    return {key: value for key, value in environ.items() if value is not None}


def make_request(body: bytes = b"", content_type: str = "", **values: Any) -> Request:
    return Request(make_environ(body, content_type, **values))


def outcome(read: Callable[[], Any]) -> Any:
    """Return what *read* returns, or the class of the error it raises."""
    try:
        value = read()
    except Exception as exc:
        return type(exc)
    return value


def make_pair(
    body: bytes = b"", content_type: str = "", **values: Any
) -> tuple[Request, WerkzeugRequest]:
    """Make our request and Werkzeug's of equal environs."""
    environs = [make_environ(body, content_type, **values) for _ in range(2)]
    return Request(environs[0]), WerkzeugRequest(environs[1])


class TestMatch:
    def test_a_request_that_was_not_matched_belongs_to_nobody(self) -> None:
        request = make_request()
        assert request.url_rule is None
        assert request.view_args is None
        assert request.routing_exception is None
        assert request.endpoint is None
        assert request.blueprint is None
        assert request.blueprints == []

    def test_a_stand_in_for_tests_may_be_made_from_the_class(self) -> None:
        stand_in = create_autospec(Request, spec_set=True, instance=True)
        stand_in.view_args = {"id": 1}
        assert isinstance(stand_in, Request)
        assert stand_in.view_args["id"] == 1

    @pytest.mark.parametrize(
        ("endpoint", "blueprint", "blueprints"),
        [
            ("index", None, []),
            ("shop.index", "shop", ["shop"]),
            ("shop.cart.items.show", "shop.cart.items", ["shop.cart.items", "shop.cart", "shop"]),
        ],
    )
    def test_the_endpoint_names_the_blueprints(
        self, endpoint: str, blueprint: str | None, blueprints: list[str]
    ) -> None:
        request = make_request()
        request.url_rule = Rule("/", endpoint=endpoint)
        assert request.endpoint == endpoint
        assert request.blueprint == blueprint
        assert request.blueprints == blueprints


class TestAttributes:
    ENVIRONS = (
        {},
        {"REQUEST_METHOD": "get", "wsgi.url_scheme": "https", "SCRIPT_NAME": "/app/"},
        {"PATH_INFO": "//a/b", "QUERY_STRING": "a=1&b=%20&a=2", "HTTP_HOST": "example.com:8000"},
        {
            "PATH_INFO": "/caf\u00c3\u00a9",
            "SCRIPT_NAME": "/\u00ff",
            "QUERY_STRING": "q=%C3%A9&%=%z",
        },
        {"PATH_INFO": "", "SCRIPT_NAME": None, "QUERY_STRING": "q=\u00c3\u00a9"},
        {"PATH_INFO": None, "QUERY_STRING": "q=\u00ff", "SERVER_NAME": None},
        {"SERVER_PORT": "http", "HTTP_HOST": None},
        {"SERVER_PORT": None, "SERVER_NAME": "/run/socket", "REMOTE_ADDR": "10.0.0.1"},
        {"HTTP_COOKIE": "a=1; b=2; a=3", "HTTP_USER_AGENT": "curl", "HTTP_X_FORWARDED_FOR": "1, 2"},
        {"HTTP_COOKIE": 'a="quoted \\054 value"; b', "REMOTE_USER": "me"},
        {"CONTENT_TYPE": "Application/JSON; charset=UTF-8", "CONTENT_LENGTH": "x"},
        {"CONTENT_TYPE": "application/problem+json", "HTTP_ACCEPT": "text/html;q=0.5, */*"},
        {"HTTP_AUTHORIZATION": "Basic YTpi", "HTTP_RANGE": "bytes=0-1", "HTTP_DATE": "nonsense"},
        {"HTTP_IF_NONE_MATCH": '"a", W/"b"', "HTTP_CACHE_CONTROL": "no-cache, max-age=0"},
        {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.multithread": True},
    )

    @pytest.mark.parametrize("values", ENVIRONS)
    def test_tell_what_werkzeugs_tell(self, values: dict[str, Any]) -> None:
        ours, werkzeugs = make_pair(**values)
        for name in ATTRIBUTES:
            told = outcome(lambda name=name: getattr(ours, name))
            expected = outcome(lambda name=name: getattr(werkzeugs, name))
            # Some of Werkzeug's values, such as ETags, know no equality.
            assert told == expected or repr(told) == repr(expected), name
            assert type(told) is type(expected), name
        assert repr(ours) == repr(werkzeugs)
        assert list(ours.headers) == list(werkzeugs.headers)

    @given(st.text(st.characters(max_codepoint=255)), st.text(st.characters(max_codepoint=255)))
    def test_tell_what_werkzeugs_tell_of_any_url(self, path: str, query: str) -> None:
        ours, werkzeugs = make_pair(PATH_INFO=path, SCRIPT_NAME=path, QUERY_STRING=query)
        for name in ("path", "root_path", "query_string", "args", "full_path"):
            told = outcome(lambda name=name: getattr(ours, name))
            assert told == outcome(lambda name=name: getattr(werkzeugs, name))

    @given(st.text(st.sampled_from('ab=;, \t"\\\u00e9')))
    def test_tell_what_werkzeugs_tell_of_any_cookie(self, cookie: str) -> None:
        ours, werkzeugs = make_pair(HTTP_COOKIE=cookie)
        assert ours.cookies == werkzeugs.cookies

    def test_can_be_replaced(self) -> None:
        request = make_request(HTTP_COOKIE="a=1")
        request.method = "PATCH"
        request.headers = Headers({"Cookie": "b=2"})
        assert request.method == "PATCH"
        assert request.cookies == MultiDict({"b": "2"})

    def test_a_replaced_query_string_is_parsed(self) -> None:
        request = make_request(QUERY_STRING="a=1")
        request.query_string = b"b=2"
        assert request.args == MultiDict({"b": "2"})

    def test_storage_classes_of_a_subclass_are_honoured(self) -> None:
        class StoringRequest(Request):
            parameter_storage_class = MultiDict
            dict_storage_class = MultiDict

        environ = make_environ(b"a=1", FORM, QUERY_STRING="a=1", HTTP_COOKIE="a=1")
        request = StoringRequest(environ)
        assert type(request.args) is type(request.form) is type(request.cookies) is MultiDict

    def test_storage_classes_may_change_later(self) -> None:
        class StoringRequest(Request):
            pass

        StoringRequest.parameter_storage_class = MultiDict
        assert type(StoringRequest(make_environ(QUERY_STRING="a=1")).args) is MultiDict

    def test_a_storage_class_that_is_no_multi_dict_is_honoured(self) -> None:
        class StoringRequest(Request):
            parameter_storage_class = ImmutableTypeConversionDict

        request = StoringRequest(make_environ(QUERY_STRING="a=1&a=2"))
        assert request.args == {"a": "2"}

    def test_trusted_hosts_of_a_subclass_are_honoured(self) -> None:
        class TrustingRequest(Request):
            trusted_hosts = ["example.com"]  # noqa: RUF012 - as in Werkzeug

        with pytest.raises(BadRequest):
            _ = TrustingRequest(make_environ(HTTP_HOST="evil.com")).host

    def test_an_overriding_property_may_ask_its_base(self) -> None:
        class UpperRequest(Request):
            @property
            def form(self) -> Any:
                return {key.upper(): value for key, value in super().form.items()}

            @cached_property
            def args(self) -> Any:
                return {key.upper(): value for key, value in super().args.items()}

        request = UpperRequest(make_environ(b"a=1", FORM, QUERY_STRING="b=2"))
        assert request.form == request.form == {"A": "1"}
        assert request.args == {"B": "2"}


class TestEnviron:
    def test_holds_the_request_itself(self) -> None:
        environ = make_environ()
        request = Request(environ)
        assert request.environ is environ
        assert environ["werkzeug.request"] is request

    @pytest.mark.parametrize("options", [{"populate_request": False}, {"shallow": True}])
    def test_holds_no_request_that_must_not_be_found(self, options: dict[str, bool]) -> None:
        environ = make_environ()
        request = Request(environ, **options)
        assert "werkzeug.request" not in environ
        assert request.shallow is options.get("shallow", False)

    def test_a_change_does_not_reach_what_was_known_before(self) -> None:
        values = {"REQUEST_METHOD": "PUT", "PATH_INFO": "/a", "QUERY_STRING": "a=1"}
        ours, werkzeugs = make_pair(**values)
        for request in (ours, werkzeugs):
            request.environ.update(
                REQUEST_METHOD="GET",
                PATH_INFO="/b",
                SCRIPT_NAME="/c",
                QUERY_STRING="b=2",
                SERVER_NAME="other",
                REMOTE_ADDR="other",
                HTTP_X_NEW="yes",
            )
            request.environ["wsgi.url_scheme"] = "https"
        for name in (
            "method",
            "path",
            "root_path",
            "args",
            "server",
            "remote_addr",
            "scheme",
            "url",
        ):
            assert getattr(ours, name) == getattr(werkzeugs, name)
        assert ours.path == "/a"
        assert ours.headers["X-New"] == "yes"

    def test_reading_it_keeps_what_was_assigned(self) -> None:
        request = make_request()
        request.path = "/assigned"
        assert request.environ["PATH_INFO"] == "/"
        assert request.path == "/assigned"

    def test_a_replaced_environ_is_where_the_body_comes_from(self) -> None:
        ours, werkzeugs = make_pair(b"old")
        for request in (ours, werkzeugs):
            request.environ = make_environ(b"new", PATH_INFO="/new")
        assert ours.get_data() == werkzeugs.get_data() == b"new"
        assert ours.path == werkzeugs.path == "/"

    def test_an_overriding_property_may_read_it(self) -> None:
        class ProxiedRequest(Request):
            @property
            def remote_addr(self) -> Any:
                return self.environ.get("HTTP_X_REAL_IP")

        request = ProxiedRequest(make_environ(HTTP_X_REAL_IP="10.0.0.1"))
        assert request.remote_addr == "10.0.0.1"

    def test_a_request_leaves_no_cyclic_garbage_once_it_left_the_environ(self) -> None:
        gc.collect()
        gc.disable()
        try:
            environ = make_environ(b"a=1", FORM, QUERY_STRING="a=1", HTTP_COOKIE="a=1")
            request = Request(environ)
            assert request.args == request.form == request.cookies
            environ["werkzeug.request"] = None
            gc.collect()
            del request, environ
            assert gc.collect() == 0
        finally:
            gc.enable()


class TestLimits:
    LIMITS = (
        ("max_content_length", "MAX_CONTENT_LENGTH"),
        ("max_form_memory_size", "MAX_FORM_MEMORY_SIZE"),
        ("max_form_parts", "MAX_FORM_PARTS"),
    )

    @pytest.mark.parametrize(("name", "key"), LIMITS)
    def test_come_from_the_request_then_the_app_then_werkzeug(self, name: str, key: str) -> None:
        request = make_request()
        assert getattr(request, name) == getattr(WerkzeugRequest, name)
        request._app = AppStub(**{key: 7})
        assert getattr(request, name) == 7
        setattr(request, name, 3)
        assert getattr(request, name) == 3
        setattr(request, name, None)
        assert getattr(request, name) is None
        delattr(request, name)
        assert getattr(request, name) == 7

    @pytest.mark.parametrize(("name", "key"), LIMITS)
    def test_of_a_subclass_come_first(self, name: str, key: str) -> None:
        limited = type("LimitedRequest", (Request,), {name: 3})
        request = limited(make_environ())
        request._app = AppStub(**{key: 7})
        assert getattr(request, name) == 3

    @pytest.mark.parametrize(
        ("name", "key", "body", "content_type"),
        [
            ("max_content_length", "MAX_CONTENT_LENGTH", b"a=1", FORM),
            ("max_form_memory_size", "MAX_FORM_MEMORY_SIZE", MULTIPART, MULTIPART_TYPE),
            ("max_form_parts", "MAX_FORM_PARTS", MULTIPART, MULTIPART_TYPE),
        ],
    )
    def test_none_lifts_the_apps(self, name: str, key: str, body: bytes, content_type: str) -> None:
        for lift in (False, True):
            with make_request(body, content_type) as request:
                request._app = AppStub(**{key: 0})
                if lift:
                    setattr(request, name, None)
                    assert request.form["a"] == "1"
                else:
                    with pytest.raises(RequestEntityTooLarge):
                        _ = request.form

    def test_of_fields_is_none_for_files(self) -> None:
        with make_request(MULTIPART, MULTIPART_TYPE) as request:
            request._app = AppStub(MAX_FORM_MEMORY_SIZE=1)
            assert request.form["a"] == "1"
            assert len(request.files["f"].read()) > 1

    @pytest.mark.parametrize("content_type", [FORM, "application/json", "text/plain"])
    @pytest.mark.parametrize("extra", [{}, {"wsgi.input_terminated": True}])
    def test_a_body_above_the_limit_is_refused(
        self, content_type: str, extra: dict[str, Any]
    ) -> None:
        request = make_request(b"a=1", content_type, **extra)
        request.max_content_length = 2
        with pytest.raises(RequestEntityTooLarge):
            request.get_data(parse_form_data=True)

    def test_a_field_above_the_limit_is_refused(self) -> None:
        request = make_request(
            MULTIPART.replace(b"\r\n1\r\n", b"\r\n1234\r\n"), "multipart/form-data; boundary=x"
        )
        request._app = AppStub(MAX_FORM_MEMORY_SIZE=3)
        with pytest.raises(RequestEntityTooLarge):
            _ = request.form

    def test_too_many_parts_are_refused(self) -> None:
        request = make_request(MULTIPART, "multipart/form-data; boundary=x")
        request._app = AppStub(MAX_FORM_PARTS=1)
        with pytest.raises(RequestEntityTooLarge):
            _ = request.files


class TestJSON:
    @pytest.mark.parametrize("provider", ["default", "orjson"])
    @pytest.mark.parametrize("silent", [False, True])
    def test_of_too_many_levels_is_malformed(self, provider: str, silent: bool) -> None:
        app = App("json", root_path=".")
        app.config["JSON_PROVIDER"] = provider
        app.add_url_rule(
            "/", "read", lambda: [cruse_core.request.get_json(silent=silent)], methods=["POST"]
        )
        client = Client(app)
        for body in (b"[" * 100_000, b'{"a":[' * 50_000):
            response = client.post("/", data=body, content_type="application/json")
            assert response.status_code == (200 if silent else 400)
            if silent:
                assert response.json == [None]

    def test_is_parsed_by_the_app(self) -> None:
        request = make_request(b"special", "application/json")
        request._app = AppStub()
        assert request.json == "parsed by the app"

    def test_is_parsed_without_an_app(self) -> None:
        assert make_request(b'{"a": 1}', "application/json").get_json() == {"a": 1}

    def test_is_kept(self) -> None:
        request = make_request(b"[]", "application/json")
        assert request.get_json() is request.get_json()
        assert request.get_json() is not request.get_json(cache=False)

    def test_a_module_of_a_subclass_is_honoured(self) -> None:
        class ParsingRequest(Request):
            json_module = AppStub()

        assert ParsingRequest(make_environ(b"special")).get_json(force=True) == "parsed by the app"

    def test_another_type_is_unsupported(self) -> None:
        request = make_request(b"{}", "text/plain")
        with pytest.raises(UnsupportedMediaType, match="application/json"):
            request.get_json()
        assert request.get_json(silent=True) is None
        assert request.get_json(force=True) == {}

    @pytest.mark.parametrize("app", [None, AppStub()])
    def test_a_malformed_document_is_a_bad_request_without_details(
        self, app: AppStub | None
    ) -> None:
        request = make_request(b"{", "application/json")
        request._app = app
        with pytest.raises(BadRequest) as caught:
            request.get_json()
        assert caught.value.description == BadRequest.description
        assert request.get_json(silent=True) is None

    def test_a_malformed_document_is_explained_in_debug_mode(self) -> None:
        request = make_request(b"{", "application/json")
        request._app = AppStub(debug=True)
        with pytest.raises(BadRequest, match="Failed to decode JSON object"):
            request.get_json()

    def test_a_subclass_may_answer_itself(self) -> None:
        class LenientRequest(Request):
            def on_json_loading_failed(self, e: ValueError | None) -> Any:
                return "nothing"

        assert LenientRequest(make_environ(b"{")).get_json(force=True) == "nothing"


class TestFilesInDebugMode:
    def test_a_missing_file_explains_the_wrong_enctype(self) -> None:
        request = make_request(b"photo=cat.png", FORM)
        request._app = AppStub(debug=True)
        with pytest.raises(KeyError, match="Add enctype="):
            _ = request.files["photo"]

    def test_without_debug_mode_it_is_a_bad_request(self) -> None:
        request = make_request(b"photo=cat.png", FORM)
        request._app = AppStub()
        with pytest.raises(HTTPException):
            _ = request.files["photo"]
