"""Invoke commands in tests, with the application that is under test."""

from __future__ import annotations

from typing import Any

import click.testing

from cruse_cli.script_info import ScriptInfo, find_commands
from cruse_core import App


class CliRunner(click.testing.CliRunner):
    """A Click runner that knows the application.

    Args:
        app: Its commands are invoked, and commands that load an application get it.
        **kwargs: Of `click.testing.CliRunner`.
    """

    def __init__(self, app: App, **kwargs: Any) -> None:
        self.app = app
        super().__init__(**kwargs)

    def invoke(  # type: ignore[override]  # the command may be left out
        self, cli: click.Command | None = None, args: Any = None, **kwargs: Any
    ) -> click.testing.Result:
        """Run a command and return its output and exit code.

        Args:
            cli: The command; by default the application's commands, named by *args*.
            args: Its arguments, as one string or as a list.
            **kwargs: Of Click's `invoke`. An `obj` replaces the `ScriptInfo` of the app.
        """
        if cli is None:
            cli = find_commands(self.app)
            if cli is None:
                raise TypeError(
                    f"No command was given, and the application {self.app.name!r} has none of its "
                    "own. Pass the command, or derive the class of the app from CommandsApp."
                )
        kwargs.setdefault("obj", ScriptInfo(create_app=lambda: self.app))
        return super().invoke(cli, args, **kwargs)
