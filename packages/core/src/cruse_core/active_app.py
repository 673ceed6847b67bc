"""Tell requests, responses and serializers which app is active.

They are made and used without a context, so they do not import `context.py`; it introduces itself
here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol


class AppJSON(Protocol):
    """What a request, a response or a serializer asks of an app's JSON provider."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        """Return *obj* as a document."""
        ...

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Return the value that the document *s* describes; ValueError if it is malformed."""
        ...


class ActiveApp(Protocol):
    """What a request or response asks of the active app."""

    @property
    def name(self) -> str:
        """Name of the app, for messages."""
        ...

    @property
    def config(self) -> Mapping[str, Any]:
        """The configuration: MAX_CONTENT_LENGTH, MAX_COOKIE_SIZE, MAX_FORM_*."""
        ...

    @property
    def debug(self) -> bool:
        """Whether errors may show details to the client."""
        ...

    @property
    def json(self) -> AppJSON:
        """What writes JSON and parses it."""
        ...


def _find_none() -> ActiveApp | None:
    return None


_find: Callable[[], ActiveApp | None] = _find_none


def use_app_finder(find_app: Callable[[], ActiveApp | None]) -> None:
    """Make `find_active_app` ask *find_app*; `context.py` calls this once."""
    global _find
    _find = find_app


def find_active_app() -> ActiveApp | None:
    """Return the app that is active here, or None."""
    return _find()
