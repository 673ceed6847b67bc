"""Find the handler that was registered for an exception."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TypeAlias

from werkzeug.exceptions import HTTPException, default_exceptions

from cruse_core.types import AppOrBlueprintKey, ErrorHandlerCallable

HandlersByClass: TypeAlias = dict[type[Exception], ErrorHandlerCallable]
# blueprint name (None: the app) -> HTTP status code (None: any exception) -> class -> handler
ErrorHandlerSpec: TypeAlias = defaultdict[
    AppOrBlueprintKey, defaultdict[int | None, HandlersByClass]
]


def make_error_handler_spec() -> ErrorHandlerSpec:
    """Make an empty table in which every level appears when it is first read."""
    return defaultdict(lambda: defaultdict(dict))


def exception_class_and_code(
    exc_class_or_code: type[Exception] | int,
) -> tuple[type[Exception], int | None]:
    """Return the class that a handler is registered for, and its HTTP status code if it has one.

    Args:
        exc_class_or_code: An exception class, or the HTTP status code of one.

    Raises:
        TypeError: It is an instance, or something that is no class at all.
        ValueError: It is a status code without an exception, or a class that cannot be raised.
    """
    if isinstance(exc_class_or_code, int):
        try:
            exc_class: type[Exception] = default_exceptions[exc_class_or_code]
        except KeyError:
            raise ValueError(
                f"{exc_class_or_code!r} is not a recognized HTTP error code. Only codes that an "
                "HTTPException stands for can have a handler. Use a subclass of HTTPException with "
                "that code instead, and register the handler for the class."
            ) from None
    else:
        exc_class = exc_class_or_code
    if isinstance(exc_class, Exception):
        raise TypeError(
            f"{exc_class!r} is an instance, not a class. Handlers are registered for exception "
            f"classes or HTTP error codes. Pass {type(exc_class).__name__} itself."
        )
    if not isinstance(exc_class, type):
        raise TypeError(
            f"{exc_class!r} is neither a class nor a number. Handlers are registered for exception "
            "classes or HTTP error codes. Pass one of those."
        )
    if not issubclass(exc_class, Exception):
        raise ValueError(
            f"{exc_class.__name__!r} is not a subclass of Exception. Handlers are registered for "
            "exception classes or HTTP error codes. Pass one of those."
        )
    return exc_class, exc_class.code if issubclass(exc_class, HTTPException) else None


def find_error_handler(
    spec: ErrorHandlerSpec, exc_class: type[Exception], blueprints: Iterable[str]
) -> ErrorHandlerCallable | None:
    """Return the handler for *exc_class*, or None.

    A handler for the status code wins over one for any exception, an inner blueprint over an outer
    one and the app, and the class itself over the classes it derives from.

    Args:
        spec: The handlers of the app and of its blueprints.
        exc_class: Class of the exception that was raised.
        blueprints: Names of the blueprints that served the request, innermost first.
    """
    if not spec:
        return None
    code = exc_class.code if issubclass(exc_class, HTTPException) else None
    names = (*blueprints, None)
    for key in (None,) if code is None else (code, None):
        for name in names:
            by_code = spec.get(name)
            by_class = by_code.get(key) if by_code else None
            if not by_class:
                continue
            for base in exc_class.__mro__:
                handler = by_class.get(base)
                if handler is not None:
                    return handler
    return None
