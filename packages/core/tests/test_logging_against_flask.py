"""Cruse and Flask log alike."""

from __future__ import annotations

import io
import itertools
import logging
from typing import Any

import pytest
from flask_and_cruse import Kit, ask, assert_same
from werkzeug.test import create_environ

names = (f"logged{number}" for number in itertools.count())


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize("level", [logging.NOTSET, logging.ERROR])
@pytest.mark.parametrize("configured", [False, True])
def test_logger_and_what_it_writes(debug: bool, level: int, configured: bool) -> None:
    """L01, L02."""

    def program(kit: Kit) -> list[Any]:
        name = next(names)
        logging.getLogger(name).setLevel(level)
        text = io.StringIO()
        handler = logging.StreamHandler(text)
        root = logging.getLogger()
        before = root.handlers.copy()
        root.handlers[:] = [handler] if configured else []
        try:
            app = kit.App(name, root_path="/", static_folder=None)
            app.config.update(DEBUG=debug, JSON_ERRORS="never", PROPAGATE_EXCEPTIONS=False)
            app.add_url_rule("/fail", "fail", lambda: str(1 / 0))
            app.add_url_rule("/warn", "warn", lambda: str(app.logger.warning("warned %s", 1)))
            logger = app.logger
            has_default = kit.logging.default_handler in logger.handlers
            answers = [
                [logger.name == name, logger.level, len(logger.handlers), has_default],
                kit.logging.has_level_handler(logger),
            ]
            for path in ("/fail", "/warn"):
                errors = io.StringIO()
                environ = {**create_environ(path), "wsgi.errors": errors}
                answers.append(ask(app, environ=environ))
                # Without the time and the file that logged.
                lines = (errors.getvalue() + text.getvalue()).splitlines()
                answers += [lines[0].rpartition(": ")[2] if lines else None, len(lines) > 3]
                text.truncate(0)
                text.seek(0)
            return answers
        finally:
            root.handlers[:] = before

    assert_same(program)
