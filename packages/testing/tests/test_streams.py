from __future__ import annotations

from collections.abc import Iterator

import pytest

from cruse_core import has_request_context, request, stream_with_context
from cruse_testing import Client, Stream, TestingApp


@pytest.fixture
def log(app: TestingApp) -> list[str]:
    """What has happened in the app so far."""
    events: list[str] = []

    @app.get("/stream")
    def stream() -> Iterator[str]:
        def generate() -> Iterator[str]:
            try:
                for number in range(3):
                    events.append(f"sent {number}")
                    yield f"{request.path} {number}\n"
            finally:
                events.append("closed")

        return stream_with_context(generate())

    app.teardown_request(lambda exc: events.append("torn down"))
    return events


class TestStream:
    def test_reads_as_far_as_chunks_are_asked_for(self, client: Client, log: list[str]) -> None:
        with client.stream("/stream") as stream:
            assert isinstance(stream, Stream)
            assert stream.status_code == 200
            assert stream.headers["Content-Type"].startswith("text/html")
            assert next(stream) == b"/stream 0\n"
            assert "sent 2" not in log
            assert list(stream) == [b"/stream 1\n", b"/stream 2\n"]

    def test_left_early_ends_the_answer(self, client: Client, log: list[str]) -> None:
        with client.stream("/stream") as stream:
            next(stream)
            assert "torn down" not in log
        assert "sent 2" not in log
        assert log[-2:] == ["closed", "torn down"]
        assert not has_request_context()

    def test_gives_lines_as_soon_as_they_are_complete(
        self, app: TestingApp, client: Client
    ) -> None:
        @app.get("/lines")
        def lines() -> Iterator[bytes]:
            yield from (b"a", b"b\r\nc\nd", "é".encode()[:1], "é".encode()[1:], b"\n", b"end")

        with client.stream("/lines") as stream:
            assert list(stream.iter_lines()) == ["ab", "c", "dé", "end"]
        with client.stream("/lines") as stream:
            assert next(stream.iter_lines()) == "ab"

    def test_takes_the_arguments_of_a_request(self, app: TestingApp, client: Client) -> None:
        app.add_url_rule(
            "/echo", "echo", lambda: f"{request.method}\n{request.get_json()}\n", methods=["POST"]
        )
        with client.stream("/echo", method="POST", json=[1]) as stream:
            assert list(stream.iter_lines()) == ["POST", "[1]"]
