"""Methods and other options of a rule, checked when it is registered."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from cruse_core import App, Blueprint, notices
from cruse_core.errors import (
    RuleHostError,
    RuleMethodError,
    RuleOptionError,
    SubdomainWarning,
)
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

    @pytest.mark.parametrize(("debug", "lines"), [(False, 0), (True, 1)])
    def test_unknown_one_is_served_and_in_debug_mode_logged(
        self,
        app: App,
        client: Client,
        caplog: pytest.LogCaptureFixture,
        debug: bool,
        lines: int,
    ) -> None:
        app.debug = debug
        app.add_url_rule("/a", view_func=show, methods=["GTE"])
        assert client.open("/a", method="GTE").text == "shown"
        assert caplog.text.count("Did you mean 'GET'?") == lines

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


class TestSubdomains:
    @pytest.fixture
    def blueprint(self) -> Blueprint:
        blueprint = Blueprint("admin", __name__, subdomain="admin")
        blueprint.add_url_rule("/a", "a", show)
        blueprint.add_url_rule("/b", "b", show)
        return blueprint

    @pytest.mark.parametrize("subdomain", ["api", "<user>"])
    def test_rule_for_one_is_warned_of_where_none_is_matched(
        self, app: App, subdomain: str
    ) -> None:
        place = next_line()
        with pytest.warns(SubdomainWarning, match="subdomain_matching=True") as caught:
            app.add_url_rule("/a", view_func=show, subdomain=subdomain)
        message = str(caught[0].message)
        assert f"'/a' ({__file__}:" in message
        assert repr(subdomain) in message
        assert caught[0].filename == __file__
        assert f"{__file__}:{caught[0].lineno - 1}" == place

    def test_app_is_warned_of_once(self, app: App, blueprint: Blueprint) -> None:
        with pytest.warns(SubdomainWarning) as caught:
            app.register_blueprint(blueprint)
        assert len(caught) == 1
        app.add_url_rule("/c", "c", show, subdomain="api")

    def test_rule_that_can_answer_is_not_warned_of(self) -> None:
        matching = App("matching", subdomain_matching=True)
        matching.add_url_rule("/a", "a", show, subdomain="api")
        plain = App("plain")
        plain.url_map.default_subdomain = "www"
        plain.add_url_rule("/a", "a", show, subdomain="www")
        plain.add_url_rule("/b", "b", show, subdomain="")
        plain.add_url_rule("/c", "c", subdomain="api", build_only=True)

    def test_own_adapter_may_match_them(self) -> None:
        class Own(App):
            def create_url_adapter(self, request: Any) -> Any:
                return super().create_url_adapter(request)

        Own("own").add_url_rule("/a", "a", show, subdomain="api")

    @pytest.mark.usefixtures("lenient")
    @pytest.mark.parametrize("debug", [True, False])
    def test_where_flask_counts_the_log_tells_in_debug_mode(
        self, app: App, blueprint: Blueprint, debug: bool, caplog: pytest.LogCaptureFixture
    ) -> None:
        app.debug = debug
        app.register_blueprint(blueprint)
        told = [name for name, _, text in caplog.record_tuples if "subdomain 'admin'" in text]
        assert told == (["cruse_core"] if debug else [])


class TestHosts:
    @pytest.fixture
    def app(self) -> App:
        return App("shop", root_path=".", host_matching=True, static_host="<tenant>.cdn.test")

    def test_rule_without_one_is_refused_where_hosts_are_matched(self, app: App) -> None:
        place = next_line()
        with pytest.raises(RuleHostError, match=r"Give it one: host='www\.example\.org'") as caught:
            app.add_url_rule("/a", "a", show)
        assert place.rpartition(":")[0] in str(caught.value)
        assert [rule.endpoint for rule in app.url_map.iter_rules()] == ["static"]
        assert "a" not in app.view_functions

    def test_rule_of_a_blueprint_is_refused_where_it_was_written(self, app: App) -> None:
        blueprint = Blueprint("pages", __name__)
        place = next_line()
        blueprint.add_url_rule("/a", "a", show)
        with pytest.raises(RuleHostError) as caught:
            app.register_blueprint(blueprint)
        assert f"({place})" in str(caught.value)

    def test_advised_host_takes_all(self, app: App) -> None:
        app.add_url_rule("/a", "a", show, host="<host>")
        for host in ("shop.test", "other.test"):
            assert Client(app).get("/a", base_url=f"http://{host}/").text == "shown"

    def test_static_files_of_a_blueprint_have_that_of_the_app(
        self, app: App, tmp_path: Path
    ) -> None:
        (tmp_path / "a.txt").write_text("a")
        app.register_blueprint(
            Blueprint("pages", __name__, url_prefix="/pages", static_folder=tmp_path)
        )
        path = f"/pages/{tmp_path.name}/a.txt"
        with Client(app).get(path, base_url="http://x.cdn.test/") as response:
            assert response.text == "a"

    def test_static_files_of_a_blueprint_without_one_say_so(self, tmp_path: Path) -> None:
        app = App("shop", host_matching=True, static_folder=None)
        with pytest.raises(RuleHostError, match="with static_host"):
            app.register_blueprint(Blueprint("pages", __name__, static_folder=tmp_path))

    @pytest.mark.usefixtures("lenient")
    @pytest.mark.parametrize("debug", [True, False])
    def test_where_flask_counts_the_log_tells_in_debug_mode(
        self, app: App, debug: bool, caplog: pytest.LogCaptureFixture
    ) -> None:
        app.debug = debug
        app.add_url_rule("/a", "a", show)
        assert [record.levelno for record in caplog.records] == [logging.WARNING] * debug
