"""Check that what is registered as a blueprint has something in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cruse_core.checked_app import CheckedApp, iter_blueprints
from cruse_core.checks import Checks
from cruse_core.findings import Finding, Severity
from cruse_core.places import find_construction

# What a blueprint holds by the time it is registered.
_CONTENTS = (
    "deferred_functions",
    "view_functions",
    "static_folder",
    "template_folder",
    "before_request_funcs",
    "after_request_funcs",
    "teardown_request_funcs",
    "url_default_functions",
    "url_value_preprocessors",
    "error_handler_spec",
)


def add_blueprint_checks(checks: Checks) -> None:
    """Add the checks of this module."""
    checks.add(check_contents)


def check_contents(app: CheckedApp) -> Iterator[Finding]:
    """Find blueprints without any content: usually nobody imports the module of their views."""
    for name, blueprint in iter_blueprints(app):
        if _registers_itself(blueprint) or any(
            key.startswith(f"{name}.") for key in app.blueprints
        ):
            continue
        if not any(_has_content(getattr(blueprint, part, None)) for part in _CONTENTS):
            yield Finding(
                "blueprints.empty",
                Severity.WARNING,
                f"The blueprint {name!r} is registered, but has neither routes nor hooks nor "
                "folders.",
                find_construction(blueprint, blueprint.name),
                "Import the module with its views before register_blueprint, or remove the "
                "blueprint.",
            )


def _registers_itself(blueprint: object) -> bool:
    """Return whether a class of the user's says itself what registering the blueprint means."""
    for cls in type(blueprint).__mro__:
        if "register" in vars(cls):
            return cls.__module__ != "cruse_core.blueprint"
    return True


def _has_content(value: Any) -> bool:
    """Return whether there is anything in a table of the blueprint, however it is nested."""
    if isinstance(value, dict):
        return any(map(_has_content, value.values()))
    return bool(value)
