"""Check that settings are of a type that is read, and that something reads them at all.

`setting_kinds.py` says what each may be; no message holds a secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from cruse_core.checked_app import CheckedApp, iter_blueprints
from cruse_core.checks import Checks
from cruse_core.findings import Finding, Severity
from cruse_core.places import find_construction
from cruse_core.removed_settings import REMOVED_ATTRIBUTES, REMOVED_SETTINGS
from cruse_core.setting_kinds import SETTING_KINDS, SettingKind

_SCHEME = re.compile("[a-z][a-z0-9+.-]*")


def add_setting_checks(checks: Checks) -> None:
    """Add the checks of this module."""
    checks.add(check_types)
    checks.add(check_url_settings)
    checks.add(check_removed_settings)
    checks.add(check_removed_attributes)


def check_types(app: CheckedApp) -> Iterator[Finding]:
    """Find core's settings that are of the wrong type."""
    yield from find_wrong_types(app.config, SETTING_KINDS)


def find_wrong_types(
    config: Mapping[str, object], kinds: Mapping[str, SettingKind]
) -> Iterator[Finding]:
    """Find settings that are of the wrong type; a component calls this with its own.

    Args:
        config: The settings of an app.
        kinds: What those in question may be.
    """
    for key, kind in kinds.items():
        if key in config and not kind.accepts(config[key]):
            yield Finding(
                "settings.type",
                kind.severity,
                f"{key} is {_describe(key, config[key])}, and has to be {kind.wanted}. {kind.harm}",
                f'config["{key}"]',
                kind.remedy,
            )


def _describe(key: str, value: object) -> str:
    """Return what a setting is, without its value where that is secret."""
    name = f"of the type {type(value).__name__}"
    if "SECRET" in key:
        return name
    text = repr(value)
    return f"{text if len(text) <= 60 else f'{text[:57]}...'}, {name}"


def check_url_settings(app: CheckedApp) -> Iterator[Finding]:
    """Find what makes URLs wrong that are built outside of a request."""
    root = app.config.get("APPLICATION_ROOT")
    if isinstance(root, str) and not root.startswith("/"):
        yield Finding(
            "settings.application_root",
            Severity.ERROR,
            f"APPLICATION_ROOT is {root!r}, and has to be a path that begins with a slash. URLs "
            "that are built outside of a request have it behind the host, and the session cookie "
            "gets it as its path.",
            'config["APPLICATION_ROOT"]',
            'Write the path alone: APPLICATION_ROOT = "/shop".',
        )
    scheme = app.config.get("PREFERRED_URL_SCHEME")
    if isinstance(scheme, str) and not _SCHEME.fullmatch(scheme):
        yield Finding(
            "settings.url_scheme",
            Severity.ERROR,
            f"PREFERRED_URL_SCHEME is {scheme!r}, which is no scheme. URLs that are built outside "
            "of a request begin with another one, or with nonsense.",
            'config["PREFERRED_URL_SCHEME"]',
            'Write the scheme alone: PREFERRED_URL_SCHEME = "https".',
        )


def check_removed_settings(app: CheckedApp) -> Iterator[Finding]:
    """Find settings of past versions of Flask, which nothing reads."""
    for key, (version, remedy) in REMOVED_SETTINGS.items():
        if key in app.config:
            yield Finding(
                "settings.removed",
                Severity.WARNING,
                f"{key} changes nothing: Flask {version} removed it.",
                f'config["{key}"]',
                remedy,
            )


def check_removed_attributes(app: CheckedApp) -> Iterator[Finding]:
    """Find attributes of past versions of Flask, which nothing reads."""
    owners = [("The application", app, find_construction(app))]
    for name, blueprint in iter_blueprints(app):
        place = find_construction(blueprint, blueprint.name)
        owners.append((f"The blueprint {name!r}", blueprint, place))
    for owner, target, place in owners:
        for name, (version, remedy) in REMOVED_ATTRIBUTES.items():
            if _has_own(target, name):
                yield Finding(
                    "settings.removed",
                    Severity.WARNING,
                    f"{owner} has an attribute {name!r}, which changes nothing: Flask {version} "
                    "removed it.",
                    place,
                    remedy,
                )


def _has_own(target: object, name: str) -> bool:
    """Return whether a program has set an attribute of its app or blueprint, or of its class."""
    if name in vars(target):
        return True
    return any(
        name in vars(cls)
        for cls in type(target).__mro__
        if cls.__module__.partition(".")[0] not in {"cruse", "cruse_core", "builtins"}
    )
