"""Templates are found, get values and are escaped on Cruse as on Flask."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import flask
import pytest
from werkzeug.test import Client

import cruse_core
import cruse_templating
from cruse_core import signals
from cruse_templating import TemplatingApp, TemplatingBlueprint

FILES = {
    "app/templates/page.html": "app's page {{ value }}",
    "app/templates/mail.txt": "{{ value }}",
    "app/templates/shape.svg": "{{ value }}",
    "app/templates/child.html": (
        "{% extends 'base.html' %}{% block body %}{{ value }}{% endblock %}"
    ),
    "app/templates/importing.html": (
        "{% from 'macros.html' import plain %}{% from 'macros.html' import known with context %}"
        "{{ plain('x') }} {{ known() }}"
    ),
    "app/templates/macros.html": (
        "{% macro plain(a) %}{{ a }} {{ request.path }} {{ g.note }} {{ config.DEBUG }}"
        " {{ session.get('n') }} {{ by_processor|default('no') }}{% endmacro %}"
        "{% macro known() %}{{ by_processor|default('no') }} {{ value }}{% endmacro %}"
    ),
    "first/templates/page.html": "first's page",
    "first/templates/base.html": "<first>{% block body %}{% endblock %}</first>",
    "second/templates/base.html": "<second>{% block body %}{% endblock %}</second>",
    "second/templates/only.html": "second's {{ value }}",
}

View = Callable[[Any], Any]

# What a view does with the module of the rendering functions.
VIEWS: dict[str, View] = {
    "app before blueprints": lambda m: m.render_template("page.html", value="<1>"),
    "blueprints in order": lambda m: m.render_template("child.html", value="<1>"),
    "last blueprint": lambda m: m.render_template("only.html", value="&"),
    "text is not escaped": lambda m: m.render_template("mail.txt", value="<1>"),
    "svg is escaped": lambda m: m.render_template("shape.svg", value="<1>"),
    "string is escaped": lambda m: m.render_template_string("{{ value }}", value="<1>"),
    "first that exists": lambda m: m.render_template(["no.html", "page.html"], value=1),
    "imported macros": lambda m: m.render_template("importing.html", value=1),
    "given value wins": lambda m: m.render_template_string("{{ by_processor }}", by_processor=1),
    "processors": lambda m: m.render_template_string("{{ by_processor }} {{ of_blueprint }}"),
    "globals": lambda m: m.render_template_string(
        "{{ url_for('first.show', name='x') }} {{ get_flashed_messages() }} {{ request.endpoint }}"
    ),
    "filters, tests and globals": lambda m: m.render_template_string(
        "{{ 'a'|twice }} {{ 3 is odd_one }} {{ add(1, 2) }} {{ 'b'|thrice }}"
        " {{ {'k': '<'}|tojson }}"
    ),
    "stream": lambda m: m.stream_template("page.html", value="<2>"),
    "stream of a string": lambda m: m.stream_template_string("{{ request.path }} {{ g.note }}"),
    "macro from Python": lambda m: m.get_template_attribute("macros.html", "plain")("y"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, source in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
    return tmp_path


def make_app(
    app_class: Any, blueprint_class: Any, api: Any, core: Any, folder: Path, view: View
) -> Any:
    """Make an app with two blueprints; the first one's view is *view*."""
    app = app_class("app", root_path=str(folder / "app"))
    app.secret_key = "secret"
    first, second = (
        blueprint_class(name, name, root_path=str(folder / name), template_folder="templates")
        for name in ("first", "second")
    )

    @first.route("/show/<name>")
    def show(name: str) -> Any:
        core.g.note = "noted"
        core.session["n"] = 7
        return view(api)

    app.context_processor(lambda: {"by_processor": "app", "of_blueprint": "app"})
    first.context_processor(lambda: {"of_blueprint": "first"})
    second.context_processor(lambda: {"by_processor": "second"})
    second.app_context_processor(lambda: {"by_processor": "second for all"})
    app.template_filter("twice")(lambda text: text * 2)
    app.template_test("odd_one")(lambda number: number % 2 == 1)
    app.template_global("add")(lambda a, b: a + b)
    first.app_template_filter("thrice")(lambda text: text * 3)
    app.register_blueprint(first)
    app.register_blueprint(second)
    return app


def make_both(folder: Path, view: View) -> list[Any]:
    return [
        make_app(app_class, blueprint_class, api, core, folder, view)
        for app_class, blueprint_class, api, core in (
            (TemplatingApp, TemplatingBlueprint, cruse_templating, cruse_core),
            (flask.Flask, flask.Blueprint, flask, flask),
        )
    ]


@pytest.mark.parametrize("name", VIEWS)
def test_answer_is_the_same(folder: Path, name: str) -> None:
    # A session's cookie holds the time.
    with mock.patch("time.time", return_value=1_700_000_000):
        ours, theirs = (Client(app).get("/show/it") for app in make_both(folder, VIEWS[name]))
    assert theirs.status_code == 200
    assert (ours.status_code, ours.text) == (200, theirs.text)
    # Which headers a template causes: that of the session, for one that reads it.
    assert ours.headers == theirs.headers


@pytest.mark.parametrize("name", ["app before blueprints", "stream", "string is escaped"])
def test_signals_and_their_values_are_the_same(folder: Path, name: str) -> None:
    seen = []
    for app, module in zip(make_both(folder, VIEWS[name]), (signals, flask.signals), strict=True):
        sent: list[Any] = []

        def receive(sender: Any, template: Any, context: Any, sent: list[Any] = sent) -> None:
            sent.append((template.name, sorted(context)))

        with (
            module.before_render_template.connected_to(receive, app),
            module.template_rendered.connected_to(receive, app),
        ):
            assert Client(app).get("/show/it").data
        seen.append(sent)
    assert len(seen[1]) == 2
    assert seen[0] == seen[1]


@pytest.mark.parametrize("names", ["no.html", ["no.html", "nothing.html"], []])
def test_missing_template_is_the_same_class_of_error(folder: Path, names: str | list[str]) -> None:
    raised: list[Exception] = []
    for app in make_both(folder, lambda m: m.render_template(names)):
        app.testing = True
        try:
            Client(app).get("/show/it")
        except Exception as exc:
            raised.append(exc)
    ours, theirs = raised
    assert isinstance(ours, type(theirs))
    for attribute in ("name", "templates"):
        assert getattr(ours, attribute, None) == getattr(theirs, attribute, None)
