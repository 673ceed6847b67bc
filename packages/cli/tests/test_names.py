from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import click.testing
import pytest

from cruse_cli import CliRunner, CommandsApp, CruseGroup, ScriptInfo, cli, names
from cruse_cli.names import command_line

TABLES: tuple[list[Any], ...] = (
    names.prefixes,
    names.dotenv_files,
    names.entry_point_groups,
    names.version_lines,
)


@pytest.fixture
def aliases() -> Iterator[None]:
    """Add the names of another command, as a drop-in does, and forget them afterwards."""
    before = [list(table) for table in TABLES]
    for _ in range(2):
        names.add_aliases(
            "JUG",
            dotenv_file=".jugenv",
            entry_point_group="jug.commands",
            version_line=("Jug", "click"),
        )
    yield
    for table, content in zip(TABLES, before, strict=True):
        table[:] = content


@pytest.mark.usefixtures("aliases")
class TestAddAliases:
    def test_adds_each_name_once(self) -> None:
        assert names.variable_names("APP") == ["CRUSE_APP", "JUG_APP"]
        assert names.dotenv_files == [".cruseenv", ".jugenv"]
        assert names.entry_point_groups == ["cruse.commands", "jug.commands"]

    def test_messages_name_both_variables(self, project: Path) -> None:
        with pytest.raises(click.UsageError, match="'CRUSE_APP' or 'JUG_APP'"):
            ScriptInfo().load_app()

    def test_version_has_its_line(self, runner: CliRunner) -> None:
        lines = runner.invoke(cli, "--version").output.splitlines()
        assert [line.split()[0] for line in lines] == ["Python", "Cruse", "Jug", "Werkzeug"]

    def test_alias_sets_options_of_every_command(self, app: CommandsApp, runner: CliRunner) -> None:
        group = CruseGroup(create_app=lambda: app)

        @app.cli.command()
        @click.option("--how-many", type=int)
        def count(how_many: int) -> None:
            click.echo(how_many * 2)

        result = runner.invoke(group, "count", env={"JUG_COUNT_HOW_MANY": "4"})
        assert result.output == "8\n"
        assert "CRUSE_COUNT_HOW_MANY" not in os.environ

    def test_own_name_comes_before_the_alias(self, runner: CliRunner) -> None:
        env = {"JUG_ROUTES_SORT": "nonsense", "CRUSE_ROUTES_SORT": "rule"}
        assert runner.invoke(cli, "routes", env=env).exit_code == 0

    def test_alias_from_a_dotenv_file_sets_options(self, runner: CliRunner, project: Path) -> None:
        pytest.importorskip("dotenv")
        project.joinpath(".jugenv").write_text("JUG_ROUTES_SORT=nonsense")
        assert "nonsense" in runner.invoke(cli, "routes", obj=None).output

    def test_flag_is_set_under_both_names(self, app: CommandsApp) -> None:
        seen = {}

        @app.cli.command()
        def look() -> None:
            seen.update({name: os.environ[name] for name in names.variable_names("DEBUG")})

        app.test_cli_runner().invoke(CruseGroup(create_app=lambda: app), "--debug look")
        assert seen == {"CRUSE_DEBUG": "1", "JUG_DEBUG": "1"}


class TestGetLoadDotenv:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [("", True), ("0", True), ("no", True), ("False", True), ("1", False), ("yes", False)],
    )
    def test_variable_decides(
        self, monkeypatch: pytest.MonkeyPatch, value: str, expected: bool
    ) -> None:
        monkeypatch.setenv("CRUSE_SKIP_DOTENV", value)
        assert names.get_load_dotenv() is expected

    def test_default_decides_without_it(self) -> None:
        assert names.get_load_dotenv(True) is True
        assert names.get_load_dotenv(False) is False


class TestRestoredVariables:
    def test_undoes_what_was_set_and_changed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CRUSE_A", "before")
        with names.restored_variables():
            os.environ["CRUSE_A"] = "changed"
            os.environ["CRUSE_B"] = "new"
            os.environ["OTHER"] = "kept"
        assert os.environ["CRUSE_A"] == "before"
        assert "CRUSE_B" not in os.environ
        assert os.environ["OTHER"] == "kept"


class TestCommandName:
    def test_is_cruse_outside_a_command(self) -> None:
        assert names.command_name() == "cruse"

    def test_is_that_of_the_outermost_command(self) -> None:
        with (
            click.Context(click.Command("x"), info_name="wiki") as parent,
            click.Context(click.Command("y"), info_name="inner", parent=parent),
        ):
            assert names.command_name() == "wiki"


class TestCommandLine:
    def run(self, *args: str) -> str:
        """Return what a command of a group says of itself."""
        group = CruseGroup(name="cruse", add_default_commands=False)
        group.add_command(
            click.Command("serve", callback=lambda: click.echo(command_line(*self.words)))
        )
        return (
            click.testing.CliRunner()
            .invoke(group, [*args, "serve"], prog_name="cruse")
            .output.strip()
        )

    words: tuple[str, ...] = ()

    def test_is_the_command_that_runs(self) -> None:
        assert self.run() == "cruse serve"

    def test_repeats_the_app_that_was_typed(self) -> None:
        assert self.run("--app", "hello") == "cruse --app hello serve"
        self.words = ("run", "--port", "8000")
        assert self.run("-A", "hello:site") == "cruse --app hello:site run --port 8000"

    def test_leaves_out_the_app_of_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CRUSE_APP", "hello")
        assert self.run() == "cruse serve"

    def test_quotes_what_a_shell_takes_apart(self) -> None:
        assert self.run("--app", "hello:make('a')") == "cruse --app \"hello:make('a')\" serve"

    def test_is_run_outside_of_a_command(self) -> None:
        assert command_line() == "cruse run"
        assert command_line(app="hello") == "cruse --app hello run"
