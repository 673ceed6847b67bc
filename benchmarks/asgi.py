"""Drive an ASGI application on one event loop, the way its own server awaits it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from .messages import Answer, Request

Event = MutableMapping[str, Any]
NextEvent = Callable[[], Awaitable[Event]]
TakeEvent = Callable[[Event], Awaitable[None]]
ASGIApplication = Callable[[Event, NextEvent, TakeEvent], Awaitable[None]]

CHUNK_BYTES = 64 * 1024


def make_scope(request: Request) -> dict[str, Any]:
    """Return the scope of a request."""
    headers = [("Host", "127.0.0.1:8000"), *request.headers]
    if request.body:
        headers.append(("Content-Length", str(len(request.body))))
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": request.path,
        "raw_path": request.path.encode(),
        "query_string": request.query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8000),
        "state": {},
    }


class Body:
    """Hand out a request body in messages of 64 KB, as servers do."""

    def __init__(self, messages: list[Event]) -> None:
        self.left = iter(messages)

    async def receive(self) -> Event:
        """Return the next message; after the last one the client is gone."""
        return next(self.left, {"type": "http.disconnect"})


def make_messages(body: bytes) -> list[Event]:
    """Return the `http.request` messages of a body."""
    starts = range(0, max(len(body), 1), CHUNK_BYTES)
    return [
        {
            "type": "http.request",
            "body": body[start : start + CHUNK_BYTES],
            "more_body": start + CHUNK_BYTES < len(body),
        }
        for start in starts
    ]


class ASGIDriver:
    """One application and one request, asked again and again on one kept loop."""

    def __init__(self, app: ASGIApplication, request: Request) -> None:
        self.app = app
        self.scope = make_scope(request)
        self.messages = make_messages(request.body)
        self.runner = asyncio.Runner()

    def answer(self) -> Answer:
        """Send the request once and return what came back."""
        sent: list[Event] = []

        async def send(message: Event) -> None:
            sent.append(message)

        async def ask() -> None:
            await self.app(self.scope.copy(), Body(self.messages).receive, send)

        self.runner.run(ask())
        start = sent[0]
        headers = tuple((name.decode(), value.decode()) for name, value in start["headers"])
        return Answer(start["status"], headers, b"".join(m.get("body", b"") for m in sent[1:]))

    def close(self) -> None:
        """Close the event loop."""
        self.runner.close()

    def run(self, count: int) -> None:
        """Send the request *count* times."""
        self.runner.run(self._run(count))

    def idle(self, count: int) -> None:
        """Do what `run` does, without the application: the cost of the measuring itself."""
        self.runner.run(self._idle(count))

    async def _run(self, count: int) -> None:
        app, template, messages = self.app, self.scope, self.messages
        for _ in range(count):
            scope = template.copy()
            await app(scope, Body(messages).receive, discard)

    async def _idle(self, count: int) -> None:
        template, messages = self.scope, self.messages
        for _ in range(count):
            scope = template.copy()
            await nothing(scope, Body(messages).receive, discard)


async def nothing(scope: Event, receive: NextEvent, send: TakeEvent) -> None:
    """Stand in for an application, to see what awaiting one costs."""


async def discard(message: Event) -> None:
    """Take a message, as a server does, and keep nothing."""
