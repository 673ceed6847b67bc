"""Serve one file of a folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import lru_cache
from stat import S_ISREG
from time import time
from typing import Any, NamedTuple, Protocol

from werkzeug.http import http_date
from werkzeug.security import safe_join
from werkzeug.utils import send_file, send_from_directory
from werkzeug.wsgi import wrap_file

from cruse_core.headers import make_headers
from cruse_core.responses import Response
from cruse_core.types import WSGIEnvironment

# With one of these in the environ, the answer may be another one than the whole file.
_CONDITIONS = frozenset(
    {
        "HTTP_IF_MATCH",
        "HTTP_IF_MODIFIED_SINCE",
        "HTTP_IF_NONE_MATCH",
        "HTTP_IF_RANGE",
        "HTTP_IF_UNMODIFIED_SINCE",
        "HTTP_RANGE",
    }
)


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

    @property
    def root_path(self) -> str:
        """Folder that a relative path starts from."""
        ...


def send_static(
    app: StaticApp,
    environ: WSGIEnvironment,
    folder: str,
    filename: str,
    max_age: Callable[[str | None], int | None],
) -> Response:
    """Return the response that carries *filename*, with conditional requests and ranges.

    Args:
        app: Gives the response class, USE_X_SENDFILE and the root path.
        environ: Of the request, whose Range and If-* headers are honoured.
        folder: Absolute, or relative to that root path; nothing outside of it is ever served.
        filename: Path below *folder*, as the client sent it.
        max_age: Gives the seconds that a client may keep the file.

    Raises:
        NotFound: There is no such file below *folder*.
    """
    max_age_seconds = max_age(filename)
    use_x_sendfile: bool = app.config["USE_X_SENDFILE"]
    response_class = app.response_class
    if (
        environ["REQUEST_METHOD"] == "GET"
        and not use_x_sendfile
        and response_class.is_left_out
        and _CONDITIONS.isdisjoint(environ)
    ):
        whole_folder = os.path.join(app.root_path, folder)
        response = _send_whole(response_class, environ, whole_folder, filename, max_age_seconds)
        if response is not None:
            return response
    return send_from_directory(  # type: ignore[return-value]  # of the class that it is given
        folder,
        filename,
        environ,
        max_age=max_age_seconds,
        use_x_sendfile=use_x_sendfile,
        response_class=response_class,
        _root_path=app.root_path,
    )


def _send_whole(
    response_class: type[Response],
    environ: WSGIEnvironment,
    folder: str,
    filename: str,
    max_age_seconds: int | None,
) -> Response | None:
    """Return the response with all of a file; None if Werkzeug must say what is wrong with it."""
    # PERF: the headers take four times as long as the file, and depend on little but its size and
    # the time of its last change (benchmarks/scenarios.py: static).
    path = safe_join(folder, filename)
    if path is None:
        return None
    try:
        facts = os.stat(path)
    except (OSError, ValueError):
        return None
    if not S_ISREG(facts.st_mode):
        return None
    kept = _describe(path, facts.st_mtime, facts.st_size, max_age_seconds)
    file = open(path, "rb")  # noqa: SIM115 - the server closes it
    response = response_class(
        wrap_file(environ, file), content_type=kept.content_type, direct_passthrough=True
    )
    now = int(time())
    pairs = kept.pairs.copy()
    pairs[kept.date_index] = ("Date", _format_date(now))
    if kept.expires_index is not None:
        assert max_age_seconds is not None  # otherwise there is no Expires
        pairs[kept.expires_index] = ("Expires", _format_date(now + max_age_seconds))
    response.headers = make_headers(pairs)
    return response


class _Description(NamedTuple):
    """The headers of a file, in which the dates of the answer are to be replaced."""

    content_type: str
    pairs: list[tuple[str, str]]
    date_index: int
    expires_index: int | None


@lru_cache(maxsize=1024)
def _describe(
    path: str, mtime: float, size_bytes: int, max_age_seconds: int | None
) -> _Description:
    """Return the headers that Werkzeug gives a file of this time and size."""
    # With a root path, Werkzeug leaves the path as it is; the ETag depends on it.
    response = send_file(
        path, {"REQUEST_METHOD": "GET"}, max_age=max_age_seconds, _root_path=os.path.dirname(path)
    )
    response.close()
    pairs = response.headers.to_wsgi_list()
    names = [name for name, _ in pairs]
    return _Description(
        content_type=response.headers["Content-Type"],
        pairs=pairs,
        date_index=names.index("Date"),
        expires_index=names.index("Expires") if "Expires" in names else None,
    )


_format_date = lru_cache(maxsize=16)(http_date)
