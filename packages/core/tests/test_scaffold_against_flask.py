"""Cruse and Flask run the same hooks in the same order, sync or async, wherever one answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask_and_cruse import Kit, ask, assert_same, class_name, outcome
from hypothesis import given
from hypothesis import strategies as st

# These programs have rules that never answer, in the one framework as in the other.
pytestmark = pytest.mark.filterwarnings("ignore::cruse_core.errors.RouteConflictWarning")

METHODS = [
    "before_request",
    "after_request",
    "teardown_request",
    "url_value_preprocessor",
    "url_defaults",
    "before_app_request",
    "after_app_request",
    "teardown_app_request",
    "app_url_value_preprocessor",
    "app_url_defaults",
    "after_this_request",
    "teardown_appcontext",
]
OWNERS = ["app", "outer", "middle", "inner", "other"]
SIGNALS = [
    "appcontext_pushed",
    "request_started",
    "request_finished",
    "got_request_exception",
    "request_tearing_down",
    "appcontext_tearing_down",
    "appcontext_popped",
]
ANSWERS: list[Callable[[Kit], Any]] = [
    lambda kit: "text",
    lambda kit: "",
    lambda kit: 0,
    lambda kit: (),
    lambda kit: ("text", 203),
    lambda kit: {"a": 1},
    lambda kit: [],
    lambda kit: b"",
    lambda kit: kit.Response("response"),
]


@dataclass
class Hook:
    """One hook: whose it is, how it is registered, and what it does."""

    owner: str
    method: str
    act: str
    is_async: bool
    answer: int


@dataclass
class Shop:
    """An app: its hooks, and what else differs."""

    hooks: list[Hook]
    prefixes: list[str | None]
    async_views: bool
    handles: list[Any]
    signals: bool
    config: dict[str, Any]
    requests: list[tuple[int, str]]


hooks = st.builds(
    Hook,
    st.sampled_from(OWNERS),
    st.sampled_from(METHODS),
    st.sampled_from(["note"] * 6 + ["answer", "raise", "abort"]),
    st.booleans(),
    st.integers(0, len(ANSWERS) - 1),
)
shops = st.builds(
    Shop,
    st.lists(hooks, max_size=8),
    st.lists(st.sampled_from([None, "/x", "/y/"]), min_size=4, max_size=4),
    st.booleans(),
    st.lists(st.sampled_from([ValueError, 500, 409]), max_size=2, unique=True),
    st.booleans(),
    st.fixed_dictionaries(
        {}, optional={name: st.booleans() for name in ("PROPAGATE_EXCEPTIONS", "TESTING")}
    ),
    st.lists(
        st.tuples(st.integers(0, 20), st.sampled_from(["GET", "GET", "HEAD", "OPTIONS", "POST"])),
        min_size=1,
        max_size=4,
    ),
)


class OpenShop:
    """The app of a `Shop` on one framework."""

    def __init__(self, kit: Kit, shop: Shop) -> None:
        self.kit = kit
        self.events: list[Any] = []
        self.app = kit.make_app()
        self.app.config.update(shop.config)
        blueprints = {
            name: kit.make_blueprint(name, url_prefix=prefix)
            for name, prefix in zip(OWNERS[1:], shop.prefixes, strict=True)
        }
        owners = {"app": self.app, **blueprints}
        for number, hook in enumerate(shop.hooks):
            self.add_hook(owners[hook.owner], hook, f"{number} {hook.owner} {hook.method}")
        for owner in owners.values():
            view = self.view_async if shop.async_views else self.view
            owner.add_url_rule("/", "index", view)
            owner.add_url_rule("/<int:number>/", "item", self.view)
        for handled in shop.handles:
            self.app.register_error_handler(handled, lambda error: (type(error).__name__, 480))
        blueprints["middle"].register_blueprint(blueprints["inner"], url_prefix="/inner")
        blueprints["outer"].register_blueprint(blueprints["middle"])
        self.app.register_blueprint(blueprints["outer"], url_prefix="/outer")
        self.app.register_blueprint(blueprints["other"])
        self.receivers = [self.listen(name) for name in SIGNALS if shop.signals]
        self.paths = [*sorted(rule.rule for rule in self.app.url_map.iter_rules()), "/nowhere"]

    def view(self, **values: Any) -> Any:
        self.events.append(("view", sorted(values.items())))
        request, url_for = self.kit.request, self.kit.url_for
        return {
            "request": [request.endpoint, request.blueprint, list(request.blueprints)],
            "urls": [outcome(url_for, name) for name in (".index", "outer.middle.index")],
        }

    async def view_async(self, **values: Any) -> Any:
        return self.view(**values)

    def add_hook(self, owner: Any, hook: Hook, label: str) -> None:
        if owner is self.app:
            method = hook.method.replace("_app_", "_").removeprefix("app_")
        else:
            method = hook.method
        if method == "after_this_request":
            function = self.make_hook(hook, label)

            def ask_for_it() -> None:
                self.kit.after_this_request(function)

            self.app.before_request(ask_for_it)
        elif method == "teardown_appcontext":
            self.app.teardown_appcontext(self.make_hook(hook, label))
        else:
            getattr(owner, method)(self.make_hook(hook, label))

    def make_hook(self, hook: Hook, label: str) -> Callable[..., Any]:
        def run(*args: Any) -> Any:
            self.events.append((label, [describe(arg) for arg in args]))
            if "teardown" in hook.method:  # A failing one is a difference that is told of.
                return None
            if hook.act == "raise":
                raise ValueError(label)
            if hook.act == "abort":
                self.kit.abort(409)
            if "url" in hook.method:
                if args[1] is not None:
                    args[1].setdefault("added", label)
                return None
            if "after" in hook.method:
                args[0].headers.add("X-Hook", label)
                return self.kit.Response(label) if hook.act == "answer" else args[0]
            return ANSWERS[hook.answer](self.kit) if hook.act == "answer" else None

        async def run_async(*args: Any) -> Any:
            return run(*args)

        return run_async if hook.is_async and "url" not in hook.method else run

    def listen(self, name: str) -> Callable[..., None]:
        def receive(sender: Any, **values: Any) -> None:
            self.events.append((name, sorted(values)))

        getattr(self.kit, name).connect(receive, self.app)
        return receive

    def run(self, requests: list[tuple[int, str]]) -> list[Any]:
        answers = []
        for number, method in requests:
            path = self.paths[number % len(self.paths)].replace("<int:number>", "5")
            self.events.clear()
            answers.append((path, ask(self.app, path, method=method), self.events.copy()))
        return answers


def describe(value: Any) -> Any:
    """Return what a hook was given, in words that do not depend on the framework."""
    # The texts of errors differ on purpose.
    if isinstance(value, BaseException):
        return class_name(value)
    return getattr(value, "status", repr(value))


@given(shops)
def test_same_hooks_run(shop: Shop) -> None:
    assert_same(lambda kit: OpenShop(kit, shop).run(shop.requests))
