from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pytest
import werkzeug.serving

from cruse_cli import AppGroup, CliRunner, CommandsApp
from cruse_core import App, g
from cruse_core.errors import MissingComponentError, SetupError


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the server is started with, instead of a server."""
    calls: dict[str, Any] = {}

    def run_simple(host: str, port: int, app: App, **options: Any) -> None:
        calls.update(options, host=host, port=port, app=app)

    monkeypatch.setattr(werkzeug.serving, "run_simple", run_simple)
    return calls


class TestCli:
    def test_is_a_group_with_the_name_of_the_app(self, app: CommandsApp) -> None:
        assert isinstance(app.cli, AppGroup)
        assert app.cli.name == "wiki"
        assert app.cli is app.cli

    def test_bare_app_says_what_to_install(self) -> None:
        with pytest.raises(AttributeError, match="'cruse-cli'"):
            App("bare").cli  # type: ignore[attr-defined]  # noqa: B018
        with pytest.raises(MissingComponentError, match=r"pip install cruse-cli"):
            App("bare").require(CommandsApp)


class TestShellContext:
    def test_has_the_app_and_g(self, app: CommandsApp) -> None:
        assert app.make_shell_context() == {"app": app, "g": g}

    def test_processors_add_names(self, app: CommandsApp) -> None:
        @app.shell_context_processor
        def add_names() -> dict[str, Any]:
            return {"answer": 42, "g": None}

        assert app.shell_context_processors == [add_names]
        context = app.make_shell_context()
        assert context["answer"] == 42
        assert context["g"] is None

    def test_processor_comes_too_late_after_a_request(self, app: CommandsApp) -> None:
        app._got_first_request = True
        with pytest.raises(SetupError, match="'shell_context_processor' can no longer be called"):
            app.shell_context_processor(dict)


class TestTestCliRunner:
    def test_is_clicks_with_the_app(self, app: CommandsApp) -> None:
        runner = app.test_cli_runner(charset="latin-1")
        assert isinstance(runner, CliRunner)
        assert isinstance(runner, click.testing.CliRunner)
        assert runner.app is app
        assert runner.charset == "latin-1"

    def test_class_may_be_replaced(self, app: CommandsApp) -> None:
        class OwnRunner(CliRunner):
            pass

        app.test_cli_runner_class = OwnRunner
        assert isinstance(app.test_cli_runner(), OwnRunner)


@pytest.mark.usefixtures("project")
class TestRun:
    def test_defaults(
        self, app: CommandsApp, served: dict[str, Any], capsys: pytest.CaptureFixture[str]
    ) -> None:
        app.run()
        assert (served["host"], served["port"], served["app"]) == ("127.0.0.1", 5000, app)
        assert served["threaded"] is True
        assert served["use_reloader"] is served["use_debugger"] is False
        assert capsys.readouterr().out == " * Serving Cruse app 'wiki'\n * Debug mode: off\n"

    def test_debug_switches_the_mode_on(
        self, app: CommandsApp, served: dict[str, Any], capsys: pytest.CaptureFixture[str]
    ) -> None:
        app.run(debug=True, port=8000, use_debugger=False)
        assert app.debug is True
        assert served["use_reloader"] is True
        assert served["use_debugger"] is False
        assert "Debug mode: on" in capsys.readouterr().out

    def test_variable_decides_on_debug(
        self, app: CommandsApp, served: dict[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CRUSE_DEBUG", "1")
        app.run()
        assert app.debug is True
        app.run(debug=False)
        assert app.debug is False

    def test_dotenv_file_decides_on_debug(
        self, app: CommandsApp, served: dict[str, Any], project: Path
    ) -> None:
        pytest.importorskip("dotenv")
        project.joinpath(".cruseenv").write_text("CRUSE_DEBUG=1")
        app.run(load_dotenv=False)
        assert app.debug is False
        app.run()
        assert app.debug is True

    def test_call_inside_a_command_is_ignored_and_explained(
        self,
        app: CommandsApp,
        served: dict[str, Any],
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.setenv("CRUSE_RUN_FROM_CLI", "true")
        app.run()
        assert served == {}
        out = capsys.readouterr().out
        assert "it was ignored" in out
        assert 'Call run() only below: if __name__ == "__main__":' in out

    def test_ignored_call_is_not_explained_again_after_a_restart(
        self,
        app: CommandsApp,
        served: dict[str, Any],
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.setenv("CRUSE_RUN_FROM_CLI", "true")
        monkeypatch.setenv("WERKZEUG_RUN_MAIN", "true")
        app.run()
        assert served == {}
        assert capsys.readouterr().out == ""

    def test_debugger_that_others_reach_is_warned_about(
        self, app: CommandsApp, served: dict[str, Any], capsys: pytest.CaptureFixture[str]
    ) -> None:
        app.run(debug=True)
        assert capsys.readouterr().err == ""
        app.run("0.0.0.0", debug=True)
        assert "other machines can reach the debugger on '0.0.0.0'" in capsys.readouterr().err
        app.config["SERVER_NAME"] = "192.0.2.1:5000"
        app.run(debug=True)
        assert "on '192.0.2.1'" in capsys.readouterr().err
        app.run("0.0.0.0", debug=True, use_debugger=False)
        assert capsys.readouterr().err == ""
