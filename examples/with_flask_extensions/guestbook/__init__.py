"""A guestbook, written for Flask with the extensions that Flask applications use most.

Nothing in this package knows Cruse: how the program is started decides what it runs on.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cachelib import FileSystemCache
from flask import Flask, Response, render_template

from guestbook import accounts, api, commands, extensions, keeper, old_api, pages


def create_app(settings: Mapping[str, Any] | None = None) -> Flask:
    """Make the application.

    Args:
        settings: Win over `guestbook.settings` and the variables named `GUESTBOOK_...`.
    """
    app = Flask(__name__, instance_path=os.environ.get("GUESTBOOK_INSTANCE_PATH"))
    instance = Path(app.instance_path)
    instance.mkdir(parents=True, exist_ok=True)
    app.config.from_object("guestbook.settings")
    app.config.from_mapping(
        SESSION_CACHELIB=FileSystemCache(str(instance / "sessions")),
        BABEL_TRANSLATION_DIRECTORIES=str(instance / "translations"),
    )
    app.config.from_prefixed_env("GUESTBOOK")
    app.config.update(settings or {})

    extensions.init_app(app)
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(accounts.blueprint)
    app.register_blueprint(old_api.blueprint)
    api.init_app(app)
    keeper.init_app(app)
    commands.init_app(app)
    app.register_error_handler(404, show_missing_page)
    app.register_error_handler(500, show_failure)
    return app


def show_missing_page(error: Exception) -> tuple[str, int]:
    return render_template("error.html", title="Not found", error=error), 404


def show_failure(error: Exception) -> Response:
    return Response("Something broke. It was written down.\n", 500, mimetype="text/plain")
