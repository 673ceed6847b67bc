"""Errors on the way of a request: which are answered, which are logged, which are raised."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from werkzeug.exceptions import BadRequest, BadRequestKeyError, NotFound
from werkzeug.test import Client, create_environ

from cruse_core import (
    App,
    Blueprint,
    Response,
    abort,
    got_request_exception,
    request,
    request_started,
)


class StockError(Exception):
    pass


@pytest.fixture
def app(app: App) -> App:
    @app.get("/fail")
    def fail() -> str:
        raise StockError("empty")

    @app.get("/key")
    def key() -> str:
        return request.args["name"]

    app.add_url_rule("/bad", "bad", lambda: abort(400))
    return app


class TestUnhandled:
    """E03."""

    def test_is_answered_with_500_and_logged(
        self, client: Client, caplog: pytest.LogCaptureFixture
    ) -> None:
        """L02."""
        response = client.get("/fail")
        assert response.status_code == 500
        assert "Internal Server Error" in response.text
        (record,) = caplog.records
        assert record.getMessage() == "Exception on /fail [GET]"
        assert record.name == "shop"
        assert record.levelno == logging.ERROR
        assert record.exc_info is not None
        assert isinstance(record.exc_info[1], StockError)

    def test_is_announced_before_it_is_logged(
        self, app: App, client: Client, caplog: pytest.LogCaptureFixture
    ) -> None:
        seen: list[tuple[Exception, int]] = []

        def receive(sender: Any, exception: Exception) -> None:
            seen.append((exception, len(caplog.records)))

        with got_request_exception.connected_to(receive, app):
            client.get("/fail")
        assert [(str(error), count) for error, count in seen] == [("empty", 0)]

    @pytest.mark.parametrize(
        ("setting", "testing", "debug", "raised"),
        [
            (None, False, False, False),
            (None, True, False, True),
            (None, False, True, True),
            (True, False, False, True),
            (False, True, True, False),
        ],
    )
    @pytest.mark.usefixtures("caplog")
    def test_is_raised_as_propagate_exceptions_says(
        self,
        app: App,
        client: Client,
        setting: bool | None,
        testing: bool,
        debug: bool,
        raised: bool,
    ) -> None:
        app.config["PROPAGATE_EXCEPTIONS"] = setting
        app.testing = testing
        app.debug = debug
        if raised:
            with pytest.raises(StockError, match="empty"):
                client.get("/fail")
        else:
            assert client.get("/fail").status_code == 500

    def test_answer_goes_out_although_a_hook_fails(
        self, app: App, client: Client, caplog: pytest.LogCaptureFixture
    ) -> None:
        @app.after_request
        def fail_too(response: Response) -> Response:
            raise LookupError("hook")

        response = client.get("/fail")
        assert response.status_code == 500
        messages = [record.getMessage() for record in caplog.records]
        assert messages == [
            "Exception on /fail [GET]",
            "A hook failed while the answer to an error was processed.",
        ]

    def test_context_can_be_read_by_the_handler(self, app: App, client: Client) -> None:
        app.errorhandler(500)(lambda error: (request.path, 500))
        app.logger.disabled = True
        assert client.get("/fail").text == "/fail"
        app.logger.disabled = False

    def test_error_while_the_context_is_pushed_is_answered(self, app: App, client: Client) -> None:
        def fail(endpoint: str | None, values: Any) -> None:
            raise StockError("values")

        app.url_value_preprocessor(fail)
        app.errorhandler(StockError)(lambda error: str(error))
        assert client.get("/").text == "values"

    def test_error_of_a_receiver_is_handled_like_one_of_a_view(
        self, app: App, client: Client
    ) -> None:
        def receive(sender: Any) -> None:
            raise StockError("receiver")

        app.errorhandler(StockError)(lambda error: str(error))
        with request_started.connected_to(receive, app):
            assert client.get("/").text == "receiver"

    def test_reported_traceback_starts_at_the_view(self, app: App, client: Client) -> None:
        app.testing = True
        with pytest.raises(StockError) as caught:
            client.get("/fail")
        assert caught.traceback[-1].name == "fail"


class TestFindErrorHandler:
    def test_of_named_blueprints_needs_no_request(self, app: App) -> None:
        pages = Blueprint("pages", __name__)
        pages.register_error_handler(404, str)
        app.register_blueprint(pages)
        app.register_error_handler(404, repr)
        assert app._find_error_handler(NotFound(), ["pages"]) is str
        assert app._find_error_handler(NotFound(), []) is repr

    def test_of_the_current_request_are_those_of_its_blueprints(self, app: App) -> None:
        app.register_error_handler(404, repr)
        with app.request_context(create_environ("/key")):
            assert app._find_error_handler(NotFound()) is repr


class TestTrappedHTTPExceptions:
    """E05."""

    def test_all_are_raised_with_trap_http_exceptions(self, app: App, client: Client) -> None:
        app.testing = True
        app.config["TRAP_HTTP_EXCEPTIONS"] = True
        with pytest.raises(NotFound):
            client.get("/nowhere")
        with pytest.raises(BadRequest):
            client.get("/bad")

    def test_trapped_exceptions_are_handled_by_their_class(self, app: App, client: Client) -> None:
        app.config["TRAP_HTTP_EXCEPTIONS"] = True
        app.errorhandler(NotFound)(lambda error: "handled")
        assert client.get("/nowhere").text == "handled"

    @pytest.mark.parametrize(
        ("setting", "debug", "path", "trapped"),
        [
            (None, False, "/key", False),
            (None, True, "/key", True),
            (None, True, "/bad", False),
            (True, False, "/key", True),
            (True, False, "/bad", True),
            (True, False, "/nowhere", False),
            (False, True, "/key", False),
        ],
    )
    def test_bad_requests_are_raised_as_set(
        self, app: App, client: Client, setting: bool | None, debug: bool, path: str, trapped: bool
    ) -> None:
        app.config["PROPAGATE_EXCEPTIONS"] = True
        app.config["TRAP_BAD_REQUEST_ERRORS"] = setting
        app.debug = debug
        if trapped:
            with pytest.raises(BadRequest):
                client.get(path)
        else:
            assert client.get(path).status_code in {400, 404}

    @pytest.mark.parametrize(
        ("debug", "trap", "shown"), [(False, None, False), (True, False, True), (False, True, True)]
    )
    def test_missing_key_is_named_to_developers_only(
        self, app: App, debug: bool, trap: bool | None, shown: bool
    ) -> None:
        """Q02."""
        app.debug = debug
        app.config["TRAP_BAD_REQUEST_ERRORS"] = trap
        app.errorhandler(BadRequestKeyError)(lambda error: (str(error.description), 400))
        text = Client(app).get("/key").text
        assert ("KeyError: 'name'" in text) is shown


class TestStepsInATest:
    def test_log_exception_names_method_and_path(
        self, app: App, caplog: pytest.LogCaptureFixture
    ) -> None:
        with app.request_context(create_environ("/page", method="PUT")):
            app.log_exception((None, None, None))
        assert caplog.messages == ["Exception on /page [PUT]"]

    def test_no_error_is_ignored_by_default(self, app: App) -> None:
        assert app.should_ignore_error(ValueError()) is False

    def test_steps_outside_of_a_request_say_so(self, app: App) -> None:
        for step in (app.preprocess_request, app.dispatch_request, app.do_teardown_request):
            with pytest.raises(RuntimeError, match="Working outside of request context"):
                step()
            with app.app_context(), pytest.raises(RuntimeError, match="outside of request"):
                step()
