"""Requests and responses know the active app without importing contexts."""

from __future__ import annotations

from werkzeug.test import create_environ

from cruse_core import App
from cruse_core.active_app import find_active_app


class TestFindActiveApp:
    def test_is_none_outside_of_a_context(self) -> None:
        assert find_active_app() is None

    def test_is_the_app_of_the_context(self, app: App) -> None:
        with app.app_context():
            assert find_active_app() is app
        with app.request_context(create_environ()):
            assert find_active_app() is app
        assert find_active_app() is None

    def test_is_the_innermost_app(self, app: App) -> None:
        other = App("other")
        with app.app_context(), other.app_context():
            assert find_active_app() is other
