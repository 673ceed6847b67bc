"""The options that stand before the name of a command: which application, and in which mode.

Each one acts at once, in a callback, because `--help` already lists the application's commands.
"""

from __future__ import annotations

import importlib.util
import platform

import click
from click.core import ParameterSource

from cruse_cli.dotenv import load_dotenv
from cruse_cli.names import TYPED_APP, copy_aliases, set_variable, version_lines
from cruse_cli.script_info import ScriptInfo


def load_env_file(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """Load the variables of the file *value*, and of the default files unless that is off."""
    if value is not None and importlib.util.find_spec("dotenv") is None:
        raise click.BadParameter(
            f"The file {value!r} cannot be read, because python-dotenv is not installed. "
            "Do \"pip install 'cruse-cli[dotenv]'\".",
            ctx=ctx,
            param=param,
        )
    info = ctx.ensure_object(ScriptInfo)
    if value is not None or info.load_dotenv_defaults:
        load_dotenv(value, load_defaults=info.load_dotenv_defaults)
    copy_aliases()
    return value


def set_app(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """Remember which application is asked for; it is loaded once a command needs it."""
    if value is not None:
        ctx.ensure_object(ScriptInfo).app_import_path = value
        assert param.name is not None
        if ctx.get_parameter_source(param.name) is ParameterSource.COMMANDLINE:
            ctx.meta[TYPED_APP] = value
    return value


def set_debug(ctx: click.Context, param: click.Parameter, value: bool | None) -> bool | None:
    """Put the flag into the environment, where applications and reloaded processes read it."""
    assert param.name is not None
    source = ctx.get_parameter_source(param.name)
    # Not given: then CRUSE_DEBUG stays as it is.
    if source is None or source in (ParameterSource.DEFAULT, ParameterSource.DEFAULT_MAP):
        return None
    set_variable("DEBUG", "1" if value else "0")
    return value


def get_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    """Print the versions of Python, Cruse and Werkzeug, and end the command."""
    if not value or ctx.resilient_parsing:
        return
    lines = [f"Python {platform.python_version()}"]
    lines += [f"{label} {_version(distribution)}" for label, distribution in version_lines]
    click.echo("\n".join(lines), color=ctx.color)
    ctx.exit()


def _version(distribution: str) -> str:
    # PERF: only `--version` needs it (benchmarks/startup.py).
    from importlib import metadata

    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return f"(not installed: {distribution} runs from a folder)"


env_file_option = click.Option(
    ["-e", "--env-file"],
    type=click.Path(exists=True, dir_okay=False),
    help=(
        "Load environment variables from this file. It takes precedence over '.env', and that "
        "over '.cruseenv'; what is set in the environment wins over all. Needs python-dotenv."
    ),
    is_eager=True,
    expose_value=False,
    callback=load_env_file,
)

app_option = click.Option(
    ["-A", "--app"],
    metavar="IMPORT",
    help=(
        "The application, or the function that makes it, as 'module:name'. The module is a dotted "
        "name or the path of a file. Leave the name out if it is 'app', 'application', "
        "'create_app' or 'make_app'; write 'name(\"text\", key=1)' to pass arguments."
    ),
    is_eager=True,
    expose_value=False,
    callback=set_app,
)

debug_option = click.Option(
    ["--debug/--no-debug"],
    help="Switch debug mode on or off.",
    expose_value=False,
    callback=set_debug,
)

version_option = click.Option(
    ["--version"],
    help="Show the versions of Cruse, Werkzeug and Python.",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=get_version,
)
