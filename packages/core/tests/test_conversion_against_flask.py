"""Cruse and Flask make the same responses of what views return, with any status and headers."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest
from flask_and_cruse import Kit, ask, assert_same
from markupsafe import Markup
from werkzeug import exceptions
from werkzeug.datastructures import Headers
from werkzeug.wrappers import Response as WerkzeugResponse


class Text(str):
    pass


class Mapping(dict[str, Any]):
    pass


class Letters:
    def __init__(self) -> None:
        self.left = ["a", "b"]

    def __iter__(self) -> Letters:
        return self

    def __next__(self) -> str:
        if not self.left:
            raise StopIteration
        return self.left.pop()

    def close(self) -> None:
        self.left.clear()


class OnlyIterable:
    def __iter__(self) -> Any:
        return iter("ab")


def wsgi_app(environ: Any, start_response: Any) -> list[bytes]:
    start_response("202 ACCEPTED", [("X-Path", environ["PATH_INFO"])])
    return [b"raw"]


def writing_app(environ: Any, start_response: Any) -> list[bytes]:
    start_response("201 CREATED", [("Content-Type", "text/x")])(b"written ")
    return [b"and returned"]


def silent_app(environ: Any, start_response: Any) -> list[bytes]:
    return [b"without a start"]


def failing_app(environ: Any) -> None: ...


# Made anew for each answer.
BODIES: dict[str, Callable[[Kit], Any]] = {
    "array": lambda kit: bytearray(b"array"),
    "bytes": lambda kit: b"bytes",
    "chunks": lambda kit: iter([b"a", "é"]),
    "class": lambda kit: uuid.UUID,
    "date": lambda kit: datetime.date(2020, 1, 1),
    "dict": lambda kit: {"b": [None, 1.5, "é"], "a": uuid.UUID(int=1)},
    "empty dict": lambda kit: {},
    "empty list": lambda kit: [],
    "empty text": lambda kit: "",
    "exception": lambda kit: exceptions.NotFound(),
    "exception class": lambda kit: exceptions.NotFound,
    "failing app": lambda kit: failing_app,
    "foreign response": lambda kit: WerkzeugResponse("foreign", 418),
    "generator": lambda kit: (letter for letter in "ab"),
    "iterable": lambda kit: OnlyIterable(),
    "iterator": lambda kit: Letters(),
    "jsonify": lambda kit: kit.jsonify(1),
    "list": lambda kit: [1, "two"],
    "map": lambda kit: map(str, [1, 2]),
    "mapping": lambda kit: Mapping(a=1),
    "markup": lambda kit: Markup("<b>"),
    "memory": lambda kit: memoryview(b"m"),
    "none": lambda kit: None,
    "not json": lambda kit: {"a": object()},
    "number": lambda kit: 1,
    "numbers": lambda kit: iter([1]),
    "redirect": lambda kit: kit.redirect("/é"),
    "response": lambda kit: kit.Response("own"),
    "set": lambda kit: set(),
    "silent app": lambda kit: silent_app,
    "text": lambda kit: "héllo",
    "text class": lambda kit: Text("own"),
    "true": lambda kit: True,
    "wsgi app": lambda kit: wsgi_app,
    "writing app": lambda kit: writing_app,
}
STATUSES: list[Any] = [
    *[None, 200, 201, 204, 304, 100, 999, 1000, 0, -1, HTTPStatus.CREATED, True],
    *["201 Made", "299", "abc", "", b"200", 2.5, "404 NOT\nFOUND"],
]
HEADERS: list[Any] = [
    *[None, {}, {"X-A": "1"}, [("X-A", "1"), ("X-A", "2")], Headers([("X-A", "1")])],
    *[(("X-B", "2"),), {"X-A": ["1", "2"]}, {"Content-Type": "text/x"}, {"Content-Length": "5"}],
    *["X-A: 1", {"X": 1}, {"X": "a\nb"}, [("a", "b", "c")], {"Location": "/é"}],
    *[{"Set-Cookie": "a=b"}, [["X-L", "1"]], {"Content-Type": None}],
]
ODD_TUPLES: list[Any] = [
    *[(), ("a",), ("a", 1, {}, 4), ("a", {}, 200), (None,), (None, None), ("a", None, None)],
    *[("a", None, {"X": "1"}), (("a", 201), 202), (("a",),)],
]


class Answering:
    """An app whose views, one of them asynchronous, return what is set as `make`."""

    def __init__(self, kit: Kit, propagate: bool) -> None:
        self.app = kit.make_app()
        self.app.config["PROPAGATE_EXCEPTIONS"] = propagate
        self.make: Callable[[], Any] = str
        self.app.add_url_rule("/", "sync", lambda: self.make())
        self.app.add_url_rule("/async", "async", self.answer)

    async def answer(self) -> Any:
        return self.make()

    def ask(self, make: Callable[[], Any], **options: Any) -> Any:
        self.make = make
        return ask(self.app, **options)


@pytest.mark.parametrize("propagate", [True, False])
@pytest.mark.parametrize("body", BODIES)
class TestEachBody:
    """Q06 and Q07."""

    def test_alone(self, body: str, propagate: bool) -> None:
        def program(kit: Kit) -> list[Any]:
            answering = Answering(kit, propagate)
            return [
                answering.ask(lambda: BODIES[body](kit), path=path, method=method)
                for path in ("/", "/async")
                for method in ("GET", "HEAD")
            ]

        assert_same(program)

    def test_with_a_status_or_headers(self, body: str, propagate: bool) -> None:
        def program(kit: Kit) -> list[Any]:
            answering = Answering(kit, propagate)
            return [
                (second, answering.ask(lambda second=second: (BODIES[body](kit), second)))
                for second in STATUSES + HEADERS
            ]

        assert_same(program)

    def test_with_both(self, body: str, propagate: bool) -> None:
        def program(kit: Kit) -> list[Any]:
            answering = Answering(kit, propagate)
            return [
                (status, headers, answering.ask(make))
                for status in (None, 201, "299 Fine", 204)
                for headers in HEADERS
                for make in (
                    lambda status=status, headers=headers: (BODIES[body](kit), status, headers),
                    lambda status=status, headers=headers: kit.make_response(
                        BODIES[body](kit), status, headers
                    ),
                )
            ]

        assert_same(program)


@pytest.mark.parametrize("value", ODD_TUPLES)
def test_odd_tuples_are_refused_alike(value: Any) -> None:
    assert_same(lambda kit: [Answering(kit, False).ask(lambda: value)])
    assert_same(lambda kit: [Answering(kit, True).ask(lambda: value)])
