"""Methods and other options of a rule, checked when it is registered."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.test import Client

from cruse_core import App, Blueprint, notices
from cruse_core.errors import RuleMethodError, RuleOptionError
from cruse_core.notices import be_lenient
from cruse_core.rule_options import KNOWN_METHODS
from cruse_routing import Rule


def next_line() -> str:
    """Return the place of the line below the one that calls this."""
    return f"{__file__}:{sys._getframe(1).f_lineno + 1}"


def show(**values: Any) -> str:
    return "shown"


class TestMethods:
    @pytest.mark.parametrize(
        ("method", "nearest"),
        [("GTE", "GET"), ("PSOT", "POST"), ("delte", "DELETE"), ("PROPFIN", "PROPFIND")],
    )
    def test_unknown_one_is_refused_with_the_nearest(
        self, app: App, method: str, nearest: str
    ) -> None:
        with pytest.raises(RuleMethodError) as caught:
            app.add_url_rule("/a", view_func=show, methods=["GET", method])
        message = str(caught.value)
        assert f"The rule '/a' ({__file__}:" in message
        assert f"{method.upper()!r} among its methods, which is no HTTP method" in message
        assert f"Did you mean {nearest!r}?" in message
        assert f"app.config['EXTRA_HTTP_METHODS'] = [{method.upper()!r}]" in message
        assert isinstance(caught.value, ValueError)

    def test_unknown_one_without_a_neighbour_is_refused_too(self, app: App) -> None:
        with pytest.raises(RuleMethodError, match=r"do not send it\. If it is a method of your"):
            app.add_url_rule("/a", view_func=show, methods=["XYZZY-QQ"])

    def test_unknown_one_of_a_view_is_refused(self, app: App) -> None:
        def view() -> str:
            return ""

        view.required_methods = ["GTE"]  # type: ignore[attr-defined]  # any function can have one
        with pytest.raises(RuleMethodError, match="'GTE'"):
            app.add_url_rule("/a", view_func=view)

    @pytest.mark.parametrize("method", ["PROPFIND", "PURGE", "QUERY", "M-SEARCH", "MKCALENDAR"])
    def test_unusual_one_is_served(self, app: App, client: Client, method: str) -> None:
        app.add_url_rule("/a", view_func=show, methods=[method])
        assert client.open("/a", method=method).text == "shown"

    def test_one_of_ones_own_is_served_after_it_was_named(self, app: App, client: Client) -> None:
        app.config["EXTRA_HTTP_METHODS"] = ["brew"]
        app.add_url_rule("/a", view_func=show, methods=["BREW"])
        assert client.open("/a", method="BREW").text == "shown"

    def test_blueprint_names_the_line_that_recorded_the_rule(self, app: App) -> None:
        blueprint = Blueprint("notes", __name__)
        place = next_line()
        blueprint.add_url_rule("/a", view_func=show, methods=["GTE"])
        with pytest.raises(RuleMethodError) as caught:
            app.register_blueprint(blueprint)
        assert f"({place})" in str(caught.value)

    def test_known_ones_are_in_upper_case(self) -> None:
        assert all(method == method.upper() for method in KNOWN_METHODS)
        assert {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"} <= KNOWN_METHODS


class TestMethodsWhereFlaskCounts:
    @pytest.fixture(autouse=True)
    def _lenient(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        monkeypatch.setattr(notices, "_logged", set())
        be_lenient()
        yield
        be_lenient(False)

    def test_unknown_one_is_served_and_logged(
        self, app: App, client: Client, caplog: pytest.LogCaptureFixture
    ) -> None:
        app.add_url_rule("/a", view_func=show, methods=["GTE"])
        assert "Did you mean 'GET'?" in caplog.text
        assert client.open("/a", method="GTE").text == "shown"

    def test_unknown_one_is_refused_by_a_strict_app(self, app: App) -> None:
        app.config["STRICT_ROUTES"] = True
        with pytest.raises(RuleMethodError, match="'GTE'"):
            app.add_url_rule("/a", view_func=show, methods=["GTE"])


class TestOptions:
    @pytest.mark.parametrize(
        ("name", "nearest"), [("method", "methods"), ("strict_slash", "strict_slashes")]
    )
    def test_unknown_one_is_refused_with_the_nearest(
        self, app: App, name: str, nearest: str
    ) -> None:
        with pytest.raises(RuleOptionError) as caught:
            app.add_url_rule("/a", view_func=show, **{name: ["POST"]})
        message = str(caught.value)
        assert f"The rule '/a' ({__file__}:" in message
        assert f"has no option {name!r}" in message
        assert f"Did you mean {nearest!r}?" in message
        assert "It has these: alias, build_only, defaults, endpoint, host, merge_slashes" in message
        assert isinstance(caught.value, TypeError)

    def test_unknown_one_without_a_neighbour_is_refused_too(self, app: App) -> None:
        with pytest.raises(RuleOptionError, match=r"was meant for\. It has these"):
            app.get("/a", permission="read")(show)

    def test_blueprint_names_the_line_that_recorded_the_rule(self, app: App) -> None:
        blueprint = Blueprint("notes", __name__)
        place = next_line()
        blueprint.route("/a", method="POST")(show)
        with pytest.raises(RuleOptionError) as caught:
            app.register_blueprint(blueprint)
        assert f"({place})" in str(caught.value)

    def test_other_errors_of_a_rule_stay_as_they_are(self, app: App) -> None:
        with pytest.raises(TypeError, match="iterable") as caught:
            app.add_url_rule("/a", view_func=show, defaults=7)
        assert not isinstance(caught.value, RuleOptionError)

    def test_options_of_an_own_class_are_known(self, app: App, client: Client) -> None:
        class Guarded(Rule):
            def __init__(self, string: str, *, role: str = "", **options: Any) -> None:
                super().__init__(string, **options)
                self.role = role

        app.url_rule_class = Guarded
        app.add_url_rule("/a", view_func=show, role="admin")
        with pytest.raises(TypeError, match="unexpected keyword argument 'roles'"):
            app.add_url_rule("/b", view_func=show, roles="admin")
        assert client.get("/a").text == "shown"
