"""Check the folders that static files are served from: that they exist, and hold nothing else."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import Any

from cruse_core.checked_app import CheckedApp, iter_blueprints
from cruse_core.checks import Checks
from cruse_core.findings import Finding, Severity
from cruse_core.places import find_construction

_THE_APP = "The application"

# What stands beside a program, holds its secrets or all of its code, and is easily served with it.
_PRIVATE_NAMES = (".env", ".cruseenv", ".flaskenv", ".git", ".hg", ".svn", ".htpasswd", ".ssh")


def add_folder_checks(checks: Checks) -> None:
    """Add the checks of this module."""
    checks.add(check_static_folders)
    checks.add(check_static_contents, deploy=True)


def check_static_folders(app: CheckedApp) -> Iterator[Finding]:
    """Find static folders that are missing.

    That of an app need not exist while it is the default, which nobody has asked for.
    """
    default = os.path.join(app.root_path, "static")
    for owner, folder, place in _iter_static_folders(app):
        if not os.path.isdir(folder) and (folder != default or owner != _THE_APP):
            yield Finding(
                "folders.static_missing",
                Severity.WARNING,
                f"{owner} serves static files from {folder!r}, which is no folder. Each of them is "
                "answered with 404.",
                place,
                "Create the folder, correct static_folder=, or leave it out.",
            )


def check_static_contents(app: CheckedApp) -> Iterator[Finding]:
    """Find static folders with code or secrets in them, which everybody can download."""
    for owner, folder, place in _iter_static_folders(app):
        exposed = _find_exposed(app, os.path.realpath(folder))
        if exposed is not None:
            yield Finding(
                "security.static_folder",
                Severity.CRITICAL,
                f"{owner} serves {folder!r} as static files, and {exposed} is in it. Everybody can "
                "download that.",
                place,
                "Put what is public into a folder of its own, and name that: "
                "static_folder='static'.",
            )


def _iter_static_folders(app: CheckedApp) -> Iterator[tuple[str, str, str]]:
    """Iterate over whose each static folder is, its path, and where that is made."""
    if app.static_folder is not None:
        yield _THE_APP, app.static_folder, find_construction(app)
    for name, blueprint in iter_blueprints(app):
        folder = getattr(blueprint, "static_folder", None)
        if folder is not None:
            place = find_construction(blueprint, blueprint.name)
            yield f"The blueprint {name!r}", folder, place


def _find_exposed(app: CheckedApp, folder: str) -> str | None:
    """Return what must not be served from *folder*, in words; None if nothing is found."""
    for name in _PRIVATE_NAMES:
        if os.path.exists(os.path.join(folder, name)):
            return repr(name)
    owners: list[Any] = [app, *(blueprint for _, blueprint in iter_blueprints(app))]
    for owner in owners:
        module = getattr(sys.modules.get(owner.import_name), "__file__", None)
        if module is not None and _is_within(module, folder):
            return f"its code, {os.path.basename(module)!r},"
        templates = getattr(owner, "template_folder", None)
        if templates is not None:
            path = os.path.join(owner.root_path, templates)
            if os.path.isdir(path) and _is_within(path, folder):
                return f"the folder of its templates, {os.fspath(templates)!r},"
    if os.path.isdir(app.instance_path) and _is_within(app.instance_path, folder):
        return "the instance folder, with settings and data,"
    module = next(_iter_modules_within(folder), None)
    return None if module is None else f"its code, {os.path.basename(module)!r},"


def _iter_modules_within(folder: str) -> Iterator[str]:
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and _is_within(file, folder):
            yield file


def _is_within(path: str, folder: str) -> bool:
    return os.path.join(os.path.realpath(path), "").startswith(os.path.join(folder, ""))
