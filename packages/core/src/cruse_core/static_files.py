"""Serve one file of a folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from werkzeug.utils import send_from_directory

from cruse_core.requests import Request
from cruse_core.responses import Response


class StaticApp(Protocol):
    """What serving a file asks of an app."""

    @property
    def config(self) -> Mapping[str, Any]:
        """The configuration: USE_X_SENDFILE."""
        ...

    @property
    def response_class(self) -> type[Response]:
        """Class of the responses of this app."""
        ...


def send_static(
    app: StaticApp,
    request: Request,
    folder: str,
    filename: str,
    max_age: Callable[[str | None], int | None],
) -> Response:
    """Return the response that carries *filename*, with conditional requests and ranges.

    Args:
        app: Gives the response class and USE_X_SENDFILE.
        request: Its Range and If-* headers are honoured.
        folder: Absolute path; nothing outside of it is ever served.
        filename: Path below *folder*, as the client sent it.
        max_age: Gives the seconds that a client may keep the file.

    Raises:
        NotFound: There is no such file below *folder*.
    """
    return send_from_directory(  # type: ignore[return-value]  # of the class that it is given
        folder,
        filename,
        request._environ,
        max_age=max_age(filename),
        use_x_sendfile=app.config["USE_X_SENDFILE"],
        response_class=app.response_class,
    )
