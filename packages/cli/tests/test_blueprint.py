from __future__ import annotations

import click
import pytest

from cruse_cli import CliRunner, CommandsApp, CommandsBlueprint
from cruse_core import App
from cruse_core.errors import MissingComponentError, SetupError


def make_blueprint(name: str, **options: str | None) -> CommandsBlueprint:
    blueprint = CommandsBlueprint(name, __name__, **options)  # type: ignore[arg-type]

    @blueprint.cli.command("say")
    def say() -> None:
        click.echo(f"said by {name}")

    return blueprint


class TestCli:
    def test_commands_form_a_group_with_the_name(self, app: CommandsApp, runner: CliRunner) -> None:
        app.register_blueprint(make_blueprint("books"))
        assert runner.invoke(args="books say").output == "said by books\n"

    def test_registered_name_is_that_of_the_group(
        self, app: CommandsApp, runner: CliRunner
    ) -> None:
        blueprint = make_blueprint("books")
        app.register_blueprint(blueprint)
        app.register_blueprint(blueprint, name="papers")
        assert runner.invoke(args="books say").output == "said by books\n"
        assert runner.invoke(args="papers say").output == "said by books\n"

    def test_group_may_have_another_name(self, app: CommandsApp, runner: CliRunner) -> None:
        app.register_blueprint(make_blueprint("books", cli_group="shelf"))
        assert runner.invoke(args="shelf say").output == "said by books\n"
        assert runner.invoke(args="books say").exit_code == 2

    def test_commands_may_be_the_apps(self, app: CommandsApp, runner: CliRunner) -> None:
        app.register_blueprint(make_blueprint("books", cli_group=None))
        assert runner.invoke(args="say").output == "said by books\n"

    @pytest.mark.parametrize(("group", "args"), [("late", "late say"), (None, "say")])
    def test_registration_overrides_the_group(
        self, app: CommandsApp, runner: CliRunner, group: str | None, args: str
    ) -> None:
        app.register_blueprint(make_blueprint("books", cli_group="early"), cli_group=group)
        assert runner.invoke(args=args).output == "said by books\n"

    def test_nested_blueprint_has_its_full_name(self, app: CommandsApp, runner: CliRunner) -> None:
        parent = CommandsBlueprint("library", __name__)
        parent.register_blueprint(make_blueprint("books"))
        app.register_blueprint(parent)
        assert runner.invoke(args="library.books say").output == "said by books\n"

    def test_commands_added_after_registration_to_the_same_group(
        self, app: CommandsApp, runner: CliRunner
    ) -> None:
        blueprint = make_blueprint("books")
        app.register_blueprint(blueprint)
        blueprint.cli.command("late")(lambda: click.echo("late"))
        assert runner.invoke(args="books late").output == "late\n"

    def test_blueprint_without_commands_adds_no_group(
        self, app: CommandsApp, runner: CliRunner
    ) -> None:
        blueprint = CommandsBlueprint("books", __name__)
        assert blueprint.cli.commands == {}
        app.register_blueprint(blueprint)
        assert runner.invoke(args="books --help").exit_code == 2

    def test_first_use_after_registration_is_refused(self, app: CommandsApp) -> None:
        blueprint = CommandsBlueprint("books", __name__)
        app.register_blueprint(blueprint)
        with pytest.raises(SetupError, match="'cli' can no longer be called.*'books'"):
            blueprint.cli  # noqa: B018

    def test_bare_app_cannot_take_commands(self) -> None:
        with pytest.raises(MissingComponentError, match="pip install cruse-cli"):
            App("bare").register_blueprint(make_blueprint("books"))
