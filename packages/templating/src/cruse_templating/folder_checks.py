"""Check that the folders exist which templates are looked for in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from cruse_core import App
from cruse_core.checked_app import iter_blueprints
from cruse_core.findings import Finding, Severity
from cruse_core.places import find_construction
from cruse_templating.errors import folders_of
from cruse_templating.loader import make_folder_loader


def check_template_folders(app: App) -> Iterator[Finding]:
    """Find template folders that are missing.

    That of an app need not exist while it is the default, which nobody has asked for.
    """
    default = os.path.join(app.root_path, "templates")
    for folder in _missing_folders(app):
        if folder != default:
            yield _make_finding(folder, "The application", find_construction(app))
    for name, blueprint in iter_blueprints(app):
        for folder in _missing_folders(blueprint):
            place = find_construction(blueprint, blueprint.name)
            yield _make_finding(folder, f"The blueprint {name!r}", place)


def _missing_folders(owner: Any) -> list[str]:
    """Return the missing ones of the folders that the loader of an app or blueprint reads."""
    # A blueprint of cruse-core alone has a template folder, but no loader.
    loader = owner.jinja_loader if hasattr(owner, "jinja_loader") else make_folder_loader(owner)
    folders = [] if loader is None else folders_of(loader)
    return [folder for folder in folders if not os.path.isdir(folder)]


def _make_finding(folder: str, owner: str, place: str) -> Finding:
    return Finding(
        "folders.templates_missing",
        Severity.WARNING,
        f"{owner} looks for templates in {folder!r}, which is no folder. None of them is found.",
        place,
        "Create the folder, correct template_folder=, or leave it out.",
    )
