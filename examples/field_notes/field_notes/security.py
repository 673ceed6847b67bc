"""Send the headers that keep a browser from doing more than our pages need; trust the proxies."""

from __future__ import annotations

from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from cruse import Cruse, request

# Everything comes from this site, in files of its own: no inline script, no inline style.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

# Where somebody writes at length. On a page marked "no-store", a browser that goes back after an
# error brings the form without its text.
WRITING_PAGES = {"notes.new", "notes.edit"}


def add_headers(response: Response) -> Response:
    """Add the headers that *response* does not set itself."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    if request.endpoint in WRITING_PAGES:
        headers.setdefault("Cache-Control", "private, no-cache")
    elif request.endpoint != "static":
        # Notes are private: after signing out, "back" shows none of them.
        headers.setdefault("Cache-Control", "no-store")
    return response


def trust_proxies(app: Cruse, count: int) -> None:
    """Take a visitor's address and scheme from the last *count* proxies; from nobody if it is 0."""
    if count:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count)  # type: ignore[method-assign]


def init_app(app: Cruse) -> None:
    """Have *app* send these headers with every answer, and trust as many proxies as it is told."""
    app.after_request(add_headers)
    trust_proxies(app, app.config["PROXY_COUNT"])
