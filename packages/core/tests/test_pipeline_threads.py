"""The first requests of an app may arrive at once, on many threads."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from werkzeug.test import Client

from cruse_core import App, Blueprint, Response, g, request, url_for

THREADS = 8
REQUESTS = [
    ("GET", "/"),
    ("GET", "/items/7"),
    ("GET", "/items/7/a/b"),
    ("GET", "/shop/cart/ann"),
    ("GET", "/shop/cart/ann/"),
    ("GET", "/shop/cart/broken"),
    ("GET", "/folder"),
    ("POST", "/items/7"),
    ("OPTIONS", "/items/7"),
    ("GET", "/nowhere"),
    ("GET", "/shop/nowhere"),
    ("GET", "/page/1"),
]


def make_app() -> App:
    app = App("busy", root_path=".", static_folder=None)
    app.secret_key = "secret"
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.logger.disabled = True
    shop = Blueprint("shop", "busy", root_path=".", url_prefix="/shop")

    @app.before_request
    def remember() -> None:
        g.path = request.path

    @app.after_request
    def tell(response: Response) -> Response:
        response.headers["X-Path"] = g.path
        return response

    @app.route("/")
    def index() -> str:
        return url_for("shop.cart", name="é", q=1)

    @app.route("/items/<int:number>")
    def item(number: int) -> dict[str, Any]:
        return {"number": number, "url": url_for("item", number=number + 1)}

    @app.route("/items/<int:number>/<path:rest>")
    def part(number: int, rest: str) -> list[Any]:
        return [number, rest]

    @shop.before_request
    async def check() -> None:
        g.shop = True

    @shop.route("/cart/<name>")
    def cart(name: str) -> str:
        if name == "broken":
            raise LookupError
        return f"{name} {g.shop} {url_for('.cart', name=name)}"

    @shop.errorhandler(LookupError)
    def missing(error: LookupError) -> tuple[str, int]:
        return "missing", 404

    app.add_url_rule("/folder/", "folder", lambda: "folder")
    app.add_url_rule("/page/", "page", lambda page: f"page {page}", defaults={"page": 1})
    app.add_url_rule("/page/<int:page>", "page")
    for number in range(40):
        app.add_url_rule(f"/more/<x>/{number}", f"more{number}", lambda x: x)
    app.register_blueprint(shop)
    return app


def ask(app: App, method: str, path: str) -> Any:
    response = Client(app).open(path, method=method)
    headers = [(n, sorted(v.split(", "))) for n, v in response.headers if n != "Date"]
    return method, path, response.status, headers, response.data


@pytest.fixture
def quickly_switching_threads() -> Iterator[None]:
    interval_seconds = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(interval_seconds)


@pytest.mark.usefixtures("quickly_switching_threads")
class TestFirstRequests:
    @pytest.mark.parametrize("round_number", range(12))
    def test_are_answered_as_if_they_had_come_one_by_one(self, round_number: int) -> None:
        calm, busy = make_app(), make_app()
        expected = [ask(calm, *asked) for asked in REQUESTS]
        barrier = Barrier(THREADS)

        def ask_all(first: int) -> list[Any]:
            # Each thread begins with another request, and in each round with another one.
            order = [*range(first, len(REQUESTS)), *range(first)]
            barrier.wait()
            answers = {number: ask(busy, *REQUESTS[number]) for number in order}
            return [answers[number] for number in range(len(REQUESTS))]

        with ThreadPoolExecutor(THREADS) as pool:
            starts = [(round_number + 5 * n) % len(REQUESTS) for n in range(THREADS)]
            for answers in pool.map(ask_all, starts):
                assert answers == expected

    def test_of_one_route_all_find_it(self) -> None:
        for _ in range(30):
            app = make_app()
            barrier = Barrier(THREADS)

            def first(number: int, app: App = app, barrier: Barrier = barrier) -> Any:
                barrier.wait()
                return ask(app, "GET", f"/more/x/{number}")[2]

            with ThreadPoolExecutor(THREADS) as pool:
                assert set(pool.map(first, range(THREADS))) == {"200 OK"}
