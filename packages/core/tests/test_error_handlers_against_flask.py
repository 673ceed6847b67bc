"""Cruse and Flask find the same handlers for the same exceptions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask_and_cruse import Kit, ask, assert_same, class_name, outcome
from hypothesis import given
from hypothesis import strategies as st
from werkzeug import exceptions
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as WerkzeugResponse


class StockError(Exception):
    pass


class EmptyError(StockError):
    pass


class Overdue(exceptions.HTTPException):
    code = 499
    description = "overdue"


class NoSuchBook(exceptions.NotFound):
    pass


class NoSuchKey(exceptions.NotFound, KeyError):
    pass


class Unfinished(exceptions.HTTPException):
    """Never calls the constructor of its base, so that it has no `response`."""

    code = 409
    description = "unfinished"

    def __init__(self) -> None:
        pass

    def get_response(self, environ: Any = None, scope: Any = None) -> Any:
        return WerkzeugResponse("half", 409, {"X-Unfinished": "1"})


ERRORS: dict[str, Callable[[Kit], BaseException]] = {
    "assertion": lambda kit: AssertionError("a"),
    "bad request": lambda kit: exceptions.BadRequest("b"),
    "bad key": lambda kit: exceptions.BadRequestKeyError("key"),
    "conflict": lambda kit: exceptions.Conflict(),
    "empty": lambda kit: EmptyError("e"),
    "exit": lambda kit: SystemExit(3),
    "interrupt": lambda kit: KeyboardInterrupt(),
    "key": lambda kit: KeyError("k"),
    "method": lambda kit: exceptions.MethodNotAllowed(["GET"]),
    "no book": lambda kit: NoSuchBook(),
    "no code": lambda kit: exceptions.HTTPException("plain"),
    "no key": lambda kit: NoSuchKey(),
    "not found": lambda kit: exceptions.NotFound(),
    "overdue": lambda kit: Overdue(),
    "redirect": lambda kit: RequestRedirect("/x"),
    "response": lambda kit: exceptions.HTTPException(response=kit.Response("own", 418)),
    "retry": lambda kit: exceptions.TooManyRequests(retry_after=5),
    "server": lambda kit: exceptions.InternalServerError(original_exception=StockError()),
    "stock": lambda kit: StockError("s"),
    "stop": lambda kit: StopIteration(),
    "unfinished": lambda kit: Unfinished(),
}
HANDLED: list[Any] = [
    *[400, 404, 405, 500, Exception, exceptions.HTTPException, exceptions.NotFound],
    *[exceptions.BadRequest, exceptions.BadRequestKeyError, exceptions.InternalServerError],
    *[StockError, EmptyError, Overdue, NoSuchBook, NoSuchKey, KeyError, LookupError],
]
HOW = ["answer"] * 4 + ["async", "raise", "raise again", "return it", "nothing", "abort"]
PLACES = ["view"] * 3 + [
    *["values", "before", "after", "started", "finished", "teardown", "app context teardown"]
]


@dataclass
class Plan:
    """Where which handlers are, and where a request fails."""

    config: dict[str, Any]
    # The owner, what it handles, and how.
    handlers: list[tuple[str, Any, str]]
    place: str
    errors: list[str]
    paths: list[str]


plans = st.builds(
    Plan,
    st.fixed_dictionaries(
        {},
        optional={
            "DEBUG": st.booleans(),
            "TESTING": st.booleans(),
            "PROPAGATE_EXCEPTIONS": st.sampled_from([True, False, None]),
            "TRAP_HTTP_EXCEPTIONS": st.booleans(),
            "TRAP_BAD_REQUEST_ERRORS": st.sampled_from([True, False, None]),
        },
    ),
    st.lists(
        st.tuples(
            st.sampled_from(["app", "outer", "inner"]),
            st.sampled_from(HANDLED),
            st.sampled_from(HOW),
        ),
        max_size=6,
    ),
    st.sampled_from(PLACES),
    st.lists(st.sampled_from(sorted(ERRORS)), min_size=1, max_size=4),
    st.lists(
        st.sampled_from(["/", "/outer/", "/outer/inner/", "/nowhere", "/outer/nowhere"]),
        min_size=1,
        max_size=3,
    ),
)


def describe(error: BaseException | None) -> str | None:
    """Return class and text of an error; of an unhandled one also what the app made of it."""
    if error is None:
        return None
    original = describe(getattr(error, "original_exception", None))
    text = str(error) if isinstance(error, exceptions.HTTPException) else ""
    return f"{class_name(error)} {text} {original}"


class Failing:
    """An app that fails as planned, and the events on the way."""

    def __init__(self, kit: Kit, plan: Plan) -> None:
        self.kit = kit
        self.plan = plan
        self.events: list[str] = []
        self.error = ""
        self.app = kit.make_app()
        self.app.config.update(plan.config)
        outer = kit.make_blueprint("outer", url_prefix="/outer")
        inner = kit.make_blueprint("inner", url_prefix="/inner")
        owners = {"app": self.app, "outer": outer, "inner": inner}
        for name, handled, how in plan.handlers:
            owners[name].register_error_handler(handled, self.make_handler(f"{name} {how}", how))
        for owner in owners.values():
            owner.add_url_rule("/", "view", lambda: self.reach("view", "viewed"))
        self.add_hooks(self.app)
        self.connect_signals()
        outer.register_blueprint(inner)
        self.app.register_blueprint(outer)

    def reach(self, place: str, value: Any = None) -> Any:
        if place == self.plan.place:
            raise ERRORS[self.error](self.kit)
        return value

    def make_handler(self, label: str, how: str) -> Callable[[Any], Any]:
        def handle(error: Any) -> Any:
            self.events.append(f"{label}: {describe(error)}")
            if how == "raise":
                raise EmptyError("from a handler")
            if how == "raise again":
                raise error
            if how == "abort":
                self.kit.abort(418)
            return {"return it": error, "nothing": None}.get(how, (label, 480))

        async def handle_async(error: Any) -> Any:
            return handle(error)

        return handle_async if how == "async" else handle

    def add_hooks(self, app: Any) -> None:
        def teardown(exc: BaseException | None) -> None:
            self.events.append(f"teardown: {describe(exc)}")
            self.reach("teardown")

        def teardown_context(exc: BaseException | None) -> None:
            self.events.append(f"app context teardown: {describe(exc)}")
            self.reach("app context teardown")

        app.url_value_preprocessor(lambda endpoint, values: self.reach("values"))
        app.before_request(lambda: self.reach("before"))
        app.after_request(lambda response: self.reach("after", response))
        app.teardown_request(teardown)
        app.teardown_appcontext(teardown_context)

    def connect_signals(self) -> None:
        def started(sender: Any) -> None:
            self.reach("started")

        def finished(sender: Any, response: Any) -> None:
            self.reach("finished")

        def failed(sender: Any, exception: BaseException) -> None:
            self.events.append(f"unhandled: {describe(exception)}")

        self.receivers = (started, finished, failed)
        self.kit.request_started.connect(started, self.app)
        self.kit.request_finished.connect(finished, self.app)
        self.kit.got_request_exception.connect(failed, self.app)

    def run(self) -> list[Any]:
        answers = []
        for error in self.plan.errors:
            for path in self.plan.paths:
                self.error = error
                self.events.clear()
                answers.append((error, path, ask(self.app, path), self.events.copy()))
        return answers


@given(plans)
def test_same_handlers_are_called(plan: Plan) -> None:
    assert_same(lambda kit: Failing(kit, plan).run())


@pytest.mark.parametrize("error", sorted(ERRORS))
@pytest.mark.parametrize("place", sorted(set(PLACES)))
def test_each_error_is_answered_without_handlers(place: str, error: str) -> None:
    for config in ({}, {"TESTING": True}, {"TRAP_HTTP_EXCEPTIONS": True}):
        plan = Plan(config, [], place, [error], ["/", "/outer/inner/", "/nowhere"])
        assert_same(lambda kit, plan=plan: Failing(kit, plan).run())


ODD: list[Any] = [
    *[499, 200, True, None, "404", 404.0, int, object, BaseException, KeyboardInterrupt],
    *[StockError(), exceptions.NotFound(), lambda: None],
]


@pytest.mark.parametrize("handled", [*HANDLED, *ODD])
@pytest.mark.parametrize("owner", ["app", "blueprint", "app of the blueprint"])
def test_registration_is_refused_alike(owner: str, handled: Any) -> None:
    def program(kit: Kit) -> list[Any]:
        app, blueprint = kit.make_app(), kit.make_blueprint("shop")

        def register() -> str:
            if owner == "app":
                app.register_error_handler(handled, str)
            elif owner == "blueprint":
                blueprint.errorhandler(handled)(str)
            else:
                blueprint.app_errorhandler(handled)(str)
                app.register_blueprint(blueprint)
            return "registered"

        return [outcome(register)]

    assert_same(program)
