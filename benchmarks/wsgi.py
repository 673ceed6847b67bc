"""Drive a WSGI application as a server would: a fresh environ, every chunk read, `close` called."""

from __future__ import annotations

import sys
from collections.abc import Callable
from io import BytesIO
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from .messages import Answer, Request


def make_environ(request: Request) -> WSGIEnvironment:
    """Return the environ of a request, all but `wsgi.input`."""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": request.path,
        "QUERY_STRING": request.query,
        "RAW_URI": f"{request.path}?{request.query}" if request.query else request.path,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_SOFTWARE": "benchmarks",
        "REMOTE_ADDR": "127.0.0.1",
        "REMOTE_PORT": "50000",
        "HTTP_HOST": "127.0.0.1:8000",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in request.headers:
        key = name.upper().replace("-", "_")
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value
    if request.body:
        environ["CONTENT_LENGTH"] = str(len(request.body))
    return environ


class WSGIDriver:
    """One application and one request, asked again and again."""

    def __init__(self, app: WSGIApplication, request: Request) -> None:
        self.app = app
        self.request = request
        self.environ = make_environ(request)

    def answer(self) -> Answer:
        """Send the request once and return what came back."""
        seen: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(
            status: str, headers: list[tuple[str, str]], exc_info: object = None, /
        ) -> Callable[[bytes], object]:
            seen.append((status, headers))
            return discard

        environ = dict(self.environ)
        environ["wsgi.input"] = BytesIO(self.request.body)
        chunks = self.app(environ, start_response)
        try:
            body = b"".join(chunks)
        finally:
            close_chunks(chunks)
        status, headers = seen[-1]
        return Answer(int(status.split()[0]), tuple(headers), body)

    def close(self) -> None:
        """Do nothing: a WSGI application holds nothing open."""

    def run(self, count: int) -> None:
        """Send the request *count* times, reading and closing every answer."""
        app, template, body = self.app, self.environ, self.request.body
        start: StartResponse = start_response
        for _ in range(count):
            environ = template.copy()
            environ["wsgi.input"] = BytesIO(body)
            chunks = app(environ, start)
            for _chunk in chunks:
                pass
            close = getattr(chunks, "close", None)
            if close is not None:
                close()

    def idle(self, count: int) -> None:
        """Do what `run` does, without the application: the cost of the measuring itself."""
        template, body = self.environ, self.request.body
        for _ in range(count):
            environ = template.copy()
            environ["wsgi.input"] = BytesIO(body)


def start_response(
    status: str, headers: list[tuple[str, str]], exc_info: object = None, /
) -> Callable[[bytes], object]:
    """Take the status and the headers, as a server does, and keep nothing."""
    return discard


def discard(data: bytes) -> None:
    """Take what an old program writes, and keep nothing."""


def close_chunks(chunks: object) -> None:
    """Call the `close` of an answer if it has one."""
    method = getattr(chunks, "close", None)
    if method is not None:
        method()
