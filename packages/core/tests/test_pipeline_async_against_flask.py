"""Coroutine functions are run by Cruse as by Flask: same answers, same events."""

from __future__ import annotations

import asyncio
import contextvars
from typing import Any

import pytest
from flask_and_cruse import Kit, ask, assert_same, class_name

variable = contextvars.ContextVar("variable", default="unset")


class AsyncProgram:
    """An app in which everything that may be a coroutine function is one."""

    def __init__(self, kit: Kit, app_class: Any = None) -> None:
        self.kit = kit
        self.events: list[Any] = []
        self.app = app = kit.make_app(app_class)
        app.config["PROPAGATE_EXCEPTIONS"] = False
        for view in (self.view, self.fail, self.abort, self.gather, self.later, self.generate):
            app.add_url_rule(f"/{view.__name__}", view.__name__, view)
        app.add_url_rule("/thread", "thread", self.thread)
        app.before_request(self.before)
        app.after_request(self.after)
        app.teardown_request(self.teardown)
        app.teardown_appcontext(self.teardown)
        app.register_error_handler(ValueError, self.handle)
        kit.request_finished.connect(self.receive, app)

    async def before(self) -> None:
        variable.set("before")
        self.kit.g.before = 1
        await asyncio.sleep(0)

    async def view(self) -> Any:
        self.events.append(f"view sees {variable.get()}")
        variable.set("view")
        await asyncio.sleep(0)
        self.kit.session["user"] = 1
        return {"before": self.kit.g.get("before"), "path": self.kit.request.path}

    async def fail(self) -> None:
        await asyncio.sleep(0)
        raise ValueError("failed")

    async def abort(self) -> None:
        self.kit.abort(404)

    async def gather(self) -> Any:
        return await asyncio.gather(self.read(1), self.read(2))

    async def read(self, number: int) -> Any:
        await asyncio.sleep(0)
        return [number, self.kit.request.path]

    async def later(self) -> str:
        @self.kit.after_this_request
        async def note(response: Any) -> Any:
            self.events.append("after this request")
            return response

        return "later"

    async def generate(self) -> Any:
        yield "an asynchronous generator is no value of a view"

    async def thread(self) -> str:
        return await asyncio.to_thread(lambda: self.kit.request.path)

    async def after(self, response: Any) -> Any:
        self.events.append(f"after sees {variable.get()}")
        response.headers["X-After"] = "1"
        return response

    async def handle(self, error: Exception) -> Any:
        return f"handled {error}", 480

    async def teardown(self, exc: BaseException | None) -> None:
        self.events.append(f"teardown {None if exc is None else class_name(exc)}")

    async def receive(self, sender: Any, **values: Any) -> None:
        self.events.append(f"received at {self.kit.request.path}")

    def run(self) -> list[Any]:
        answers = []
        for path in [*self.app.view_functions, "nowhere"]:
            self.events.clear()
            answers.append((path, ask(self.app, f"/{path}"), self.events.copy()))
        return answers


def test_everything_may_be_a_coroutine_function() -> None:
    """H06 and Y01."""
    assert_same(lambda kit: AsyncProgram(kit).run())


@pytest.mark.parametrize("method", ["async_to_sync", "ensure_sync"])
def test_runner_may_be_overridden(method: str) -> None:
    """Y02."""

    def program(kit: Kit) -> list[Any]:
        wrapped: set[str] = set()

        def override(self: Any, function: Any) -> Any:
            if asyncio.iscoroutinefunction(function):
                wrapped.add(function.__name__)
            return getattr(super(own_class, self), method)(function)

        own_class = type("Own", (kit.App,), {method: override})
        return [*AsyncProgram(kit, own_class).run(), wrapped]

    assert_same(program)
