from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from cruse_cli import CliRunner, CommandsApp, cli
from cruse_core import App

Write = Callable[[str, str], Path]


@pytest.fixture(autouse=True)
def _no_line_editing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(sys, "__interactivehook__", raising=False)


class TestShell:
    def test_names_of_the_app_are_there(self, app: CommandsApp, runner: CliRunner) -> None:
        app.shell_context_processor(lambda: {"answer": 42})
        source = "print(app.name, answer, g is not None)\nfrom cruse_core import current_app\n"
        result = runner.invoke(cli, "shell", input=f"{source}print(current_app.import_name)\n")
        assert "wiki 42 True" in result.output
        assert ">>> wiki\n" in result.output

    def test_banner_tells_what_runs_where(self, app: CommandsApp, runner: CliRunner) -> None:
        output = runner.invoke(cli, "shell", input="").output
        assert f"Python {sys.version}" in output
        assert "App: wiki" in output
        assert f"Instance: {app.instance_path}" in output

    def test_bare_app_has_app_and_g(self) -> None:
        result = CliRunner(App("bare")).invoke(cli, "shell", input="print(app.name, bool(g))\n")
        assert "bare" in result.output

    def test_startup_file_is_run_first(
        self, runner: CliRunner, write: Write, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(
            "PYTHONSTARTUP", str(write("start.py", "helper = 'from start'\napp = 1"))
        )
        output = runner.invoke(cli, "shell", input="print(helper, app.name)\n").output
        assert "from start wiki" in output

    def test_missing_startup_file_is_ignored(
        self, runner: CliRunner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PYTHONSTARTUP", "/no/such/file.py")
        assert "App: wiki" in runner.invoke(cli, "shell", input="").output


class TestCompletion:
    @pytest.fixture
    def readline(self, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
        module = ModuleType("readline")
        vars(module)["set_completer"] = lambda f: vars(module).update(completer=f)
        monkeypatch.setitem(sys.modules, "readline", module)
        return module

    def test_tab_completes_names_of_the_shell(
        self, runner: CliRunner, monkeypatch: pytest.MonkeyPatch, readline: Any
    ) -> None:
        hooked: list[bool] = []
        monkeypatch.setattr(sys, "__interactivehook__", lambda: hooked.append(True), raising=False)
        runner.invoke(cli, "shell", input="favourite = 1\n")
        assert readline.completer("favou", 0) == "favourite"
        assert hooked == [True]

    def test_python_without_readline_has_no_completion(
        self, runner: CliRunner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        hooked: list[bool] = []
        monkeypatch.setattr(sys, "__interactivehook__", lambda: hooked.append(True), raising=False)
        monkeypatch.setitem(sys.modules, "readline", None)
        assert "App: wiki" in runner.invoke(cli, "shell", input="").output
        assert hooked == [True]
