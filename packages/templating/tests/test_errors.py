from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jinja2
import pytest
from jinja2 import TemplateNotFound, TemplatesNotFound
from werkzeug.debug import DebuggedApplication
from werkzeug.test import Client

from cruse_core.errors import CruseError
from cruse_templating import TemplatingApp, TemplatingBlueprint, render_template
from cruse_templating.errors import (
    MissingTemplateError,
    MissingTemplatesError,
    find_nearest_name,
)

WriteTemplate = Callable[..., Path]


def _show(names: list[Any]) -> str:
    try:
        return render_template(names)
    except TemplateNotFound as error:
        return str(error)


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
        [text] = caught.value.__notes__
        assert text == caught.value.explanation
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

    def test_text_is_that_of_jinja2_and_the_log_has_the_rest(
        self, app: TemplatingApp, caplog: pytest.LogCaptureFixture
    ) -> None:
        """A program may show the text to its visitors; they need not know folders."""
        app.add_url_rule("/shown", "shown", lambda: _show(["nope.html"]))
        app.add_url_rule("/several", "several", lambda: _show(["a.html", "b.html"]))
        app.add_url_rule("/raised", "raised", lambda: render_template("nope.html"))
        app.testing = False
        client = Client(app)

        assert client.get("/shown").text == str(TemplatesNotFound(["nope.html"]))
        assert client.get("/several").text == str(TemplatesNotFound(["a.html", "b.html"]))
        assert client.get("/raised").status_code == 500
        assert app.root_path in caplog.text

        page = DebuggedApplication(app)
        app.debug = True
        assert "It was looked for in" in Client(page).get("/raised").text

    def test_text_of_a_single_name_is_the_name(self, app: TemplatingApp) -> None:
        with app.app_context(), pytest.raises(TemplateNotFound) as caught:
            render_template("nope.html")
        assert str(caught.value) == "nope.html"

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
        assert (copy.name, copy.__notes__) == ("nope.html", caught.value.__notes__)


class TestMissingTemplatesError:
    def test_names_all_that_were_tried_and_the_nearest(
        self, app: TemplatingApp, write_template: WriteTemplate
    ) -> None:
        write_template("index.html", "")
        with app.app_context(), pytest.raises(jinja2.TemplatesNotFound) as caught:
            render_template(["qqq", "indx.html"])
        assert isinstance(caught.value, MissingTemplatesError)
        assert caught.value.templates == ["qqq", "indx.html"]
        assert "None of the templates 'qqq', 'indx.html' was found" in caught.value.explanation
        assert "Did you mean 'index.html'?" in caught.value.explanation

    def test_can_be_pickled(self, app: TemplatingApp) -> None:
        with app.app_context(), pytest.raises(MissingTemplatesError) as caught:
            render_template(["a", "b"])
        copy = pickle.loads(pickle.dumps(caught.value))
        assert isinstance(copy, jinja2.TemplatesNotFound)
        assert (copy.templates, copy.__notes__) == (["a", "b"], caught.value.__notes__)


class TestFindNearestName:
    def test_prefers_the_same_file_in_another_folder(self) -> None:
        existing = ["a/list.html", "b/show.html", "shop/shows.html"]
        assert find_nearest_name("shop/show.html", existing) == "b/show.html"

    def test_takes_a_similar_name(self) -> None:
        assert find_nearest_name("indx.html", ["index.html", "about.html"]) == "index.html"

    def test_finds_nothing_where_nothing_is_similar(self) -> None:
        assert find_nearest_name("zzz.txt", ["index.html"]) is None
        assert find_nearest_name("zzz.txt", []) is None
