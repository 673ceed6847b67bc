"""Read and write JSON as the current app does; outside of an app, as the default provider does."""

from __future__ import annotations

import json
from typing import IO, Any

from cruse_core import context
from cruse_core.globals import current_app
from cruse_core.json_provider import json_default
from cruse_core.responses import Response


def dumps(obj: Any, **kwargs: Any) -> str:
    """Return *obj* as JSON; *kwargs* are those of the app's provider."""
    if _has_app():
        return current_app.json.dumps(obj, **kwargs)
    return json.dumps(obj, **{"default": json_default, **kwargs})


def dump(obj: Any, fp: IO[str], **kwargs: Any) -> None:
    """Write *obj* as JSON to *fp*; *kwargs* are those of the app's provider."""
    if _has_app():
        current_app.json.dump(obj, fp, **kwargs)
    else:
        json.dump(obj, fp, **{"default": json_default, **kwargs})


def loads(s: str | bytes, **kwargs: Any) -> Any:
    """Return what the JSON in *s* says; *kwargs* are those of the app's provider."""
    if _has_app():
        return current_app.json.loads(s, **kwargs)
    return json.loads(s, **kwargs)


def load(fp: IO[Any], **kwargs: Any) -> Any:
    """Return what the JSON in *fp* says; *kwargs* are those of the app's provider."""
    if _has_app():
        return current_app.json.load(fp, **kwargs)
    return json.load(fp, **kwargs)


def jsonify(*args: Any, **kwargs: Any) -> Response:
    """Return a response with JSON.

    Args:
        *args: One value; several become a list.
        **kwargs: The items of an object, in place of *args*.

    Raises:
        TypeError: Both were given.
    """
    return current_app.json.response(*args, **kwargs)  # type: ignore[return-value]  # of the app's class


def _has_app() -> bool:
    return context.current.get(None) is not None
