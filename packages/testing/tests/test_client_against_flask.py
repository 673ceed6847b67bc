"""The context that a client keeps is readable whenever Flask's is, among any others."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from contextvars import copy_context
from typing import Any

import pytest
from flask_and_cruse import CRUSE, FLASK, Kit, outcome
from hypothesis import given
from hypothesis import strategies as st

CONTEXTS = ("app", "request", "other app")
MOVES = [f"{way} {name}" for way in ("push", "pop") for name in CONTEXTS]
STEPS = ["enter", "leave", "get", *MOVES]
UNBOUND = "RuntimeError raised"


class Walk:
    """An app, another one, a client, and the contexts that were pushed so far."""

    def __init__(self, kit: Kit) -> None:
        self.kit = kit
        self.app, self.other = kit.make_app(), kit.make_app()
        self.other.name = "other"
        self.numbers = itertools.count()
        self.ends: set[str] = set()
        self.app.add_url_rule("/<int:number>", "show", self.show)
        self.app.teardown_request(lambda exc: self.ends.add("request"))
        self.app.teardown_appcontext(lambda exc: self.ends.add("app"))
        self.client = self.app.test_client()
        self.entered = False
        self.pushed: dict[str, list[Any]] = {name: [] for name in CONTEXTS}
        self.makers: dict[str, Callable[[], Any]] = {
            "app": self.app.app_context,
            "request": lambda: self.app.test_request_context("/page"),
            "other app": self.other.app_context,
        }

    def show(self, number: int) -> str:
        self.kit.g.setdefault("made_by", f"view {number}")
        return ""

    def take(self, step: str) -> None:
        """Take a step, if it can be taken here."""
        way, _, name = step.partition(" ")
        if way == "get":
            self.client.get(f"/{next(self.numbers)}")
        elif way == "push":
            ctx = self.makers[name]()
            ctx.push()
            self.pushed[name].append(ctx)
            self.kit.g.setdefault("made_by", f"{name} {next(self.numbers)}")
        elif way == "pop":
            if self.pushed[name]:
                self.pushed[name].pop().pop(None)
        elif self.entered != (way == "enter"):
            self.entered = way == "enter"
            if self.entered:
                self.client.__enter__()
            else:
                self.client.__exit__(None, None, None)

    def look(self) -> dict[str, Any]:
        """Return what can be read now, and what was torn down since the last time."""
        kit, ends = self.kit, sorted(self.ends)
        self.ends.clear()
        return {
            "request": outcome(lambda: kit.request.path),
            "g": outcome(lambda: kit.g.made_by),
            "app": outcome(lambda: kit.current_app.name),
            "torn down": ends,
        }


def walk(kit: Kit, steps: list[str]) -> list[dict[str, Any]]:
    """Return what was seen after each step; up to the first that is refused."""
    walk, seen = Walk(kit), []
    try:
        for step in steps:
            walk.take(step)
            seen.append(walk.look())
    except AssertionError:
        pass
    return seen


def assert_flask_sees_no_more(steps: list[str]) -> None:
    """Check that whatever can be done and read in Flask gives the same in Cruse."""
    theirs, ours = (copy_context().run(walk, kit, steps) for kit in (FLASK, CRUSE))
    for number, expected in enumerate(theirs):
        assert len(ours) > number, f"{steps[number]!r} was refused"
        found = ours[number]
        if expected["request"] != UNBOUND and found["app"] == "compared" != expected["app"]:
            # The app context of a request was popped before it. In Cruse it keeps its app.
            expected = {**expected, "g": found["g"], "app": found["app"]}
        assert found == expected, f"after {steps[: number + 1]}"


@given(st.lists(st.sampled_from(STEPS), max_size=12))
def test_any_steps(steps: list[str]) -> None:
    assert_flask_sees_no_more(steps)


@pytest.mark.parametrize("order", list(itertools.permutations(["push app", "enter", "get"])))
@pytest.mark.parametrize("way_out", [["pop app", "leave"], ["leave", "pop app"]])
@pytest.mark.parametrize("between", [[], ["get"], ["push app", "pop app"], ["push app", "get"]])
def test_app_context_around_or_within_a_client(
    order: list[str], between: list[str], way_out: list[str]
) -> None:
    assert_flask_sees_no_more([*order, *between, *way_out])
