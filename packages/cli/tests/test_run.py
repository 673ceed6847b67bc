"""The options of `run`, and what stands in for an app; `test_run_server.py` starts servers."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import pytest
import werkzeug.serving
from click.testing import CliRunner
from werkzeug.test import Client

from cruse_cli import CruseGroup, cli, run_command
from cruse_cli.run import BrokenApp, check_address
from cruse_core import App

Write = Callable[[str, str], Path]


class TestOptions:
    @pytest.fixture
    def served(self, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
        calls: dict[str, Any] = {}

        def run_simple(host: str, port: int, app: App, **options: Any) -> None:
            calls.update(options, host=host, port=port, app=app)

        monkeypatch.setattr(werkzeug.serving, "run_simple", run_simple)
        monkeypatch.setattr("cruse_cli.run.check_address", lambda host, port: None)
        return calls

    def run(self, *args: str, **env: str) -> click.testing.Result:
        group = CruseGroup(create_app=lambda: App("made"))
        return CliRunner().invoke(group, ["run", *args], env=env)

    def test_defaults(self, served: dict[str, Any]) -> None:
        self.run()
        assert (served["host"], served["port"]) == ("127.0.0.1", 5000)
        assert served["threaded"] is True
        assert served["use_reloader"] is served["use_debugger"] is False
        assert served["ssl_context"] is served["extra_files"] is served["exclude_patterns"] is None

    def test_debug_mode_switches_reloader_and_debugger_on(self, served: dict[str, Any]) -> None:
        self.run("--debug")
        assert served["use_reloader"] is served["use_debugger"] is True
        assert served["app"].debug is True

    def test_each_can_be_switched_off(self, served: dict[str, Any]) -> None:
        self.run("--debug", "--no-reload", "--no-debugger", "--without-threads")
        assert served["use_reloader"] is served["use_debugger"] is served["threaded"] is False

    def test_every_option_has_a_variable(self, served: dict[str, Any]) -> None:
        self.run(
            CRUSE_RUN_HOST="0.0.0.0",
            CRUSE_RUN_PORT="8000",
            CRUSE_RUN_RELOAD="1",
            CRUSE_RUN_DEBUGGER="1",
            CRUSE_RUN_WITH_THREADS="0",
            CRUSE_RUN_EXTRA_FILES=os.pathsep.join(("a", "b")),
            CRUSE_RUN_EXCLUDE_PATTERNS="*x*",
            CRUSE_RUN_DEBUG="1",
        )
        assert served["app"].debug is True
        assert (served["host"], served["port"]) == ("0.0.0.0", 8000)
        assert served["use_reloader"] is served["use_debugger"] is True
        assert served["threaded"] is False
        assert served["extra_files"] == ["a", "b"]
        assert served["exclude_patterns"] == ["*x*"]

    def test_certificate_variables_are_paired(self, served: dict[str, Any]) -> None:
        self.run(CRUSE_RUN_CERT=__file__, CRUSE_RUN_KEY=__file__)
        assert served["ssl_context"] == (__file__, __file__)

    def test_debugger_that_others_reach_is_warned_about(self, served: dict[str, Any]) -> None:
        output = self.run("--debug", "--host", "0.0.0.0").output
        assert "other machines can reach the debugger on '0.0.0.0'" in output
        assert "whoever finds its PIN" in output
        assert "run --no-debugger'" in output
        assert served["use_debugger"] is True

    def test_warning_tells_that_the_debugger_has_no_pin(self, served: dict[str, Any]) -> None:
        output = self.run("--debug", "--host", "0.0.0.0", WERKZEUG_DEBUG_PIN="off").output
        assert "for everybody, because its PIN is switched off" in output

    @pytest.mark.parametrize(
        "args", [("--debug",), ("--host", "0.0.0.0"), ("--debug", "-h", "0.0.0.0", "--no-debugger")]
    )
    def test_nobody_is_warned_without_reason(
        self, served: dict[str, Any], args: tuple[str, ...]
    ) -> None:
        assert "other machines" not in self.run(*args).output

    def test_restarted_server_does_not_warn_again(
        self, served: dict[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("WERKZEUG_RUN_MAIN", "true")
        assert "other machines" not in self.run("--debug", "--host", "0.0.0.0").output

    def test_port_must_exist(self) -> None:
        result = self.run("--port", "99999")
        assert result.exit_code == 2
        assert "0<=x<=65535" in result.output

    def test_app_that_fails_is_served_after_a_restart(
        self, served: dict[str, Any], project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("WERKZEUG_RUN_MAIN", "true")
        result = CliRunner().invoke(cli, ["run"])
        assert isinstance(served["app"], BrokenApp)
        assert "Name it with 'cruse --app MODULE run'" in result.output
        assert "Debug mode" not in result.output

    @pytest.mark.parametrize(
        ("port", "error"),
        [
            ("abc", "'abc' is not a valid integer."),
            ("70000", "70000 is not in the range 0<=x<=65535."),
        ],
    )
    def test_port_that_is_none_is_a_usage_error(self, port: str, error: str) -> None:
        result = CliRunner().invoke(cli, ["run", "-p", port])
        assert result.exit_code == 2
        assert f"Error: Invalid value for '--port' / '-p': {error}" in result.output

    def test_suggested_command_names_the_app_that_was_typed(
        self, write: Callable[[str, str], Path]
    ) -> None:
        write("hello.py", "from cruse_core import App\napp = App(__name__)")
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            options = ["--app", "hello", "run", "--port", str(port)]
            result = CliRunner().invoke(cli, options, prog_name="cruse")
        assert f"'cruse --app hello run --port {port + 1}'" in result.output

    def test_help_is_complete(self) -> None:
        for option in run_command.params:
            assert isinstance(option, click.Option)
            assert option.help


class TestBrokenApp:
    @pytest.fixture
    def error(self) -> ValueError:
        try:
            raise ValueError("no database")
        except ValueError as exc:
            return exc

    def test_prints_the_traceback(
        self, error: ValueError, capsys: pytest.CaptureFixture[str]
    ) -> None:
        BrokenApp(error, use_debugger=False)
        text = capsys.readouterr().err
        assert "ValueError: no database" in text
        assert "waits for the code to be corrected" in text

    def test_answers_without_details(self, error: ValueError) -> None:
        response = Client(BrokenApp(error, use_debugger=False)).get("/any")
        assert response.status_code == 500
        assert "The terminal of the server says why." in response.text
        assert "database" not in response.text

    def test_leaves_the_answer_to_the_debugger(self, error: ValueError) -> None:
        app = BrokenApp(error, use_debugger=True)
        for _ in range(2):
            with pytest.raises(ValueError, match="no database") as caught:
                Client(app).get("/any")
        # Each answer begins with the same traceback, not with that of the answer before.
        assert sum(entry.name == "__call__" for entry in caught.traceback) == 1


class TestCheckAddress:
    def test_free_port_is_fine(self) -> None:
        check_address("127.0.0.1", 0)
        check_address("localhost", 0)

    def test_path_of_a_socket_is_left_to_the_server(self) -> None:
        check_address("unix:///tmp/does-not-matter.sock", 5000)

    def test_taken_port_is_explained(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            with pytest.raises(click.ClickException, match=rf"Port {port} on.*take another port"):
                check_address("127.0.0.1", port)

    def test_highest_port_suggests_a_lower_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.fail_with(monkeypatch, OSError(98, "Address already in use"))
        with pytest.raises(click.ClickException, match="--port 5000'"):
            check_address("127.0.0.1", 65535)

    def test_reserved_port_is_explained(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.fail_with(monkeypatch, PermissionError(13, "Permission denied"))
        with pytest.raises(click.ClickException, match=r"may not listen on port 80.*--port 8000"):
            check_address("127.0.0.1", 80)

    def test_foreign_address_is_explained(self) -> None:
        # RFC 5737: reserved for documentation, so no interface has it.
        with pytest.raises(click.ClickException, match=r"'192\.0\.2\.1'.*Take 127\.0\.0\.1"):
            check_address("192.0.2.1", 0)

    def test_unknown_name_is_explained(self) -> None:
        with pytest.raises(click.ClickException, match=r"cannot listen on 'no\.such\.invalid'"):
            check_address("no.such.invalid", 0)

    def fail_with(self, monkeypatch: pytest.MonkeyPatch, error: OSError) -> None:
        def bind(self: socket.socket, address: object) -> None:
            raise error

        monkeypatch.setattr("cruse_cli.run.socket", _with_bind(bind))


def _with_bind(bind: Callable[..., None]) -> ModuleType:
    """Return a stand-in of the module `socket` whose sockets cannot be bound."""
    module = ModuleType("socket")
    vars(module).update(vars(socket))
    vars(module)["socket"] = type("socket", (socket.socket,), {"bind": bind})
    return module
