"""The logger of an app."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Iterator
from typing import NamedTuple
from uuid import uuid4

import pytest
from werkzeug.test import Client, create_environ

from cruse_core import App
from cruse_core.logging import (
    create_logger,
    default_handler,
    has_level_handler,
    wsgi_errors_stream,
)


class NamedApp(NamedTuple):
    """As much of an app as a logger needs."""

    name: str
    debug: bool = False


@pytest.fixture
def app() -> Iterator[App]:
    """An app whose logger no other test knows."""
    app = App(f"app_{uuid4().hex}", root_path="/")
    yield app
    logging.getLogger(app.name).handlers.clear()


def isolate(name: str) -> logging.Logger:
    """Let a logger have no handler, inherited or own."""
    # In the test itself: pytest adds handlers before it.
    logger = logging.getLogger(name)
    logger.handlers.clear()
    logger.propagate = False
    return logger


class TestCreateLogger:
    def test_has_the_name_of_the_app(self, app: App) -> None:
        assert app.logger.name == app.name
        assert app.logger is app.logger

    def test_logs_everything_in_debug_mode(self, app: App) -> None:
        app.debug = True
        assert app.logger.level == logging.DEBUG

    def test_keeps_a_level_that_is_set(self, app: App) -> None:
        logging.getLogger(app.name).setLevel(logging.ERROR)
        app.debug = True
        assert app.logger.level == logging.ERROR

    def test_level_is_not_set_otherwise(self, app: App) -> None:
        assert app.logger.level == logging.NOTSET

    def test_gets_the_default_handler(self, app: App) -> None:
        isolate(app.name)
        assert app.logger.handlers == [default_handler]

    def test_gets_none_if_there_is_one(self, app: App) -> None:
        handler = logging.NullHandler()
        isolate(app.name).addHandler(handler)
        assert app.logger.handlers == [handler]

    def test_handler_is_not_added_twice(self, app: App) -> None:
        isolate(app.name)
        same = NamedApp(app.name)
        assert create_logger(same) is create_logger(same) is app.logger
        assert len(app.logger.handlers) == 1


class TestHasLevelHandler:
    def test_looks_at_the_ancestors(self) -> None:
        name = f"logger_{uuid4().hex}"
        logger, parent = logging.getLogger(f"{name}.child"), isolate(name)
        assert not has_level_handler(logger)
        parent.addHandler(logging.NullHandler())
        assert has_level_handler(logger)
        logger.propagate = False
        assert not has_level_handler(logger)

    def test_looks_at_the_level(self) -> None:
        logger = isolate(f"logger_{uuid4().hex}")
        logger.setLevel(logging.INFO)
        logger.addHandler(logging.NullHandler(logging.ERROR))
        assert not has_level_handler(logger)
        logger.addHandler(logging.NullHandler(logging.INFO))
        assert has_level_handler(logger)


class TestWsgiErrorsStream:
    def test_is_the_servers_during_a_request(self, app: App) -> None:
        isolate(app.name)
        errors = io.StringIO()
        with app.request_context(create_environ(errors_stream=errors)):
            app.logger.warning("during the request")
            assert wsgi_errors_stream._get_current_object() is errors
        assert "WARNING in test_logging: during the request\n" in errors.getvalue()

    def test_the_app_is_named_where_the_framework_logs(self, app: App) -> None:
        @app.get("/")
        def fail() -> str:
            raise KeyError("stock")

        isolate(app.name)
        errors = io.StringIO()
        Client(app).get("/", errors_stream=errors)
        assert f"ERROR in {app.name}: Exception on / [GET]\n" in errors.getvalue()
        assert "KeyError: 'stock'" in errors.getvalue()

    def test_is_standard_error_otherwise(
        self, app: App, capsys: pytest.CaptureFixture[str]
    ) -> None:
        isolate(app.name)
        with app.app_context():
            assert wsgi_errors_stream._get_current_object() is sys.stderr
            app.logger.warning("outside of a request")
        assert "outside of a request" in capsys.readouterr().err
