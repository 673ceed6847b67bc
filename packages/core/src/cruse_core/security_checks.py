"""Check the settings that keep an application safe once the public can reach it.

No message holds a secret: what a pipeline prints is often readable to many.
"""

from __future__ import annotations

from collections.abc import Iterator

from cruse_core.checked_app import CheckedApp
from cruse_core.checks import Checks
from cruse_core.environment import debug_flag, find_variable
from cruse_core.findings import Finding, Severity
from cruse_core.loopback import is_beyond_loopback

# What switches an option of a command on, by its variable.
_TRUE_WORDS = {"1", "true", "t", "yes", "y", "on"}

_DEVELOPER_SETTINGS = {
    "TESTING": "An error in a view goes to the server in place of your error page.",
    "PROPAGATE_EXCEPTIONS": "An error in a view goes to the server in place of your error page.",
    "TRAP_BAD_REQUEST_ERRORS": "A request that lacks a field ends with the error 500, not 400.",
    "TRAP_HTTP_EXCEPTIONS": "Each abort(), a 404 among them, ends with the error 500.",
}


def add_security_checks(checks: Checks) -> None:
    """Add the checks of this module."""
    checks.add(check_debugger)
    for check in (check_debug, check_developer_settings, check_limits):
        checks.add(check, deploy=True)


def check_debugger(app: CheckedApp) -> Iterator[Finding]:
    """Find a debugger that `cruse run` would offer to other machines."""
    if _exposes_debugger(app):
        yield Finding(
            "security.debugger_exposed",
            Severity.CRITICAL,
            f"The debugger would listen on {find_variable('RUN_HOST')!r}, which other machines "
            "reach. It runs any code for whoever finds its PIN.",
            "CRUSE_RUN_HOST",
            "Listen on 127.0.0.1, or switch the debugger off with CRUSE_RUN_DEBUGGER=0.",
        )


def check_debug(app: CheckedApp) -> Iterator[Finding]:
    """Find debug mode, unless the debugger that comes with it is found already."""
    if app.debug and not _exposes_debugger(app):
        yield Finding(
            "security.debug",
            Severity.CRITICAL,
            "Debug mode is on. Errors show code and values to visitors, and the debugger runs "
            "what they type.",
            'config["DEBUG"]',
            "Take DEBUG out of the configuration, and CRUSE_DEBUG out of the environment.",
        )


def _exposes_debugger(app: CheckedApp) -> bool:
    host = find_variable("RUN_HOST")
    if host is None or not is_beyond_loopback(host):
        return False
    debugger = find_variable("RUN_DEBUGGER")
    if debugger is not None:
        return debugger.lower() in _TRUE_WORDS
    return app.debug or debug_flag()


def check_developer_settings(app: CheckedApp) -> Iterator[Finding]:
    """Find settings that show errors to a developer, or to a test."""
    for key, message in _DEVELOPER_SETTINGS.items():
        if app.config.get(key):
            yield Finding(
                f"security.{key.lower()}",
                Severity.WARNING,
                f"{key} is on. {message}",
                f'config["{key}"]',
                f"Set {key} in tests and while you look for an error only.",
            )


def check_limits(app: CheckedApp) -> Iterator[Finding]:
    """Find bodies without a limit."""
    if app.config.get("MAX_CONTENT_LENGTH") is None:
        yield Finding(
            "security.body_limit",
            Severity.WARNING,
            "A request may have a body of any size, and fill memory and disk.",
            'config["MAX_CONTENT_LENGTH"]',
            "Set MAX_CONTENT_LENGTH to the bytes that your largest form or upload needs.",
        )
    for key in ("MAX_FORM_MEMORY_SIZE", "MAX_FORM_PARTS"):
        if app.config.get(key) is None:
            yield Finding(
                "security.form_limit",
                Severity.WARNING,
                f"{key} is switched off, so that one form can fill the memory.",
                f'config["{key}"]',
                f"Leave {key} at its default, or set a number.",
            )
