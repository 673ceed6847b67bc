"""Give each request an identifier that its log lines and its response carry."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from cruse_core import App, Response, current_app, g, has_request_context, request

__all__ = ["RequestId", "RequestIdFilter", "current_request_id"]

# What may come from outside: it is written into logs, so nothing that could break a line.
_ACCEPTABLE = re.compile(r"[\w.-]{1,64}")
_KEY = "cruse_request_id"


@dataclass(frozen=True)
class _Settings:
    """What one app has set up."""

    header: str
    trusted: bool
    make: Callable[[], str]


class RequestId:
    """The extension; one object may serve several apps.

    Args:
        app: Set up at once; leave it out and call `init_app` in a factory.
        make: Makes a new identifier.
    """

    def __init__(self, app: App | None = None, *, make: Callable[[], str] | None = None) -> None:
        self._make = make or (lambda: uuid4().hex)
        if app is not None:
            self.init_app(app)

    def init_app(self, app: App) -> None:
        """Set *app* up, from its configuration as it is now."""
        app.config.setdefault("REQUEST_ID_HEADER", "X-Request-ID")
        app.config.setdefault("REQUEST_ID_TRUSTED", False)
        app.extensions[_KEY] = _Settings(
            header=app.config["REQUEST_ID_HEADER"],
            trusted=app.config["REQUEST_ID_TRUSTED"],
            make=self._make,
        )
        app.after_request(_add_header)
        # Templates are welcome, but not needed: a bare app lacks the method.
        add_template_global: Any = getattr(app, "add_template_global", None)
        if add_template_global is not None:
            add_template_global(current_request_id, "request_id")


class RequestIdFilter(logging.Filter):
    """Add the identifier to log records as `request_id`.

    A dash stands outside of a request, and in a request of an app that was not set up: a handler
    may serve several apps.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, with its identifier."""
        known = has_request_context() and _KEY in current_app.extensions
        record.request_id = current_request_id() if known else "-"
        return True


def current_request_id() -> str:
    """Return the identifier of the current request, made when it is first asked for.

    Raises:
        OutOfContextError: No request is being served.
        KeyError: The app was not set up with `RequestId`.
    """
    settings: _Settings = current_app.extensions[_KEY]
    known: str | None = g.get(_KEY)
    if known is None:
        brought = request.headers.get(settings.header, "")
        take_over = settings.trusted and _ACCEPTABLE.fullmatch(brought)
        known = brought if take_over else settings.make()
        setattr(g, _KEY, known)
    return known


def _add_header(response: Response) -> Response:
    settings: _Settings = current_app.extensions[_KEY]
    response.headers[settings.header] = current_request_id()
    return response
