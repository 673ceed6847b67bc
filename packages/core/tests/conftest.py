"""A bare app, and a client that calls it as a server would."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from werkzeug.test import Client

from cruse_core import App, notices
from cruse_core.notices import be_lenient


@pytest.fixture
def app() -> App:
    app = App("shop", root_path=".")
    app.secret_key = "test"
    return app


@pytest.fixture
def client(app: App) -> Client:
    return Client(app)


@pytest.fixture
def lenient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A process in which Flask's behaviour counts, and nothing was logged yet."""
    monkeypatch.setattr(notices, "_logged", set())
    be_lenient()
    yield
    be_lenient(False)


@pytest.fixture
def no_collector() -> Iterator[None]:
    """Only reference counts free anything while the test runs."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()
