"""What a type checker must make of views: each value they return, and each way to write them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterable, Iterator
from functools import wraps
from http import HTTPStatus
from typing import Any, ClassVar, NoReturn, ParamSpec, TypedDict, TypeVar, assert_type
from wsgiref.types import StartResponse, WSGIEnvironment

from markupsafe import Markup
from werkzeug.datastructures import Headers
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as WerkzeugResponse

from cruse_core import App, Blueprint, Response, abort, jsonify, redirect, stream_with_context
from cruse_core.types import ResponseReturnValue, RouteCallable
from cruse_core.views import MethodView, View

P = ParamSpec("P")
T = TypeVar("T")

app = App(__name__)
shop = Blueprint("shop", __name__)


class Book(TypedDict):
    title: str
    pages: int


class Page(Response):
    pass


# Each value of a view


@app.route("/text")
def text() -> str:
    return "text"


@app.route("/markup")
def markup() -> Markup:
    return Markup("<b>")


@app.route("/bytes")
def data() -> bytes:
    return b"data"


@app.route("/array")
def array() -> bytearray:
    return bytearray(b"array")


@app.route("/dict")
def mapping() -> dict[str, list[int]]:
    return {"a": [1]}


@app.route("/typed-dict")
def book() -> Book:
    return {"title": "Dracula", "pages": 418}


@app.route("/list")
def books() -> list[Book]:
    return [book()]


@app.route("/iterator")
def iterator() -> Iterator[str]:
    return iter(["a", "b"])


@app.route("/bytes-iterator")
def bytes_iterator() -> Iterator[bytes]:
    return iter([b"a", b"b"])


@app.route("/generator")
def generator() -> Generator[str, None, None]:
    yield "a"


@app.route("/stream")
def stream() -> Iterator[str]:
    return stream_with_context(generator())


@app.route("/response")
def response() -> Response:
    return Response("text")


@app.route("/own-response")
def own_response() -> Page:
    return Page("text")


@app.route("/foreign-response")
def foreign_response() -> WerkzeugResponse:
    return redirect("/text")


@app.route("/either")
def either(name: str = "") -> str | Response | tuple[str, int]:
    return jsonify(name=name) if name else ("", 204)


@app.route("/never")
def never() -> NoReturn:
    abort(404)


def wsgi_app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("200 OK", [])
    return []


@app.route("/wsgi")
def wsgi() -> Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]:
    return wsgi_app


@app.route("/exception")
def exception() -> NotFound:
    return NotFound()


@app.route("/any")
def anything() -> Any:
    return "text"


@app.route("/declared")
def declared() -> ResponseReturnValue:
    return {"a": 1}, HTTPStatus.CREATED, Headers([("X-A", "1")])


# Tuples


@app.route("/status")
def with_status() -> tuple[dict[str, int], int]:
    return {"a": 1}, 201


@app.route("/named-status")
def with_named_status() -> tuple[Book, HTTPStatus]:
    return book(), HTTPStatus.CREATED


@app.route("/text-status")
def with_text_status() -> tuple[str, str]:
    return "text", "201 Made"


@app.route("/headers")
def with_headers() -> tuple[list[int], dict[str, str]]:
    return [1], {"X-A": "1"}


@app.route("/header-pairs")
def with_header_pairs() -> tuple[str, list[tuple[str, str]]]:
    return "text", [("X-A", "1")]


@app.route("/header-lists")
def with_header_lists() -> tuple[bytes, int, dict[str, list[str]]]:
    return b"", 200, {"X-A": ["1", "2"]}


@app.route("/stream-status")
def with_stream() -> tuple[Iterator[bytes], int, Headers]:
    return bytes_iterator(), 200, Headers()


@app.route("/response-status")
def with_response() -> tuple[Response, int]:
    return response(), 203


# Coroutine functions


@app.get("/async/<int:number>")
async def later(number: int) -> tuple[Book, int]:
    return book(), number


@shop.get("/async")
async def later_stream() -> Iterator[str]:
    return stream_with_context(generator())


@shop.get("/async-text")
async def later_text() -> str:
    return "text"


async def of_another_library() -> Response | tuple[str, int]:
    return "", 204


app.add_url_rule("/another", view_func=of_another_library)
app.add_url_rule("/lambda", "lambda", lambda: "text")
app.add_url_rule("/later", "later")


# Decorators leave the function as it is: the app's, the user's, and both.


def logged(view: Callable[P, T]) -> Callable[P, T]:
    @wraps(view)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        return view(*args, **kwargs)

    return wrapper


def logged_async(view: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    @wraps(view)
    async def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        return await view(*args, **kwargs)

    return wrapper


@app.route("/logged/<int:number>")
@logged
def logged_view(number: int) -> list[int]:
    return [number]


@app.route("/logged-async")
@logged_async
async def logged_later() -> str:
    return "text"


@app.post("/several")
@app.put("/several")
@shop.patch("/several")
@app.delete("/several")
def several() -> str:
    return "several"


@app.endpoint("later")
def bound(number: int) -> str:
    return str(number)


assert_type(book(), Book)
assert_type(books(), list[Book])
assert_type(with_named_status(), tuple[Book, HTTPStatus])
assert_type(logged_view(number=1), list[int])
assert_type(several(), str)
assert_type(bound(1), str)


async def use_views() -> None:
    assert_type(await later(1), tuple[Book, int])
    assert_type(await logged_later(), str)


# Class-based views


class Hello(View):
    methods = ("GET", "POST")
    decorators: ClassVar[list[Callable[..., Any]]] = [logged]
    init_every_request = False

    def __init__(self, greeting: str, *, loud: bool = False) -> None:
        self.greeting = greeting.upper() if loud else greeting

    def dispatch_request(self, name: str) -> str:
        return f"{self.greeting} {name}"


class HelloLater(View):
    async def dispatch_request(self, name: str, number: int = 1) -> tuple[str, int]:
        return name * number, 200


class Books(MethodView):
    decorators: ClassVar[list[Callable[..., Any]]] = [logged_async]

    def get(self, number: int | None = None) -> Book | list[Book]:
        return books() if number is None else book()

    async def post(self) -> tuple[Book, int]:
        return book(), 201

    def delete(self, number: int) -> tuple[str, int]:
        return "", 204


assert_type(Hello.as_view("hello", "Hello", loud=True), RouteCallable)
app.add_url_rule("/hello/<name>", view_func=Hello.as_view("hello", "Hello"))
app.add_url_rule("/hello-later/<name>", view_func=HelloLater.as_view("hello_later"))
books_view = Books.as_view("books")
shop.add_url_rule("/books", view_func=books_view, methods=["GET", "POST"])
shop.add_url_rule("/books/<int:number>", view_func=books_view)


async def agen() -> AsyncIterator[str]:
    yield ""
