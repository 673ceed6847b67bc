"""Signals: who sends them, when, and with what."""

from __future__ import annotations

from typing import Any

import blinker
import pytest
from werkzeug.test import Client

import cruse_core
from cruse_core import (
    App,
    abort,
    appcontext_popped,
    appcontext_pushed,
    flash,
    got_request_exception,
    message_flashed,
    request,
    request_finished,
    request_started,
    request_tearing_down,
)
from cruse_core.signals import NamedSignal, Namespace

NAMES = (
    "appcontext_popped",
    "appcontext_pushed",
    "appcontext_tearing_down",
    "before_render_template",
    "got_request_exception",
    "message_flashed",
    "request_finished",
    "request_started",
    "request_tearing_down",
    "template_rendered",
)


class TestNames:
    """G01, G02."""

    @pytest.mark.parametrize("name", NAMES)
    def test_signal_is_public_and_named_after_itself(self, name: str) -> None:
        signal = getattr(cruse_core, name)
        assert isinstance(signal, NamedSignal)
        assert signal.name == name.replace("_", "-")

    def test_namespace_is_blinkers(self) -> None:
        assert Namespace is blinker.Namespace

    def test_signals_are_none_of_the_default_namespace(self) -> None:
        assert blinker.signal("request-started") is not request_started


class TestRequestSignals:
    """G01."""

    def test_sender_is_the_app_itself(self, app: App, client: Client) -> None:
        senders: list[Any] = []

        def receive(sender: Any) -> None:
            senders.append(sender)

        with request_started.connected_to(receive):
            client.get("/")
        assert senders[0] is app

    def test_other_apps_are_not_heard(self, app: App) -> None:
        heard: list[str] = []

        def receive(sender: Any) -> None:
            heard.append(sender.name)

        other = App("depot", root_path=".")
        with request_started.connected_to(receive, other):
            Client(app).get("/")
            Client(other).get("/")
        assert heard == ["depot"]

    def test_request_can_be_read_by_receivers(self, app: App, client: Client) -> None:
        paths: list[str] = []

        def receive(sender: Any, **values: Any) -> None:
            paths.append(request.path)

        signals = (
            appcontext_pushed,
            request_started,
            request_finished,
            request_tearing_down,
            appcontext_popped,
        )
        for signal in signals[:-1]:
            signal.connect(receive, app)
        client.get("/x")
        assert paths == ["/x"] * 4

    def test_finished_carries_the_response(self, app: App, client: Client) -> None:
        statuses: list[int] = []

        def receive(sender: Any, response: Any) -> None:
            statuses.append(response.status_code)
            response.headers["X-Seen"] = "yes"

        with request_finished.connected_to(receive, app):
            assert client.get("/nowhere").headers["X-Seen"] == "yes"
        assert statuses == [404]

    def test_unhandled_exception_is_announced_once(self, app: App, client: Client) -> None:
        errors: list[Exception] = []

        def receive(sender: Any, exception: Exception) -> None:
            errors.append(exception)

        app.add_url_rule("/fail", "fail", lambda: 1 / 0)
        app.add_url_rule("/abort", "abort", lambda: abort(409))
        app.logger.disabled = True
        with got_request_exception.connected_to(receive, app):
            client.get("/fail")
            client.get("/abort")
        app.logger.disabled = False
        assert [type(error) for error in errors] == [ZeroDivisionError]

    def test_flashed_message_is_announced(self, app: App, client: Client) -> None:
        heard: list[tuple[Any, str, str]] = []

        def receive(sender: Any, message: str, category: str) -> None:
            heard.append((sender, message, category))

        @app.get("/")
        def index() -> str:
            flash("saved", "info")
            return ""

        with message_flashed.connected_to(receive, app):
            client.get("/")
        assert heard == [(app, "saved", "info")]

    def test_failing_receiver_of_the_start_is_handled_as_a_view(
        self, app: App, client: Client
    ) -> None:
        def receive(sender: Any) -> None:
            abort(503)

        with request_started.connected_to(receive, app):
            assert client.get("/").status_code == 503


class TestAsyncReceivers:
    """H06."""

    @pytest.mark.parametrize(
        "name",
        [
            "appcontext_pushed",
            "request_started",
            "request_finished",
            "got_request_exception",
            "request_tearing_down",
            "appcontext_tearing_down",
            "appcontext_popped",
            "message_flashed",
        ],
    )
    def test_coroutine_function_is_run(self, app: App, client: Client, name: str) -> None:
        heard: list[str] = []

        async def receive(sender: Any, **values: Any) -> None:
            heard.append(sender.name)

        @app.get("/")
        def index() -> str:
            flash("saved")
            raise LookupError

        app.logger.disabled = True
        with getattr(cruse_core, name).connected_to(receive, app):
            client.get("/")
        app.logger.disabled = False
        assert heard == ["shop"]
