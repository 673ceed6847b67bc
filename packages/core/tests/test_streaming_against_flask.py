"""Cruse and Flask send the same streams."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask_and_cruse import Kit, ask, assert_same


def chunks(kit: Kit, *, fail: bool = False) -> Iterator[str]:
    for number in range(2):
        yield f"{kit.request.path} {number} "
    if fail:
        raise ValueError("in the stream")


def decorated(kit: Kit) -> Any:
    @kit.stream_with_context
    def stream(first: str) -> Iterator[str]:
        yield first
        yield kit.request.path

    return stream("first ")


def with_session(kit: Kit) -> Any:
    kit.session["user"] = "ann"
    return kit.stream_with_context(f"{name} is {kit.session[name]}" for name in ["user"])


VIEWS: dict[str, Callable[[Kit], Any]] = {
    "plain generator": lambda kit: (letter for letter in ["a", b"b", "é"]),
    "generator that reads the request": chunks,
    "with context": lambda kit: kit.stream_with_context(chunks(kit)),
    "in a response": lambda kit: kit.Response(
        kit.stream_with_context(chunks(kit)), mimetype="text/x", status=202
    ),
    "in a tuple": lambda kit: (kit.stream_with_context(chunks(kit)), 201, {"X-A": "1"}),
    "decorated": decorated,
    "failing": lambda kit: kit.stream_with_context(chunks(kit, fail=True)),
    "with session": with_session,
    "empty": lambda kit: kit.Response(iter([])),
    "list": lambda kit: kit.stream_with_context(["a", "b"]),
}


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("is_async", [False, True])
def test_stream(name: str, is_async: bool) -> None:
    """Y03."""

    def program(kit: Kit) -> list[Any]:
        app = kit.make_app()

        async def view() -> Any:
            return VIEWS[name](kit)

        app.add_url_rule("/", "view", view if is_async else lambda: VIEWS[name](kit))
        return [ask(app, method=method) for method in ("GET", "HEAD")]

    assert_same(program)
