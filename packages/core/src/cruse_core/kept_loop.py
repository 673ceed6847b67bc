"""Keep an event loop for each thread, and leave it as if it had been a new one.

`event_loop.py` imports this when the first coroutine runs. Starting a loop takes far longer than a
typical coroutine, which is why it is kept.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import selectors
import socket
import sys
import threading
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Coroutine, Generator
from concurrent.futures import Future
from contextvars import Context, copy_context
from typing import Any, TypeVar
from weakref import WeakSet

T = TypeVar("T")

_ABSENT: Any = object()
# After these, a coroutine may be waiting for an event that only the loop sees.
_MOST_STEPS = 8


def run(coroutine: Awaitable[T]) -> T:
    """Run *coroutine* to its end; see `event_loop.run_coroutine`."""
    # Not `get_running_loop`: the exception would take as long as all the rest of this function.
    if asyncio._get_running_loop() is not None:
        return _run_on_new_thread(coroutine)
    owner: _Owner | None = getattr(_of_thread, "owner", None)
    if owner is None:
        try:
            owner = _of_thread.owner = _Owner()
        except BaseException:
            _drop(coroutine)
            raise
    return owner.loop.run(coroutine)


def _drop(coroutine: Awaitable[Any]) -> None:
    """Close a coroutine that nothing is going to run."""
    if isinstance(coroutine, Coroutine):
        coroutine.close()


def _run_on_new_thread(coroutine: Awaitable[T]) -> T:
    context = copy_context()
    outcome: Future[T] = Future()

    def run_there() -> None:
        try:
            # A thread begins without a running loop. What gevent and eventlet put in place of
            # threads shares the one of the thread that all of them run on.
            if asyncio._get_running_loop() is not None:
                raise _no_threads()
            outcome.set_result(context.run(run, coroutine))
        except BaseException as error:
            _drop(coroutine)
            outcome.set_exception(error)

    thread = threading.Thread(target=run_there, name="cruse-coroutine")
    try:
        thread.start()
    except BaseException:
        _drop(coroutine)
        raise
    thread.join()
    _take_over(context)
    return outcome.result()


def _no_threads() -> RuntimeError:
    return RuntimeError(
        "A coroutine function was called while another one waits in the same thread: 'threading' "
        "makes greenlets here, as under gunicorn's worker class 'gevent' and under eventlet. "
        "asyncio can run one event loop in a thread, and greenlets share theirs. Serve the app "
        "with threads, as in 'gunicorn --worker-class gthread --threads 8', or write its views and "
        "hooks without 'async'."
    )


def _take_over(context: Context) -> None:
    """Set the variables that were set in *context*, here too."""
    for variable, value in context.items():
        if variable.get(_ABSENT) is not value:
            variable.set(value)


def _require_descriptors() -> None:
    """Raise OSError now if a loop could not open its files.

    A loop that fails half-way leaves what it has opened to the collector, with a warning.
    """
    with selectors.DefaultSelector():
        for end in socket.socketpair():
            end.close()


class KeptLoop:
    """An event loop for one coroutine after the other."""

    def __init__(self) -> None:
        _require_descriptors()
        self._loop = asyncio.new_event_loop()
        self._loop.set_task_factory(self._make_task)
        # The callbacks to run next, of a loop of the standard library; other loops hide them.
        self._ready: deque[Any] | None = getattr(self._loop, "_ready", None)
        self._process_id = os.getpid()
        # What must end before the next coroutine: tasks; generators that were started; generators
        # that nobody uses any more, and the tasks that close them.
        self._tasks: set[asyncio.Future[Any]] = set()
        self._generators: WeakSet[AsyncGenerator[Any, Any]] = WeakSet()
        self._dropped: set[AsyncGenerator[Any, Any]] = set()
        self._closers: set[asyncio.Future[Any]] = set()
        _all_loops.add(self)

    def run(self, coroutine: Awaitable[T]) -> T:
        """Run *coroutine* to its end, and what it leaves behind."""
        context = copy_context()
        main = asyncio.Task(self._watch(coroutine), loop=self._loop, context=context)
        try:
            if self._ready is not None:
                self._step(main, self._ready)
            return main.result() if main.done() else self._loop.run_until_complete(main)
        except BaseException:
            # An interruption may leave the task unfinished, or its error unread.
            if not main.done():
                self._tasks.add(main)
            elif not main.cancelled():
                main.exception()
            raise
        finally:
            # PERF: four looks in place of a walk through all tasks of the process
            # (benchmarks/scenarios.py, async view).
            if self._tasks or self._generators or self._dropped or self._closers:
                self._loop.run_until_complete(asyncio.Task(self._end(), loop=self._loop))
            _take_over(context)

    def _step(self, main: asyncio.Task[Any], ready: deque[Any]) -> None:
        """Run the first steps of *main* as the loop would, but look for no events in between."""
        # PERF: a round of the loop asks the operating system for events, which takes longer than
        # most views (benchmarks/scenarios.py, async view). `_thread_id` is how a loop knows that
        # it runs; it is private, as is the queue.
        loop: Any = self._loop
        hooks = sys.get_asyncgen_hooks()
        loop._thread_id = threading.get_ident()
        asyncio._set_running_loop(loop)
        try:
            for _ in range(_MOST_STEPS):
                if not ready or main.done():
                    break
                handle = ready.popleft()
                if not handle.cancelled():
                    handle._run()
        finally:
            asyncio._set_running_loop(None)
            loop._thread_id = None
            sys.set_asyncgen_hooks(*hooks)

    async def _watch(self, coroutine: Awaitable[T]) -> T:
        sys.set_asyncgen_hooks(self._generators.add, self._drop)
        return await coroutine

    def _make_task(
        self,
        loop: asyncio.AbstractEventLoop,
        coroutine: Coroutine[Any, Any, T] | Generator[Any, None, T],
        **options: Any,
    ) -> asyncio.Task[T]:
        task = asyncio.Task(coroutine, loop=loop, **options)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _drop(self, generator: AsyncGenerator[Any, Any]) -> None:
        """Have a generator closed that is about to be collected, on whatever thread that is."""
        self._generators.discard(generator)
        if not self._loop.is_closed():
            self._dropped.add(generator)
            self._loop.call_soon_threadsafe(self._start_closing, generator)

    def _start_closing(self, generator: AsyncGenerator[Any, Any]) -> None:
        self._dropped.discard(generator)
        closer = asyncio.Task(self._close_generator(generator), loop=self._loop)
        self._closers.add(closer)
        closer.add_done_callback(self._closers.discard)

    async def _end(self) -> None:
        """Cancel the tasks and close the generators, until there are none."""
        sys.set_asyncgen_hooks(self._generators.add, self._drop)
        while self._tasks:
            tasks = list(self._tasks)
            for task in tasks:
                task.cancel()
            for outcome in await asyncio.gather(*tasks, return_exceptions=True):
                if isinstance(outcome, Exception):
                    self._report(outcome, "A task failed after its coroutine had ended.")
            self._tasks.difference_update(tasks)
        while self._generators or self._dropped or self._closers:
            for generator in list(self._generators):
                self._generators.discard(generator)
                await self._close_generator(generator)
            # Whatever was dropped meanwhile gets the chance to start closing.
            await asyncio.sleep(0)
            await asyncio.gather(*self._closers)

    async def _close_generator(self, generator: AsyncGenerator[Any, Any]) -> None:
        try:
            await generator.aclose()
        except Exception as error:
            self._report(error, f"The asynchronous generator {generator!r} failed while it closed.")

    def _report(self, error: BaseException, message: str) -> None:
        self._loop.call_exception_handler({"message": message, "exception": error})

    def is_running(self) -> bool:
        """Return whether a coroutine is running on the loop."""
        return self._loop.is_running()

    def close(self) -> None:
        """Close the loop, unless it is running on another thread."""
        if self._process_id != os.getpid():
            # A copy of the loop of another process: closing it would disturb that one.
            _copied_loops.append(self._loop)
        elif not self.is_running():
            self._loop.close()


class _Owner:
    """Closes the loop of a thread with the thread, which drops its local variables."""

    def __init__(self) -> None:
        self.loop = KeptLoop()

    def __del__(self) -> None:
        # There is none if it could not be made.
        if hasattr(self, "loop"):
            self.loop.close()


def _close_loops() -> None:
    for loop in list(_all_loops):
        loop.close()


def _close_idle_loop() -> None:
    """Before a fork: let both sides start with a loop of their own."""
    owner: _Owner | None = getattr(_of_thread, "owner", None)
    if owner is not None and not owner.loop.is_running():
        del _of_thread.owner
        # Not left to the last reference: whoever holds one would share it with the child.
        owner.loop.close()


def _forget_loop() -> None:
    """After a fork inside of a coroutine: the running loop is the parent's."""
    _of_thread.__dict__.clear()


_of_thread = threading.local()
_all_loops: WeakSet[KeptLoop] = WeakSet()
_copied_loops: list[asyncio.AbstractEventLoop] = []

atexit.register(_close_loops)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_close_idle_loop, after_in_child=_forget_loop)
