"""Error handlers: what they can be registered for, and which one is chosen."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.exceptions import Conflict, Forbidden, HTTPException, InternalServerError, NotFound
from werkzeug.test import Client

from cruse_core import App, Blueprint, abort
from cruse_core.error_handlers import (
    exception_class_and_code,
    find_error_handler,
    make_error_handler_spec,
)


class Teapot(HTTPException):
    code = 418
    description = "short and stout"


class Overdue(HTTPException):
    code = 499


class StockError(Exception):
    pass


class EmptyError(StockError):
    pass


class TestRegistration:
    """E01."""

    def test_code_stands_for_its_class(self) -> None:
        assert exception_class_and_code(404) == (NotFound, 404)

    def test_class_brings_its_code(self) -> None:
        assert exception_class_and_code(Overdue) == (Overdue, 499)
        assert exception_class_and_code(HTTPException) == (HTTPException, None)
        assert exception_class_and_code(StockError) == (StockError, None)

    def test_unknown_code_says_to_use_a_class(self, app: App) -> None:
        with pytest.raises(ValueError, match="Use a subclass of HTTPException with that code"):
            app.errorhandler(499)(lambda error: "")

    def test_instance_says_to_pass_the_class(self, app: App) -> None:
        instance: Any = NotFound()
        with pytest.raises(TypeError, match="is an instance, not a class.*Pass NotFound itself"):
            app.register_error_handler(instance, lambda error: "")

    @pytest.mark.parametrize("other", [dict, KeyboardInterrupt])
    def test_class_of_another_kind_says_what_to_pass(self, app: App, other: Any) -> None:
        with pytest.raises(ValueError, match="is not a subclass of Exception.*Pass one of those"):
            app.register_error_handler(other, lambda error: "")

    @pytest.mark.parametrize("other", ["NotFound", None, 404.0, lambda: None])
    def test_what_is_no_class_says_what_to_pass(self, app: App, other: Any) -> None:
        with pytest.raises(TypeError, match="is neither a class nor a number.*Pass one of those"):
            app.register_error_handler(other, lambda error: "")


class TestFindErrorHandler:
    """E02."""

    def test_empty_table_has_none(self) -> None:
        assert find_error_handler(make_error_handler_spec(), StockError, ()) is None

    @pytest.mark.parametrize(
        ("registered", "raised", "blueprints", "expected"),
        [
            # the class itself before its bases
            ([(None, StockError), (None, EmptyError)], EmptyError, (), 1),
            ([(None, Exception), (None, StockError)], EmptyError, (), 1),
            # a code before a class that catches all
            ([(None, HTTPException), (None, NotFound)], NotFound, (), 1),
            ([("shop", HTTPException), (None, NotFound)], NotFound, ("shop",), 1),
            ([("shop", Exception), (None, HTTPException)], NotFound, ("shop",), 0),
            # the inner blueprint before the outer one and the app
            ([(None, StockError), ("shop", StockError)], StockError, ("shop",), 1),
            ([("a", StockError), ("a.b", StockError)], StockError, ("a.b", "a"), 1),
            ([("a", NotFound), ("a.b", Forbidden)], NotFound, ("a.b", "a"), 0),
            ([("shop", Exception), (None, StockError)], StockError, ("shop",), 0),
            # nobody's
            ([("shop", StockError)], StockError, (), None),
            ([(None, EmptyError)], StockError, (), None),
            ([(None, NotFound)], Forbidden, (), None),
            # a class without a code of its own catches those with one
            ([(None, HTTPException)], Overdue, (), 0),
            ([(None, Exception)], NotFound, (), 0),
        ],
    )
    def test_chooses(
        self,
        registered: list[tuple[str | None, type[Exception]]],
        raised: type[Exception],
        blueprints: tuple[str, ...],
        expected: int | None,
    ) -> None:
        spec = make_error_handler_spec()
        handlers = [(lambda error: "") for _ in registered]
        for (name, exc_class), handler in zip(registered, handlers, strict=True):
            spec[name][exception_class_and_code(exc_class)[1]][exc_class] = handler
        found = find_error_handler(spec, raised, blueprints)
        assert found is (None if expected is None else handlers[expected])


class TestHandlers:
    """E01, E02: seen by a client."""

    def test_code_is_handled(self, app: App, client: Client) -> None:
        app.errorhandler(404)(lambda error: (f"no {error.code}", 404))
        response = client.get("/nowhere")
        assert (response.text, response.status_code) == ("no 404", 404)

    def test_status_is_the_handlers_own(self, app: App, client: Client) -> None:
        app.errorhandler(404)(lambda error: "fine")
        assert client.get("/nowhere").status_code == 200

    def test_class_is_handled_for_its_subclasses(self, app: App, client: Client) -> None:
        app.errorhandler(StockError)(lambda error: type(error).__name__)

        @app.get("/")
        def index() -> str:
            raise EmptyError

        assert client.get("/").text == "EmptyError"

    def test_http_exception_of_ones_own_is_handled_by_its_class(
        self, app: App, client: Client
    ) -> None:
        app.errorhandler(Overdue)(lambda error: ("overdue", 499))

        @app.get("/")
        def index() -> str:
            raise Overdue

        assert client.get("/").text == "overdue"

    def test_http_exception_without_a_handler_is_its_own_answer(
        self, app: App, client: Client
    ) -> None:
        """E04: as HTML, if the settings say so."""
        app.config["JSON_ERRORS"] = "never"

        @app.get("/")
        def index() -> str:
            raise Teapot

        response = client.get("/", headers={"Accept": "application/json"})
        assert response.status_code == 418
        assert response.mimetype == "text/html"
        assert "short and stout" in response.text

    def test_blueprint_handles_its_views_only(self, app: App, client: Client) -> None:
        """B09: and no URL that matches none of them."""
        shop = Blueprint("shop", __name__, url_prefix="/shop")
        shop.errorhandler(404)(lambda error: ("shop", 404))
        shop.add_url_rule("/<int:number>", "show", lambda number: abort(404))
        app.register_blueprint(shop)
        app.add_url_rule("/", "index", lambda: abort(404))
        assert client.get("/shop/7").text == "shop"
        assert "Not Found" in client.get("/").text
        assert "Not Found" in client.get("/shop/seven").text

    def test_blueprint_can_handle_for_the_whole_app(self, app: App, client: Client) -> None:
        """B07."""
        shop = Blueprint("shop", __name__, url_prefix="/shop")
        shop.app_errorhandler(404)(lambda error: ("everywhere", 404))
        app.register_blueprint(shop)
        assert client.get("/nowhere").text == "everywhere"

    def test_redirect_of_the_map_is_never_handled(self, app: App, client: Client) -> None:
        app.errorhandler(Exception)(lambda error: "handled")
        app.add_url_rule("/folder/", "folder", lambda: "")
        assert client.get("/folder").status_code == 308

    def test_response_wrapped_in_an_exception_is_never_handled(
        self, app: App, client: Client
    ) -> None:
        app.errorhandler(HTTPException)(lambda error: "handled")
        app.add_url_rule("/", "index", lambda: abort(app.response_class("own", 409)))
        response = client.get("/")
        assert (response.text, response.status_code) == ("own", 409)

    def test_error_in_a_handler_is_unhandled(self, app: App, client: Client) -> None:
        app.testing = True

        @app.errorhandler(404)
        def fail(error: NotFound) -> str:
            raise StockError("in the handler")

        with pytest.raises(StockError, match="in the handler"):
            client.get("/nowhere")

    def test_errors_of_hooks_are_handled(self, app: App, client: Client) -> None:
        app.errorhandler(StockError)(lambda error: "handled")

        @app.before_request
        def fail() -> None:
            raise StockError

        assert client.get("/").text == "handled"

    def test_handler_may_return_the_exception(self, app: App, client: Client) -> None:
        app.errorhandler(HTTPException)(lambda error: error)
        assert client.get("/nowhere").status_code == 404

    def test_handler_for_500_gets_the_original(self, app: App, client: Client) -> None:
        """E03."""
        seen: list[Any] = []

        @app.errorhandler(500)
        def handle(error: InternalServerError) -> tuple[str, int]:
            seen.append(error.original_exception)
            return "sorry", 500

        @app.get("/fail")
        def fail() -> str:
            raise StockError

        app.add_url_rule("/abort", "abort", lambda: abort(500))
        app.logger.disabled = True
        assert client.get("/fail").text == "sorry"
        app.logger.disabled = False
        assert client.get("/abort").text == "sorry"
        assert isinstance(seen[0], StockError)
        assert seen[1] is None

    def test_handler_gets_the_description(self, app: App, client: Client) -> None:
        app.add_url_rule("/", "index", lambda: abort(409, "taken"))
        app.register_error_handler(Conflict, lambda error: error.description)
        assert client.get("/").text == "taken"
