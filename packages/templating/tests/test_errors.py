from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import jinja2
import pytest

from cruse_core.errors import CruseError
from cruse_templating import TemplatingApp, TemplatingBlueprint, render_template
from cruse_templating.errors import (
    MissingTemplateError,
    MissingTemplatesError,
    find_nearest_name,
)

WriteTemplate = Callable[..., Path]


class TestMissingTemplateError:
    def test_is_what_jinja2_raises(self, app: TemplatingApp) -> None:
        with app.app_context(), pytest.raises(jinja2.TemplateNotFound) as caught:
            render_template("nope.html")
        assert isinstance(caught.value, MissingTemplateError)
        assert isinstance(caught.value, CruseError)
        assert (caught.value.name, caught.value.templates) == ("nope.html", ["nope.html"])

    def test_says_where_the_template_was_looked_for(
        self, app: TemplatingApp, tmp_path: Path
    ) -> None:
        app.register_blueprint(
            TemplatingBlueprint("b", "pkg.b", root_path=str(tmp_path), template_folder="gone")
        )
        with app.app_context(), pytest.raises(MissingTemplateError) as caught:
            render_template("nope.html")
        text = str(caught.value)
        assert text == str(caught.value)
        assert f"{tmp_path / 'app' / 'templates'} of application 'shop'" in text
        assert f"{tmp_path / 'gone'} (no such folder) of blueprint 'b' (pkg.b)" in text
        assert "Create it in one of these places." in text

    def test_names_a_loader_that_reads_no_folder(self, app: TemplatingApp) -> None:
        app.jinja_loader = jinja2.DictLoader({})
        with app.app_context(), pytest.raises(MissingTemplateError, match="DictLoader of app"):
            render_template("nope.html")

    def test_names_the_nearest_template(
        self, app: TemplatingApp, write_template: WriteTemplate
    ) -> None:
        write_template("notes/index.html", "")
        write_template("notes/edit.html", "")
        with app.app_context():
            with pytest.raises(MissingTemplateError, match=r"mean 'notes/edit\.html'\?"):
                render_template("note/edit.html")
            with pytest.raises(MissingTemplateError, match=r"mean 'notes/index\.html'\?"):
                render_template("index.html")

    def test_says_how_to_give_an_app_a_folder(self, tmp_path: Path) -> None:
        app = TemplatingApp("x", root_path=str(tmp_path), template_folder=None)
        with app.app_context(), pytest.raises(MissingTemplateError, match="template_folder="):
            render_template("index.html")

    def test_is_raised_for_a_template_that_another_one_extends(
        self, app: TemplatingApp, write_template: WriteTemplate
    ) -> None:
        write_template("page.html", "{% extends 'layout.htm' %}")
        write_template("layout.html", "")
        with app.app_context(), pytest.raises(MissingTemplateError, match=r"mean 'layout\.html'"):
            render_template("page.html")

    def test_does_not_stop_an_include_that_ignores_it(
        self, app: TemplatingApp, write_template: WriteTemplate
    ) -> None:
        write_template("page.html", "a{% include 'nope.html' ignore missing %}b")
        with app.app_context():
            assert render_template("page.html") == "ab"

    def test_can_be_pickled(self, app: TemplatingApp) -> None:
        with app.app_context(), pytest.raises(MissingTemplateError) as caught:
            render_template("nope.html")
        copy = pickle.loads(pickle.dumps(caught.value))
        assert isinstance(copy, jinja2.TemplateNotFound)
        assert (copy.name, str(copy)) == ("nope.html", str(caught.value))


class TestMissingTemplatesError:
    def test_names_all_that_were_tried_and_the_nearest(
        self, app: TemplatingApp, write_template: WriteTemplate
    ) -> None:
        write_template("index.html", "")
        with app.app_context(), pytest.raises(jinja2.TemplatesNotFound) as caught:
            render_template(["qqq", "indx.html"])
        assert isinstance(caught.value, MissingTemplatesError)
        assert caught.value.templates == ["qqq", "indx.html"]
        assert "None of the templates 'qqq', 'indx.html' was found" in str(caught.value)
        assert "Did you mean 'index.html'?" in str(caught.value)

    def test_can_be_pickled(self, app: TemplatingApp) -> None:
        with app.app_context(), pytest.raises(MissingTemplatesError) as caught:
            render_template(["a", "b"])
        copy = pickle.loads(pickle.dumps(caught.value))
        assert isinstance(copy, jinja2.TemplatesNotFound)
        assert (copy.templates, str(copy)) == (["a", "b"], str(caught.value))


class TestFindNearestName:
    def test_prefers_the_same_file_in_another_folder(self) -> None:
        existing = ["a/list.html", "b/show.html", "shop/shows.html"]
        assert find_nearest_name("shop/show.html", existing) == "b/show.html"

    def test_takes_a_similar_name(self) -> None:
        assert find_nearest_name("indx.html", ["index.html", "about.html"]) == "index.html"

    def test_finds_nothing_where_nothing_is_similar(self) -> None:
        assert find_nearest_name("zzz.txt", ["index.html"]) is None
        assert find_nearest_name("zzz.txt", []) is None
