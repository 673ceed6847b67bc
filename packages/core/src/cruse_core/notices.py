"""Tell a developer of what is probably a mistake, though Flask accepts it in silence.

It is a warning at the line that made it. But a Flask program must run on Cruse as it does on Flask,
also where warnings are errors, and where its users read its log: in such a process the notices go
to the log, and only in debug mode.
"""

from __future__ import annotations

import logging
import warnings

from cruse_core.call_sites import CallSite, count_own_frames

logger = logging.getLogger("cruse_core")

_is_lenient = False
_logged: set[str] = set()
# Which warnings have been shown; `warnings` keeps it, and a client may have a part in their texts.
_shown: dict[str | tuple[str, type[Warning], int], int] = {}
_MOST_SHOWN = 128
_LONGEST_SHOWN = 1024


def be_lenient(lenient: bool = True) -> None:
    """Log notices from now on, and in debug mode alone; `cruse.as_flask` calls this."""
    global _is_lenient
    _is_lenient = lenient


def is_lenient() -> bool:
    """Return whether what Flask accepts must not raise anything in this process."""
    return _is_lenient


def notify(
    message: str, category: type[Warning], site: CallSite | None = None, *, debug: bool
) -> None:
    """Warn of a mistake; in a lenient process log it, once, if that is in debug mode.

    Args:
        message: What happened, why that matters and what to do.
        category: Of the warning.
        site: The line that made it; by default the one of the application that runs now.
        debug: Whether the application is in debug mode.
    """
    if _is_lenient:
        if debug:
            log_once(message)
    elif site is None:
        warnings.warn(message, category, stacklevel=count_own_frames())
    else:
        show(message, category, site.code.co_filename, site.line)


def show(
    message: str, category: type[Warning], filename: str, line: int, module: str | None = None
) -> None:
    """Warn of *message* at a line; whether it is shown again there is up to the warning filters.

    Which ones were shown is remembered for some, and for short ones only.

    Args:
        message: What happened; a client's text may be part of it.
        category: Of the warning.
        filename: Of the place that is shown.
        line: Its number.
        module: Name of the module, for the warning filters; by default made of *filename*.
    """
    if len(_shown) >= _MOST_SHOWN:
        _shown.clear()
    registry = _shown if len(message) <= _LONGEST_SHOWN else {}
    module = module or filename.removesuffix(".py")
    warnings.warn_explicit(message, category, filename, line, module, registry)


def log_once(message: str) -> None:
    """Log *message* as a warning, unless that has been done."""
    if message not in _logged:
        _logged.add(message)
        logger.warning(message)
