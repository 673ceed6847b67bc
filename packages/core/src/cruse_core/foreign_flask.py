"""Notice extensions that work with the Flask that is installed, where the app is one of Cruse.

They import `flask`, and so read proxies that no app of Cruse is behind, or change a class that it
is not made from. With `cruse.as_flask` both are Cruse's.
"""

from __future__ import annotations

import sys
from types import ModuleType

from cruse_core.errors import CruseWarning
from cruse_core.notices import is_lenient, notify

_REMEDY = "Import cruse.as_flask before anything that imports flask."
# What monitoring agents replace, to see every request.
_REPLACED = ("__call__", "dispatch_request", "full_dispatch_request", "wsgi_app")


def note_foreign_flask(exc: BaseException) -> None:
    """Add the reason and the remedy to *exc* if Flask has raised it for want of a context."""
    text = str(exc) if type(exc) is RuntimeError else ""
    if text.startswith("Working outside of ") and _find_flask() is not None:
        note = (
            "Something that was written for Flask has read a proxy of Flask's, but the app that is "
            f"active is one of Cruse. {_REMEDY}"
        )
        if note not in getattr(exc, "__notes__", ()):
            exc.add_note(note)


def warn_of_foreign_flask() -> None:
    """Warn if something watches Flask's class, and so sees nothing of an app of Cruse."""
    flask = _find_flask()
    module = None if flask is None else _find_watcher(flask.__dict__.get("Flask"))
    if module is not None:
        notify(
            f"{module!r} watches the apps of Flask, but this one is of Cruse, so it sees none of "
            f"its requests. {_REMEDY}",
            CruseWarning,
            debug=False,
        )


def _find_flask() -> ModuleType | None:
    """Return the module of Flask itself; None if it is not imported, or stands for Cruse."""
    return None if is_lenient() else sys.modules.get("flask")


def _find_watcher(app_class: object) -> str | None:
    """Return the module that has replaced *app_class* or one of its methods; None if none has."""
    if not isinstance(app_class, type):
        return None
    if app_class.__module__ != "flask.app":
        return app_class.__module__
    for name in _REPLACED:
        method = app_class.__dict__.get(name)
        module: str = getattr(method, "__globals__", {}).get("__name__", type(method).__module__)
        if method is not None and module != "flask.app":
            return module
    return None
