"""What one run of the command knows: which application to load, and the loaded one.

Click hands it from command to command as `ctx.obj`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from functools import update_wrapper
from typing import Any, ParamSpec, TypeVar

import click

from cruse_cli.discovery import find_likely_modules, find_near, locate_app, prepare_import
from cruse_cli.errors import NoAppError
from cruse_cli.names import command_line, debug_flag, get_load_dotenv, quoted_variable
from cruse_core import App, context

R = TypeVar("R")
P = ParamSpec("P")

# Modules of the current folder that are searched if nothing names the application.
DEFAULT_MODULES = ("wsgi", "app")

# The colon before the name; not that of a drive, as in "C:\app.py".
_NAME_SEPARATOR = re.compile(r":(?![\\/])")


class ScriptInfo:
    """The application of a command, loaded when it is first needed.

    Args:
        app_import_path: `module`, `module:name`, `module:factory("argument")`, or the path of a
            file in place of the module.
        create_app: Called instead, if given.
        set_debug_flag: Whether the application's debug mode follows `--debug` and CRUSE_DEBUG.
        load_dotenv_defaults: Whether `.env` and `.cruseenv` are loaded.
    """

    def __init__(
        self,
        app_import_path: str | None = None,
        create_app: Callable[..., App] | None = None,
        set_debug_flag: bool = True,
        load_dotenv_defaults: bool = True,
    ) -> None:
        self.app_import_path = app_import_path
        self.create_app = create_app
        self.data: dict[Any, Any] = {}
        self.set_debug_flag = set_debug_flag
        self.load_dotenv_defaults = get_load_dotenv(load_dotenv_defaults)
        # Whether the application is in debug mode where no command decides about it.
        self.own_debug = False
        # What to do about an error in the user's code; a server that waits says otherwise.
        self.load_advice = "Correct the code above, and run the command again."
        self._loaded_app: App | None = None

    def load_app(self) -> App:
        """Return the application; it is found and made once.

        Raises:
            NoAppError: There is none; the message says what to do.
            Exception: Whatever the user's module or factory raised.
        """
        if self._loaded_app is None:
            app = self._make_app()
            self.own_debug = app.debug
            if self.set_debug_flag:
                # The variable has been read into the config at construction, but a module may
                # have changed it, and the command line decides.
                app.debug = debug_flag()
            self._loaded_app = app
        return self._loaded_app

    def _make_app(self) -> App:
        if self.create_app is not None:
            return self.create_app()
        try:
            if self.app_import_path:
                return self._load_named_app(self.app_import_path)
            return self._find_default_app()
        except NoAppError:
            raise
        except Exception as exc:
            source = repr(self.app_import_path) if self.app_import_path else "the application"
            exc.add_note(f"This was raised while the command loaded {source}. {self.load_advice}")
            raise

    def _load_named_app(self, import_path: str) -> App:
        path, *name = _NAME_SEPARATOR.split(import_path, maxsplit=1)
        if not path.strip():
            raise NoAppError(
                f"{import_path!r} names no module. Before the ':' stands the module or the file of "
                f"the application, as in '{command_line(app='hello:app')}'."
            )
        if path.endswith(".py") and not os.path.isfile(path):
            raise NoAppError(_missing_file_text(path))
        app = locate_app(prepare_import(path), name[0] if name else None)
        assert app is not None
        return app

    def _find_default_app(self) -> App:
        for module in DEFAULT_MODULES:
            # A module of that name elsewhere on Python's path is none of the user's.
            if os.path.isfile(f"{module}.py") or os.path.isfile(f"{module}/__init__.py"):
                app = locate_app(prepare_import(module), None, raise_if_not_found=False)
                if app is not None:
                    return app
        raise NoAppError(_no_app_text())


def find_current_app() -> App | None:
    """Return the application whose context is active, itself and not a proxy; None outside."""
    ctx = context.current.get(None)
    return None if ctx is None else ctx.app


def find_commands(app: App) -> click.Group | None:
    """Return the commands of *app*; None if it was built without this component."""
    group = getattr(app, "cli", None)
    return group if isinstance(group, click.Group) else None


pass_script_info = click.make_pass_decorator(ScriptInfo, ensure=True)


def with_appcontext(f: Callable[P, R]) -> Callable[P, R]:
    """Run the decorated command in the context of the application.

    The commands of `app.cli` and `blueprint.cli` need no decoration.
    """

    @click.pass_context
    def run_in_context(ctx: click.Context, /, *args: P.args, **kwargs: P.kwargs) -> R:
        if find_current_app() is None:
            app = ctx.ensure_object(ScriptInfo).load_app()
            ctx.with_resource(app.app_context())
        return ctx.invoke(f, *args, **kwargs)

    # Click reads name, help and parameters off the function.
    return update_wrapper(run_in_context, f)


def _no_app_text() -> str:
    missing = (
        f"No application was found: the folder {os.getcwd()!r} has neither a 'wsgi.py' nor an "
        "'app.py', and none was named."
    )
    modules = find_likely_modules(os.getcwd())
    if len(modules) == 1:
        return f"{missing} Did you mean '{command_line(app=modules[0])}'?"
    also = f" {' and '.join(map(repr, modules))} may have one." if modules else ""
    return (
        f"{missing}{also} Name it with '{command_line(app='MODULE')}', set the environment "
        f"variable {quoted_variable('APP')}, or run the command in the folder of the application."
    )


def _missing_file_text(path: str) -> str:
    folder = os.path.dirname(os.path.abspath(path))
    if not os.path.isdir(folder):
        return (
            f"There is no folder {folder!r}, so {path!r} cannot be loaded. Correct the path in "
            "'--app', or run the command in the folder that it starts from."
        )
    near = find_near(os.path.basename(path), [n for n in os.listdir(folder) if n.endswith(".py")])
    return (
        f"There is no file {os.path.basename(path)!r} in {folder!r}, so no application can be "
        f"loaded from it.{near} Correct the path in '--app'."
    )
