"""Send the headers that keep a browser from doing more than our pages need."""

from __future__ import annotations

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


def init_app(app: Cruse) -> None:
    """Have *app* send these headers with every answer."""
    app.after_request(add_headers)
