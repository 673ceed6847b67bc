"""The component of an app that gives it commands, a shell and a runner for tests.

What stands on Click is taken from the package itself, which imports it when it is needed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

import cruse_cli
from cruse_cli.names import command_name, debug_flag, find_variable, get_load_dotenv
from cruse_cli.serving import is_running_from_reloader
from cruse_core import App, g
from cruse_core.scaffold import setupmethod

ShellContextProcessor = Callable[[], dict[str, Any]]
T_processor = TypeVar("T_processor", bound=ShellContextProcessor)


class CommandsApp(App):
    """An `App` with commands of its own."""

    #: Makes the runner of `test_cli_runner`; None stands for `CliRunner`.
    test_cli_runner_class: type[cruse_cli.CliRunner] | None = None

    @cached_property
    def cli(self) -> cruse_cli.AppGroup:
        """The application's commands; the `cruse` command offers them among its own."""
        return cruse_cli.AppGroup(self.name)

    @cached_property
    def shell_context_processors(self) -> list[ShellContextProcessor]:
        """Functions whose result `shell` offers as names."""
        return []

    @setupmethod
    def shell_context_processor(self, f: T_processor) -> T_processor:
        """Offer what *f* returns, a dict, as names in `cruse shell`."""
        self.shell_context_processors.append(f)
        return f

    def make_shell_context(self) -> dict[str, Any]:
        """Return the names that `cruse shell` starts with: the app, `g` and the processors'."""
        names: dict[str, Any] = {"app": self, "g": g}
        for processor in self.shell_context_processors:
            names.update(processor())
        return names

    def test_cli_runner(self, **kwargs: Any) -> cruse_cli.CliRunner:
        """Return a runner that invokes commands without a process, for tests.

        Args:
            **kwargs: Of `click.testing.CliRunner`.
        """
        return (self.test_cli_runner_class or cruse_cli.CliRunner)(self, **kwargs)

    def run(
        self,
        host: str | None = None,
        port: int | None = None,
        debug: bool | None = None,
        load_dotenv: bool = True,
        **options: Any,
    ) -> None:
        """Serve the app with the development server; do nothing inside a command.

        Args:
            host: Address to listen on; by default that of SERVER_NAME, else 127.0.0.1.
            port: By default that of SERVER_NAME, else 5000.
            debug: Switches debug mode on or off; by default CRUSE_DEBUG does.
            load_dotenv: Whether to load `.env` and `.cruseenv` first.
            **options: Of `werkzeug.serving.run_simple`.
        """
        # PERF: an app that another server serves needs none of it (benchmarks/startup.py).
        import click

        from cruse_cli.reloader import choose_reloader
        from cruse_cli.run import warn_of_strangers

        if find_variable("RUN_FROM_CLI") == "true":
            if not is_running_from_reloader():
                click.secho(
                    f" * {self.name!r} called its run() while the command {command_name()!r} "
                    "loaded it. That would never return, so it was ignored.\n"
                    '   Call run() only below: if __name__ == "__main__":',
                    fg="red",
                )
            return
        if get_load_dotenv(load_dotenv):
            cruse_cli.load_dotenv()
            if find_variable("DEBUG") is not None:
                self.debug = debug_flag()
        if debug is not None:
            self.debug = bool(debug)
        options.setdefault("reloader_type", choose_reloader())
        cruse_cli.show_server_banner(self.debug, self.name)
        if options.get("use_debugger", self.debug):
            server_host = (self.config["SERVER_NAME"] or "").partition(":")[0]
            warn_of_strangers(host or server_host or "127.0.0.1")
        super().run(host, port, debug, **options)
