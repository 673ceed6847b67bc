"""Objects that Flask has and Cruse has not, for programs that reach for Flask's private names."""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable, Iterable
from contextvars import Token
from datetime import timedelta
from typing import Any, TypeAlias

from cruse import Cruse
from cruse_core.blueprint import OWN_GROUP
from cruse_core.context import AnyContext, current
from cruse_templating.errors import Place
from cruse_templating.jinja import BaseLoader
from cruse_templating.loader import Source, explain_search, name_owner

_ABSENT: Any = object()

# What Flask's signatures have as a default where None means something.
_sentinel = OWN_GROUP


# What the errors outside of a context begin with.
_no_app_msg = "Working outside of application context.\n"
_no_req_msg = "Working outside of request context.\n"

# Flask keeps Werkzeug's version here once it has asked for it.
_werkzeug_version = ""

# Of a hook that Flask has no more; annotations still name it.
BeforeFirstRequestCallable: TypeAlias = Callable[[], Awaitable[None] | None]


def explain_template_loading_attempts(
    app: Cruse, template: str, attempts: Iterable[tuple[BaseLoader, object, Source | None]]
) -> None:
    """Log how a loader of one's own has looked for *template*.

    Args:
        app: Whose logger it is.
        template: Name of the template.
        attempts: Each loader that was asked, whose it is, and what it answered.
    """
    asked = [(Place(name_owner(owner), loader), source) for loader, owner, source in attempts]
    app.logger.info(explain_search(template, asked))


def _make_timedelta(value: timedelta | int | None) -> timedelta | None:
    """Return *value*, which may be a number of seconds, as a timedelta; None stays None."""
    return timedelta(seconds=value) if isinstance(value, int) else value


def _path_is_ancestor(path: str, other: str) -> bool:
    """Return whether *other* is *path* itself, or below that folder."""
    return f"{other}{os.sep}".startswith(os.path.join(path, ""))


def _called_with_wrong_args(f: Callable[..., Any]) -> bool:
    """Return whether the error that is being handled was raised by the call of *f*, not within."""
    step = sys.exc_info()[2]
    while step is not None:
        if step.tb_frame.f_code is f.__code__:
            return False
        step = step.tb_next
    return True


class UnexpectedUnicodeError(AssertionError, UnicodeError):
    """Never raised; Flask has had it since Python 2."""


class ContextVarView:
    """Shows one side of the one context variable, as Flask has two of them.

    Args:
        name: Of Flask's variable.
        view: Returns the context to show for the active one, or None.
    """

    def __init__(self, name: str, view: Callable[[AnyContext], AnyContext | None]) -> None:
        self.name = name
        self._view = view

    def get(self, default: Any = _ABSENT) -> Any:
        """Return the context, or *default*; LookupError if there is neither."""
        active = current.get(None)
        ctx = None if active is None else self._view(active)
        if ctx is not None:
            return ctx
        if default is _ABSENT:
            raise LookupError(self)
        return default

    def set(self, value: AnyContext) -> Token[AnyContext]:
        """Make *value* the active context."""
        return current.set(value)

    def reset(self, token: Token[AnyContext]) -> None:
        """Undo the `set` that returned *token*."""
        current.reset(token)


_cv_app = ContextVarView("flask.app_ctx", lambda ctx: ctx.owner)
_cv_request = ContextVarView("flask.request_ctx", lambda ctx: ctx.request_context)
