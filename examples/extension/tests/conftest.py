"""The extension is tested where it stands, on every kind of app that is installed."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from cruse_core import App

sys.path.insert(0, str(Path(__file__).parents[1]))

APP_CLASSES: list[type[App]] = [App]
if find_spec("cruse") is not None:
    from cruse import Cruse

    APP_CLASSES.append(Cruse)


@pytest.fixture(params=APP_CLASSES, ids=lambda app_class: app_class.__name__)
def app(request: pytest.FixtureRequest) -> App:
    """An app without routes, a bare one and a full one in turn."""
    app: App = request.param("shop", static_folder=None)
    return app
