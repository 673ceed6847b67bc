"""Teardown functions run, all of them, whatever happened before."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import Client

from cruse_core import App, Blueprint, appcontext_tearing_down, request, request_tearing_down
from cruse_core.teardown import call_each, raise_together


def failing(error: BaseException) -> Any:
    def function(exc: BaseException | None) -> None:
        raise error

    return function


class TestCallEach:
    """C09, and what Cruse does better: none is left out."""

    def test_every_function_gets_the_exception(self) -> None:
        seen: list[BaseException | None] = []
        error = ValueError()
        call_each([seen.append, seen.append], error)
        assert seen == [error, error]

    def test_single_error_is_raised_as_it_is(self) -> None:
        seen: list[BaseException | None] = []
        error = ValueError("disk")
        with pytest.raises(ValueError, match="disk") as caught:
            call_each([failing(error), seen.append], None)
        assert caught.value is error
        assert seen == [None]

    def test_errors_are_grouped_in_the_order_of_the_calls(self) -> None:
        first, second = ValueError("1"), OSError("2")
        with pytest.raises(ExceptionGroup, match="2 teardown functions failed") as caught:
            call_each([failing(first), failing(second)], None)
        assert caught.value.exceptions == (first, second)

    def test_interruption_stops_at_once(self) -> None:
        seen: list[BaseException | None] = []
        with pytest.raises(KeyboardInterrupt):
            call_each([failing(KeyboardInterrupt()), seen.append], None)
        assert seen == []


class TestRaiseTogether:
    def test_groups_are_flattened(self) -> None:
        errors = [ValueError("1"), OSError("2"), KeyError("3")]
        with pytest.raises(ExceptionGroup, match="3 teardown functions") as caught:
            raise_together([ExceptionGroup("two", errors[:2]), errors[2]])
        assert list(caught.value.exceptions) == errors


class TestTeardownOfARequest:
    """C08, H03."""

    @pytest.fixture
    def ends(self, app: App) -> list[str]:
        ends: list[str] = []

        def note(name: str) -> Any:
            return lambda exc: ends.append(f"{name} {exc!r}")

        for number in (1, 2):
            app.teardown_request(note(f"request {number}"))
            app.teardown_appcontext(note(f"app {number}"))
        return ends

    def test_runs_in_reverse_order(self, app: App, client: Client, ends: list[str]) -> None:
        client.get("/nowhere")
        assert ends == ["request 2 None", "request 1 None", "app 2 None", "app 1 None"]

    def test_gets_the_unhandled_error(self, app: App, client: Client, ends: list[str]) -> None:
        app.testing = True
        app.add_url_rule("/", "index", lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            client.get("/")
        error = "ZeroDivisionError('division by zero')"
        assert ends == [
            f"request 2 {error}",
            f"request 1 {error}",
            f"app 2 {error}",
            f"app 1 {error}",
        ]

    def test_does_not_hear_of_a_handled_error(
        self, app: App, client: Client, ends: list[str]
    ) -> None:
        app.add_url_rule("/", "index", lambda: 1 / 0)
        app.register_error_handler(ZeroDivisionError, lambda error: "handled")
        client.get("/")
        assert ends[0] == "request 2 None"

    def test_runs_although_a_hook_failed(self, app: App, client: Client, ends: list[str]) -> None:
        app.before_request(lambda: 1 / 0)
        app.logger.disabled = True
        client.get("/")
        app.logger.disabled = False
        assert len(ends) == 4

    def test_of_blueprints_runs_before_that_of_the_app(
        self, app: App, client: Client, ends: list[str]
    ) -> None:
        parent, child = Blueprint("parent", __name__), Blueprint("child", __name__)
        parent.teardown_request(lambda exc: ends.append("parent"))
        child.teardown_request(lambda exc: ends.append("child"))
        child.add_url_rule("/", "index", lambda: "")
        parent.register_blueprint(child)
        app.register_blueprint(parent)
        client.get("/")
        assert ends[:3] == ["child", "parent", "request 2 None"]

    def test_signals_follow_the_functions(self, app: App, client: Client, ends: list[str]) -> None:
        """G01."""

        def tearing_down(sender: App, exc: BaseException | None) -> None:
            ends.append(f"request signal {request.path}")

        def app_tearing_down(sender: App, exc: BaseException | None) -> None:
            ends.append("app signal")

        with (
            request_tearing_down.connected_to(tearing_down, app),
            appcontext_tearing_down.connected_to(app_tearing_down, app),
        ):
            client.get("/x")
        assert [ends[2], ends[5]] == ["request signal /x", "app signal"]

    def test_all_run_although_several_fail(self, app: App, client: Client, ends: list[str]) -> None:
        app.teardown_request(failing(ValueError("request")))
        app.teardown_appcontext(failing(OSError("app")))
        with pytest.raises(ExceptionGroup) as caught:
            client.get("/")
        assert [str(error) for error in caught.value.exceptions] == ["request", "app"]
        assert len(ends) == 4
        assert not caught.value.__suppress_context__

    def test_signals_are_sent_although_a_function_failed(
        self, app: App, client: Client, ends: list[str]
    ) -> None:
        def tearing_down(sender: App, exc: BaseException | None) -> None:
            ends.append("signal")

        app.teardown_request(failing(ValueError("request")))
        app.teardown_appcontext(failing(OSError("app")))
        with (
            request_tearing_down.connected_to(tearing_down, app),
            appcontext_tearing_down.connected_to(tearing_down, app),
            pytest.raises(ExceptionGroup),
        ):
            client.get("/")
        assert ends.count("signal") == 2

    def test_failures_are_logged_together(
        self, app: App, client: Client, caplog: pytest.LogCaptureFixture
    ) -> None:
        app.teardown_request(failing(ValueError("request")))
        app.teardown_appcontext(failing(OSError("app")))
        with pytest.raises(ExceptionGroup) as caught:
            client.get("/page")
        (record,) = caplog.records
        assert record.name == "shop"
        assert record.levelname == "ERROR"
        assert "Exception in the teardown of <RequestContext of 'shop': GET" in record.getMessage()
        assert "/page" in record.getMessage()
        assert record.exc_info is not None
        assert record.exc_info[1] is caught.value

    def test_failure_at_the_end_of_a_command_is_logged(
        self, app: App, caplog: pytest.LogCaptureFixture
    ) -> None:
        app.teardown_appcontext(failing(OSError("disk")))
        with pytest.raises(OSError, match="disk"), app.app_context():
            pass
        assert "Exception in the teardown of <AppContext of 'shop'>" in caplog.text

    def test_next_request_is_served_after_a_failed_teardown(self, app: App, client: Client) -> None:
        errors = [ValueError("once")]

        @app.teardown_request
        def fail(exc: BaseException | None) -> None:
            if errors:
                raise errors.pop()

        app.add_url_rule("/", "index", lambda: "hello")
        with pytest.raises(ValueError, match="once"):
            client.get("/")
        assert client.get("/").text == "hello"

    def test_steps_can_be_called_in_a_test(self, app: App, ends: list[str]) -> None:
        error = ValueError("x")
        ctx = app.request_context(
            {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "wsgi.url_scheme": "http"}
        )
        with ctx:
            try:
                raise error
            except ValueError:
                app.do_teardown_request()
                app.do_teardown_appcontext()
            app.do_teardown_request(None)
            assert ends == [
                "request 2 ValueError('x')",
                "request 1 ValueError('x')",
                "app 2 ValueError('x')",
                "app 1 ValueError('x')",
                "request 2 None",
                "request 1 None",
            ]
