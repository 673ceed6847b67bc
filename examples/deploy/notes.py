"""A program to deploy: it says how a visitor's request arrives."""

from __future__ import annotations

from cruse import Cruse, request, url_for


def create_app() -> Cruse:
    """Make the program, with settings from variables that start with NOTES_."""
    app = Cruse(__name__)
    app.config.from_prefixed_env("NOTES")

    @app.get("/")
    def index() -> dict[str, str | None]:
        return {
            "visitor": request.remote_addr,
            "scheme": request.scheme,
            "host": request.host,
            "url": url_for("index", _external=True),
        }

    return app
