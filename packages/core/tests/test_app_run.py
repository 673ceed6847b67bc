"""`App.run`, the development server."""

from __future__ import annotations

from typing import Any

import pytest

from cruse_core import App
from cruse_core.request_handler import RequestHandler


class TestRun:
    """A13 and D01, as far as the bare app goes."""

    @pytest.fixture
    def calls(self, monkeypatch: pytest.MonkeyPatch) -> list[tuple[tuple[Any, ...], Any]]:
        calls: list[tuple[tuple[Any, ...], Any]] = []

        def run_simple(*args: Any, request_handler: type, **options: Any) -> None:
            assert request_handler is RequestHandler
            calls.append((args, options))

        monkeypatch.setattr("werkzeug.serving.run_simple", run_simple)
        return calls

    @pytest.mark.parametrize(
        ("server_name", "arguments", "address"),
        [
            (None, (), ("127.0.0.1", 5000)),
            (None, ("0.0.0.0", 80), ("0.0.0.0", 80)),
            ("shop.test:8080", (), ("shop.test", 8080)),
            ("shop.test", (), ("shop.test", 5000)),
            ("shop.test:8080", (None, 0), ("shop.test", 0)),
            ("shop.test:8080", ("::1",), ("::1", 8080)),
        ],
    )
    def test_address_is_given_or_that_of_the_server_name(
        self, app: App, calls: list[Any], server_name: str, arguments: Any, address: Any
    ) -> None:
        app.config["SERVER_NAME"] = server_name
        app.run(*arguments)
        assert calls == [
            (
                (*address, app),
                {"use_reloader": False, "use_debugger": False, "threaded": True},
            )
        ]

    def test_handler_of_connections_can_be_another(
        self, app: App, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        handlers: list[type] = []
        monkeypatch.setattr(
            "werkzeug.serving.run_simple",
            lambda *args, request_handler, **options: handlers.append(request_handler),
        )

        class Own(RequestHandler):
            pass

        app.run(request_handler=Own)
        assert handlers == [Own]

    def test_debug_mode_brings_reloader_and_debugger(self, app: App, calls: list[Any]) -> None:
        app.run(debug=True)
        assert app.debug
        assert calls[0][1] == {"use_reloader": True, "use_debugger": True, "threaded": True}

    def test_debug_mode_stays_as_it_is_unless_given(self, app: App, calls: list[Any]) -> None:
        app.debug = True
        app.run()
        assert app.debug
        app.run(debug=False)
        assert not app.debug

    def test_options_are_those_of_the_server(self, app: App, calls: list[Any]) -> None:
        app.run(debug=True, use_reloader=False, threaded=False, ssl_context="adhoc")
        assert calls[0][1] == {
            "use_reloader": False,
            "use_debugger": True,
            "threaded": False,
            "ssl_context": "adhoc",
        }
