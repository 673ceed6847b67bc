from __future__ import annotations

import jinja2
import pytest

from cruse_templating import TemplatingApp
from cruse_templating.environment import Environment


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
