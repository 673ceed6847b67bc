"""The command `shell`: an interactive Python with the application at hand."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from cruse_cli.script_info import find_current_app, with_appcontext
from cruse_core import App, g


def make_namespace(app: App) -> dict[str, Any]:
    """Return the names that the shell starts with, those of PYTHONSTARTUP among them.

    Args:
        app: Its `make_shell_context` adds to them, if it has commands at all.
    """
    namespace: dict[str, Any] = {}
    startup = os.environ.get("PYTHONSTARTUP")
    if startup and os.path.isfile(startup):
        with open(startup, "rb") as file:
            # What Python itself does at the start of an interactive session.
            exec(compile(file.read(), startup, "exec"), namespace)  # noqa: S102
    make_shell_context = getattr(app, "make_shell_context", None)
    namespace.update(make_shell_context() if make_shell_context else {"app": app, "g": g})
    return namespace


def complete_names_of(namespace: dict[str, Any]) -> None:
    """Let the key Tab complete the names of *namespace*, where readline is available.

    Python sets the rest of line editing up in `sys.__interactivehook__`, as for its own prompt.
    """
    hook = getattr(sys, "__interactivehook__", None)
    if hook is None:
        return
    try:
        import readline
        from rlcompleter import Completer
    except ImportError:
        pass
    else:
        readline.set_completer(Completer(namespace).complete)
    hook()


def describe(app: App) -> str:
    """Return the lines that the shell greets with."""
    return (
        f"Python {sys.version} on {sys.platform}\n"
        f"App: {app.import_name}\n"
        f"Instance: {app.instance_path}"
    )


@click.command("shell", short_help="Run a Python shell in the app context.")
@with_appcontext
def shell_command() -> None:
    """Run an interactive Python shell in the context of the application.

    The names 'app' and 'g' are there, and those that the application adds with
    'shell_context_processor'. The file in PYTHONSTARTUP is run first.
    """
    import code

    app = find_current_app()
    assert app is not None
    namespace = make_namespace(app)
    complete_names_of(namespace)
    code.interact(banner=describe(app), local=namespace)
