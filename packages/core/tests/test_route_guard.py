"""Rules that never answer, as the developer hears of them at the registration."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.test import Client

from cruse_core import App, Blueprint, notices
from cruse_core.errors import RouteConflictError, RouteConflictWarning
from cruse_core.notices import be_lenient
from cruse_routing import Map


def show(**values: Any) -> str:
    return "shown"


def next_line() -> str:
    """Return the place of the line below the one that calls this."""
    return f"{__file__}:{sys._getframe(1).f_lineno + 1}"


class TestDuplicate:
    def test_warns_with_both_places_at_the_second_one(self, app: App, client: Client) -> None:
        first = next_line()
        app.add_url_rule("/notes/<int:id>", "read", lambda id: "read")
        with pytest.warns(RouteConflictWarning) as caught:
            app.add_url_rule("/notes/<int:number>", "again", lambda number: "again")
        second = f"{caught[0].filename}:{caught[0].lineno}"
        assert str(caught[0].message) == (
            f"The rule '/notes/<int:number>' of 'again' ({second}) is never asked for GET: "
            f"'/notes/<int:id>' of 'read' ({first}) was registered before it and takes the same "
            "URLs. Remove one of the two, or give one another path or other methods."
        )
        assert second == f"{__file__}:{int(first.rpartition(':')[2]) + 2}"
        assert client.get("/notes/7").text == "read"

    def test_of_the_same_view_is_said_to_be_registered_twice(self, app: App) -> None:
        app.add_url_rule("/a", view_func=show)
        with pytest.warns(RouteConflictWarning, match="is registered twice for GET, before") as w:
            app.add_url_rule("/a", view_func=show)
        assert str(w[0].message).count(f"{__file__}:") == 2
        assert "Only the first one is ever asked. Remove one of the two." in str(w[0].message)

    def test_names_the_methods_that_are_lost(self, app: App) -> None:
        app.add_url_rule("/a", "first", show, methods=["GET", "POST", "PUT"])
        with pytest.warns(RouteConflictWarning, match="never asked for POST, PUT:"):
            app.add_url_rule("/a", "second", show, methods=["PUT", "POST", "DELETE"])

    def test_each_further_one_is_told_of(self, app: App) -> None:
        app.add_url_rule("/a", "first", show)
        for endpoint in ("second", "third"):
            with pytest.warns(RouteConflictWarning, match=f"of '{endpoint}' .* of 'first'"):
                app.add_url_rule("/a", endpoint, show)

    def test_of_blueprints_is_shown_where_they_recorded_it(self, app: App) -> None:
        one, two = Blueprint("one", __name__), Blueprint("two", __name__)
        first = next_line()
        one.add_url_rule("/a", "one", show)
        second = next_line()
        two.add_url_rule("/a", "two", show)
        app.register_blueprint(one)
        with pytest.warns(RouteConflictWarning) as caught:
            app.register_blueprint(two)
        assert f"'/a' of 'two.two' ({second}) is never asked" in str(caught[0].message)
        assert f"'/a' of 'one.one' ({first}) was registered before" in str(caught[0].message)
        assert f"{caught[0].filename}:{caught[0].lineno}" == second

    def test_static_files_of_a_blueprint_are_told_what_they_lack(self, app: App) -> None:
        app = App(__name__, root_path="/")
        blueprint = Blueprint("admin", __name__, static_folder="static", root_path="/")
        with pytest.warns(RouteConflictWarning, match="Give the blueprint a url_prefix, or a"):
            app.register_blueprint(blueprint)

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ({"methods": ["GET"]}, {"methods": ["POST"]}),
            ({}, {"build_only": True}),
            ({}, {"websocket": True}),
            ({"subdomain": "a"}, {"subdomain": "b"}),
        ],
    )
    @pytest.mark.filterwarnings("ignore::cruse_core.errors.SubdomainWarning")
    def test_rules_that_share_no_request_are_none(
        self, app: App, first: dict[str, Any], second: dict[str, Any]
    ) -> None:
        app.add_url_rule("/a", "first", show, **first)
        app.add_url_rule("/a", "second", show, **second)
        assert {"first", "second"} <= {rule.endpoint for rule in app.url_map.iter_rules()}

    def test_rules_of_another_map_are_none(self, app: App) -> None:
        app.add_url_rule("/a", "first", show)
        app.url_map = Map()
        app.add_url_rule("/a", "second", show)
        with pytest.warns(RouteConflictWarning, match="of 'third' .* of 'second'"):
            app.add_url_rule("/a", "third", show)


class TestShadow:
    def test_is_told_of_in_debug_mode(self, app: App) -> None:
        app.add_url_rule("/<name>", "page", show)
        app.debug = True
        with pytest.warns(RouteConflictWarning) as caught:
            app.add_url_rule("/<uuid:key>", "note", show)
        message = str(caught[0].message)
        assert "'/<uuid:key>' of 'note'" in message
        assert "'/<name>' of 'page'" in message
        assert "was registered before it and takes all of its URLs" in message
        assert message.endswith("Register the narrower rule first, or make the wider one narrower.")

    def test_is_left_to_a_thorough_check_otherwise(self, app: App) -> None:
        app.add_url_rule("/<name>", "page", show)
        app.add_url_rule("/<uuid:key>", "note", show)
        app.debug = True
        app.add_url_rule("/notes/<name>", "notes", show)
        with pytest.warns(RouteConflictWarning, match="of 'hidden' .* of 'notes'"):
            app.add_url_rule("/notes/<uuid:key>", "hidden", show)


class TestStrict:
    def test_duplicate_is_an_error(self, app: App) -> None:
        app.config["STRICT_ROUTES"] = True
        app.add_url_rule("/a", "first", show)
        with pytest.raises(RouteConflictError, match=r"never asked for GET.*Remove one") as caught:
            app.add_url_rule("/a", "second", show)
        assert str(caught.value).count(f"{__file__}:") == 2
        assert isinstance(caught.value, ValueError)

    def test_shadow_is_an_error_also_without_debug_mode(self, app: App) -> None:
        app.config["STRICT_ROUTES"] = True
        app.add_url_rule("/<name>", "page", show)
        with pytest.raises(RouteConflictError, match="Register the narrower rule first"):
            app.add_url_rule("/<uuid:key>", "note", show)


class TestWhereFlaskCounts:
    @pytest.fixture(autouse=True)
    def _lenient(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        monkeypatch.setattr(notices, "_logged", set())
        be_lenient()
        yield
        be_lenient(False)

    def test_duplicate_is_logged_in_debug_mode(
        self, app: App, caplog: pytest.LogCaptureFixture
    ) -> None:
        app.debug = True
        app.add_url_rule("/a", "first", show)
        app.add_url_rule("/a", "second", show)
        assert "is never asked for GET" in caplog.text

    def test_duplicate_is_accepted_in_silence_otherwise(
        self, app: App, caplog: pytest.LogCaptureFixture
    ) -> None:
        app.add_url_rule("/a", "first", show)
        app.add_url_rule("/a", "second", show)
        assert caplog.text == ""

    def test_duplicate_is_an_error_of_a_strict_app(self, app: App) -> None:
        app.config["STRICT_ROUTES"] = True
        app.add_url_rule("/a", "first", show)
        with pytest.raises(RouteConflictError):
            app.add_url_rule("/a", "second", show)
