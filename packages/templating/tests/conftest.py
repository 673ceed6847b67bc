"""An app with a folder of templates, and a client that needs nothing but Werkzeug."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from werkzeug.test import Client

from cruse_templating import TemplatingApp

WriteTemplate = Callable[..., Path]


@pytest.fixture
def write_template(tmp_path: Path) -> WriteTemplate:
    """Write a template below a folder, by default the app's."""

    def write(name: str, source: str, folder: str = "app/templates") -> Path:
        path = tmp_path / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
        return path

    return write


@pytest.fixture
def app(tmp_path: Path) -> TemplatingApp:
    (tmp_path / "app" / "templates").mkdir(parents=True)
    app = TemplatingApp("shop", root_path=str(tmp_path / "app"))
    app.testing = True
    app.secret_key = "test"
    return app


@pytest.fixture
def client(app: TemplatingApp) -> Client:
    return Client(app)
