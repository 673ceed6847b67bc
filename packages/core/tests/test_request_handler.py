from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest
from werkzeug.serving import make_server

from cruse_core import App, request
from cruse_core.request_handler import RequestHandler

TIMEOUT_SECONDS = 60


@pytest.fixture(params=[True, False], ids=["threaded", "single"])
def port(request: pytest.FixtureRequest) -> Iterator[int]:
    """Port of the development server, which gives a body back."""
    app = App("shop", static_folder=None)
    app.add_url_rule("/", "echo", echo, methods=["POST"])
    server = make_server(
        "127.0.0.1", 0, app, threaded=request.param, request_handler=RequestHandler
    )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.port
    server.shutdown()
    thread.join(TIMEOUT_SECONDS)
    server.server_close()


def echo() -> bytes:
    return request.get_data()


class TestRequestHandler:
    @pytest.mark.parametrize("expects", [True, False])
    def test_says_once_that_a_body_may_come_and_only_if_asked(
        self, port: int, expects: bool
    ) -> None:
        head = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nConnection: close\r\n"
        with socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS) as peer:
            peer.sendall(head + (b"Expect: 100-continue\r\n" if expects else b"") + b"\r\n")
            if expects:
                assert peer.recv(65_536) == b"HTTP/1.1 100 Continue\r\n\r\n"
            peer.sendall(b"hello")
            answer = b"".join(iter(lambda: peer.recv(65_536), b""))
        assert answer.count(b"HTTP/1.") == 1
        assert b" 200 OK\r\n" in answer
        assert answer.endswith(b"\r\n\r\nhello")
