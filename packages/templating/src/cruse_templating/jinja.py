"""Name the classes of Jinja2 without importing Jinja2.

The first use of a name imports it, so an app that renders nothing never pays for Jinja2. The types
of these names stand in `jinja.pyi`.

PERF: importing Jinja2 takes a fifth of the time that importing Werkzeug takes
(benchmarks/startup.py).
"""

from __future__ import annotations

from importlib import import_module

_SOURCES = {
    "BaseLoader": "jinja2.loaders",
    "BytecodeCache": "jinja2.bccache",
    "DispatchingJinjaLoader": "cruse_templating.loader",
    "Environment": "cruse_templating.environment",
    "FileSystemBytecodeCache": "jinja2.bccache",
    "FileSystemLoader": "jinja2.loaders",
    "Template": "jinja2.environment",
}


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
