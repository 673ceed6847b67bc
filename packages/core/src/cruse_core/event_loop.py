"""Run coroutines from synchronous code, on an event loop that each thread keeps.

`App.ensure_sync` decides what runs here. `kept_loop.py` has the loop itself; it is imported with
asyncio when the first coroutine runs.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from inspect import iscoroutinefunction as is_coroutine_function
from typing import ParamSpec, TypeVar

__all__ = ["async_to_sync", "is_coroutine_function", "run_coroutine"]

P = ParamSpec("P")
T = TypeVar("T")


def run_coroutine(coroutine: Awaitable[T]) -> T:
    """Run *coroutine* to its end and return its result.

    It sees the caller's context variables, and what it sets, the caller sees afterwards. Tasks that
    it has started and not awaited are cancelled at its end, and its asynchronous generators closed.

    While an event loop is running in this thread already, it runs on a thread of its own, which the
    caller waits for.

    Args:
        coroutine: A coroutine, or another awaitable that was not awaited yet.

    Raises:
        BaseException: What the coroutine raises, with its traceback.
    """
    # PERF: asyncio takes a third of the import time of an app (benchmarks/scenarios.py, import).
    from cruse_core.kept_loop import run

    return run(coroutine)


def async_to_sync(func: Callable[P, Awaitable[T]]) -> Callable[P, T]:
    """Return a function that calls *func* and runs the coroutine that it returns."""

    @wraps(func)
    def synchronous(*args: P.args, **kwargs: P.kwargs) -> T:
        return run_coroutine(func(*args, **kwargs))

    return synchronous
