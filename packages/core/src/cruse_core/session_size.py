"""Tell of a session that has grown too large for its cookie.

`sessions.py` notices; this file has the wording, and decides between an error and a warning.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

from cruse_core.call_sites import find_caller
from cruse_core.errors import SessionCookieError, SessionCookieWarning
from cruse_core.notices import is_lenient, show

_SHOWN_KEYS = 5


def tell_of_size(
    name: str,
    size_bytes: int,
    limit_bytes: int,
    session: Mapping[str, Any],
    dumps: Callable[[Any], str | bytes],
    *,
    debug: bool,
) -> None:
    """Say that a cookie is too large, and which keys of the session make it so.

    Args:
        name: Of the cookie.
        size_bytes: Of the whole header.
        limit_bytes: MAX_COOKIE_SIZE.
        session: What the cookie holds.
        dumps: Writes an object as it is written into the cookie, before that is compressed.
        debug: Whether the developer is watching.

    Raises:
        SessionCookieError: The developer is watching.
    """
    sizes = {key: len(dumps({key: value})) for key, value in session.items()}
    largest = sorted(sizes, key=lambda key: sizes[key], reverse=True)[:_SHOWN_KEYS]
    keys = ", ".join(f"{key!r} ({sizes[key]} bytes)" for key in largest)
    message = (
        f"The {name!r} cookie is too large: it has {size_bytes} bytes of {limit_bytes} that are "
        "allowed. Browsers may drop it without a word, and the session with it. Its keys, before "
        f"compression: {keys}. Keep what is large in a database, and only its id in the session. "
        "MAX_COOKIE_SIZE sets another limit; 0 is none."
    )
    # Flask warns of it, so a program that runs on Flask gets the warning in debug mode, too.
    if debug and not is_lenient():
        raise SessionCookieError(message)
    frame = find_caller() or sys._getframe()
    module = frame.f_globals.get("__name__", "<unknown>")
    show(message, SessionCookieWarning, frame.f_code.co_filename, frame.f_lineno, module)
