"""The names that the command takes from its surroundings: variables, files and entry points.

A variable is written PREFIX_NAME. The prefixes are core's, which reads CRUSE_DEBUG itself; what
else depends on them stands here, so that `add_aliases` can make every name known under another.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

from cruse_core.environment import debug_flag as debug_flag
from cruse_core.environment import find_variable as find_variable
from cruse_core.environment import prefixes as prefixes

# Files of default variables beside `.env`, which takes precedence over them.
dotenv_files = [".cruseenv"]

# Groups of the entry points that add commands.
entry_point_groups = ["cruse.commands"]

# What `--version` prints: a label and the distribution whose version follows it.
version_lines = [("Cruse", "cruse-core"), ("Werkzeug", "werkzeug")]

# Where the context of the whole command keeps what was typed behind `--app`.
TYPED_APP = "cruse_cli.typed_app"

_FALSE_WORDS = {"0", "false", "no"}


def add_aliases(
    prefix: str, *, dotenv_file: str, entry_point_group: str, version_line: tuple[str, str]
) -> None:
    """Make every name of the command work under another prefix too.

    Args:
        prefix: Such as "FLASK", for FLASK_APP beside CRUSE_APP.
        dotenv_file: Read beside `.cruseenv`.
        entry_point_group: Searched for commands beside `cruse.commands`.
        version_line: Label and distribution that `--version` prints in addition.
    """
    for names, name in (
        (prefixes, prefix),
        (dotenv_files, dotenv_file),
        (entry_point_groups, entry_point_group),
    ):
        if name not in names:
            names.append(name)
    if version_line not in version_lines:
        version_lines.insert(-1, version_line)


def variable_names(name: str) -> list[str]:
    """Return every spelling of the variable *name*: CRUSE_*name* first."""
    return [f"{prefix}_{name}" for prefix in prefixes]


def quoted_variable(name: str) -> str:
    """Return the spellings of the variable *name* for a message."""
    return " or ".join(repr(spelling) for spelling in variable_names(name))


def set_variable(name: str, value: str) -> None:
    """Set every spelling of the variable *name*, so that whoever reads it agrees."""
    for spelling in variable_names(name):
        os.environ[spelling] = value


def get_load_dotenv(default: bool = True) -> bool:
    """Return whether files of variables are loaded: *default*, unless CRUSE_SKIP_DOTENV is set."""
    value = find_variable("SKIP_DOTENV")
    return default if not value else value.lower() in _FALSE_WORDS


def copy_aliases() -> None:
    """Set CRUSE_X from each alias of it, where CRUSE_X is unset.

    Click looks an option up under one prefix alone; commands of apps and plugins are Click's.
    """
    first, *aliases = prefixes
    for alias in aliases:
        for spelling, value in list(os.environ.items()):
            if spelling.startswith(f"{alias}_"):
                os.environ.setdefault(f"{first}_{spelling.removeprefix(f'{alias}_')}", value)


@contextmanager
def restored_variables() -> Iterator[None]:
    """Put the variables with one of our prefixes back at the end, as they are now."""
    before = _own_variables()
    try:
        yield
    finally:
        for spelling in _own_variables().keys() - before.keys():
            del os.environ[spelling]
        os.environ.update(before)


def _own_variables() -> dict[str, str]:
    starts = tuple(f"{prefix}_" for prefix in prefixes)
    return {name: value for name, value in os.environ.items() if name.startswith(starts)}


def command_line(*words: str, app: str | None = None) -> str:
    """Return a command that somebody can type, for messages; such as "cruse --app hello run".

    Args:
        *words: The command and its options; by default the command that runs now, else `run`.
        app: What `--app` is to name; by default what it names now, if that was typed.
    """
    # PERF: as in `command_name`.
    import click

    ctx = click.get_current_context(silent=True)
    running: list[str] = []
    while ctx is not None and ctx.parent is not None:
        running.insert(0, ctx.info_name or "")
        ctx = ctx.parent
    if app is None and ctx is not None:
        app = ctx.meta.get(TYPED_APP)
    words = words or tuple(running) or ("run",)
    chosen = () if app is None else ("--app", app)
    return " ".join([command_name(), *map(_quote, (*chosen, *words))])


def _quote(word: str) -> str:
    """Return *word* as both shells of POSIX and of Windows read it."""
    return word if re.fullmatch(r"[\w@%+=:,./\\-]+", word) else f'"{word}"'


def command_name() -> str:
    """Return how the running command was called, for messages; "cruse" outside of one."""
    # PERF: an app that is only served has no use for it (benchmarks/startup.py).
    import click

    ctx = click.get_current_context(silent=True)
    return (ctx.find_root().info_name if ctx else None) or "cruse"
