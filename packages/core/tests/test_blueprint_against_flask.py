"""Cruse and Flask register blueprints alike, in trees of them that Hypothesis makes up."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import flask
import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import create_environ, run_wsgi_app

import cruse_core
from cruse_core import App

# These programs have rules that never answer, in the one framework as in the other.
pytestmark = pytest.mark.filterwarnings("ignore::cruse_core.errors.RouteConflictWarning")

HOOKS = [
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
]
ERRORS: list[Any] = [404, 418, 500, ValueError, Exception, LookupError]


@dataclass
class Node:
    """A blueprint: how it is made, what is recorded on it, and what is registered on it."""

    arguments: dict[str, Any]
    hooks: list[str]
    handlers: list[tuple[bool, Any]]
    rules: list[tuple[str, dict[str, Any]]]
    children: list[tuple[Node, dict[str, Any]]] = field(default_factory=list)


def kind(error: Exception) -> str:
    """Return the name of the first class that is not Cruse's own, as `except` would see it."""
    return next(c.__name__ for c in type(error).__mro__ if not c.__module__.startswith("cruse"))


def outcome(function: Callable[[], Any]) -> Any:
    try:
        return function()
    except Exception as error:
        return f"{kind(error)} raised"


class FlaskBlueprint(flask.Blueprint):
    """Flask's blueprint, whose static files may have a prefix with variables, as ours."""

    def send_static_file(self, filename: str, **values: Any) -> flask.Response:
        return super().send_static_file(filename)


class Builder:
    """Builds one program with one of the two frameworks, and notes which hooks run."""

    def __init__(self, app_class: Any, module: Any) -> None:
        self.app_class = app_class
        self.module = module
        self.blueprint_class = FlaskBlueprint if module is flask else module.Blueprint
        self.calls: list[str] = []

    def build(self, nodes: list[tuple[Node, dict[str, Any]]], hooks: list[str]) -> Any:
        app = self.app_class("program", root_path="/", static_folder=None, subdomain_matching=True)
        app.config.update(JSON_ERRORS="never", PROPAGATE_EXCEPTIONS=False, SERVER_NAME="shop.test")
        logging.getLogger("program").disabled = True
        for hook in hooks:
            self.add_hook(app, hook, "app")
        app.add_url_rule("/plain/<action>", "plain", self.make_view())
        made: dict[int, Any] = {}
        for node, options in nodes:
            app.register_blueprint(self.make_blueprint(node, made), **options)
        return app

    def make_blueprint(self, node: Node, made: dict[int, Any]) -> Any:
        # A node that is registered twice is one blueprint.
        if id(node) in made:
            return made[id(node)]
        blueprint = self.blueprint_class(import_name="program", root_path="/", **node.arguments)
        made[id(node)] = blueprint
        for hook in node.hooks:
            self.add_hook(blueprint, hook, f"{blueprint.name}.{hook}")
        for for_app, error in node.handlers:
            decorate = blueprint.app_errorhandler if for_app else blueprint.errorhandler
            decorate(error)(self.make_handler(f"{blueprint.name} {for_app} {error}"))
        for number, (rule, options) in enumerate(node.rules):
            blueprint.add_url_rule(rule, f"e{number}", self.make_view(), **options)
        for child, options in node.children:
            blueprint.register_blueprint(self.make_blueprint(child, made), **options)
        return blueprint

    def add_hook(self, target: Any, hook: str, label: str) -> None:
        def url_hook(endpoint: str | None, values: dict[str, Any] | None) -> None:
            self.calls.append(f"{label} {endpoint} {values}")
            if values is not None and "url_defaults" in hook:
                values.setdefault(label, "added")

        def other_hook(*args: Any) -> Any:
            self.calls.append(label)
            return args[0] if "after" in hook else None

        getattr(target, hook)(url_hook if "url" in hook else other_hook)

    def make_handler(self, label: str) -> Callable[[Exception], tuple[str, int]]:
        def handler(error: Exception) -> tuple[str, int]:
            return f"{label} got {kind(error)}", 400

        return handler

    def make_view(self) -> Callable[..., str]:
        def view(action: str = "show", **values: Any) -> str:
            if action == "value":
                raise ValueError
            if action == "key":
                raise KeyError
            if action.isdecimal():
                self.module.abort(int(action))
            request = self.module.request
            endpoints = [".e0", ".e1", "one.e0", "one.two.e0", "plain", ".static"]
            return json.dumps(
                {
                    "endpoint": request.endpoint,
                    "blueprint": request.blueprint,
                    "blueprints": request.blueprints,
                    "rule": request.url_rule.rule,
                    "values": {name: repr(value) for name, value in sorted(values.items())},
                    "built": [
                        outcome(partial(self.module.url_for, e, action="a", v="w"))
                        for e in endpoints
                    ],
                }
            )

        return view

    def answer(self, app: Any, request: dict[str, Any]) -> Any:
        self.calls.clear()
        body, status, headers = run_wsgi_app(app, create_environ(**request), buffered=True)
        allowed = sorted(headers.pop("Allow", "").split(", "))  # in the order of a set
        return status, sorted(headers), allowed, b"".join(body), list(self.calls)


def describe(app: Any) -> Any:
    """Return what extensions read from an app: its rules and the keys of its tables."""
    return (
        sorted((rule.rule, rule.endpoint, rule.subdomain, str(rule.defaults)) for rule in
               app.url_map.iter_rules()),
        list(app.blueprints),
        sorted(app.view_functions),
        {str(name): len(hooks) for name, hooks in app.before_request_funcs.items() if hooks},
        {str(name): len(hooks) for name, hooks in app.after_request_funcs.items() if hooks},
        {str(name): len(hooks) for name, hooks in app.url_default_functions.items() if hooks},
    )  # fmt: skip


NAMES = ["one", "two", "three"]
PREFIXES = [None, None, "/p", "/p/", "q", "/", "", "/<v>"]
SUBDOMAINS = [None, None, None, "api", "v2"]
optional_names = st.sampled_from([None, None, *NAMES, "renamed"])


@st.composite
def registrations(draw: st.DrawFn) -> dict[str, Any]:
    options = {
        "name": draw(optional_names),
        "url_prefix": draw(st.sampled_from([None, *PREFIXES])),
        "subdomain": draw(st.sampled_from([None, *SUBDOMAINS])),
        "url_defaults": draw(st.sampled_from([None, None, {"v": "option"}])),
    }
    return {name: value for name, value in options.items() if value is not None}


def nodes(children: st.SearchStrategy[list[tuple[Node, dict[str, Any]]]]) -> Any:
    rules = st.tuples(
        st.sampled_from(["/<action>", "/", "", "/e/<action>/", "/<v>/<action>"]),
        st.fixed_dictionaries(
            {},
            optional={
                "defaults": st.sampled_from([{"v": "rule"}, {"action": "show"}]),
                "methods": st.just(["POST"]),
                "subdomain": st.just("own"),
            },
        ),
    )
    return st.builds(
        Node,
        st.fixed_dictionaries(
            {"name": st.sampled_from(NAMES)},
            optional={
                "url_prefix": st.sampled_from(PREFIXES),
                "subdomain": st.sampled_from(SUBDOMAINS),
                "url_defaults": st.just({"v": "blueprint"}),
                "static_folder": st.just("static"),
                "static_url_path": st.sampled_from(["/files", "files", ""]),
            },
        ),
        st.lists(st.sampled_from(HOOKS), max_size=3),
        st.lists(st.tuples(st.booleans(), st.sampled_from(ERRORS)), max_size=3),
        st.lists(rules, max_size=3),
        children,
    )


leaves = nodes(st.just([]))
inner = nodes(st.lists(st.tuples(leaves, registrations()), max_size=2))
outer = nodes(st.lists(st.tuples(inner, registrations()), max_size=2))


@st.composite
def trees(draw: st.DrawFn) -> list[tuple[Node, dict[str, Any]]]:
    chosen = draw(st.lists(st.tuples(outer, registrations()), min_size=1, max_size=2))
    if draw(st.integers(0, 3)):
        number_names(chosen, [0])
    if draw(st.booleans()):
        chosen.append((chosen[0][0], {**draw(registrations()), "name": "again"}))
    return chosen


def number_names(tree: list[tuple[Node, dict[str, Any]]], last: list[int]) -> None:
    """Make the names differ, so that nothing clashes."""
    for node, options in tree:
        last[0] += 1
        node.arguments["name"] = ["zero", "one", "two"][last[0]] if last[0] < 3 else f"n{last[0]}"
        if "name" in options:
            options["name"] = f"renamed{last[0]}"
        number_names(node.children, last)


def body(data: st.DataObject) -> None:
    tree = data.draw(trees())
    hooks = data.draw(st.lists(st.sampled_from(HOOKS[:5]), max_size=2))
    one = Builder(App, cruse_core)
    two = Builder(flask.Flask, flask)
    ours = outcome(lambda: one.build(tree, hooks))
    theirs = outcome(lambda: two.build(tree, hooks))
    if isinstance(ours, str) or isinstance(theirs, str):
        assert ours == theirs
        return
    assert describe(ours) == describe(theirs)
    rules = sorted({(rule.subdomain, rule.rule) for rule in theirs.url_map.iter_rules()})
    for _ in range(data.draw(st.integers(1, 5))):
        subdomain, path = data.draw(st.sampled_from(rules))
        for variable in ("<action>", "<v>", "<path:filename>"):
            path = path.replace(
                variable, data.draw(st.sampled_from(["a", "404", "418", "value", "key", "500"]))
            )
        request = {
            "path": path + data.draw(st.sampled_from(["", "", "", "/", "x"])),
            "method": data.draw(st.sampled_from(["GET", "GET", "POST", "OPTIONS"])),
            "base_url": f"http://{subdomain}.shop.test" if subdomain else "http://shop.test",
        }
        assert one.answer(ours, request) == two.answer(theirs, request), request


@given(st.data())
def test_trees_made_up(data: st.DataObject) -> None:
    body(data)
