"""Field Notes, a naturalist's notebook on the web: the example application of Cruse.

Start it with `cruse --app field_notes run`; the README tells the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cruse import Cruse

from . import api, auth, commands, db, errors, filters, notes, pictures, security
from .config import find_instance_path, load_settings

__all__ = ["create_app"]


def create_app(config: Mapping[str, Any] | None = None) -> Cruse:
    """Return a new app.

    Args:
        config: Settings that win over the instance folder and the environment. `INSTANCE_PATH`
            names the instance folder.
    """
    overrides = dict(config or {})
    app = Cruse(
        __name__,
        instance_path=find_instance_path(overrides),
        instance_relative_config=True,
    )
    Path(app.instance_path).mkdir(parents=True, exist_ok=True)
    load_settings(app, overrides)
    app.logger.setLevel(app.config["LOG_LEVEL"])

    for module in (db, security, errors, filters, api):
        module.init_app(app)
    for blueprint in (notes.bp, pictures.bp, auth.bp, api.bp, commands.bp):
        app.register_blueprint(blueprint)
    return app
