"""What apps and blueprints share: shortcuts for routes, hooks, and static files."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from werkzeug.exceptions import ImATeapot
from werkzeug.test import Client, create_environ

from cruse_core import App, Blueprint, Response, request
from cruse_core.errors import OutOfContextError
from cruse_core.scaffold import Scaffold, setupmethod

SHORTCUTS = ["get", "post", "put", "delete", "patch"]


@pytest.fixture(params=[App, Blueprint])
def owner(request: pytest.FixtureRequest) -> App | Blueprint:
    """An app and a blueprint in turn."""
    if request.param is App:
        return App("shop", root_path=".")
    return Blueprint("shop", "shop", root_path=".")


def finish(owner: App | Blueprint) -> App:
    """Return the app to send requests to."""
    if isinstance(owner, App):
        return owner
    app = App("app", root_path=".", static_folder=None)
    app.register_blueprint(owner)
    return app


class TestRoute:
    """R01."""

    def test_returns_the_view_unchanged(self, owner: App | Blueprint) -> None:
        def view() -> str:
            return "view"

        assert owner.route("/a")(view) is view
        assert owner.get("/b")(view) is view

    def test_serves_the_view(self, owner: App | Blueprint) -> None:
        @owner.route("/a/<int:n>", endpoint="named", methods=["GET", "POST"])
        def view(n: int) -> str:
            return f"{request.endpoint} {request.method} {n}"

        client = Client(finish(owner))
        assert client.post("/a/7").text.endswith("named POST 7")

    @pytest.mark.parametrize("method", SHORTCUTS)
    def test_shortcut_serves_its_method_alone(self, owner: App | Blueprint, method: str) -> None:
        getattr(owner, method)("/a", endpoint="named")(lambda: request.method)
        client = Client(finish(owner))
        assert client.open("/a", method=method.upper()).text == method.upper()
        response = client.open("/a", method="TRACE")
        allowed = {"GET", "HEAD", "OPTIONS"} if method == "get" else {method.upper(), "OPTIONS"}
        assert response.status_code == 405
        assert response.allow.as_set() == {name.lower() for name in allowed}

    @pytest.mark.parametrize("method", SHORTCUTS)
    def test_shortcut_with_methods_says_to_use_route(
        self, owner: App | Blueprint, method: str
    ) -> None:
        with pytest.raises(TypeError, match=rf"{method.upper()}.*Use route\('/a', methods=\[...\]"):
            getattr(owner, method)("/a", methods=["GET"])


class TestHooks:
    """H01 to H03."""

    @pytest.mark.parametrize(
        ("decorator", "table"),
        [
            ("before_request", "before_request_funcs"),
            ("after_request", "after_request_funcs"),
            ("teardown_request", "teardown_request_funcs"),
            ("url_value_preprocessor", "url_value_preprocessors"),
            ("url_defaults", "url_default_functions"),
        ],
    )
    def test_decorator_returns_the_hook_and_keeps_it(
        self, owner: App | Blueprint, decorator: str, table: str
    ) -> None:
        def hook(*_: Any) -> None: ...

        assert getattr(owner, decorator)(hook) is hook
        assert getattr(owner, table) == {None: [hook]}

    def test_of_a_blueprint_run_for_its_own_requests_alone(self, app: App, client: Client) -> None:
        called: list[str] = []
        blueprint = Blueprint("admin", "admin", url_prefix="/admin")
        blueprint.before_request(lambda: called.append("before"))
        blueprint.teardown_request(lambda exc: called.append(f"teardown {exc}"))

        @blueprint.after_request
        def after(response: Response) -> Response:
            called.append("after")
            return response

        blueprint.add_url_rule("/", "index", lambda: "index")
        app.register_blueprint(blueprint)
        app.add_url_rule("/", "index", lambda: "index")
        client.get("/")
        client.get("/admin/none")
        assert called == []
        client.get("/admin/")
        assert called == ["before", "after", "teardown None"]

    def test_value_of_a_hook_skips_the_later_ones_and_the_view(
        self, app: App, client: Client
    ) -> None:
        called: list[str] = []
        app.before_request(lambda: called.append("first"))
        app.before_request(lambda: "answer")
        app.before_request(lambda: called.append("third"))
        app.add_url_rule("/", "index", lambda: "view")
        assert client.get("/").text == "answer"
        assert called == ["first"]

    def test_after_request_runs_for_unhandled_errors_too(self, app: App, client: Client) -> None:
        @app.after_request
        def after(response: Response) -> Response:
            response.headers["X-After"] = str(response.status_code)
            return response

        app.add_url_rule("/", "index", lambda: 1 / 0)  # type: ignore[arg-type,return-value]  # fails
        app.logger.disabled = True
        assert client.get("/").headers["X-After"] == "500"
        assert client.get("/none").headers["X-After"] == "404"
        app.logger.disabled = False

    def test_teardown_hears_of_unhandled_errors_alone(self, app: App, client: Client) -> None:
        heard: list[str] = []
        app.teardown_request(lambda exc: heard.append(f"request {type(exc).__name__}"))
        app.teardown_appcontext(lambda exc: heard.append(f"app {type(exc).__name__}"))
        app.add_url_rule("/", "index", lambda: 1 / 0)  # type: ignore[arg-type,return-value]  # fails
        app.logger.disabled = True
        client.get("/")
        client.get("/none")
        app.logger.disabled = False
        assert heard == [
            "request ZeroDivisionError",
            "app ZeroDivisionError",
            "request NoneType",
            "app NoneType",
        ]


class TestErrorHandlers:
    """E01, as far as registering goes."""

    def test_decorator_returns_the_handler_and_keeps_it(self, owner: App | Blueprint) -> None:
        def handler(error: Exception) -> str:
            return "handled"

        assert owner.errorhandler(KeyError)(handler) is handler
        owner.register_error_handler(404, handler)
        assert owner.error_handler_spec[None][None] == {KeyError: handler}
        assert list(owner.error_handler_spec[None][404].values()) == [handler]

    def test_subclass_may_know_more_codes(self) -> None:
        class TeapotApp(App):
            @staticmethod
            def _get_exc_class_and_code(code: Any) -> tuple[type[Exception], int | None]:
                return App._get_exc_class_and_code(418 if code == "teapot" else code)

        app = TeapotApp("x")
        app.register_error_handler("teapot", repr)  # type: ignore[arg-type]
        assert app.error_handler_spec[None][418] == {ImATeapot: repr}


class TestStaticFolder:
    """X01."""

    @pytest.mark.parametrize(
        ("folder", "url_path", "absolute", "url"),
        [
            ("static", None, "/srv/static", "/static"),
            ("static/", None, "/srv/static", "/static"),
            ("a/files", None, "/srv/a/files", "/files"),
            (Path("a/files"), None, "/srv/a/files", "/files"),
            ("/other/files", None, "/other/files", "/files"),
            ("static", "/s/", "/srv/static", "/s"),
            ("static", "", "/srv/static", ""),
            ("", None, "/srv/", ""),
            (None, None, None, None),
            (None, "/s", None, "/s"),
        ],
    )
    def test_path_and_url(
        self,
        folder: str | os.PathLike[str] | None,
        url_path: str | None,
        absolute: str | None,
        url: str | None,
    ) -> None:
        blueprint = Blueprint("shop", "shop", folder, url_path, root_path="/srv")
        assert blueprint.static_folder == absolute
        assert blueprint.static_url_path == url
        assert blueprint.has_static_folder == (absolute is not None)

    def test_can_be_set_later(self, owner: App | Blueprint) -> None:
        owner.static_folder = "files"
        owner.static_url_path = "/f/"
        assert owner.static_folder == os.path.join(".", "files")
        assert owner.static_url_path == "/f"

    def test_rule_is_there_although_the_folder_is_not(self, app: App, client: Client) -> None:
        assert [rule.rule for rule in app.url_map.iter_rules("static")] == [
            "/static/<path:filename>"
        ]
        assert client.get("/static/a.txt").status_code == 404

    def test_without_a_folder_there_is_no_rule(self) -> None:
        assert list(App("shop", static_folder=None).url_map.iter_rules()) == []

    def test_serving_without_a_folder_says_how_to_give_one(self) -> None:
        app = App("shop", static_folder=None)
        with (
            app.request_context(create_environ()),
            pytest.raises(RuntimeError, match="has no static folder.*static_folder='static'"),
        ):
            app.send_static_file("a.txt")


class TestSendStaticFile:
    """X01 and X03."""

    @pytest.fixture
    def app(self, tmp_path: Path) -> App:
        (tmp_path / "static" / "css").mkdir(parents=True)
        (tmp_path / "static" / "css" / "a.css").write_text("body {}")
        (tmp_path / "secret.txt").write_text("secret")
        return App("shop", root_path=str(tmp_path))

    def test_is_sent_with_its_type(self, client: Client) -> None:
        with client.get("/static/css/a.css") as response:
            assert response.mimetype == "text/css"
            assert response.get_data() == b"body {}"
            assert response.cache_control.no_cache

    def test_is_not_sent_again_if_unchanged(self, client: Client) -> None:
        with client.get("/static/css/a.css") as response:
            etag = response.headers["ETag"]
        with client.get("/static/css/a.css", headers={"If-None-Match": etag}) as response:
            assert response.status_code == 304

    def test_parts_can_be_asked_for(self, client: Client) -> None:
        headers = {"Range": "bytes=0-3"}
        with client.get("/static/css/a.css", headers=headers) as response:
            assert (response.status_code, response.get_data()) == (206, b"body")

    @pytest.mark.parametrize("name", ["../secret.txt", "/etc/passwd", "css", "none", "%2e%2e/x"])
    def test_nothing_outside_of_the_folder_is_sent(self, client: Client, name: str) -> None:
        response = client.get(f"/static/{name}")
        assert response.status_code in {404, 308}
        assert b"secret" not in response.get_data()

    def test_changed_folder_is_served(self, app: App, client: Client, tmp_path: Path) -> None:
        app.static_folder = tmp_path
        with client.get("/static/secret.txt") as response:
            assert response.get_data() == b"secret"

    def test_url_can_be_built(self, app: App) -> None:
        with app.request_context(create_environ()):
            assert app.url_for("static", filename="css/a.css") == "/static/css/a.css"

    @pytest.mark.parametrize(
        ("value", "age"), [(60, 60), (timedelta(minutes=2), 120), (0, 0), (None, None)]
    )
    def test_age_is_that_of_the_configuration(
        self, app: App, client: Client, value: Any, age: int | None
    ) -> None:
        app.config["SEND_FILE_MAX_AGE_DEFAULT"] = value
        with client.get("/static/css/a.css") as response:
            assert response.cache_control.max_age == age
        with app.app_context():
            assert app.get_send_file_max_age("a.css") == age

    def test_age_needs_an_app(self, app: App) -> None:
        with pytest.raises(OutOfContextError, match=r"with app\.app_context\(\)"):
            Blueprint("admin", "admin").get_send_file_max_age(None)

    def test_age_can_be_decided_for_each_file(self, app: App, client: Client) -> None:
        app.get_send_file_max_age = lambda filename: len(filename or "")  # type: ignore[method-assign]
        with client.get("/static/css/a.css") as response:
            assert response.cache_control.max_age == len("css/a.css")

    def test_server_can_be_asked_to_send_it(self, app: App, client: Client) -> None:
        app.config["USE_X_SENDFILE"] = True
        with client.get("/static/css/a.css") as response:
            assert response.headers["X-Sendfile"].endswith("/static/css/a.css")

    def test_method_can_be_replaced_on_the_app(self, app: App, client: Client) -> None:
        app.send_static_file = lambda filename: app.response_class(f"<{filename}>")  # type: ignore[method-assign]
        assert client.get("/static/any").text == "<any>"


class TestSetupMethod:
    def test_keeps_the_name_and_the_documentation(self) -> None:
        assert App.route.__name__ == "route"
        assert "Serve the URLs" in (App.route.__doc__ or "")

    def test_of_a_component_is_refused_after_setup(self, client: Client) -> None:
        class Component(App):
            @setupmethod
            def add_thing(self, thing: str) -> str:
                return thing

        component = Component("shop")
        assert component.add_thing("a") == "a"
        Client(component).get("/")
        with pytest.raises(AssertionError, match="'add_thing'"):
            component.add_thing("b")


class TestScaffold:
    @pytest.mark.parametrize(
        "call",
        [
            lambda scaffold: scaffold._check_setup_finished("route"),
            lambda scaffold: Scaffold.add_url_rule.__wrapped__(scaffold, "/"),  # type: ignore[attr-defined]
        ],
    )
    def test_alone_registers_nothing(self, call: Callable[[Scaffold], Any]) -> None:
        with pytest.raises(NotImplementedError):
            call(Scaffold("shop", root_path="."))
