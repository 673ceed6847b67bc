"""Find the line of an application that a call into the framework came from.

Errors and warnings name that line, and not the one inside of the framework that noticed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextvars import ContextVar
from itertools import islice
from types import CodeType, FrameType
from typing import NamedTuple, ParamSpec

P = ParamSpec("P")

# Packages whose frames stand between an application and what it has called.
_FRAMEWORK = frozenset(
    {
        "cruse",
        "cruse_cli",
        "cruse_core",
        "cruse_routing",
        "cruse_templating",
        "cruse_testing",
        "functools",
        "werkzeug",
    }
)

_recorded: ContextVar[CallSite | None] = ContextVar("cruse.call_site", default=None)


class CallSite(NamedTuple):
    """A place in a running program, as "file:line" when it is shown.

    Attributes:
        code: The code that runs there.
        offset: Of the instruction, in bytes.
    """

    # PERF: the line is looked up when it is shown. For a module with 3,000 routes at its top level,
    # each `frame.f_lineno` would read the line table from the start (benchmarks/startup.py).
    code: CodeType
    offset: int

    @property
    def line(self) -> int:
        """Number of the line; 0 if the code does not know it."""
        position = next(islice(self.code.co_positions(), self.offset // 2, None), (None,))
        return position[0] or 0

    def __str__(self) -> str:
        return f"{self.code.co_filename}:{self.line}"


def is_framework(frame: FrameType) -> bool:
    """Return whether *frame* stands between an application and what it has called."""
    name: str = frame.f_globals.get("__name__") or ""
    return name.partition(".")[0] in _FRAMEWORK


def find_caller(skipped: int = 0) -> FrameType | None:
    """Return the innermost frame that is not the framework's; None if all of them are.

    Args:
        skipped: Number of frames, from the one that calls this, which certainly are.
    """
    frame: FrameType | None = sys._getframe(1 + skipped)
    while frame is not None and is_framework(frame):
        frame = frame.f_back
    return frame


def find_call_site(skipped: int = 0) -> CallSite | None:
    """Return the line of the application that runs now; None if there is only the framework.

    While something runs that was recorded before, by `call_at`, it is the line that recorded it.

    Args:
        skipped: As for `find_caller`.
    """
    recorded = _recorded.get()
    if recorded is not None:
        return recorded
    # PERF: a frame that nobody looks at costs nothing (benchmarks/startup.py).
    frame = find_caller(skipped + 1)
    return None if frame is None else CallSite(frame.f_code, frame.f_lasti)


def call_at(
    site: CallSite | None, function: Callable[P, object], *args: P.args, **kwargs: P.kwargs
) -> None:
    """Call *function* on behalf of *site*, where the call was recorded."""
    token = _recorded.set(site)
    try:
        function(*args, **kwargs)
    finally:
        _recorded.reset(token)


def count_own_frames() -> int:
    """Return the `stacklevel` with which the caller's `warnings.warn` shows the line in question.

    It is 1, the caller's own line, if there is only the framework.
    """
    frame: FrameType | None = sys._getframe(1)
    level = 1
    while frame is not None and is_framework(frame):
        frame = frame.f_back
        level += 1
    return 1 if frame is None else level
