"""Requests have identifiers, on a bare app and on a full one."""

from __future__ import annotations

import logging
from itertools import count

import pytest
from werkzeug.test import Client

from cruse_core import App
from cruse_core.errors import OutOfContextError
from cruse_request_id import RequestId, RequestIdFilter, current_request_id


def add_index(app: App) -> Client:
    """Add a view that returns the identifier, and return a client."""
    app.add_url_rule("/", "index", current_request_id)
    return Client(app)


def add_log_view(app: App) -> None:
    """Add a view at /log that logs a warning."""

    @app.get("/log")
    def log() -> str:
        app.logger.warning("inside")
        return ""


class TestIdentifier:
    def test_response_carries_what_the_view_has_seen(self, app: App) -> None:
        RequestId(app)

        response = add_index(app).get("/")

        assert response.headers["X-Request-ID"] == response.text

    def test_each_request_has_its_own(self, app: App) -> None:
        RequestId(app)
        client = add_index(app)

        assert client.get("/").text != client.get("/").text

    def test_error_page_carries_one(self, app: App) -> None:
        RequestId(app)

        assert add_index(app).get("/nowhere").headers["X-Request-ID"]

    def test_own_function_makes_it(self, app: App) -> None:
        numbers = count(1)
        RequestId(app, make=lambda: f"n{next(numbers)}")
        client = add_index(app)

        assert [client.get("/").text, client.get("/").text] == ["n1", "n2"]

    def test_outside_of_a_request_there_is_none(self, app: App) -> None:
        RequestId(app)

        with app.app_context(), pytest.raises(OutOfContextError):
            current_request_id()


class TestSettings:
    def test_identifier_of_a_stranger_is_not_taken_over(self, app: App) -> None:
        RequestId(app)

        assert add_index(app).get("/", headers={"X-Request-ID": "abc"}).text != "abc"

    def test_identifier_of_the_proxy_is_taken_over(self, app: App) -> None:
        app.config["REQUEST_ID_TRUSTED"] = True
        RequestId(app)

        assert add_index(app).get("/", headers={"X-Request-ID": "abc"}).text == "abc"

    def test_identifier_that_would_spoil_the_log_is_not_taken_over(self, app: App) -> None:
        app.config["REQUEST_ID_TRUSTED"] = True
        RequestId(app)

        assert add_index(app).get("/", headers={"X-Request-ID": "a b"}).text != "a b"

    def test_header_can_have_another_name(self, app: App) -> None:
        app.config["REQUEST_ID_HEADER"] = "X-Trace"
        RequestId(app)

        assert "X-Trace" in add_index(app).get("/").headers


class TestSeveralApps:
    def test_one_object_serves_them_with_their_own_settings(self) -> None:
        extension = RequestId()
        first, second = App("first"), App("second")
        second.config["REQUEST_ID_HEADER"] = "X-Second"
        extension.init_app(first)
        extension.init_app(second)

        assert "X-Request-ID" in add_index(first).get("/").headers
        assert "X-Second" in add_index(second).get("/").headers


class TestLogging:
    def test_records_have_the_identifier(self, app: App, caplog: pytest.LogCaptureFixture) -> None:
        RequestId(app, make=lambda: "n1")
        add_log_view(app)

        with caplog.filtering(RequestIdFilter()):
            logging.getLogger("shop").warning("outside")
            Client(app).get("/log")

        found = [(record.message, record.__dict__["request_id"]) for record in caplog.records]
        assert found == [("outside", "-"), ("inside", "n1")]

    def test_records_of_an_app_without_the_extension_have_a_dash(
        self, app: App, caplog: pytest.LogCaptureFixture
    ) -> None:
        add_log_view(app)

        with caplog.filtering(RequestIdFilter()):
            Client(app).get("/log")

        assert caplog.records[0].__dict__["request_id"] == "-"


class TestTemplates:
    def test_function_is_there_if_the_app_has_templates(self, app: App) -> None:
        RequestId(app)

        if hasattr(app, "jinja_env"):
            globals_ = getattr(app, "jinja_env").globals  # noqa: B009 - App lacks it
            assert globals_["request_id"] is current_request_id
        else:
            assert not hasattr(app, "add_template_global")
