"""Objects that Flask has and Cruse has not, for programs that reach for Flask's private names."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import Token
from typing import Any

from cruse_core.blueprint import OWN_GROUP
from cruse_core.context import AnyContext, current

_ABSENT: Any = object()

# What Flask's signatures have as a default where None means something.
_sentinel = OWN_GROUP


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
