"""Say what the framework's own checks ask of an app.

They stand below `app.py`, which adds them to each app's `checks`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from werkzeug.routing import Map


class CheckedApp(Protocol):
    """What the framework's own checks read from an app."""

    @property
    def import_name(self) -> str:
        """Name of its module or package."""
        ...

    @property
    def root_path(self) -> str:
        """Folder that its relative paths start from."""
        ...

    @property
    def instance_path(self) -> str:
        """Folder of what belongs to one installation: settings, data."""
        ...

    @property
    def static_folder(self) -> str | None:
        """Absolute path of its static files, or None."""
        ...

    @property
    def config(self) -> Mapping[str, Any]:
        """Its settings."""
        ...

    @property
    def debug(self) -> bool:
        """Whether it is in debug mode."""
        ...

    @property
    def session_interface(self) -> object:
        """What opens and saves its sessions."""
        ...

    @property
    def url_map(self) -> Map:
        """All its rules."""
        ...

    @property
    def subdomain_matching(self) -> bool:
        """Whether a rule can ask for a subdomain of SERVER_NAME."""
        ...

    @property
    def view_functions(self) -> Mapping[str, Callable[..., Any]]:
        """Its views, by endpoint."""
        ...

    @property
    def blueprints(self) -> Mapping[str, Any]:
        """Its blueprints, by their full name."""
        ...

    @property
    def wsgi_app(self) -> Callable[..., Any]:
        """What a server calls, perhaps wrapped in middleware."""
        ...


def iter_blueprints(app: CheckedApp) -> Iterator[tuple[str, Any]]:
    """Iterate over the blueprints with their full names; each one once, whatever its names.

    An object that only has the method `register` is left out: nothing is known about it.
    """
    seen: set[int] = set()
    for name, blueprint in app.blueprints.items():
        if id(blueprint) not in seen and hasattr(blueprint, "import_name"):
            seen.add(id(blueprint))
            yield name, blueprint
