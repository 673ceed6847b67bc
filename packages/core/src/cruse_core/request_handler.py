"""Handle a connection of the development server.

`App.run` and `cruse run` hand this to Werkzeug's `run_simple`.
"""

from __future__ import annotations

from werkzeug.serving import WSGIRequestHandler


class RequestHandler(WSGIRequestHandler):
    """Werkzeug's handler, which says once that a client may go on to send its body."""

    def handle_expect_100(self) -> bool:
        """Leave the answer `100 Continue` to the moment before the application is called.

        The server of the standard library gives it while it reads the headers, and Werkzeug's
        gives it again. A client that takes the second for its answer loses the real one.
        """
        return True
