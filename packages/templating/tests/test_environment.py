from __future__ import annotations

import jinja2
import pytest

from cruse_templating import TemplatingApp
from cruse_templating.environment import Environment


class TestAppTemplate:
    def test_sees_globals_that_change_after_it_was_loaded(self, app: TemplatingApp) -> None:
        template = app.jinja_env.from_string("{{ x }}")
        assert template.render() == ""
        app.jinja_env.globals["x"] = 1
        assert template.render() == "1"
        assert template.render(x=2) == "2"

    def test_may_have_globals_of_its_own(self, app: TemplatingApp) -> None:
        app.jinja_loader = jinja2.DictLoader({"a": "{{ x }}{{ y }}"})
        app.jinja_env.globals.update(x=1, y=1)
        template = app.jinja_env.get_template("a", globals={"x": 2})
        assert template.render() == "21"
        app.jinja_env.get_template("a", globals={"y": 3})
        assert template.render() == "23"
        assert app.jinja_env.globals["x"] == 1

    def test_shares_its_context_with_includes_and_imports(self, app: TemplatingApp) -> None:
        app.jinja_loader = jinja2.DictLoader(
            {
                "page": "{% extends 'layout' %}{% block b %}{% include 'part' %}{{ m() }}"
                "{% endblock %}{% from 'macros' import m with context %}",
                "layout": "<{% block b %}{% endblock %}>",
                "part": "{{ x }}",
                "macros": "{% macro m() %}{{ x }}{{ y }}{% endmacro %}",
            }
        )
        app.jinja_env.globals["y"] = 2
        page = app.jinja_env.get_template("page")
        assert page.render(x=1) == "<112>"
        assert isinstance(page, jinja2.Template)


class TestEnvironment:
    def test_takes_a_loader_of_its_own(self, app: TemplatingApp) -> None:
        env = Environment(app, loader=jinja2.DictLoader({"a": "x"}))
        assert env.get_template("a").render() == "x"
        assert env.app is app

    def test_selects_the_first_template_that_exists(self, app: TemplatingApp) -> None:
        app.jinja_loader = jinja2.DictLoader({"b": "found"})
        assert app.jinja_env.select_template(["a", "b"]).render() == "found"

    def test_leaves_the_errors_of_other_loaders_alone(self, app: TemplatingApp) -> None:
        env = Environment(app, loader=jinja2.DictLoader({}))
        with pytest.raises(jinja2.TemplatesNotFound) as caught:
            env.select_template(["a", "b"])
        assert type(caught.value) is jinja2.TemplatesNotFound

    def test_explains_an_undefined_name_as_jinja2_does(self, app: TemplatingApp) -> None:
        app.jinja_loader = jinja2.DictLoader({})
        template = app.jinja_env.from_string("{% include [nope, 'a'] %}")
        with pytest.raises(jinja2.TemplatesNotFound, match="'nope' is undefined"):
            template.render()

    def test_refuses_an_empty_list_as_jinja2_does(self, app: TemplatingApp) -> None:
        with pytest.raises(jinja2.TemplatesNotFound, match="empty list"):
            app.jinja_env.select_template([])
