"""The logger of an app, and the handler it gets where nothing else is set up."""

from __future__ import annotations

import logging
import os
import sys
from typing import Protocol, TextIO, cast

from werkzeug.local import LocalProxy

from cruse_core.context import find_request_context


class LoggingApp(Protocol):
    """What making a logger asks of an app."""

    @property
    def name(self) -> str:
        """Name of the logger."""
        ...

    @property
    def debug(self) -> bool:
        """Whether everything is logged."""
        ...


def _find_errors_stream() -> TextIO:
    ctx = find_request_context()
    if ctx is None:
        return sys.stderr
    stream: TextIO = ctx.request._environ["wsgi.errors"]
    return stream


# The error stream of the server during a request, and standard error otherwise.
wsgi_errors_stream = LocalProxy(_find_errors_stream)


class _Formatter(logging.Formatter):
    """Names the module that logs, or the app where the framework does so on its behalf."""

    def format(self, record: logging.LogRecord) -> str:
        of_framework = os.path.dirname(record.pathname) == _FOLDER
        record.origin = record.name if of_framework else record.module
        return super().format(record)


_FOLDER = os.path.dirname(__file__)

# Remove it from a logger with `app.logger.removeHandler(default_handler)`.
default_handler = logging.StreamHandler(cast(TextIO, wsgi_errors_stream))  # a proxy of one
default_handler.setFormatter(_Formatter("[%(asctime)s] %(levelname)s in %(origin)s: %(message)s"))


def has_level_handler(logger: logging.Logger) -> bool:
    """Return whether a record at the level of *logger* would reach any handler."""
    level = logger.getEffectiveLevel()
    node: logging.Logger | None = logger
    while node is not None:
        if any(handler.level <= level for handler in node.handlers):
            return True
        node = node.parent if node.propagate else None
    return False


def create_logger(app: LoggingApp) -> logging.Logger:
    """Return the logger with the app's name.

    It gets `default_handler` if nothing would handle its records otherwise, and the level DEBUG in
    debug mode, unless it has a level already.
    """
    logger = logging.getLogger(app.name)
    if logger.level == logging.NOTSET and app.debug:
        logger.setLevel(logging.DEBUG)
    if has_level_handler(logger):
        return logger
    logger.addHandler(default_handler)
    return logger
