"""URLs that an app builds: `url_for` in every form, and the errors it explains."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.routing import BuildError
from werkzeug.test import create_environ

import cruse_core
from cruse_core import App, Blueprint, RequestContext
from cruse_core.errors import OutOfContextError
from cruse_core.urls import add_anchor, resolve_endpoint


@pytest.fixture
def app(app: App) -> App:
    blueprint = Blueprint("admin", __name__, url_prefix="/admin")
    inner = Blueprint("users", __name__, url_prefix="/users")
    for target in (app, blueprint, inner):
        target.add_url_rule("/index", "index", lambda: "index")
        target.add_url_rule("/item/<int:n>", "item", lambda n: f"{n}")
    blueprint.register_blueprint(inner)
    app.register_blueprint(blueprint)
    app.add_url_rule("/save", "save", methods=["GET"])
    app.add_url_rule("/save/<int:n>", "save", methods=["POST"])
    return app


def in_request(app: App, path: str = "/index", **options: Any) -> RequestContext:
    return app.request_context(create_environ(path, **options))


class TestDuringARequest:
    """R15."""

    def test_is_a_path(self, app: App) -> None:
        with in_request(app):
            assert app.url_for("index") == "/index"
            assert app.url_for("item", n=7) == "/item/7"
            assert cruse_core.url_for("item", n=7) == "/item/7"

    def test_values_without_a_variable_become_the_query(self, app: App) -> None:
        with in_request(app):
            assert app.url_for("item", n=7, q="a b&c", z=None, m=["x", "ä"]) == (
                "/item/7?q=a+b%26c&m=x&m=%C3%A4"
            )

    def test_anchor_is_quoted_and_comes_last(self, app: App) -> None:
        with in_request(app):
            assert app.url_for("index", _anchor="x y/?#é", q=1) == "/index?q=1#x%20y/?#%C3%A9"
            assert app.url_for("index", _anchor="") == "/index#"

    def test_method_chooses_the_rule(self, app: App) -> None:
        with in_request(app):
            assert app.url_for("save", n=7, _method="POST") == "/save/7"
            assert app.url_for("save", n=7, _method="GET") == "/save?n=7"

    def test_external_url_has_the_scheme_and_host_of_the_request(self, app: App) -> None:
        with in_request(app, base_url="https://shop.test:8080/root"):
            assert app.url_for("index", _external=True) == "https://shop.test:8080/root/index"

    def test_external_url_has_the_server_name_if_that_is_set(self, app: App) -> None:
        app.config["SERVER_NAME"] = "shop.test"
        with in_request(app, base_url="http://evil.test"):
            assert app.url_for("index", _external=True) == "http://shop.test/index"

    def test_scheme_makes_the_url_external(self, app: App) -> None:
        with in_request(app):
            assert app.url_for("index", _scheme="https") == "https://localhost/index"
            assert app.url_for("index", _scheme="", _external=True) == "//localhost/index"

    @pytest.mark.parametrize("scheme", ["ws", "wss", "ftp"])
    @pytest.mark.parametrize("base_url", ["http://localhost", "https://localhost"])
    def test_scheme_that_was_asked_for_is_that_of_the_url(
        self, app: App, scheme: str, base_url: str
    ) -> None:
        app.add_url_rule("/socket", "socket", websocket=True)
        with app.request_context(create_environ("/", base_url)):
            for endpoint in ("index", "socket"):
                url = f"{scheme}://localhost/{endpoint}"
                assert app.url_for(endpoint, _scheme=scheme) == url
                assert app.url_for(endpoint, _scheme=scheme, _anchor="a") == f"{url}#a"

    def test_scheme_of_a_path_says_to_make_it_external(self, app: App) -> None:
        with in_request(app), pytest.raises(ValueError, match="'_external' must be True"):
            app.url_for("index", _scheme="https", _external=False)

    def test_names_of_its_own_arguments_can_be_values(self, app: App) -> None:
        """R17."""
        app.add_url_rule("/<self>/<endpoint>", "odd", lambda **_: "")
        app.add_url_rule("/<self>", "less-odd", lambda **_: "")
        with in_request(app):
            assert app.url_for("less-odd", self="a") == "/a"

    @pytest.mark.parametrize(
        ("path", "endpoint", "url"),
        [
            ("/index", ".index", "/index"),
            ("/none", ".index", "/index"),
            ("/admin/index", ".index", "/admin/index"),
            ("/admin/index", "index", "/index"),
            ("/admin/index", ".users.index", "/admin/users/index"),
            ("/admin/users/index", ".index", "/admin/users/index"),
        ],
    )
    def test_leading_dot_means_the_current_blueprint(
        self, app: App, path: str, endpoint: str, url: str
    ) -> None:
        with in_request(app, path):
            assert app.url_for(endpoint) == url

    def test_within_an_app_context_inside_is_still_the_requests(self, app: App) -> None:
        with in_request(app, "/admin/index"), app.app_context():
            assert app.url_for(".index") == "/admin/index"


class TestOutsideOfARequest:
    """R15."""

    def test_needs_a_server_name_and_says_so(self, app: App) -> None:
        with app.app_context(), pytest.raises(OutOfContextError) as caught:
            app.url_for("index")
        assert "'index'" in str(caught.value)
        assert "Set SERVER_NAME" in str(caught.value)
        assert isinstance(caught.value, RuntimeError)

    def test_is_external_unless_told_otherwise(self, app: App) -> None:
        app.config["SERVER_NAME"] = "shop.test"
        with app.app_context():
            assert app.url_for("index") == "http://shop.test/index"
            assert app.url_for("index", _external=False) == "/index"
            assert app.url_for("index", _scheme="https", _anchor="a") == "https://shop.test/index#a"

    def test_works_without_any_context(self, app: App) -> None:
        with pytest.raises(RuntimeError, match="Set SERVER_NAME"):
            app.url_for("index")
        app.config["SERVER_NAME"] = "shop.test"
        assert app.url_for("index") == "http://shop.test/index"

    def test_scheme_of_a_path_is_refused(self, app: App) -> None:
        app.config["SERVER_NAME"] = "shop.test"
        with app.app_context(), pytest.raises(ValueError, match="_scheme='https'"):
            app.url_for("index", _scheme="https", _external=False)


class TestBuildErrors:
    """R16."""

    def test_suggest_an_endpoint(self, app: App) -> None:
        with in_request(app), pytest.raises(BuildError, match="Did you mean 'index'"):
            app.url_for("indx")

    def test_name_the_missing_values(self, app: App) -> None:
        with in_request(app), pytest.raises(BuildError, match=r"values \['n'\]"):
            app.url_for("item")

    def test_handler_can_give_the_url(self, app: App) -> None:
        asked: list[Any] = []

        def outside(error: Exception, endpoint: str, values: dict[str, Any]) -> str | None:
            asked.append((type(error), endpoint, values))
            return "http://other.test/"

        app.url_build_error_handlers.append(outside)
        with in_request(app):
            assert app.url_for("other", q=1, _anchor="top", _method="GET") == "http://other.test/"
        given = {"_anchor": "top", "_method": "GET", "_scheme": None, "_external": False}
        assert asked == [(BuildError, "other", {"q": 1, **given})]

    def test_handlers_are_asked_in_turn_until_one_answers(self, app: App) -> None:
        asked: list[str] = []

        def silent(error: Exception, endpoint: str, values: dict[str, Any]) -> None:
            asked.append("silent")

        def failing(error: Exception, endpoint: str, values: dict[str, Any]) -> str:
            asked.append("failing")
            assert isinstance(error, BuildError)
            raise error

        def answering(error: Exception, endpoint: str, values: dict[str, Any]) -> str:
            asked.append("answering")
            return ""

        app.url_build_error_handlers += [silent, failing, answering, silent]
        with in_request(app):
            assert app.url_for("other") == ""
        assert asked == ["silent", "failing", "answering"]

    def test_error_of_the_last_handler_is_raised(self, app: App) -> None:
        def failing(error: Exception, endpoint: str, values: dict[str, Any]) -> str:
            assert isinstance(error, BuildError)
            raise BuildError("newer", values, None, error.adapter)

        app.url_build_error_handlers.append(failing)
        with in_request(app), pytest.raises(BuildError, match="'newer'"):
            app.url_for("other")

    def test_handling_can_be_overridden_on_the_app(self, app: App) -> None:
        app.handle_url_build_error = lambda error, endpoint, values: endpoint  # type: ignore[method-assign]
        with in_request(app):
            assert app.url_for("other") == "other"

    def test_injection_of_defaults_can_be_overridden_on_the_app(self, app: App) -> None:
        app.inject_url_defaults = lambda endpoint, values: values.update(q=endpoint)  # type: ignore[method-assign]
        with in_request(app):
            assert app.url_for("index") == "/index?q=index"


class TestParts:
    @pytest.mark.parametrize(
        ("endpoint", "blueprint", "resolved"),
        [
            ("index", "admin", "index"),
            ("admin.index", None, "admin.index"),
            (".index", "admin.users", "admin.users.index"),
            (".index", None, "index"),
            ("", "admin", ""),
        ],
    )
    def test_endpoint_is_resolved(
        self, endpoint: str, blueprint: str | None, resolved: str
    ) -> None:
        assert resolve_endpoint(endpoint, blueprint) == resolved

    def test_anchor_that_is_quoted_already_stays_so(self) -> None:
        assert add_anchor("/a", "b%20c") == "/a#b%20c"
