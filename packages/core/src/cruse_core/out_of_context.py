"""Make the error for what was read where no app or no request is active.

It says what was read, why nothing is active, and how to mend it. A note names the line, which is
nobody's business where a program shows its errors to visitors.

`context.py` notices; this file finds the reason by a look at the stack, and has the wording.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from inspect import CO_GENERATOR
from types import CodeType, FrameType
from typing import NamedTuple

from cruse_core.call_sites import find_caller, is_framework
from cruse_core.errors import OutOfContextError

# Modules that call the function of a thread.
_STARTERS = ("asyncio.", "concurrent.futures.", "threading.")
# Modules that take the chunks of a body from a generator.
_SENDERS = frozenset({"cruse_core.responses", "werkzeug.wrappers.response", "werkzeug.wsgi"})


class _Reason(NamedTuple):
    """Why nothing is active, and the line that changes it."""

    why: str
    remedy: str


def outside_app_error(reading: str) -> OutOfContextError:
    """Return the error for *reading* something of an app while none is active.

    Args:
        reading: The expression that was evaluated, such as "current_app.config".
    """
    activate = "with app.app_context():"
    reader = find_caller()
    reason = _find_reason(reader, in_thread=activate) or _Reason(
        "the code was called neither by a view nor by a command", activate
    )
    error = OutOfContextError(
        "Working outside of application context.\n\n"
        f"{reading!r} was read, but no app is active: {reason.why}. "
        "It belongs to the app that serves a request or runs a command.\n"
        f"What to do: {reason.remedy}"
    )
    return _note_reader(error, reader)


def outside_request_error(reading: str, app_name: str | None) -> OutOfContextError:
    """Return the error for *reading* something of a request while none is active.

    Args:
        reading: The expression that was evaluated, such as "request.path".
        app_name: Name of the app that is active; None if there is none.
    """
    reader = find_caller()
    reason = _find_reason(reader, in_thread=None)
    if reason is None:
        why = (
            "the code was not called by a view"
            if app_name is None
            else f"the app {app_name!r} is active without one"
        )
        reason = _Reason(why, "with app.test_request_context():")
    error = OutOfContextError(
        "Working outside of request context.\n\n"
        f"{reading!r} was read, but no request is being served: {reason.why}. "
        "It belongs to one request, and is gone when that ends.\n"
        f"What to do: {reason.remedy}"
    )
    return _note_reader(error, reader)


def _note_reader(error: OutOfContextError, reader: FrameType | None) -> OutOfContextError:
    if reader is not None:
        code = reader.f_code
        error.add_note(f"It was read by {_title(code)} at {code.co_filename}:{reader.f_lineno}.")
    return error


def _find_reason(reader: FrameType | None, *, in_thread: str | None) -> _Reason | None:
    """Return why nothing is active, as far as the stack shows it.

    Args:
        reader: The frame that has read; None if there is only the framework.
        in_thread: What to do in a thread; None for handing it a copy of the request's context.
    """
    if reader is None:
        return None
    started = reader
    for frame in _iter_stack(reader):
        code = frame.f_code
        module: str = frame.f_globals.get("__name__") or ""
        if code.co_flags & CO_GENERATOR and _is_being_sent(frame):
            return _Reason(
                f"{_title(code)} makes chunks of a response, which are sent after the view",
                f"stream_with_context({_name(code)}(...))",
            )
        if {"environ", "start_response"} <= {*code.co_varnames[: code.co_argcount]}:
            if is_framework(frame):
                return None
            return _Reason(
                f"{_title(code)} is a WSGI application around the app",
                "with app.request_context(environ):",
            )
        if code.co_name == "<module>" and module != "__main__" and module in sys.modules:
            return _Reason(
                f"the module {module!r} is still being imported",
                "move the line into the function that a request or a command calls",
            )
        if not f"{module}.".startswith(_STARTERS):
            started = frame
    thread = threading.current_thread()
    if thread is threading.main_thread():
        return None
    why = f"the thread {thread.name!r} was started without the context"
    if in_thread is not None:
        return _Reason(why, in_thread)
    return _Reason(why, f"start it with copy_current_request_context({_name(started.f_code)})")


def _iter_stack(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def _is_being_sent(generator: FrameType) -> bool:
    caller = generator.f_back
    return caller is not None and caller.f_globals.get("__name__") in _SENDERS


def _title(code: CodeType) -> str:
    return f"{code.co_name}()" if code.co_name.isidentifier() else code.co_name


def _name(code: CodeType) -> str:
    return code.co_name if code.co_name.isidentifier() else "function"
