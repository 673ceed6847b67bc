"""Objects that Flask has and Cruse has not, for programs that reach for Flask's private names."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from contextvars import Token
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
