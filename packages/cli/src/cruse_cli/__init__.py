"""The `cruse` command, and commands for apps and blueprints.

The names are imported when they are first used, so an app that is only served never pays for Click.
Their types stand in `__init__.pyi`.

PERF: importing Click takes a fifth of the time that importing Flask takes (benchmarks/startup.py).
"""

from __future__ import annotations

from importlib import import_module

_SOURCES = {
    "CommandsApp": "cruse_cli.app",
    "CommandsBlueprint": "cruse_cli.blueprint",
    "check_command": "cruse_cli.check",
    "find_app_by_string": "cruse_cli.discovery",
    "find_best_app": "cruse_cli.discovery",
    "locate_app": "cruse_cli.discovery",
    "prepare_import": "cruse_cli.discovery",
    "load_dotenv": "cruse_cli.dotenv",
    "NoAppError": "cruse_cli.errors",
    "AppGroup": "cruse_cli.groups",
    "CruseGroup": "cruse_cli.groups",
    "cli": "cruse_cli.main",
    "get_load_dotenv": "cruse_cli.names",
    "get_version": "cruse_cli.options",
    "version_option": "cruse_cli.options",
    "CertParamType": "cruse_cli.parameters",
    "SeparatedPathType": "cruse_cli.parameters",
    "routes_command": "cruse_cli.routes",
    "run_command": "cruse_cli.run",
    "show_server_banner": "cruse_cli.run",
    "CliRunner": "cruse_cli.runner",
    "ScriptInfo": "cruse_cli.script_info",
    "pass_script_info": "cruse_cli.script_info",
    "with_appcontext": "cruse_cli.script_info",
    "shell_command": "cruse_cli.shell",
}

__all__ = [*_SOURCES]  # pyright: ignore[reportUnsupportedDunderAll]  # the types have it


def __getattr__(name: str) -> object:
    """Import *name*, and keep it here for the next use."""
    source = _SOURCES.get(name)
    if source is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(source), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the names that can be imported from here."""
    return sorted({*globals(), *_SOURCES})
