"""A body is read to its end and no further, and refused wherever it is too long."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.test import Client

from cruse_core import App, request
from cruse_core.bodies import (
    ONE_READ_LIMIT_BYTES,
    make_read_stream,
    make_unread_stream,
    read_short_body,
)

TERMINATED = {"wsgi.input_terminated": True}


class Trickle(io.RawIOBase):
    """A stream that gives one byte for each read, and then fails or ends."""

    def __init__(self, data: bytes, error: type[Exception] | None = None) -> None:
        self.left = data
        self.error = error

    def read(self, size: int = -1, /) -> bytes:
        if not self.left and self.error is not None:
            raise self.error
        data, self.left = self.left[:1], self.left[1:]
        return data


def make_environ(body: bytes, **values: Any) -> dict[str, Any]:
    return {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body)), **values}


class TestReadShortBody:
    def test_reads_the_announced_length_and_no_more(self) -> None:
        stream = io.BytesIO(b"body and the next request")
        environ = {"wsgi.input": stream, "CONTENT_LENGTH": "4"}
        assert read_short_body(environ, None) == b"body"
        assert stream.read() == b" and the next request"

    def test_asks_again_for_what_is_missing(self) -> None:
        environ = {"wsgi.input": Trickle(b"body"), "CONTENT_LENGTH": "4"}
        assert read_short_body(environ, None) == b"body"

    @pytest.mark.parametrize("error", [None, OSError, ValueError])
    def test_a_body_that_ends_early_is_a_disconnected_client(
        self, error: type[Exception] | None
    ) -> None:
        environ = {"wsgi.input": Trickle(b"bo", error), "CONTENT_LENGTH": "4"}
        with pytest.raises(ClientDisconnected):
            read_short_body(environ, None)

    def test_an_empty_body_does_not_touch_the_stream(self) -> None:
        environ = {"wsgi.input": Trickle(b"", OSError), "CONTENT_LENGTH": "0"}
        assert read_short_body(environ, None) == b""

    def test_a_stream_that_the_server_ends_is_read_to_its_end(self) -> None:
        environ = {"wsgi.input": io.BytesIO(b"body"), "wsgi.input_terminated": True}
        assert read_short_body(environ, None) == b"body"

    @pytest.mark.parametrize("limit_bytes", [4, 100, 10_000_000])
    def test_a_limit_makes_no_stream_of_a_body_that_the_server_ends(self, limit_bytes: int) -> None:
        for length in ("4", None):
            environ = make_environ(b"body", CONTENT_LENGTH=length, **TERMINATED)
            assert read_short_body(environ, limit_bytes) == b"body"
            environ["wsgi.input"] = Trickle(b"body")
            assert read_short_body(environ, limit_bytes) == b"body"

    def test_no_more_than_a_byte_beyond_the_limit_is_read(self) -> None:
        environ = make_environ(b"x" * 1000, CONTENT_LENGTH=None, **TERMINATED)
        stream: Any = read_short_body(environ, 10)
        for _ in range(2):
            with pytest.raises(RequestEntityTooLarge):
                stream.read()
        assert environ["wsgi.input"].tell() == 11

    def test_a_long_body_that_the_server_ends_is_still_to_be_read(self) -> None:
        body = bytes(range(256)) * 1000
        for limit_bytes in (len(body), 10_000_000):
            environ = make_environ(body, CONTENT_LENGTH=None, **TERMINATED)
            stream: Any = read_short_body(environ, limit_bytes)
            assert stream.read() == body
            assert stream.read() == b""

    @pytest.mark.parametrize(
        ("environ", "limit_bytes"),
        [
            (make_environ(b"body"), 3),
            (make_environ(b"body", **{"wsgi.input_terminated": True}), 3),
            (make_environ(b"body", CONTENT_LENGTH="many", **{"wsgi.input_terminated": True}), 100),
            (make_environ(b"body", CONTENT_LENGTH=None, **{"wsgi.input_terminated": False}), None),
            (make_environ(b"body", HTTP_TRANSFER_ENCODING="chunked"), None),
            (make_environ(b"body", CONTENT_LENGTH=""), None),
            (make_environ(b"body", CONTENT_LENGTH=None), None),
            (make_environ(b"body", CONTENT_LENGTH="-4"), None),
            (make_environ(b"body", CONTENT_LENGTH="٤"), None),
            (make_environ(b"body", CONTENT_LENGTH="9" * 5000), None),
            (make_environ(b"x" * (ONE_READ_LIMIT_BYTES + 1)), None),
        ],
    )
    def test_leaves_everything_else_unread(
        self, environ: dict[str, Any], limit_bytes: int | None
    ) -> None:
        assert read_short_body(environ, limit_bytes) is None
        assert environ["wsgi.input"].tell() == 0


class TestMakeReadStream:
    def test_has_nothing_to_read_and_stands_at_the_end(self) -> None:
        stream = make_read_stream({"wsgi.input": Trickle(b"", OSError), "CONTENT_LENGTH": "4"})
        assert stream.read() == b""
        assert stream.tell() == 4

    def test_is_the_servers_own_if_the_server_ends_it(self) -> None:
        server_stream = io.BytesIO()
        environ = {"wsgi.input": server_stream, "wsgi.input_terminated": True}
        assert make_read_stream(environ) is server_stream

    @pytest.mark.parametrize("value", [None, False])
    def test_does_not_trust_a_server_that_does_not_end_its_input(self, value: object) -> None:
        environ = {"wsgi.input": Trickle(b"", OSError), "wsgi.input_terminated": value}
        assert make_read_stream(environ).read() == b""


class TestMakeUnreadStream:
    @pytest.mark.parametrize("value", [None, False])
    def test_ends_where_the_length_says_if_the_server_does_not_end_it(self, value: object) -> None:
        environ = make_environ(b"body and the next request", CONTENT_LENGTH="4")
        environ["wsgi.input_terminated"] = value
        for limit_bytes in (None, 10):
            environ["wsgi.input"].seek(0)
            assert make_unread_stream(environ, limit_bytes).read() == b"body"

    @pytest.mark.parametrize("size", [1, 3, 100, -1, None])
    def test_gives_the_same_in_reads_of_any_size(self, size: int | None) -> None:
        for values in ({}, TERMINATED):
            stream = make_unread_stream(make_environ(b"some body", **values), 100)
            pieces = iter(lambda stream=stream: stream.read(size), b"")
            assert b"".join(pieces) == b"some body"

    def test_reads_lines_and_into_buffers(self) -> None:
        stream = make_unread_stream(make_environ(b"some\nbody"), None)
        assert stream.readline() == b"some\n"
        buffer = bytearray(10)
        assert stream.readinto(buffer) == 4  # type: ignore[attr-defined]
        assert buffer[:4] == b"body"

    def test_a_client_that_leaves_is_noticed_in_any_read(self) -> None:
        for error in (None, OSError):
            for read in (lambda s: s.read(), lambda s: s.read(9), lambda s: s.readline()):
                stream = make_unread_stream(
                    {"wsgi.input": Trickle(b"bo", error), "CONTENT_LENGTH": "4"}, None
                )
                with pytest.raises(ClientDisconnected):
                    list(iter(lambda stream=stream, read=read: read(stream), b""))


def read_buffered() -> bytes:
    reader = io.BufferedReader(request.stream)  # type: ignore[type-var]
    try:
        return reader.read()
    finally:
        reader.detach()


READS: dict[str, Callable[[], Any]] = {
    "get_data": lambda: request.get_data(),
    "data": lambda: request.data,
    "stream": lambda: request.stream.read(),
    "a part of the stream": lambda: request.stream.read(1_000_000),
    "lines of the stream": lambda: list(request.stream),
    "a buffer": read_buffered,
}
JSON_READS: dict[str, Callable[[], Any]] = {
    "json": lambda: request.json,
    "get_json": lambda: request.get_json(),
    "silent": lambda: request.get_json(silent=True),
}
FORM_READS: dict[str, Callable[[], Any]] = {
    "form": lambda: request.form,
    "files": lambda: request.files,
    "values": lambda: request.values,
}
JSON_BODY = b'["' + b"x" * 96 + b'"]'
FORM_BODY = b"a=" + b"x" * 98
MULTIPART_BODY = (
    b'--b\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\n'
    + b"x" * 26
    + b"\r\n--b--\r\n"
)
CASES = [
    pytest.param(body, content_type, read, id=f"{content_type} by {name}")
    for body, content_type, reads in (
        (b"x" * 100, "text/plain", READS),
        (JSON_BODY, "application/json", READS | JSON_READS),
        (FORM_BODY, "application/x-www-form-urlencoded", READS | FORM_READS),
        (MULTIPART_BODY, "multipart/form-data; boundary=b", READS | FORM_READS),
    )
    for name, read in reads.items()
]


@pytest.mark.parametrize(("body", "content_type", "read"), CASES)
class TestLimit:
    """MAX_CONTENT_LENGTH of a body whose length the client does not announce."""

    def test_refuses_a_longer_body(
        self, body: bytes, content_type: str, read: Callable[[], Any]
    ) -> None:
        for limit_bytes in (0, 1, 50, len(body) - 1):
            assert self.count_refusals(body, content_type, read, limit_bytes) == 2

    def test_lets_a_body_of_just_that_length_pass(
        self, body: bytes, content_type: str, read: Callable[[], Any]
    ) -> None:
        assert self.count_refusals(body, content_type, read, len(body)) == 0

    def count_refusals(
        self, body: bytes, content_type: str, read: Callable[[], Any], limit_bytes: int
    ) -> int:
        """Read twice in a view, as somebody does who goes on after a refusal."""
        app = App("limits", root_path=".")
        app.config["MAX_CONTENT_LENGTH"] = limit_bytes
        refusals = []

        @app.post("/")
        def view() -> str:
            for _ in range(2):
                try:
                    read()
                except RequestEntityTooLarge as exc:
                    refusals.append(exc)
            return "read"

        response = Client(app).post(
            "/",
            input_stream=io.BytesIO(body),
            content_type=content_type,
            headers={"Transfer-Encoding": "chunked"},
            environ_overrides=TERMINATED,
        )
        assert response.status == "200 OK"
        return len(refusals)
