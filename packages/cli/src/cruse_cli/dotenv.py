"""Load environment variables from files, with python-dotenv where it is installed.

What is set already is never changed: the shell wins over every file.
"""

from __future__ import annotations

import os

import click

from cruse_cli.names import dotenv_files


def load_dotenv(path: str | os.PathLike[str] | None = None, load_defaults: bool = True) -> bool:
    """Set the variables that the files name and the environment does not.

    Args:
        path: Takes precedence over the default files. It may be missing.
        load_defaults: Whether to load `.env`, and after it `.cruseenv`, from the current folder
            or the nearest one above it.

    Returns:
        Whether any variable was found in the files.
    """
    try:
        # PERF: most commands have no such file, and the parser costs more than looking
        # (benchmarks/startup.py).
        import dotenv
    except ImportError:
        _tell_of_unread_files(path, load_defaults)
        return False
    files = [os.fspath(path)] if path is not None and os.path.isfile(path) else []
    if load_defaults:
        names = [".env", *dotenv_files]
        files += [file for file in map(find_upwards, names) if file is not None]
    found: dict[str, str | None] = {}
    for file in reversed(files):
        found.update(dotenv.dotenv_values(file, encoding="utf-8"))
    for name, value in found.items():
        if value is not None:
            os.environ.setdefault(name, value)
    return bool(found)


def find_upwards(name: str) -> str | None:
    """Return the path of the file *name* in the current folder or the nearest one above it."""
    folder = os.getcwd()
    while True:
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            return path
        folder, below = os.path.dirname(folder), folder
        if folder == below:
            return None


def _tell_of_unread_files(path: str | os.PathLike[str] | None, load_defaults: bool) -> None:
    names = [".env", *dotenv_files] if load_defaults else []
    unread = [name for name in names if find_upwards(name)]
    if path is not None and os.path.isfile(path):
        unread.insert(0, os.fspath(path))
    if unread:
        click.secho(
            f" * Tip: {', '.join(unread)} is not read because python-dotenv is not installed."
            " Do \"pip install 'cruse-cli[dotenv]'\" to use it.",
            fg="yellow",
            err=True,
        )
