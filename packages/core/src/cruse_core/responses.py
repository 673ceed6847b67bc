"""Hold what the server answers, and send it.

`pipeline.py` decides which response is sent and what is added to it; this file sends it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from werkzeug.wrappers import Response as WerkzeugResponse


class ResponseJSON(Protocol):
    """What a response asks of an app's JSON provider."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Return the value that the document *s* describes; ValueError if it is malformed."""
        ...


class ResponseApp(Protocol):
    """What a response asks of the current app."""

    @property
    def config(self) -> Mapping[str, Any]:
        """The configuration: MAX_COOKIE_SIZE."""
        ...

    @property
    def json(self) -> ResponseJSON:
        """What parses a JSON body."""
        ...


def _find_no_app() -> ResponseApp | None:
    return None


_find_app: Callable[[], ResponseApp | None] = _find_no_app


def use_app_finder(find_app: Callable[[], ResponseApp | None]) -> None:
    """Make responses ask *find_app* for the current app; `context.py` calls this once."""
    global _find_app
    _find_app = find_app


class Response(WerkzeugResponse):
    """The answer to one request: a body, a status and headers; HTML unless told otherwise."""

    default_mimetype: str | None = "text/html"
    autocorrect_location_header = False

    @property
    def max_cookie_size(self) -> int:
        """Bytes of a cookie above which a warning is given: the app's MAX_COOKIE_SIZE."""
        app = _find_app()
        if app is None:
            return WerkzeugResponse.max_cookie_size
        size: int = app.config["MAX_COOKIE_SIZE"]
        return size

    @property
    def json_module(self) -> Any:  # type: ignore[override]
        """What parses a JSON body: the app's provider, or the standard library without an app."""
        app = _find_app()
        return json if app is None else app.json
