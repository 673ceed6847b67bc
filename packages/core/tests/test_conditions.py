"""Conditional requests and ranges get what RFC 9110 says, from whatever sends a file or a body."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.http import http_date
from werkzeug.test import Client, EnvironBuilder, TestResponse

from cruse_core import App, Response, request, send_file, send_from_directory

CONTENT = b"0123456789"
CHANGED = 1_000_000_000
AT, BEFORE, AFTER = (http_date(CHANGED + seconds) for seconds in (0, -60, 60))
# Stands for the ETag of the document, which is "tag" in quotes.
TAG, WEAK, OTHER = '"tag"', 'W/"tag"', '"other"'

# The headers of a request, the status that it gets, and the part of the content.
TABLE: list[tuple[dict[str, str], int, bytes]] = [
    ({}, 200, CONTENT),
    # 14.1.2: ranges of bytes
    ({"Range": "bytes=0-3"}, 206, b"0123"),
    ({"Range": "bytes=3-3"}, 206, b"3"),
    ({"Range": "bytes=7-"}, 206, b"789"),
    ({"Range": "bytes=7-100"}, 206, b"789"),
    ({"Range": "bytes=-3"}, 206, b"789"),
    ({"Range": "bytes=-10"}, 206, CONTENT),
    ({"Range": "bytes=-100"}, 206, CONTENT),
    ({"Range": "bytes=0-9"}, 206, CONTENT),
    ({"Range": "BYTES=0-3"}, 206, b"0123"),
    ({"Range": "bytes= 0-3 ,"}, 206, b"0123"),
    ({"Range": "bytes=10-"}, 416, b""),
    ({"Range": "bytes=10-20"}, 416, b""),
    ({"Range": "bytes=-0"}, 416, b""),
    # 14.2: what is malformed or unknown is ignored, and several ranges may be
    ({"Range": "bytes=5-2"}, 200, CONTENT),
    ({"Range": "bytes=abc"}, 200, CONTENT),
    ({"Range": "bytes=-"}, 200, CONTENT),
    ({"Range": "bytes="}, 200, CONTENT),
    ({"Range": "bytes"}, 200, CONTENT),
    ({"Range": "0-3"}, 200, CONTENT),
    ({"Range": "bytes=+1-3"}, 200, CONTENT),
    ({"Range": "bytes=\u0661-3"}, 200, CONTENT),
    ({"Range": "bytes=1-" + "9" * 5000}, 200, CONTENT),
    ({"Range": "lines=1-2"}, 200, CONTENT),
    ({"Range": "bytes=0-1,4-5"}, 200, CONTENT),
    ({"Range": "bytes=0-1,100-"}, 200, CONTENT),
    # 13.1.5: If-Range wants the very same document
    ({"Range": "bytes=0-3", "If-Range": TAG}, 206, b"0123"),
    ({"Range": "bytes=0-3", "If-Range": WEAK}, 200, CONTENT),
    ({"Range": "bytes=0-3", "If-Range": OTHER}, 200, CONTENT),
    ({"Range": "bytes=0-3", "If-Range": AT}, 206, b"0123"),
    ({"Range": "bytes=0-3", "If-Range": AFTER}, 200, CONTENT),
    ({"Range": "bytes=0-3", "If-Range": BEFORE}, 200, CONTENT),
    ({"Range": "bytes=20-", "If-Range": OTHER}, 200, CONTENT),
    ({"If-Range": OTHER}, 200, CONTENT),
    # 13.1.1: If-Match compares strongly
    ({"If-Match": TAG}, 200, CONTENT),
    ({"If-Match": f"{OTHER}, {TAG}"}, 200, CONTENT),
    ({"If-Match": "*"}, 200, CONTENT),
    ({"If-Match": OTHER}, 412, b""),
    ({"If-Match": WEAK}, 412, b""),
    # 13.1.4: If-Unmodified-Since
    ({"If-Unmodified-Since": AT}, 200, CONTENT),
    ({"If-Unmodified-Since": AFTER}, 200, CONTENT),
    ({"If-Unmodified-Since": BEFORE}, 412, b""),
    ({"If-Unmodified-Since": "yesterday"}, 200, CONTENT),
    # 13.1.2: If-None-Match compares weakly
    ({"If-None-Match": TAG}, 304, b""),
    ({"If-None-Match": WEAK}, 304, b""),
    ({"If-None-Match": f"{OTHER}, {WEAK}"}, 304, b""),
    ({"If-None-Match": "*"}, 304, b""),
    ({"If-None-Match": OTHER}, 200, CONTENT),
    # 13.1.3: If-Modified-Since
    ({"If-Modified-Since": AT}, 304, b""),
    ({"If-Modified-Since": AFTER}, 304, b""),
    ({"If-Modified-Since": BEFORE}, 200, CONTENT),
    ({"If-Modified-Since": "yesterday"}, 200, CONTENT),
    # 13.2.2: which of several decides
    ({"If-Match": TAG, "If-Unmodified-Since": BEFORE}, 200, CONTENT),
    ({"If-Match": OTHER, "If-Unmodified-Since": AFTER}, 412, b""),
    ({"If-Match": OTHER, "If-None-Match": TAG}, 412, b""),
    ({"If-Match": TAG, "If-None-Match": TAG}, 304, b""),
    ({"If-Match": TAG, "If-None-Match": OTHER}, 200, CONTENT),
    ({"If-Match": TAG, "If-Modified-Since": AT}, 304, b""),
    ({"If-Unmodified-Since": BEFORE, "If-None-Match": TAG}, 412, b""),
    ({"If-Unmodified-Since": AT, "If-None-Match": TAG}, 304, b""),
    ({"If-None-Match": OTHER, "If-Modified-Since": AFTER}, 200, CONTENT),
    ({"If-None-Match": TAG, "If-Modified-Since": BEFORE}, 304, b""),
    ({"If-None-Match": TAG, "Range": "bytes=0-3"}, 304, b""),
    ({"If-None-Match": OTHER, "Range": "bytes=0-3"}, 206, b"0123"),
    ({"If-None-Match": TAG, "Range": "bytes=20-"}, 304, b""),
    ({"If-Modified-Since": AT, "Range": "bytes=0-3"}, 304, b""),
    ({"If-Modified-Since": BEFORE, "Range": "bytes=0-3"}, 206, b"0123"),
    ({"If-Match": TAG, "Range": "bytes=0-3"}, 206, b"0123"),
    ({"If-Match": OTHER, "Range": "bytes=0-3"}, 412, b""),
    ({"If-Unmodified-Since": BEFORE, "Range": "bytes=20-"}, 412, b""),
    ({"If-Match": TAG, "Range": "bytes=0-3", "If-Range": OTHER}, 200, CONTENT),
]
PATHS = ["/static/f.txt", "/path", "/folder", "/file", "/body", "/stream"]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Client:
    folder = tmp_path_factory.mktemp("files")
    path = folder / "f.txt"
    path.write_bytes(CONTENT)
    os.utime(path, (CHANGED, CHANGED))
    app = App("files", root_path=str(folder), static_folder=str(folder), static_url_path="/static")
    add_views(app, path)
    return Client(app)


def add_views(app: App, path: Path) -> None:
    def complete(response: Response) -> Response:
        response.set_etag("tag")
        response.last_modified = CHANGED  # type: ignore[assignment]  # Werkzeug takes numbers
        return response

    @app.get("/path")
    def send_path() -> Response:
        return send_file(path, etag="tag")

    @app.get("/folder")
    def send_from_folder() -> Response:
        return send_from_directory(path.parent, path.name, etag="tag")

    @app.get("/file")
    def send_open_file() -> Response:
        return send_file(io.BytesIO(CONTENT), "text/plain", etag="tag", last_modified=CHANGED)

    @app.get("/body")
    def send_body() -> Response:
        return complete(Response(CONTENT)).make_conditional(request, True, len(CONTENT))

    @app.get("/stream")
    def send_stream() -> Response:
        response = complete(Response(CONTENT[i : i + 1] for i in range(10)))
        return response.make_conditional(request, "bytes", len(CONTENT))


def ask(client: Client, path: str, headers: dict[str, str], method: str = "GET") -> TestResponse:
    """Send the *headers* with the ETag of the file, which a static file has from its facts."""
    with client.head(path) as head:
        own = head.headers["ETag"] if path.startswith("/static") else TAG
    environ = EnvironBuilder(path, method=method).get_environ()
    for name, value in headers.items():
        key = "HTTP_" + name.upper().replace("-", "_")
        environ[key] = value.replace(TAG, own).encode().decode("latin1")
    return client.open(environ)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("headers", "status", "content"), TABLE)
class TestAnswer:
    def test_is_that_of_the_rfc(
        self, client: Client, path: str, headers: dict[str, str], status: int, content: bytes
    ) -> None:
        with ask(client, path, headers) as response:
            assert response.status_code == status
            if status == 416:
                assert response.headers["Content-Range"] == "bytes */10"
                return
            assert response.data == content
            assert response.headers["Accept-Ranges"] == "bytes"
            if status == 206:
                first = CONTENT.index(content)
                last = first + len(content) - 1
                assert response.headers["Content-Range"] == f"bytes {first}-{last}/10"
            else:
                assert "Content-Range" not in response.headers
            if status != 304 and (status != 200 or path != "/stream"):
                assert response.content_length == len(content)

    def test_to_head_is_that_without_a_range(
        self, client: Client, path: str, headers: dict[str, str], status: int, content: bytes
    ) -> None:
        with ask(client, path, headers, "HEAD") as response:
            assert response.status_code == (200 if status in {206, 416} else status)
            assert response.data == b""


class TestFindRefusal:
    def test_of_what_is_no_success_is_none(self) -> None:
        for code in (404, 500):
            response = Response(status=code)
            response.set_etag("tag")
            environ = {"REQUEST_METHOD": "GET", "HTTP_IF_NONE_MATCH": TAG, "HTTP_IF_MATCH": OTHER}
            assert response.make_conditional(environ).status_code == code

    def test_of_a_method_that_changes_something_is_none(self) -> None:
        response = Response()
        response.set_etag("tag")
        environ = {"REQUEST_METHOD": "PUT", "HTTP_IF_MATCH": OTHER, "HTTP_RANGE": "bytes=1-"}
        assert response.make_conditional(environ, True, 10).status_code == 200

    def test_of_a_document_without_tag_or_date_follows_from_the_tags_alone(self) -> None:
        for name, value, status in (
            ("HTTP_IF_MATCH", TAG, 412),
            ("HTTP_IF_MATCH", "*", 200),
            ("HTTP_IF_NONE_MATCH", TAG, 200),
            ("HTTP_IF_MODIFIED_SINCE", AFTER, 200),
            ("HTTP_IF_UNMODIFIED_SINCE", BEFORE, 200),
        ):
            environ = {"REQUEST_METHOD": "GET", name: value}
            assert Response("x").make_conditional(environ).status_code == status

    def test_of_a_weak_tag_is_never_a_strong_match(self) -> None:
        for headers, status in (
            ({"HTTP_IF_MATCH": TAG}, 412),
            ({"HTTP_IF_MATCH": WEAK}, 412),
            ({"HTTP_IF_NONE_MATCH": TAG}, 304),
            ({"HTTP_RANGE": "bytes=0-3", "HTTP_IF_RANGE": WEAK}, 200),
        ):
            response = Response(CONTENT)
            response.set_etag("tag", weak=True)
            response.make_conditional({"REQUEST_METHOD": "GET", **headers}, True, 10)
            assert response.status_code == status

    def test_closes_the_body_that_is_not_sent(self) -> None:
        file = io.BytesIO(CONTENT)
        response = Response(file, direct_passthrough=True, headers={"X-Sendfile": "f.txt"})
        response.make_conditional({"REQUEST_METHOD": "GET", "HTTP_IF_MATCH": OTHER})
        assert response.status_code == 412
        assert file.closed
        assert "X-Sendfile" not in response.headers


class TestFindRange:
    def test_needs_a_length_and_consent(self) -> None:
        environ = {"REQUEST_METHOD": "GET", "HTTP_RANGE": "bytes=20-"}
        assert Response(CONTENT).make_conditional(environ).status_code == 200
        assert Response(CONTENT).make_conditional(environ, True).status_code == 200
        assert Response(CONTENT).make_conditional(environ, "none", 10).status_code == 200
        assert Response(b"").make_conditional(environ, True, 0).status_code == 200
        with pytest.raises(RequestedRangeNotSatisfiable):
            Response(CONTENT).make_conditional(environ, True, 10)

    def test_is_not_asked_for_by_a_value_of_none(self) -> None:
        environ = {"REQUEST_METHOD": "GET", **dict.fromkeys(CONDITIONS)}
        assert Response(CONTENT).make_conditional(environ, True, 10).status_code == 200


CONDITIONS = (
    "HTTP_RANGE",
    "HTTP_IF_RANGE",
    "HTTP_IF_MATCH",
    "HTTP_IF_NONE_MATCH",
    "HTTP_IF_MODIFIED_SINCE",
    "HTTP_IF_UNMODIFIED_SINCE",
)
