"""Tests for Cruse apps: a client, and fixtures for pytest.

The names are imported when they are first used. pytest loads the plugin in this package at every
start, also where no app is tested, and before a coverage tool has begun to measure.
Their types stand in `__init__.pyi`.

PYTEST_DONT_REWRITE: pytest looks for this word in a plugin that was imported before it, and would
warn of the asserts that it cannot rewrite any more. There are none here.
"""

from __future__ import annotations

from importlib import import_module

_SOURCES = {
    "Client": "cruse_testing.client",
    "EnvironBuilder": "cruse_testing.environ",
    "Stream": "cruse_testing.streams",
    "TestingApp": "cruse_testing.app",
    "assert_template_rendered": "cruse_testing.recording",
    "record_flashes": "cruse_testing.recording",
    "record_signals": "cruse_testing.recording",
    "record_templates": "cruse_testing.recording",
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
