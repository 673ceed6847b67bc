"""A request reads and parses its body like Werkzeug's, unless a subclass changes a step."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from functools import cached_property
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import (
    Headers,
    ImmutableMultiDict,
    MultiDict,
)
from werkzeug.exceptions import (
    ClientDisconnected,
)
from werkzeug.formparser import FormDataParser
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request as WerkzeugRequest

from cruse_core.headers import RequestHeaders
from cruse_core.requests import Request

FORM = "application/x-www-form-urlencoded"


class AppStub:
    """An app in debug mode, with the limits a request asks for."""

    debug = True
    json = json

    def __init__(self, limit_bytes: int | None) -> None:
        self.config = {
            "MAX_CONTENT_LENGTH": limit_bytes,
            "MAX_FORM_MEMORY_SIZE": 500_000,
            "MAX_FORM_PARTS": 1_000,
        }


class MemoryFiles:
    """Keeps uploads where nobody has to close them."""

    def _get_file_stream(self, *args: Any, **kwargs: Any) -> io.BytesIO:
        return io.BytesIO()


class MemoryRequest(MemoryFiles, Request):
    pass


class WerkzeugMemoryRequest(MemoryFiles, WerkzeugRequest):
    pass


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
    body: bytes = b"", content_type: str = "", *, limit_bytes: int | None = None, **values: Any
) -> tuple[Request, WerkzeugRequest]:
    """Make our request and Werkzeug's of equal environs."""
    ours = MemoryRequest(make_environ(body, content_type, **values))
    werkzeugs = WerkzeugMemoryRequest(make_environ(body, content_type, **values))
    ours.max_content_length = werkzeugs.max_content_length = limit_bytes
    return ours, werkzeugs


# Steps in which a body can be read; any order of them must give what Werkzeug gives.
STEPS: dict[str, Callable[[WerkzeugRequest], Any]] = {
    "data": lambda request: request.data,
    "get_data": lambda request: request.get_data(),
    "text": lambda request: request.get_data(as_text=True),
    "uncached": lambda request: request.get_data(cache=False),
    "parsed": lambda request: request.get_data(parse_form_data=True),
    "form": lambda request: request.form,
    "files": lambda request: request.files,
    "values": lambda request: request.values,
    "stream": lambda request: request.stream.read(),
    "piece": lambda request: request.stream.read(2),
    "json": lambda request: request.get_json(),
    "forced": lambda request: request.get_json(force=True),
    "silent": lambda request: request.get_json(force=True, silent=True),
    "uncached json": lambda request: request.get_json(force=True, cache=False),
    "is_json": lambda request: request.is_json,
}
MULTIPART = (
    b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x\r\n'
    b'Content-Disposition: form-data; name="f"; filename="f.txt"\r\n\r\ncontent\r\n--x--\r\n'
)
BODIES = st.sampled_from(
    [
        (b"", FORM),
        (b"a=1&b=2+3&a=%20", FORM),
        (b"a=1", FORM + "; charset=utf-8"),
        (b"a=1", FORM.upper()),
        (b"a=%C3%A9&b=\xc3\xa9", FORM),
        (b"a=\xff", FORM),
        (b"a=%zz&=%", FORM),
        (b"a=%C3%A9%20%C3&%26=%3d%E2%82%AC", FORM),
        (b'{"a": [1, 2]}', "application/json"),
        (b'{"a": ', "application/json; charset=utf-8"),
        (b"\xff", "application/problem+json"),
        (b"text", "text/plain"),
        (b"text", ""),
        (MULTIPART, "multipart/form-data; boundary=x"),
        (MULTIPART, "multipart/form-data"),
    ]
)
ENVIRONS = st.sampled_from(
    [
        {},
        {"CONTENT_LENGTH": None},
        {"CONTENT_LENGTH": ""},
        {"CONTENT_LENGTH": "-1"},
        {"CONTENT_LENGTH": "3"},
        {"CONTENT_LENGTH": "1000"},
        {"CONTENT_LENGTH": "100000"},
        {"wsgi.input_terminated": True},
        {"wsgi.input_terminated": True, "CONTENT_LENGTH": None},
        {"HTTP_TRANSFER_ENCODING": "chunked"},
        {"REQUEST_METHOD": "GET"},
    ]
)


def comparable(value: Any) -> Any:
    if isinstance(value, MultiDict) and value and not isinstance(next(iter(value.values())), str):
        return [(key, file.filename, file.read()) for key, file in value.items(multi=True)]
    return value


class TestBody:
    @given(
        BODIES,
        ENVIRONS,
        st.sampled_from([None, 0, 3, 20, 10_000]),
        st.lists(st.sampled_from(sorted(STEPS)), min_size=1, max_size=4),
    )
    def test_is_read_like_werkzeugs_in_any_order(
        self,
        body_and_type: tuple[bytes, str],
        values: dict[str, Any],
        limit_bytes: int | None,
        steps: list[str],
    ) -> None:
        if limit_bytes is not None and "wsgi.input_terminated" in values:
            # Werkzeug cuts such a body at the limit; test_bodies.py tells what happens here.
            limit_bytes = 10_000
        ours, werkzeugs = make_pair(*body_and_type, limit_bytes=limit_bytes, **values)
        ours._app = AppStub(limit_bytes)
        with ours, werkzeugs:
            for step in steps:
                read = STEPS[step]
                told = outcome(lambda read=read: comparable(read(ours)))
                expected = outcome(lambda read=read: comparable(read(werkzeugs)))
                assert told == expected

    @pytest.mark.parametrize(
        ("body", "content_type"),
        [(b"a=1&b=2", FORM), (MULTIPART, "multipart/form-data; boundary=x")],
    )
    def test_stream_of_a_form_that_was_kept_is_at_its_end(
        self, body: bytes, content_type: str
    ) -> None:
        for request in make_pair(body, content_type):
            request.get_data()
            assert request.form
            assert request.stream.read(2) == b""

    @pytest.mark.parametrize(
        "values",
        [
            {"CONTENT_TYPE": None},
            {"CONTENT_LENGTH": None},
            {"HTTP_TRANSFER_ENCODING": None},
            {"wsgi.input_terminated": None},
            {"wsgi.input_terminated": False},
        ],
    )
    def test_a_value_of_none_counts_as_none_at_all(self, values: dict[str, Any]) -> None:
        for body, content_type in (
            (b"a=1", FORM),
            (MULTIPART, "multipart/form-data; boundary=x"),
            (b"[1]", "application/json"),
        ):
            for step in sorted(STEPS):
                told = []
                for environ in ({}, values):
                    without = make_environ(body, content_type, **dict.fromkeys(values))
                    with Request({**without, **environ}) as request:
                        told.append(outcome(lambda: comparable(STEPS[step](request))))  # noqa: B023
                assert told[0] == told[1]

    def test_form_and_files_are_immutable_multi_dicts(self) -> None:
        request = make_request(b"a=1&a=2", FORM)
        assert request.form == ImmutableMultiDict([("a", "1"), ("a", "2")])
        assert type(request.form) is type(request.files) is ImmutableMultiDict

    def test_a_form_is_parsed_from_data_that_was_read_before(self) -> None:
        request = make_request(b"a=1", FORM)
        assert request.get_data() == b"a=1"
        assert request.form["a"] == "1"
        assert request.data == b"a=1"

    def test_a_long_form_is_read_whole(self) -> None:
        request = make_request(b"a=" + b"x" * 100_000, FORM)
        assert len(request.form["a"]) == 100_000

    def test_a_shallow_request_refuses_to_read(self) -> None:
        request = Request(make_environ(b"a=1", FORM), shallow=True)
        for read in (request.get_data, lambda: request.form, lambda: request.stream):
            with pytest.raises(RuntimeError, match="shallow"):
                read()

    def test_files_are_closed_with_the_request(self) -> None:
        with make_request(MULTIPART, "multipart/form-data; boundary=x") as request:
            file = request.files["f"]
        assert file.stream.closed

    def test_a_client_that_leaves_is_a_bad_request(self) -> None:
        with pytest.raises(ClientDisconnected):
            make_request(b"a=", FORM, CONTENT_LENGTH="100").get_data()


class TestOverriddenSteps:
    """A subclass that changes how a body is read or a form is parsed has the say."""

    def test_stream(self) -> None:
        class LoggedRequest(Request):
            @cached_property
            def stream(self) -> Any:
                return io.BytesIO(b"a=2")

        assert LoggedRequest(make_environ(b"a=1", FORM)).form["a"] == "2"
        assert LoggedRequest(make_environ(b"a=1", FORM)).get_data() == b"a=2"

    def test_get_stream_for_parsing(self) -> None:
        class LoggedRequest(Request):
            def _get_stream_for_parsing(self) -> Any:
                return io.BytesIO(b"a=2")

        assert LoggedRequest(make_environ(b"a=1", FORM)).form["a"] == "2"

    def test_form_data_parser_class(self) -> None:
        class Parser(FormDataParser):
            def parse(self, stream: Any, *args: Any, **kwargs: Any) -> Any:
                return stream, self.cls([("a", "parsed")]), self.cls()

        class ParsingRequest(Request):
            form_data_parser_class = Parser

        assert ParsingRequest(make_environ(b"a=1", FORM)).form["a"] == "parsed"

    def test_make_form_data_parser(self) -> None:
        class Parser(FormDataParser):
            def parse(self, stream: Any, *args: Any, **kwargs: Any) -> Any:
                return stream, self.cls([("a", "parsed")]), self.cls()

        class ParsingRequest(Request):
            def make_form_data_parser(self) -> FormDataParser:
                return Parser()

        assert ParsingRequest(make_environ(b"a=1", FORM)).form["a"] == "parsed"

    def test_want_form_data_parsed(self) -> None:
        class RawRequest(Request):
            want_form_data_parsed = False

        request = RawRequest(make_environ(b"a=1", FORM))
        assert not request.form
        assert request.get_data() == b"a=1"

    def test_load_form_data(self) -> None:
        class LoadingRequest(Request):
            def _load_form_data(self) -> None:
                super()._load_form_data()
                self.__dict__["form"] = MultiDict({"loaded": "yes", **self.form})

        assert LoadingRequest(make_environ(b"a=1", FORM)).form["loaded"] == "yes"

    def test_mimetype(self) -> None:
        class FormRequest(Request):
            mimetype = FORM

        assert FormRequest(make_environ(b"a=1", "text/plain")).form["a"] == "1"

    def test_headers_that_were_replaced(self) -> None:
        ours, werkzeugs = make_pair(b"a=1", FORM)
        for request in (ours, werkzeugs):
            request.headers = Headers({"Content-Type": "text/plain", "Content-Length": "3"})
        assert ours.form == werkzeugs.form == MultiDict()
        assert ours.data == werkzeugs.data == b"a=1"
        assert type(make_request().headers) is RequestHeaders
