"""Notice a server that calls the app in another way than WSGI's, and say how to serve it."""

from __future__ import annotations

from typing import Any

from cruse_core.errors import ServerProtocolError


def refuse_other_protocols(environ: object, headers: object = None, exc_info: object = None) -> Any:
    """Do nothing for the environ of a request of WSGI.

    It has the parameters of WSGI's `start_response`, and stands for it where a server gives none.

    Args:
        environ: What the server gave first.
        headers: Of a response; not looked at.
        exc_info: Of a response; not looked at.

    Raises:
        ServerProtocolError: It is the scope of a request of ASGI or RSGI.
    """
    if isinstance(environ, dict):
        protocol = "ASGI" if "type" in environ and "REQUEST_METHOD" not in environ else None
    else:
        protocol = "RSGI" if hasattr(environ, "proto") else None
    if protocol is not None:
        raise ServerProtocolError(
            f"The server speaks {protocol}, but this application is one of WSGI (PEP 3333): serve "
            "it with a server for WSGI, such as 'gunicorn module:app' or 'granian --interface wsgi "
            "module:app', or wrap it: a2wsgi.WSGIMiddleware(app)."
        ) from None
