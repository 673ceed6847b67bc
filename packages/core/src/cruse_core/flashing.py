"""Messages that wait in the session until a page shows them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, overload

from cruse_core.context import get_request_context
from cruse_core.globals import current_app, session
from cruse_core.signals import message_flashed

_KEY = "_flashes"


def flash(message: str, category: str = "message") -> None:
    """Keep a message for the next page that asks for messages.

    Args:
        message: Text, or markup, to show.
        category: Kind of message, such as "error", "info" or "warning".
    """
    # Assigned anew, because a session does not notice that a list in it has changed.
    session[_KEY] = [*session.get(_KEY, ()), (category, message)]
    if message_flashed.receivers:
        message_flashed.send(
            current_app._get_current_object(),
            _async_wrapper=current_app.ensure_sync,
            message=message,
            category=category,
        )


@overload
def get_flashed_messages(
    with_categories: Literal[False] = False, category_filter: Iterable[str] = ()
) -> list[str]: ...
@overload
def get_flashed_messages(
    with_categories: Literal[True], category_filter: Iterable[str] = ()
) -> list[tuple[str, str]]: ...
@overload
def get_flashed_messages(
    with_categories: bool, category_filter: Iterable[str] = ()
) -> list[str] | list[tuple[str, str]]: ...
def get_flashed_messages(
    with_categories: bool = False, category_filter: Iterable[str] = ()
) -> list[str] | list[tuple[str, str]]:
    """Take the messages out of the session; during the same request they can be had again.

    Args:
        with_categories: Whether to return pairs of category and message.
        category_filter: Only messages of these categories; () for all.
    """
    ctx = get_request_context("get_flashed_messages")
    flashes = ctx.flashes
    if flashes is None:
        flashes = ctx.flashes = session.pop(_KEY) if _KEY in session else []
    # One category may stand there as it is, as it may in Flask.
    wanted = category_filter if isinstance(category_filter, str) else tuple(category_filter)
    if wanted:
        flashes = [pair for pair in flashes if pair[0] in wanted]
    if with_categories:
        return [(category, message) for category, message in flashes]
    return [message for _, message in flashes]
