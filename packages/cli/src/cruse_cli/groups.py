"""Groups of commands: those of an app or blueprint, and the command that loads an app.

`CruseGroup` finds a command in this order: entry points, its own, the application's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, Protocol, overload

import click

from cruse_cli import names
from cruse_cli.check import check_command
from cruse_cli.discovery import find_near
from cruse_cli.errors import NoAppError
from cruse_cli.options import app_option, debug_option, env_file_option, version_option
from cruse_cli.routes import routes_command
from cruse_cli.run import run_command
from cruse_cli.script_info import ScriptInfo, find_commands, find_current_app, with_appcontext
from cruse_cli.shell import shell_command
from cruse_cli.tracebacks import format_from_module
from cruse_core import App


class AppGroup(click.Group):
    """A Click group whose commands run in the context of the application."""

    @overload
    def command(self, f: Callable[..., Any], /) -> click.Command: ...
    @overload
    def command(
        self, *args: Any, **kwargs: Any
    ) -> Callable[[Callable[..., Any]], click.Command]: ...
    def command(
        self, *args: Any, **kwargs: Any
    ) -> click.Command | Callable[[Callable[..., Any]], click.Command]:
        """Add the decorated function as a command; as `click.Group.command`.

        Args:
            *args: For Click; the name first of all.
            **kwargs: For Click. `with_appcontext=False` leaves the function as it is.
        """
        wrap = kwargs.pop("with_appcontext", True)
        function, args = _take_function(args)
        register: Callable[[Callable[..., Any]], click.Command]
        register = super().command(*args, **kwargs)

        def add(f: Callable[..., Any]) -> click.Command:
            return register(with_appcontext(f) if wrap else f)

        return add if function is None else add(function)

    @overload
    def group(self, f: Callable[..., Any], /) -> click.Group: ...
    @overload
    def group(self, *args: Any, **kwargs: Any) -> Callable[[Callable[..., Any]], click.Group]: ...
    def group(
        self, *args: Any, **kwargs: Any
    ) -> click.Group | Callable[[Callable[..., Any]], click.Group]:
        """Add the decorated function as a nested `AppGroup`; as `click.Group.group`."""
        kwargs.setdefault("cls", AppGroup)
        function, args = _take_function(args)
        register: Callable[[Callable[..., Any]], click.Group]
        register = super().group(*args, **kwargs)
        return register if function is None else register(function)


class CruseGroup(AppGroup):
    """A command that loads an application and offers that one's commands among its own.

    Args:
        add_default_commands: Whether it has `run`, `shell`, `routes` and `check`.
        create_app: Makes the application; without it, `--app` and CRUSE_APP tell where it is.
        add_version_option: Whether it has `--version`.
        load_dotenv: Whether `.env` and `.cruseenv` are loaded.
        set_debug_flag: Whether the application's debug mode follows `--debug` and CRUSE_DEBUG.
        **extra: Of `click.Group`.
    """

    def __init__(
        self,
        add_default_commands: bool = True,
        create_app: Callable[..., App] | None = None,
        add_version_option: bool = True,
        load_dotenv: bool = True,
        set_debug_flag: bool = True,
        **extra: Any,
    ) -> None:
        params = [*(extra.pop("params", None) or ()), env_file_option, app_option, debug_option]
        if add_version_option:
            params.append(version_option)
        settings = {"auto_envvar_prefix": names.prefixes[0], **extra.pop("context_settings", {})}
        super().__init__(params=params, context_settings=settings, **extra)
        self.create_app = create_app
        self.load_dotenv = load_dotenv
        self.set_debug_flag = set_debug_flag
        self._loaded_plugin_commands = False
        # What loading a command has raised, by the name of the command.
        self._broken_plugins: dict[str, Exception] = {}
        self._untold: list[Exception] = []
        if add_default_commands:
            for command in (run_command, shell_command, routes_command, check_command):
                self.add_command(command)

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """Make the context of one run, with a `ScriptInfo` as its object."""
        if "obj" not in extra and "obj" not in self.context_settings:
            extra["obj"] = ScriptInfo(
                create_app=self.create_app,
                set_debug_flag=self.set_debug_flag,
                load_dotenv_defaults=self.load_dotenv,
            )
        with ExitStack() as stack:
            stack.enter_context(names.restored_variables())
            # From now on `app.run()` in a module does nothing: a server there would never return.
            names.set_variable("RUN_FROM_CLI", "true")
            names.copy_aliases()
            ctx = super().make_context(info_name, args, parent=parent, **extra)
            ctx.call_on_close(stack.pop_all().close)
        return ctx

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options, `--env-file` and `--app` before the help that depends on them."""
        if not args or not set(args).isdisjoint(self.get_help_option_names(ctx)):
            self._read_app_options(ctx, args)
        return super().parse_args(ctx, args)

    def _read_app_options(self, ctx: click.Context, args: list[str]) -> None:
        try:
            given, _, _ = self.make_parser(ctx).parse_args(args=list(args))
        except click.UsageError:
            return  # told when the options are read in earnest
        for option in (env_file_option, app_option):
            option.handle_parse_result(ctx, given, [])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command of an entry point, of this group, or of the application.

        `check` is the application's, if that has one: Flask's commands leave the name free.

        Raises:
            Exception: The entry point of that name could not be loaded.
        """
        self._load_plugin_commands()
        if cmd_name in self._broken_plugins and not ctx.resilient_parsing:
            raise self._broken_plugins[cmd_name]
        self._tell_of_broken_plugins(ctx)
        command = super().get_command(ctx, cmd_name)
        if command is not None and command is not check_command:
            return command
        info = ctx.ensure_object(ScriptInfo)
        try:
            app = info.load_app()
        except Exception as exc:
            if command is not None:
                return command  # it fails in the same way, if it is run
            if not isinstance(exc, NoAppError):
                raise
            self._tell(ctx, f"Error: {exc.format_message()}\n")
            return None
        group = find_commands(app)
        own = None if group is None else group.get_command(ctx, cmd_name)
        return own or command

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands; what prevents the application's is printed."""
        self._load_plugin_commands()
        self._tell_of_broken_plugins(ctx)
        known = set(super().list_commands(ctx))
        try:
            group = find_commands(ctx.ensure_object(ScriptInfo).load_app())
        except NoAppError as exc:
            self._tell(ctx, f"Error: {exc.format_message()}\n")
        except Exception as exc:
            self._tell(ctx, format_from_module(exc))
        else:
            known.update(group.list_commands(ctx) if group else ())
        return sorted(known)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that *args* begins with, or suggest the nearest name.

        The context of the application is pushed for its own commands here, because callbacks of
        their parameters run before they do.
        """
        info = ctx.ensure_object(ScriptInfo)
        try:
            name, command, rest = super().resolve_command(ctx, args)
        except click.UsageError as exc:
            app = info._loaded_app
            group = app and find_commands(app)
            near = find_near(args[0], [*self.commands, *(group.commands if group else ())])
            raise click.UsageError(
                f"No such command {args[0]!r}.{near} '{ctx.command_path} --help' lists the "
                "commands.",
                ctx,
            ) from exc
        if command is not None and command is not self.commands.get(name or ""):
            app = info.load_app()
            if find_current_app() is not app:
                ctx.with_resource(app.app_context())
        return name, command, rest

    def _load_plugin_commands(self) -> None:
        """Add the commands of the entry points; a subclass may leave them out."""
        if self._loaded_plugin_commands:
            return
        self._loaded_plugin_commands = True
        for entry_point in _iter_entry_points():
            try:
                self.add_command(entry_point.load(), entry_point.name)
            except Exception as exc:
                package = entry_point.value.partition(":")[0].partition(".")[0]
                exc.add_note(
                    f"The command {entry_point.name!r} could not be loaded from "
                    f"{entry_point.value!r}, where a distribution has it. The other commands work. "
                    f"Update the distribution with {package!r}, or uninstall it."
                )
                self._broken_plugins[entry_point.name] = exc
                self._untold.append(exc)

    def _tell_of_broken_plugins(self, ctx: click.Context) -> None:
        while self._untold:
            self._tell(ctx, format_from_module(self._untold.pop(0)))

    @staticmethod
    def _tell(ctx: click.Context, text: str) -> None:
        """Print what went wrong, unless a shell only asks how a word might go on."""
        if not ctx.resilient_parsing:
            click.secho(text, err=True, fg="red")


def _take_function(
    args: tuple[Any, ...],
) -> tuple[Callable[..., Any] | None, tuple[Any, ...]]:
    """Split off the function of a decorator that is written without parentheses."""
    if args and callable(args[0]):
        return args[0], args[1:]
    return None, args


class _EntryPoint(Protocol):
    """What a group asks of an entry point of the standard library."""

    @property
    def name(self) -> str: ...
    @property
    def value(self) -> str: ...
    def load(self) -> Any: ...


def _iter_entry_points() -> Iterator[_EntryPoint]:
    # PERF: an app that is only served has no use for it (benchmarks/startup.py).
    from importlib import metadata

    for group in names.entry_point_groups:
        yield from metadata.entry_points(group=group)
