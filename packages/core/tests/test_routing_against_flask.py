"""Cruse and Flask match URLs and build them alike, in programs that Hypothesis makes up."""

from __future__ import annotations

import json
import logging
import warnings
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

pytestmark = [
    pytest.mark.filterwarnings("ignore:Current server name:UserWarning"),
    # These programs have rules that never answer, in the one framework as in the other.
    pytest.mark.filterwarnings("ignore::cruse_core.errors.RouteConflictWarning"),
    pytest.mark.filterwarnings("ignore::cruse_core.errors.SubdomainWarning"),
]
UUID = "12345678-1234-5678-1234-567812345678"

SEGMENTS = [
    "a",
    "b.txt",
    "ä",
    "<x>",
    "<y>",
    "<int:n>",
    "<int(min=2, max=20):n>",
    "<int(fixed_digits=3):n>",
    "<int(signed=True):n>",
    "<float:f>",
    "<float(signed=True):f>",
    "<any(a, b):k>",
    "<uuid:u>",
    "<string(length=2):s>",
    "<string(minlength=2, maxlength=3):s>",
    "<path:p>",
    "<default:d>",
    "a-<int:n>.<x>",
]
VALUES = ["a", "b", "ab", "d", "ä", "a b", "7", "007", "-3", "2.5", UUID, "x/y", "é?&#", ""]
FITTING = {"int": "7", "float": "2.5", "any": "a", "uuid": UUID, "path": "x/y"}


@dataclass
class RuleSpec:
    rule: str
    options: dict[str, Any] = field(default_factory=dict)


@dataclass
class Program:
    rules: list[RuleSpec]
    config: dict[str, Any]
    arguments: dict[str, Any]
    builds: list[tuple[str, dict[str, Any]]]


def kind(error: Exception) -> str:
    """Return the name of the first class that is not Cruse's own, as `except` would see it."""
    return next(c.__name__ for c in type(error).__mro__ if not c.__module__.startswith("cruse"))


def outcome(function: Callable[[], Any]) -> Any:
    try:
        return function()
    except Exception as error:
        return f"{kind(error)} raised"


def build(app_class: Any, module: Any, program: Program) -> Any:
    arguments = {"static_folder": None, "root_path": "/", **program.arguments}
    app = app_class("program", **arguments)
    app.config.update(program.config)
    app.config.update(JSON_ERRORS="never", PROPAGATE_EXCEPTIONS=False)
    logging.getLogger("program").disabled = True

    def view(**values: Any) -> str:
        request = module.request
        own = [(request.endpoint, {**values, **more}) for more in ({}, {"_external": True})]
        return json.dumps(
            {
                "values": {name: repr(value) for name, value in sorted(values.items())},
                "endpoint": request.endpoint,
                "rule": request.url_rule.rule,
                "url": request.url,
                "built": [
                    outcome(partial(module.url_for, e, **v)) for e, v in own + program.builds
                ],
            }
        )

    for number, spec in enumerate(program.rules):
        app.add_url_rule(spec.rule, f"e{number}", view, **spec.options)
    return app


def answer(app: Any, request: dict[str, Any]) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        body, status, headers = run_wsgi_app(app, create_environ(**request), buffered=True)
    allowed = sorted(headers.pop("Allow", "").split(", "))  # in the order of a set
    return status, sorted(headers), allowed, b"".join(body)


def compare(program: Program, requests: list[dict[str, Any]]) -> None:
    ours = outcome(lambda: build(App, cruse_core, program))
    theirs = outcome(lambda: build(flask.Flask, flask, program))
    if isinstance(theirs, str) or isinstance(ours, str):
        assert ours == theirs
        return
    for request in requests:
        expected = answer(theirs, request)
        # Twice: the second request meets what the first one left.
        for _ in range(2):
            assert answer(ours, request) == expected, request
    for endpoint, values in program.builds:
        assert outcome(partial(build_outside, ours, endpoint, values)) == outcome(
            partial(build_outside, theirs, endpoint, values)
        )


def build_outside(app: Any, endpoint: str, values: dict[str, Any]) -> Any:
    with app.app_context():
        return app.url_for(endpoint, **values)


METHODS = ["GET", "HEAD", "POST", "PUT", "OPTIONS", "TRACE"]
HOSTS = ["localhost", "shop.test", "api.shop.test", "a.b.shop.test", "SHOP.test:80", "other:8080"]


@st.composite
def rule_specs(draw: st.DrawFn, *, hosts: bool) -> RuleSpec:
    segments = draw(st.lists(st.sampled_from(SEGMENTS), max_size=3))
    # A variable may stand in a rule once.
    unique: list[str] = []
    for segment in segments:
        names = {part.split(">")[0].split(":")[-1] for part in segment.split("<")[1:]}
        taken = {p.split(">")[0].split(":")[-1] for s in unique for p in s.split("<")[1:]}
        if not names & taken:
            unique.append(segment)
    slash = draw(st.sampled_from(["", "/"]))
    options: dict[str, Any] = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "methods": st.lists(st.sampled_from([*METHODS, "get"]), min_size=1, max_size=3),
                "defaults": st.sampled_from([{"x": "d"}, {"n": 7}, {"page": 1}]),
                "strict_slashes": st.booleans(),
                "merge_slashes": st.booleans(),
                "provide_automatic_options": st.just(False),
                "build_only": st.booleans(),
                "alias": st.booleans(),
                "redirect_to": st.sampled_from(["/a/", "a/<x>", "http://other/"]),
                "subdomain": st.sampled_from(["api", "<x>", ""]),
            },
        )
    )
    if draw(st.integers(0, 3)):
        for name in ("build_only", "alias", "redirect_to", "subdomain"):
            options.pop(name, None)
    if hosts:
        options.pop("subdomain", None)
        options["host"] = draw(st.sampled_from(["shop.test", "<x>.shop.test", "localhost"]))
    return RuleSpec("/" + "/".join(unique) + (slash if unique else ""), options)


@st.composite
def programs(draw: st.DrawFn) -> Program:
    matching = draw(st.sampled_from(["no", "no", "subdomain", "host"]))
    rules = draw(st.lists(rule_specs(hosts=matching == "host"), min_size=1, max_size=6))
    config = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "SERVER_NAME": st.sampled_from(["shop.test", "shop.test:80", "Shop.test:8080"]),
                "APPLICATION_ROOT": st.sampled_from(["/", "/root", "/root/"]),
                "PREFERRED_URL_SCHEME": st.sampled_from(["http", "https"]),
                "PROVIDE_AUTOMATIC_OPTIONS": st.booleans(),
                "TRUSTED_HOSTS": st.just(["localhost", ".shop.test"]),
            },
        )
    )
    values: st.SearchStrategy[dict[str, Any]] = st.dictionaries(
        st.sampled_from(["x", "y", "n", "f", "k", "u", "s", "p", "d", "page", "q", "z"]),
        st.one_of(
            st.sampled_from(VALUES),
            st.sampled_from([7, -3, 2.5, None, True, ["a", "b c"], (1, 2), {}]),
        ),
        max_size=4,
    )
    special = st.fixed_dictionaries(
        {},
        optional={
            "_anchor": st.sampled_from(["top", "ä b", "x%20y/?#", ""]),
            "_method": st.sampled_from(["GET", "POST", "PUT"]),
            "_scheme": st.sampled_from(["https", "http", ""]),
            "_external": st.booleans(),
        },
    )
    endpoint = st.sampled_from([f"e{number}" for number in range(len(rules))] + [".e0", "missing"])
    builds = st.tuples(endpoint, st.builds(lambda a, b: {**a, **b}, values, special))
    return Program(
        rules,
        config,
        {"subdomain_matching": matching == "subdomain", "host_matching": matching == "host"},
        draw(st.lists(builds, max_size=5)),
    )


@st.composite
def requests_for(draw: st.DrawFn, rules: list[RuleSpec]) -> dict[str, Any]:
    rule = draw(st.sampled_from(rules)).rule
    while "<" in rule:
        before, _, rest = rule.partition("<")
        variable, _, after = rest.partition(">")
        fitting = FITTING.get(variable.rpartition(":")[0].partition("(")[0], "ab")
        rule = before + draw(st.sampled_from([fitting] * 9 + VALUES)) + after
    change = draw(st.sampled_from(["", "", "", "slash", "double", "strip", "more"]))
    if change == "slash":
        rule += "/"
    elif change == "double":
        rule = rule.replace("/", "//", 2)
    elif change == "strip":
        rule = rule.rstrip("/") or "/"
    elif change == "more":
        rule += draw(st.sampled_from(VALUES))
    scheme = draw(st.sampled_from(["http", "https"]))
    root = draw(st.sampled_from(["", "", "/", "/root", "/ro ot/"]))
    return {
        "path": rule.replace("?", "%3F").replace("#", "%23"),
        "method": draw(st.sampled_from(METHODS)),
        "base_url": f"{scheme}://{draw(st.sampled_from(HOSTS))}{root}",
        "query_string": draw(st.sampled_from(["", "q=1&z=%20"])),
    }


def body(data: st.DataObject) -> None:
    program = data.draw(programs())
    compare(program, data.draw(st.lists(requests_for(program.rules), min_size=1, max_size=6)))


@given(st.data())
def test_programs_made_up(data: st.DataObject) -> None:
    body(data)
