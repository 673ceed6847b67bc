"""An app with a test client, and nothing else of Cruse than its core."""

from __future__ import annotations

import pytest

from cruse_testing import Client, TestingApp


@pytest.fixture
def app() -> TestingApp:
    app = TestingApp("shop", root_path=".")
    app.testing = True
    app.secret_key = "test"
    return app


@pytest.fixture
def client(app: TestingApp) -> Client:
    return app.test_client()
