"""Describe a test request, starting from what the app's configuration says about its URLs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import urlsplit

import werkzeug.test

from cruse_core.json_provider import JSONProvider


class EnvironApp(Protocol):
    """What describing a request asks of an app."""

    @property
    def config(self) -> Mapping[str, Any]:
        """Says where the app is mounted."""
        ...

    @property
    def json(self) -> JSONProvider:
        """Serialises what is sent as JSON."""
        ...


class EnvironBuilder(werkzeug.test.EnvironBuilder):
    """Build the WSGI environment of a request to an app.

    Args:
        app: Its SERVER_NAME, APPLICATION_ROOT and PREFERRED_URL_SCHEME are the start of the URL.
        path: Path of the URL, or a whole URL, which then decides about scheme and host.
        base_url: Replaces what the configuration says.
        subdomain: Stands before SERVER_NAME.
        url_scheme: Replaces PREFERRED_URL_SCHEME.
        *args: Of `werkzeug.test.EnvironBuilder`.
        **kwargs: Of the same; `json` is serialised by the app's provider.

    Raises:
        AssertionError: *base_url* was given together with what would be a part of it.
    """

    def __init__(
        self,
        app: EnvironApp,
        path: str = "/",
        base_url: str | None = None,
        subdomain: str | None = None,
        url_scheme: str | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        if base_url is None:
            base_url, path = _split_path(app.config, path, subdomain, url_scheme)
        elif subdomain or url_scheme:
            raise AssertionError(
                'Cannot pass "subdomain" or "url_scheme" with "base_url": '
                f"{base_url!r} decides about both already. Leave out the one or the other."
            )
        self.app = app
        super().__init__(path, base_url, *args, **kwargs)

    def json_dumps(self, obj: Any, **kwargs: Any) -> str:
        """Serialise *obj* with the app's provider."""
        return self.app.json.dumps(obj, **kwargs)


def _split_path(
    config: Mapping[str, Any], path: str, subdomain: str | None, url_scheme: str | None
) -> tuple[str, str]:
    """Return the base URL of a request to *path*, and what is left of *path*."""
    host: str = config["SERVER_NAME"] or "localhost"
    if subdomain:
        host = f"{subdomain}.{host}"
    target = urlsplit(path)
    scheme = target.scheme or url_scheme or config["PREFERRED_URL_SCHEME"]
    root = config["APPLICATION_ROOT"].lstrip("/")
    query = f"?{target.query}" if target.query else ""
    return f"{scheme}://{target.netloc or host}/{root}", target.path + query
