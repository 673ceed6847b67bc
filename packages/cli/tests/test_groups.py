from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import pytest
from click.testing import CliRunner

from cruse_cli import AppGroup, CommandsApp, CruseGroup, NoAppError, ScriptInfo, cli
from cruse_core import App, current_app, has_app_context

Write = Callable[[str, str], Path]


@pytest.fixture
def shell_runner() -> CliRunner:
    """A runner that knows no application."""
    return CliRunner()


@pytest.fixture
def entry_points(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Offer a command by an entry point of the group `cruse.commands`."""
    offered: list[metadata.EntryPoint] = []

    def find(*, group: str) -> list[metadata.EntryPoint]:
        return [point for point in offered if point.group == group]

    monkeypatch.setattr(metadata, "entry_points", find)
    return lambda name, value: offered.append(metadata.EntryPoint(name, value, "cruse.commands"))


class TestAppGroup:
    def test_commands_run_in_the_context(self, shell_runner: CliRunner) -> None:
        group = AppGroup("tools")

        @group.command()
        def first() -> None:
            click.echo(current_app.name)

        @group.group()
        def inner() -> None: ...

        @inner.command("second")
        def _second() -> None:
            click.echo(current_app.name)

        info = ScriptInfo(create_app=lambda: App("made"))
        assert shell_runner.invoke(group, ["first"], obj=info).output == "made\n"
        assert shell_runner.invoke(group, ["inner", "second"], obj=info).output == "made\n"
        assert isinstance(inner, AppGroup)

    def test_decorators_need_no_parentheses(self, shell_runner: CliRunner) -> None:
        group = AppGroup("tools")

        @group.command
        def first() -> None:
            click.echo(current_app.name)

        @group.group
        def inner() -> None: ...

        info = ScriptInfo(create_app=lambda: App("made"))
        assert shell_runner.invoke(group, ["first"], obj=info).output == "made\n"
        assert isinstance(inner, AppGroup)

    def test_command_may_do_without_context(self, shell_runner: CliRunner) -> None:
        group = AppGroup("tools")

        @group.command(with_appcontext=False)
        def plain() -> None:
            click.echo(bool(current_app))

        info = ScriptInfo(create_app=lambda: pytest.fail("the app is not needed"))
        assert shell_runner.invoke(group, ["plain"], obj=info).output == "False\n"

    def test_group_class_may_be_chosen(self) -> None:
        @AppGroup("tools").group(cls=click.Group)
        def inner() -> None: ...

        assert type(inner) is click.Group


class TestCommandsOfTheApp:
    def test_are_found_and_listed(self, app: CommandsApp, shell_runner: CliRunner) -> None:
        group = CruseGroup(create_app=lambda: app)

        @app.cli.command()
        def hello() -> None:
            """Greet."""
            click.echo(f"hello from {current_app.name}")

        assert shell_runner.invoke(group, ["hello"]).output == "hello from wiki\n"
        assert "hello   Greet." in shell_runner.invoke(group, ["--help"]).output

    def test_context_is_there_for_callbacks_of_parameters(
        self, app: CommandsApp, shell_runner: CliRunner
    ) -> None:
        def check(ctx: click.Context, param: click.Parameter, value: str) -> str:
            assert ctx.obj.load_app() is current_app._get_current_object()  # type: ignore[attr-defined]
            return value + current_app.name

        @app.cli.command(with_appcontext=False)
        @click.argument("value", callback=check)
        def show(value: str) -> None:
            click.echo(value)

        group = CruseGroup(create_app=lambda: app)
        assert shell_runner.invoke(group, ["show", "x"]).output == "xwiki\n"

    def test_context_is_pushed_once(self, app: CommandsApp, shell_runner: CliRunner) -> None:
        ended = []
        app.teardown_appcontext(lambda exc: ended.append(exc))

        @app.cli.command()
        def show() -> None:
            pass

        group = CruseGroup(create_app=lambda: app)
        with app.app_context():
            shell_runner.invoke(group, ["show"])
            assert ended == []
        shell_runner.invoke(group, ["show"])
        assert len(ended) == 2

    @pytest.mark.parametrize("args", [[], ["--help"], ["show", "--help"], ["show", "--nonsense"]])
    def test_context_is_gone_after_help(
        self, app: CommandsApp, shell_runner: CliRunner, args: list[str]
    ) -> None:
        app.cli.command("show")(lambda: None)
        shell_runner.invoke(CruseGroup(create_app=lambda: app), args)
        assert not has_app_context()

    def test_options_are_set_by_variables(self, app: CommandsApp, shell_runner: CliRunner) -> None:
        @app.cli.group()
        def db() -> None: ...

        @db.command()
        @click.option("--batch-size", type=int)
        def load(batch_size: int) -> None:
            click.echo(batch_size + 1)

        result = shell_runner.invoke(
            CruseGroup(create_app=lambda: app),
            ["db", "load"],
            env={"CRUSE_DB_LOAD_BATCH_SIZE": "41"},
        )
        assert result.output == "42\n"

    def test_bare_app_has_only_the_commands_of_the_group(self, shell_runner: CliRunner) -> None:
        group = CruseGroup(create_app=lambda: App("bare", static_folder=None))
        assert "No routes" in shell_runner.invoke(group, ["routes"]).output
        assert "routes" in shell_runner.invoke(group, ["--help"]).output
        result = shell_runner.invoke(group, ["route"])
        assert "Did you mean 'routes'?" in result.output

    def test_unknown_command_suggests_one_of_the_app(
        self, app: CommandsApp, shell_runner: CliRunner
    ) -> None:
        app.cli.command("init-db")(lambda: None)
        result = shell_runner.invoke(CruseGroup(create_app=lambda: app, name="wiki"), ["init-bd"])
        assert result.exit_code == 2
        assert "No such command 'init-bd'. Did you mean 'init-db'?" in result.output
        assert "'wiki --help' lists the commands" in result.output


class TestAppThatCannotBeLoaded:
    def test_unknown_command_says_so_before(self, project: Path, shell_runner: CliRunner) -> None:
        result = shell_runner.invoke(cli, ["seed"])
        assert result.exit_code == 2
        assert "CRUSE_APP" in result.stderr
        assert "No such command 'seed'." in result.stderr
        assert result.stderr.index("CRUSE_APP") < result.stderr.index("No such command")

    def test_help_is_shown_all_the_same(self, project: Path, shell_runner: CliRunner) -> None:
        result = shell_runner.invoke(cli, ["--help"])
        assert result.exit_code == 0
        assert "CRUSE_APP" in result.stderr
        assert "Usage:" in result.stdout

    def test_help_shows_the_traceback(self, write: Write, shell_runner: CliRunner) -> None:
        write("app.py", "def load():\n    raise ValueError('oh no')\nload()\n")
        result = shell_runner.invoke(cli, ["--help"])
        assert result.exit_code == 0
        assert "ValueError: oh no" in result.stderr
        assert 'app.py", line 2, in load' in result.stderr
        assert "Usage:" in result.stdout

    def test_completion_prints_no_error(self, project: Path, shell_runner: CliRunner) -> None:
        result = shell_runner.invoke(
            cli,
            env={
                "_CRUSE_COMPLETE": "bash_complete",
                "COMP_WORDS": "cruse ro",
                "COMP_CWORD": "1",
            },
            prog_name="cruse",
        )
        assert result.output == "plain,routes\n"

    def test_completion_knows_the_commands_of_an_app(
        self, write: Write, shell_runner: CliRunner
    ) -> None:
        write(
            "app.py",
            """
            from cruse_cli import CommandsApp
            app = CommandsApp(__name__)
            @app.cli.command("seed-notes")
            def seed_notes(): "Write examples."
            """,
        )
        result = shell_runner.invoke(
            cli,
            env={"_CRUSE_COMPLETE": "bash_complete", "COMP_WORDS": "cruse se", "COMP_CWORD": "1"},
            prog_name="cruse",
        )
        assert result.output == "plain,seed-notes\n"

    @pytest.mark.parametrize(
        ("words", "completed"),
        [
            ("cruse routes --so", ["--sort"]),
            ("cruse routes --sort m", ["methods", "match"]),
            ("cruse run --exclude", ["--exclude-patterns"]),
            ("cruse --deb", ["--debug"]),
        ],
    )
    def test_completion_knows_options_and_their_values(
        self, project: Path, shell_runner: CliRunner, words: str, completed: list[str]
    ) -> None:
        env = {
            "_CRUSE_COMPLETE": "bash_complete",
            "COMP_WORDS": words,
            "COMP_CWORD": str(words.count(" ")),
        }
        output = shell_runner.invoke(cli, env=env, prog_name="cruse").output
        assert output.splitlines() == [f"plain,{word}" for word in completed]

    def test_command_of_the_group_fails_with_the_text(
        self, project: Path, shell_runner: CliRunner
    ) -> None:
        result = shell_runner.invoke(cli, ["routes"])
        assert result.exit_code == 2
        assert "Name it with 'cruse --app MODULE routes'" in result.stderr

    def test_error_of_the_factory_is_raised(self, shell_runner: CliRunner) -> None:
        def create_app() -> App:
            raise ValueError("no database")

        result = shell_runner.invoke(CruseGroup(create_app=create_app), ["seed"])
        assert isinstance(result.exception, ValueError)


class TestOptions:
    def test_app_names_the_module(self, write: Write, shell_runner: CliRunner) -> None:
        write("hello.py", "from cruse_core import App\nsite = App(__name__)")
        for args in (["--app", "hello", "routes"], ["-A", "hello:site", "routes"]):
            assert "static" in shell_runner.invoke(cli, args).output

    def test_app_may_be_a_variable(self, write: Write, shell_runner: CliRunner) -> None:
        write("hello.py", "from cruse_core import App\nsite = App(__name__)")
        assert "static" in shell_runner.invoke(cli, ["routes"], env={"CRUSE_APP": "hello"}).output

    @pytest.mark.parametrize("args", [["--app", "hello", "--help"], ["--help", "--app", "hello"]])
    def test_help_lists_the_commands_of_the_app(
        self, write: Write, shell_runner: CliRunner, args: list[str]
    ) -> None:
        write(
            "hello.py",
            """
            from cruse_cli import CommandsApp
            app = CommandsApp(__name__)
            @app.cli.command()
            def init_it(): "Begin."
            """,
        )
        result = shell_runner.invoke(cli, args)
        assert "init-it" in result.stdout
        assert result.stderr == ""

    def test_dotenv_file_names_the_app_for_help(
        self, write: Write, shell_runner: CliRunner
    ) -> None:
        pytest.importorskip("dotenv")
        write("hello.py", "from cruse_core import App\nsite = App(__name__)")
        write(".cruseenv", "CRUSE_APP=hello")
        assert shell_runner.invoke(cli, []).stderr.startswith("Usage:")

    def test_help_is_shown_after_a_wrong_option(
        self, project: Path, shell_runner: CliRunner
    ) -> None:
        result = shell_runner.invoke(cli, ["--nonsense", "--help"])
        assert "No such option" in result.output

    @pytest.mark.parametrize(
        ("args", "env", "expected"),
        [
            (["--debug"], {}, True),
            (["--no-debug"], {"CRUSE_DEBUG": "1"}, False),
            ([], {"CRUSE_DEBUG": "1"}, True),
            ([], {}, False),
        ],
    )
    def test_debug_flag_sets_the_mode(
        self,
        app: CommandsApp,
        shell_runner: CliRunner,
        args: list[str],
        env: dict[str, str],
        expected: bool,
    ) -> None:
        @app.cli.command()
        def show() -> None:
            click.echo(current_app.debug)

        group = CruseGroup(create_app=lambda: app)
        assert shell_runner.invoke(group, [*args, "show"], env=env).output == f"{expected}\n"
        assert "CRUSE_DEBUG" not in os.environ

    def test_debug_mode_may_stay_the_apps(self, app: CommandsApp, shell_runner: CliRunner) -> None:
        app.debug = True

        @app.cli.command()
        def show() -> None:
            click.echo(current_app.debug)

        group = CruseGroup(create_app=lambda: app, set_debug_flag=False)
        assert shell_runner.invoke(group, ["show"]).output == "True\n"

    @pytest.mark.parametrize("name", [None, "run", "shell", "routes"])
    def test_variable_of_an_option_is_named_after_it(self, name: str | None) -> None:
        command: click.Command = cli if name is None else cli.commands[name]
        options = [param for param in command.params if isinstance(param, click.Option)]
        assert {option.name for option in options} == {
            max(option.opts, key=len).removeprefix("--").replace("-", "_") for option in options
        }

    def test_variables_stand_for_the_options_of_the_command_itself(
        self, write: Write, shell_runner: CliRunner
    ) -> None:
        pytest.importorskip("dotenv")
        write("hello.py", "from cruse_core import App\nsite = App(__name__)\nprint(site.debug)\n")
        write("settings.env", "CRUSE_ROUTES_SORT=nonsense")
        variables = {"CRUSE_APP": "hello", "CRUSE_DEBUG": "1"}
        assert shell_runner.invoke(cli, ["routes"], env=variables).output.startswith("True\n")
        variables["CRUSE_ENV_FILE"] = "settings.env"
        assert "nonsense" in shell_runner.invoke(cli, ["routes"], env=variables).output

    def test_env_file_is_loaded(
        self, write: Write, app: CommandsApp, shell_runner: CliRunner
    ) -> None:
        pytest.importorskip("dotenv")
        file = write("special.env", "FROM_FILE=yes\nCRUSE_ROUTES_SORT=nonsense\n")
        result = shell_runner.invoke(
            CruseGroup(create_app=lambda: app), ["--env-file", str(file), "routes"]
        )
        assert "nonsense" in result.output
        assert os.environ["FROM_FILE"] == "yes"

    def test_env_file_needs_the_parser(
        self, write: Write, shell_runner: CliRunner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = write("special.env", "A=1")
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
        result = shell_runner.invoke(cli, ["-e", str(file), "routes"])
        assert result.exit_code == 2
        assert "pip install 'cruse-cli[dotenv]'" in " ".join(result.output.split())

    def test_missing_env_file_is_an_error(self, project: Path, shell_runner: CliRunner) -> None:
        result = shell_runner.invoke(cli, ["-e", "missing.env", "routes"])
        assert "'missing.env' does not exist" in result.output

    def test_default_files_may_be_skipped(
        self, write: Write, app: CommandsApp, shell_runner: CliRunner
    ) -> None:
        pytest.importorskip("dotenv")
        write(".env", "FROM_FILE=yes")
        env = {"CRUSE_SKIP_DOTENV": "1"}
        shell_runner.invoke(CruseGroup(create_app=lambda: app), ["routes"], env=env)
        shell_runner.invoke(CruseGroup(create_app=lambda: app, load_dotenv=False), ["routes"])
        assert "FROM_FILE" not in os.environ
        shell_runner.invoke(CruseGroup(create_app=lambda: app), ["routes"])
        assert os.environ["FROM_FILE"] == "yes"

    def test_version_names_three_versions(self, shell_runner: CliRunner) -> None:
        lines = shell_runner.invoke(cli, ["--version"]).output.splitlines()
        assert lines[0] == "Python " + ".".join(map(str, sys.version_info[:3]))
        assert lines[1].startswith("Cruse ")
        assert lines[2] == f"Werkzeug {metadata.version('werkzeug')}"

    def test_version_of_what_is_not_installed(
        self, shell_runner: CliRunner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def version(name: str) -> str:
            raise metadata.PackageNotFoundError(name)

        monkeypatch.setattr(metadata, "version", version)
        assert "Werkzeug (not installed" in shell_runner.invoke(cli, ["--version"]).output


class TestPlugins:
    def test_command_is_added(
        self,
        shell_runner: CliRunner,
        entry_points: Callable[[str, str], None],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        module = ModuleType("extension")
        vars(module)["command"] = click.Command("x", callback=lambda: click.echo("plugged in"))
        monkeypatch.setitem(sys.modules, "extension", module)
        entry_points("plug", "extension:command")
        group = CruseGroup(create_app=lambda: App("made"))
        assert shell_runner.invoke(group, ["plug"]).output == "plugged in\n"
        assert "plug" in shell_runner.invoke(group, ["--help"]).output

    def test_broken_one_leaves_the_others_usable(
        self, shell_runner: CliRunner, entry_points: Callable[[str, str], None]
    ) -> None:
        entry_points("plug", "no_such_extension.cli:command")
        group = CruseGroup(create_app=lambda: App("made"))
        result = shell_runner.invoke(group, ["routes"])
        assert result.exit_code == 0
        assert "No module named 'no_such_extension'" in result.stderr
        assert "The other commands work. Update the distribution with 'no_such_extension'" in (
            result.stderr
        )

    def test_broken_one_ends_with_what_it_has_raised(
        self, shell_runner: CliRunner, entry_points: Callable[[str, str], None]
    ) -> None:
        entry_points("plug", "no_such_extension.cli:command")
        group = CruseGroup(create_app=lambda: App("made"))
        result = shell_runner.invoke(group, ["plug"])
        assert result.exit_code == 1
        assert isinstance(result.exception, ModuleNotFoundError)
        assert "from 'no_such_extension.cli:command'" in result.exception.__notes__[0]
        assert result.stderr == ""

    def test_subclass_may_leave_them_out(
        self, shell_runner: CliRunner, entry_points: Callable[[str, str], None]
    ) -> None:
        class Group(CruseGroup):
            def _load_plugin_commands(self) -> None:
                pass

        entry_points("plug", "no_such_extension.cli:command")
        result = shell_runner.invoke(Group(create_app=lambda: App("made")), ["--help"])
        assert result.stderr == ""


class TestCustomScripts:
    def test_group_is_a_decorator_class(self, shell_runner: CliRunner) -> None:
        @click.group(cls=CruseGroup, create_app=lambda: App("made"))
        def script(**params: Any) -> None:
            """Manage the wiki."""

        @script.command()
        def show() -> None:
            click.echo(current_app.name)

        assert shell_runner.invoke(script, ["show"]).output == "made\n"
        assert "Manage the wiki." in shell_runner.invoke(script, ["--help"]).output

    def test_group_may_be_nested(self, app: CommandsApp, shell_runner: CliRunner) -> None:
        script = click.Group("script")
        group = CruseGroup(name="web", create_app=lambda: app)
        script.add_command(group)

        @group.command()
        def show() -> None:
            click.echo(current_app.name)

        assert shell_runner.invoke(script, ["web", "show"]).output == "wiki\n"

    def test_default_commands_and_version_may_be_left_out(self, shell_runner: CliRunner) -> None:
        group = CruseGroup(
            create_app=lambda: App("x"), add_default_commands=False, add_version_option=False
        )
        output = shell_runner.invoke(group, ["--help"]).output
        assert "routes" not in output
        assert "--version" not in output

    def test_object_may_be_given(self, shell_runner: CliRunner) -> None:
        group = CruseGroup(create_app=lambda: App("x"))

        @group.command()
        def show() -> None:
            click.echo(current_app.name)

        info = ScriptInfo(create_app=lambda: App("given"))
        assert shell_runner.invoke(group, ["show"], obj=info).output == "given\n"

    def test_settings_and_params_are_kept(self, shell_runner: CliRunner) -> None:
        group = CruseGroup(
            create_app=lambda: App("x"),
            context_settings={"auto_envvar_prefix": "WIKI"},
            params=[click.Option(["--level"], type=int, expose_value=False)],
        )
        result = shell_runner.invoke(group, ["routes"], env={"WIKI_ROUTES_SORT": "nonsense"})
        assert "nonsense" in result.output
        assert "--level" in shell_runner.invoke(group, ["--help"]).output


def test_no_app_error_is_caught_as_cruses_or_clicks() -> None:
    from cruse_core.errors import CruseError

    assert issubclass(NoAppError, CruseError)
    assert issubclass(NoAppError, click.UsageError)
