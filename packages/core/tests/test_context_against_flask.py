"""Contexts and proxies of Cruse and Flask behave alike, in every nesting that makes sense."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask_and_cruse import Kit, ask, assert_same, outcome

UNBOUND: dict[str, Callable[[Kit], Any]] = {
    "abort": lambda kit: kit.abort(404),
    "abort unknown": lambda kit: kit.abort(999),
    "after_this_request": lambda kit: kit.after_this_request(str),
    "copy": lambda kit: kit.copy_current_request_context(str),
    "current_app": lambda kit: kit.current_app.name,
    "flash": lambda kit: kit.flash("x"),
    "flashed": lambda kit: kit.get_flashed_messages(),
    "g": lambda kit: kit.g.x,
    "g assigned": lambda kit: setattr(kit.g, "a", 1),
    "g contains": lambda kit: "x" in kit.g,
    "has contexts": lambda kit: [kit.has_app_context(), kit.has_request_context()],
    "jsonify": lambda kit: kit.jsonify(1),
    "make_response": lambda kit: kit.make_response("x"),
    "redirect": lambda kit: kit.redirect("/x").location,
    "repr": lambda kit: [repr(kit.request), repr(kit.g), repr(kit.session)],
    "request": lambda kit: kit.request.path,
    "request itself": lambda kit: kit.request._get_current_object(),
    "send_file": lambda kit: kit.send_file("x"),
    "session": lambda kit: kit.session["a"],
    "stream": lambda kit: kit.stream_with_context(iter("a")),
    "truth": lambda kit: [bool(kit.current_app), bool(kit.g), bool(kit.request)],
    "url_for": lambda kit: kit.url_for("x"),
}


@pytest.mark.parametrize("name", UNBOUND)
def test_proxies_outside_of_a_context(name: str) -> None:
    """C02."""
    assert_same(lambda kit: [outcome(UNBOUND[name], kit)])


class Watched:
    """An app and the events of its contexts."""

    def __init__(self, kit: Kit) -> None:
        self.kit = kit
        self.events: list[Any] = []
        self.app = kit.make_app()
        self.other = kit.make_app()
        self.other.name = "other"
        self.app.add_url_rule("/<int:number>", "item", lambda number: f"item {number}")
        self.app.teardown_request(lambda exc: self.events.append(f"request ends {exc!r}"))
        self.app.teardown_appcontext(lambda exc: self.events.append(f"app ends {exc!r}"))
        self.receivers = [
            self.listen(name)
            for name in ("appcontext_pushed", "appcontext_tearing_down", "appcontext_popped")
        ]

    def listen(self, name: str) -> Callable[..., None]:
        def receive(sender: Any, **values: Any) -> None:
            self.events.append(name)

        getattr(self.kit, name).connect(receive, self.app)
        return receive

    def look(self) -> list[Any]:
        """Return what can be read from here."""
        kit = self.kit
        return [
            outcome(lambda: kit.current_app.name),
            outcome(lambda: sorted(kit.g)),
            outcome(lambda: kit.request.path),
            outcome(kit.url_for, "item", number=3),
            kit.has_request_context(),
        ]


def app_context(watched: Watched) -> Any:
    with watched.app.app_context() as ctx:
        return [*watched.look(), type(ctx).__name__, ctx.g is watched.kit.g._get_current_object()]


def request_context(watched: Watched) -> Any:
    kit = watched.kit
    with watched.app.test_request_context("/5", method="POST") as ctx:
        request = kit.request
        return [
            *watched.look(),
            [type(ctx).__name__, ctx.app.name, ctx.request.path, ctx.url_adapter is not None],
            [str(request.url_rule), request.view_args, str(request.routing_exception)],
            [ctx.session is kit.session._get_current_object(), kit.session.new],
        ]


def same_context_twice(watched: Watched) -> Any:
    ctx = watched.app.app_context()
    with ctx:
        with ctx:
            watched.kit.g.a = 1
        inside = watched.look()
    return [inside, watched.look()]


def same_request_twice(watched: Watched) -> Any:
    ctx = watched.app.test_request_context("/1")
    with ctx:
        with ctx:
            watched.kit.g.a = 1
        inside = watched.look()
    return [inside, watched.look()]


def request_in_app(watched: Watched) -> Any:
    kit, app = watched.kit, watched.app
    with app.app_context():
        kit.g.outer = 1
        with app.test_request_context("/1"):
            seen = [watched.look()]
            kit.g.inner = 2
        seen.append(watched.look())
        with app.app_context():
            seen.append(watched.look())
        return [seen, ask(app, "/7"), watched.look()]


def contexts_in_a_request(watched: Watched) -> Any:
    kit, app, other = watched.kit, watched.app, watched.other
    with app.test_request_context("/1"):
        kit.g.outer = 1
        seen = []
        for ctx in (
            other.app_context(),
            other.test_request_context("/other"),
            app.app_context(),
            app.test_request_context("/2"),
        ):
            with ctx:
                seen.append([kit.current_app.name, sorted(kit.g), kit.request.path])
        return [*seen, watched.look()]


def errors_in_contexts(watched: Watched) -> Any:
    def fail(make: Callable[[], Any], error: BaseException) -> None:
        with make():
            raise error

    return [
        outcome(fail, make, error)
        for make in (watched.app.app_context, watched.app.test_request_context)
        for error in (ValueError("v"), SystemExit(1), KeyboardInterrupt())
    ]


def popped_by_hand(watched: Watched) -> None:
    for make in (watched.app.app_context, watched.app.test_request_context):
        ctx = make()
        ctx.push()
        try:
            raise ZeroDivisionError
        except ZeroDivisionError:
            ctx.pop()
        ctx = make()
        ctx.push()
        ctx.pop(ValueError("given"))
        ctx = make()
        ctx.push()
        ctx.pop(None)


def copied_contexts(watched: Watched) -> Any:
    kit = watched.kit
    with watched.app.test_request_context("/1") as ctx:
        copy = ctx.copy()
        same = [copy.request is ctx.request, type(copy).__name__]
        kit.g.a, kit.session["a"] = 1, 1
        function = kit.copy_current_request_context(
            lambda number: [number, kit.request.path, kit.session.get("a"), kit.g.get("a")]
        )
        results: list[Any] = []
        thread = threading.Thread(target=lambda: results.append(outcome(function, 1)))
        thread.start()
        thread.join()
        watched.events.clear()
    with copy:
        seen = [kit.request.path, kit.request.view_args]
    return [same, results, seen, outcome(function, 2)]


def namespace(watched: Watched) -> Any:
    g = watched.kit.g
    with watched.app.app_context():
        g.a = 1
        answers = [
            *[g.get("a"), g.get("b"), g.get("b", 2), g.pop("a"), outcome(g.pop, "a")],
            *[g.pop("a", 5), g.setdefault("c", 7), g.setdefault("c", 8), sorted(g), "c" in g],
            outcome(lambda: g.missing),
            outcome(delattr, g, "missing"),
        ]
        del g.c
        return [answers, sorted(g)]


def kept_by_a_client(watched: Watched) -> Any:
    kit, client = watched.kit, watched.app.test_client()
    with client:
        client.get("/4")
        seen = [kit.request.path]
        client.get("/5")
        seen.append(kit.request.path)
    return [seen, watched.look()]


@pytest.mark.parametrize(
    "use",
    [
        *[app_context, request_context, same_context_twice, same_request_twice, request_in_app],
        *[contexts_in_a_request, errors_in_contexts, popped_by_hand, copied_contexts],
        *[namespace, kept_by_a_client],
    ],
)
def test_contexts(use: Callable[[Watched], Any]) -> None:
    """C03, C04, C06, C07, C08, C10."""

    def program(kit: Kit) -> list[Any]:
        watched = Watched(kit)
        return [outcome(use, watched), watched.events]

    assert_same(program)
