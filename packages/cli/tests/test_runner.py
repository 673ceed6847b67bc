from __future__ import annotations

import click
import pytest

from cruse_cli import CliRunner, CommandsApp, ScriptInfo, cli
from cruse_core import App, current_app


@pytest.fixture
def hello(app: CommandsApp) -> click.Command:
    @app.cli.command("hello")
    def hello() -> None:
        click.echo(f"hello from {current_app.name}")

    return hello


class TestInvoke:
    @pytest.mark.usefixtures("hello")
    def test_commands_of_the_app_need_only_arguments(self, runner: CliRunner) -> None:
        assert runner.invoke(args=["hello"]).output == "hello from wiki\n"
        assert runner.invoke(args="hello").output == "hello from wiki\n"

    def test_command_is_invoked_itself(self, runner: CliRunner, hello: click.Command) -> None:
        assert runner.invoke(hello).output == "hello from wiki\n"

    @pytest.mark.usefixtures("hello")
    def test_command_that_loads_an_app_gets_this_one(self, runner: CliRunner) -> None:
        assert runner.invoke(cli, "hello").output == "hello from wiki\n"

    def test_object_may_be_given(self, runner: CliRunner, hello: click.Command) -> None:
        info = ScriptInfo(create_app=lambda: App("other"))
        assert runner.invoke(hello, obj=info).output == "hello from other\n"

    def test_bare_app_needs_a_command(self) -> None:
        with pytest.raises(TypeError, match="Pass the command, or derive the class"):
            CliRunner(App("bare")).invoke(args="hello")
