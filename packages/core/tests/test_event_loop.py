"""Coroutines that synchronous code runs."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import subprocess
import sys
import threading
import traceback
import warnings
from collections.abc import AsyncIterator, Callable
from contextvars import ContextVar
from typing import Any

import pytest

from cruse_core.event_loop import async_to_sync, is_coroutine_function, run_coroutine

variable: ContextVar[str] = ContextVar("variable")
other: ContextVar[str] = ContextVar("other")


async def running_loop() -> asyncio.AbstractEventLoop:
    return asyncio.get_running_loop()


async def fail() -> None:
    await asyncio.sleep(0)
    raise ValueError("failed")


class TestRunCoroutine:
    def test_returns_the_result(self) -> None:
        async def add(a: int, b: int) -> int:
            await asyncio.sleep(0)
            return a + b

        assert run_coroutine(add(1, 2)) == 3

    def test_runs_any_awaitable(self) -> None:
        class Awaitable:
            def __await__(self) -> Any:
                yield from asyncio.sleep(0).__await__()
                return 1

        assert run_coroutine(Awaitable()) == 1

    def test_exception_keeps_its_traceback(self) -> None:
        with pytest.raises(ValueError, match="failed") as caught:
            run_coroutine(fail())
        names = [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]
        assert names[-1] == "fail"

    @pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt])
    def test_exit_leaves_a_usable_loop(self, error: type[BaseException]) -> None:
        async def leave() -> None:
            raise error

        with pytest.raises(error):
            run_coroutine(leave())
        assert not run_coroutine(running_loop()).is_closed()

    def test_interruption_cancels_the_coroutine(self) -> None:
        events: list[str] = []

        def interrupt() -> None:
            raise KeyboardInterrupt

        async def wait() -> None:
            asyncio.get_running_loop().call_soon(interrupt)
            try:
                await asyncio.Event().wait()
            finally:
                events.append("cancelled")

        with pytest.raises(KeyboardInterrupt):
            run_coroutine(wait())
        assert events == ["cancelled"]

    def test_cancelled_coroutine(self) -> None:
        async def cancel_itself() -> None:
            task = asyncio.current_task()
            assert task is not None
            task.cancel()
            await asyncio.sleep(0)

        with pytest.raises(asyncio.CancelledError):
            run_coroutine(cancel_itself())

    def test_tools_of_asyncio_work(self) -> None:
        async def use() -> list[int]:
            async with asyncio.timeout(10), asyncio.TaskGroup() as group:
                tasks = [group.create_task(asyncio.to_thread(int, text)) for text in "12"]
            return [task.result() for task in tasks]

        assert run_coroutine(use()) == [1, 2]


class TestContextVariables:
    def test_are_shared_both_ways(self) -> None:
        async def swap() -> str:
            await asyncio.sleep(0)
            before = variable.get()
            variable.set("inside")
            other.set("new")
            return before

        variable.set("outside")
        assert run_coroutine(swap()) == "outside"
        assert (variable.get(), other.get()) == ("inside", "new")

    def test_are_kept_after_an_error(self) -> None:
        async def set_and_fail() -> None:
            variable.set("before the error")
            raise ValueError

        with pytest.raises(ValueError):  # noqa: PT011 - it has no text
            run_coroutine(set_and_fail())
        assert variable.get() == "before the error"

    def test_are_shared_with_a_helper_thread(self) -> None:
        async def inner() -> str:
            before = variable.get()
            variable.set("inner")
            return before

        async def outer() -> tuple[str, str]:
            variable.set("outer")
            return run_coroutine(inner()), variable.get()

        assert run_coroutine(outer()) == ("outer", "inner")


class TestLeftOvers:
    def test_tasks_are_cancelled_and_awaited(self) -> None:
        events: list[str] = []

        async def wait(started: asyncio.Event) -> None:
            try:
                started.set()
                await asyncio.Event().wait()
            finally:
                await asyncio.sleep(0)
                events.append("ended")
                events_task = asyncio.create_task(asyncio.Event().wait())
                events_task.add_done_callback(lambda task: events.append("ended too"))

        async def start() -> None:
            started = asyncio.Event()
            task = asyncio.create_task(wait(started))
            await started.wait()
            assert not task.done()

        run_coroutine(start())
        assert events == ["ended", "ended too"]

    def test_error_while_a_task_ends_is_logged(self, caplog: pytest.LogCaptureFixture) -> None:
        async def wait(started: asyncio.Event) -> None:
            try:
                started.set()
                await asyncio.Event().wait()
            finally:
                await fail()

        async def start() -> None:
            started = asyncio.Event()
            task = asyncio.create_task(wait(started))
            await started.wait()
            assert not task.done()

        with caplog.at_level(logging.ERROR, logger="asyncio"):
            run_coroutine(start())
        assert "A task failed after its coroutine had ended" in caplog.text

    def test_open_generator_is_closed(self) -> None:
        events: list[str] = []
        kept: list[AsyncIterator[int]] = []

        async def numbers() -> AsyncIterator[int]:
            try:
                yield 1
            finally:
                await asyncio.sleep(0)
                events.append("closed")

        async def start() -> int:
            generator = numbers()
            kept.append(generator)
            return await anext(generator)

        assert run_coroutine(start()) == 1
        assert events == ["closed"]

    @pytest.mark.parametrize("goes_on", [True, False])
    def test_dropped_generator_is_closed(self, goes_on: bool) -> None:
        events: list[str] = []

        async def numbers() -> AsyncIterator[int]:
            try:
                yield 1
            finally:
                await asyncio.sleep(0)
                events.append("closed")

        async def start() -> None:
            await anext(numbers())
            gc.collect()
            if goes_on:
                while not events:
                    await asyncio.sleep(0)

        run_coroutine(start())
        assert events == ["closed"]

    def test_error_while_a_generator_closes_is_logged(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        async def numbers() -> AsyncIterator[int]:
            try:
                yield 1
            finally:
                await fail()

        kept: list[AsyncIterator[int]] = []

        async def start() -> None:
            kept.append(numbers())
            await anext(kept[0])

        with caplog.at_level(logging.ERROR, logger="asyncio"):
            run_coroutine(start())
        assert "failed while it closed" in caplog.text


class TestLoops:
    def test_thread_keeps_its_loop(self) -> None:
        assert run_coroutine(running_loop()) is run_coroutine(running_loop())

    def test_running_loop_is_left_alone(self) -> None:
        async def outer() -> bool:
            inner = run_coroutine(running_loop())
            return inner is not asyncio.get_running_loop() and inner.is_closed()

        assert run_coroutine(outer())
        assert asyncio.run(outer())

    def test_error_on_the_helper_thread_is_raised(self) -> None:
        async def outer() -> None:
            run_coroutine(fail())

        with pytest.raises(ValueError, match="failed"):
            run_coroutine(outer())

    def test_loop_is_closed_with_its_thread(self) -> None:
        loops: list[asyncio.AbstractEventLoop] = []
        with warnings.catch_warnings():
            warnings.simplefilter("error", ResourceWarning)
            thread = threading.Thread(target=lambda: loops.append(run_coroutine(running_loop())))
            thread.start()
            thread.join()
            gc.collect()
        assert loops[0].is_closed()
        assert loops[0] is not run_coroutine(running_loop())

    def test_nothing_is_left_open_at_exit(self) -> None:
        code = (
            "from cruse_core.event_loop import run_coroutine\n"
            "async def f():\n"
            "    import asyncio; await asyncio.to_thread(int)\n"
            "run_coroutine(f())\n"
        )
        run = subprocess.run(
            [sys.executable, "-X", "dev", "-W", "error", "-c", code], capture_output=True, text=True
        )
        assert (run.returncode, run.stderr) == (0, "")

    def test_asyncio_is_not_imported_before(self) -> None:
        code = "import sys, cruse_core.event_loop; sys.exit('asyncio' in sys.modules)"
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


class Greenlet:
    """What gevent and eventlet put in place of a thread: it shares the thread it is started on."""

    def __init__(self, target: Callable[[], None], name: str) -> None:
        self.start = target

    def join(self) -> None: ...


@pytest.mark.filterwarnings("error::RuntimeWarning")
class TestFailures:
    """What cannot be run is closed, not left to the collector."""

    def test_greenlets_in_place_of_threads_are_refused(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(threading, "Thread", Greenlet)

        async def outer() -> None:
            run_coroutine(running_loop())

        with pytest.raises(RuntimeError, match=r"'gevent'.*--worker-class gthread"):
            run_coroutine(outer())
        monkeypatch.undo()
        assert not run_coroutine(running_loop()).is_closed()
        gc.collect()

    def test_no_thread_left(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(thread: Any) -> None:
            raise RuntimeError("can't start new thread")

        async def outer() -> None:
            monkeypatch.setattr(threading.Thread, "start", refuse)
            run_coroutine(running_loop())

        with pytest.raises(RuntimeError, match="can't start new thread"):
            run_coroutine(outer())
        gc.collect()

    def test_no_file_descriptor_left(self) -> None:
        code = """
import errno, gc, os, resource
from cruse_core import App
from werkzeug.test import Client
app = App("shop", root_path=".")
@app.get("/")
async def index(): return "fine"
client = Client(app)
import cruse_core.kept_loop
client.get("/none")
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
for spare in range(4):
    taken = []
    try:
        while True: taken.append(os.open(os.devnull, os.O_RDONLY))
    except OSError: pass
    for _ in range(min(spare, 2)): os.close(taken.pop())
    print(client.get("/").status_code)
    gc.collect()
    for number in taken: os.close(number)
print(client.get("/").text)
"""
        run = subprocess.run(
            [sys.executable, "-X", "dev", "-W", "error", "-c", code], capture_output=True, text=True
        )
        assert run.stdout.split() == ["500"] * 4 + ["fine"]
        assert run.stderr.count("Too many open files") == 4
        assert "Exception ignored" not in run.stderr
        assert "Warning" not in run.stderr


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork on this system")
class TestFork:
    def test_child_gets_a_loop_of_its_own(self) -> None:
        before = run_coroutine(running_loop())
        assert in_child(lambda: run_coroutine(running_loop()) is not before)
        assert run_coroutine(running_loop()) is not before
        assert before.is_closed()

    def test_inside_of_a_coroutine(self) -> None:
        async def outer() -> bool:
            loop = asyncio.get_running_loop()
            return in_child(lambda: run_coroutine(running_loop()) is not loop)

        assert run_coroutine(outer())
        assert not run_coroutine(running_loop()).is_closed()


def in_child(check: Any) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # other threads may be running
        process_id = os.fork()
    if process_id == 0:
        signal.alarm(20)
        status = 1
        try:
            status = 0 if check() else 1
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(process_id, 0)[1]) == 0


class TestAsyncToSync:
    def test_keeps_name_and_arguments(self) -> None:
        async def view(a: int, *, b: int) -> int:
            """Add."""
            return a + b

        synchronous = async_to_sync(view)
        assert synchronous(1, b=2) == 3
        assert (synchronous.__name__, synchronous.__doc__) == ("view", "Add.")
        assert is_coroutine_function(view)
        assert not is_coroutine_function(synchronous)
