"""Write what a session holds into a document for its cookie, and read it back.

`sessions.py` decides with which serializer; this file knows the one with tags, and what to say of
values that do not fit into a document.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, NoReturn, Protocol

from cruse_core.errors import SessionValueError
from cruse_core.json_provider import DefaultJSONProvider
from cruse_core.json_tags import TaggedJSONSerializer

_logger = logging.getLogger("cruse_core")
_LOADS = DefaultJSONProvider.loads


class SessionJSON(Protocol):
    """What sessions ask of an app's JSON provider."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        """Return *obj* as a JSON document."""
        ...

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Return the value of the JSON document *s*."""
        ...


class AppSerializer:
    """Lets ItsDangerous write tagged JSON with an app's provider.

    Args:
        provider: The app's.
        tagged: Has the tags.
    """

    def __init__(self, provider: SessionJSON, tagged: TaggedJSONSerializer) -> None:
        self._provider = provider
        self._tagged = tagged

    def dumps(self, value: Any) -> str:
        """Return *value* as a document."""
        return self._provider.dumps(self._tagged.tag(value), separators=(",", ":"))

    def loads(self, document: str) -> Any:
        """Return the value that `dumps` made *document* from."""
        return self._tagged.untag_all(self._provider.loads(document))


def is_tagged(serializer: Any) -> bool:
    """Return whether *serializer* writes tags, and has no JSON of its own."""
    cls = type(serializer)
    return (
        isinstance(serializer, TaggedJSONSerializer)
        and cls.dumps is TaggedJSONSerializer.dumps
        and cls.loads is TaggedJSONSerializer.loads
    )


def find_values(
    provider: SessionJSON, tagged: TaggedJSONSerializer, document: str
) -> Mapping[str, Any] | None:
    """Return what a session of this *document* holds; None, and it is logged, if that is none."""
    try:
        values = provider.loads(document)
        if type(provider).loads is not _LOADS or tagged.may_be_tagged(document):
            values = tagged.untag_all(values)
    except Exception as error:
        tell_of_nonsense(error)
        return None
    return accept_values(values)


def accept_values(values: object) -> Mapping[str, Any] | None:
    """Return *values* if a session can hold them; None, and it is logged, if they are none."""
    # PERF: the ABC calls Python code (benchmarks/scenarios.py, session).
    if type(values) is dict or isinstance(values, Mapping):
        return values
    tell_of_nonsense(TypeError(f"It holds a value of the type {type(values).__name__}, no object."))
    return None


def tell_of_nonsense(error: Exception) -> None:
    """Log that the signature of a cookie is right, but not what it holds."""
    _logger.debug(
        "A session cookie has a valid signature, but holds no session, and counts as absent. "
        "Probably another program signs with the same key and salt.",
        exc_info=error,
    )


def refuse_values(
    name: str,
    session: Mapping[str, Any],
    dumps: Callable[[Any], object],
    error: Exception,
) -> NoReturn:
    """Raise the error that says which value of a session cannot be written, and what can.

    Args:
        name: Of the cookie.
        session: What it should hold.
        dumps: Has failed to write that.
        error: With this.
    """
    key = next((key for key in session if _fails(dumps, {key: session[key]})), None)
    if key is None:
        raise error
    value = session[key]
    raise SessionValueError(
        f"The session {name!r} cannot be saved: what it has under {key!r}, of the type "
        f"{type(value).__name__}, cannot be written into its cookie ({error}). "
        "Such a session holds None, bool, int, float, str, bytes, datetime, UUID and Markup, and "
        "lists, tuples and dicts of these, the dicts with keys of str. Store one of them, such as "
        "the id by which the value is found again; or register a tag for its class with "
        "session_interface.serializer.register()."
    ) from error


def _fails(dumps: Callable[[Any], object], values: object) -> bool:
    try:
        dumps(values)
    except Exception:
        return True
    return False
