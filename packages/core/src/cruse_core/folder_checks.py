"""Check that the folders exist which an app and its blueprints serve static files from."""

from __future__ import annotations

import os
from collections.abc import Iterator

from cruse_core.checked_app import CheckedApp, iter_blueprints
from cruse_core.checks import Checks
from cruse_core.findings import Finding, Severity
from cruse_core.places import find_construction


def add_folder_checks(checks: Checks) -> None:
    """Add the checks of this module."""
    checks.add(check_static_folders)


def check_static_folders(app: CheckedApp) -> Iterator[Finding]:
    """Find static folders that are missing.

    That of an app need not exist while it is the default, which nobody has asked for.
    """
    default = os.path.join(app.root_path, "static")
    if app.static_folder is not None and app.static_folder != default:
        yield from _check_folder(app.static_folder, "The application", find_construction(app))
    for name, blueprint in iter_blueprints(app):
        folder = getattr(blueprint, "static_folder", None)
        if folder is not None:
            place = find_construction(blueprint, blueprint.name)
            yield from _check_folder(folder, f"The blueprint {name!r}", place)


def _check_folder(folder: str, owner: str, place: str) -> Iterator[Finding]:
    if not os.path.isdir(folder):
        yield Finding(
            "folders.static_missing",
            Severity.WARNING,
            f"{owner} serves static files from {folder!r}, which is no folder. Each of them is "
            "answered with 404.",
            place,
            "Create the folder, correct static_folder=, or leave it out.",
        )
