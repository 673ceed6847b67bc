"""Tell a developer of what is probably a mistake, though Flask accepts it in silence.

It is a warning at the line that made it. But a Flask program must run on Cruse as it does on Flask,
also where warnings are errors: in such a process the notices go to the log.
"""

from __future__ import annotations

import logging
import warnings

from cruse_core.call_sites import CallSite, count_own_frames

logger = logging.getLogger("cruse_core")

_is_lenient = False
_logged: set[str] = set()
# Which warnings have been shown for recorded places; `warnings` keeps it.
_shown: dict[str | tuple[str, type[Warning], int], int] = {}


def be_lenient(lenient: bool = True) -> None:
    """Log notices from now on in place of warning; `cruse.as_flask` calls this."""
    global _is_lenient
    _is_lenient = lenient


def is_lenient() -> bool:
    """Return whether what Flask accepts must not raise anything in this process."""
    return _is_lenient


def notify(message: str, category: type[Warning], site: CallSite | None = None) -> None:
    """Warn of a mistake; in a lenient process log it, once.

    Args:
        message: What happened, why that matters and what to do.
        category: Of the warning.
        site: The line that made it; by default the one of the application that runs now.
    """
    if _is_lenient:
        log_once(message)
    elif site is None:
        warnings.warn(message, category, stacklevel=count_own_frames())
    else:
        filename = site.code.co_filename
        warnings.warn_explicit(message, category, filename, site.line, registry=_shown)


def log_once(message: str) -> None:
    """Log *message* as a warning, unless that has been done."""
    if message not in _logged:
        _logged.add(message)
        logger.warning(message)
