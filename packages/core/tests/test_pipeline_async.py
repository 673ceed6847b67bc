"""Coroutine functions in every place where Flask takes them: H06, Y01, Y02."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import Client

from cruse_core import App, Blueprint, Response, abort, g, request, session


@pytest.fixture
def journal() -> list[str]:
    return []


class TestCoroutineFunctions:
    def test_view_gets_its_values_and_the_request(self, app: App, client: Client) -> None:
        @app.get("/<name>")
        async def show(name: str) -> tuple[str, int]:
            session["name"] = name
            g.name = name
            return f"{name} {request.path}", 201

        @app.after_request
        def after(response: Response) -> Response:
            response.headers["X-Name"] = g.name
            return response

        response = client.get("/ann")
        assert (response.text, response.status_code) == ("ann /ann", 201)
        assert response.headers["X-Name"] == "ann"
        assert "Set-Cookie" in response.headers

    @pytest.mark.parametrize("of_blueprint", [False, True])
    def test_hooks_run_in_their_order(
        self, app: App, client: Client, journal: list[str], of_blueprint: bool
    ) -> None:
        shop = Blueprint("shop", __name__)
        owner = shop if of_blueprint else app

        @owner.before_request
        async def before() -> None:
            journal.append("before")

        @owner.after_request
        async def after(response: Response) -> Response:
            journal.append("after")
            return response

        @owner.teardown_request
        async def teardown(exc: BaseException | None) -> None:
            journal.append(f"teardown {request.path}")

        @app.teardown_appcontext
        async def teardown_app(exc: BaseException | None) -> None:
            journal.append(f"teardown app {exc}")

        shop.add_url_rule("/", "index", lambda: journal.append("view") or "")
        app.register_blueprint(shop)
        client.get("/")
        assert journal == ["before", "view", "after", "teardown /", "teardown app None"]

    def test_hook_may_answer(self, app: App, client: Client) -> None:
        @app.before_request
        async def before() -> str:
            return "stop"

        assert client.get("/").text == "stop"

    def test_error_handlers_are_run(self, app: App, client: Client) -> None:
        @app.errorhandler(404)
        async def handle_missing(error: Exception) -> str:
            return "missing"

        @app.errorhandler(LookupError)
        async def handle_lookup(error: Exception) -> str:
            return f"lookup {error}"

        @app.errorhandler(500)
        async def handle_rest(error: Exception) -> str:
            return "rest"

        @app.get("/lookup")
        async def lookup() -> str:
            raise LookupError("x")

        @app.get("/fail")
        async def fail() -> str:
            raise ValueError

        @app.get("/abort")
        async def leave() -> str:
            abort(404)

        app.logger.disabled = True
        texts = [client.get(path).text for path in ("/nowhere", "/abort", "/lookup", "/fail")]
        app.logger.disabled = False
        assert texts == ["missing", "missing", "lookup x", "rest"]

    def test_failing_teardown_lets_the_others_run(
        self, app: App, client: Client, journal: list[str]
    ) -> None:
        @app.teardown_request
        async def note(exc: BaseException | None) -> None:
            journal.append("note")

        @app.teardown_request
        async def fail(exc: BaseException | None) -> None:
            raise OSError("disk")

        with pytest.raises(OSError, match="disk"):
            client.get("/")
        assert journal == ["note"]

    def test_view_added_to_the_table_is_run(self, app: App, client: Client) -> None:
        async def view() -> str:
            return "late"

        app.add_url_rule("/", "index")
        app.view_functions["index"] = view
        assert client.get("/").text == "late"

    def test_functions_for_urls_are_called_as_they_are(self, app: App, client: Client) -> None:
        calls: list[str | None] = []
        app.url_value_preprocessor(lambda endpoint, values: calls.append(endpoint))
        app.ensure_sync = lambda function: pytest.fail(f"{function} was wrapped")
        client.get("/nowhere")
        assert calls == [None]


class TestEnsureSync:
    """Y02."""

    def test_synchronous_function_is_returned_as_it_is(self, app: App) -> None:
        assert app.ensure_sync(len) is len

    def test_coroutine_function_becomes_callable(self, app: App) -> None:
        async def double(number: int) -> int:
            return number * 2

        assert app.ensure_sync(double)(4) == 8
        assert app.async_to_sync(double)(4) == 8

    def test_runner_can_be_replaced(self, app: App, client: Client) -> None:
        def refuse(function: Callable[..., Any]) -> Callable[..., Any]:
            return lambda **values: f"{function.__name__} refused"

        @app.get("/")
        async def index() -> str:
            return "run"

        assert client.get("/").text == "run"
        app.async_to_sync = refuse
        assert client.get("/").text == "index refused"

    def test_wrapper_of_all_functions_can_be_overridden(self) -> None:
        class Loud(App):
            def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
                return lambda **values: super(Loud, self).ensure_sync(func)(**values).upper()

        app = Loud("shop", root_path=".")
        app.add_url_rule("/<name>", "show", lambda name: name)
        assert Client(app).get("/ann").text == "ANN"
