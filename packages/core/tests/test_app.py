"""The application object: names, folders, settings, override points and the development server."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import types
import weakref
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from werkzeug.datastructures import ImmutableDict
from werkzeug.exceptions import Aborter
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import MapAdapter
from werkzeug.test import Client, create_environ

from cruse_core import (
    App,
    Blueprint,
    Config,
    Request,
    Response,
    abort,
    current_app,
    g,
    request,
    session,
)
from cruse_core.app_globals import AppGlobals
from cruse_core.errors import MissingComponentError, RootPathError, SetupError
from cruse_core.json_provider import DefaultJSONProvider
from cruse_core.sessions import SecureCookieSessionInterface
from cruse_core.types import StartResponse, WSGIEnvironment
from cruse_routing import Map, Rule


class TestArguments:
    """A01."""

    def test_have_the_order_and_defaults_of_flask(self, tmp_path: Path) -> None:
        app = App(
            "shop", "/files", "assets", "cdn.test", True, True, "pages", str(tmp_path), True, "/srv"
        )
        assert app.static_url_path == "/files"
        assert app.static_folder == "/srv/assets"
        assert app.url_map.host_matching
        assert app.subdomain_matching
        assert app.template_folder == "pages"
        assert app.instance_path == app.config.root_path == str(tmp_path)
        assert app.root_path == "/srv"

    def test_of_a_plain_app(self) -> None:
        app = App("shop", root_path="/srv")
        assert (app.static_url_path, app.static_folder) == ("/static", "/srv/static")
        assert app.template_folder == "templates"
        assert not app.url_map.host_matching
        assert not app.subdomain_matching
        assert app.config.root_path == "/srv"


class TestRootPath:
    """A02."""

    def test_is_the_folder_of_the_module(self) -> None:
        assert App(__name__).root_path == str(Path(__file__).parent)

    def test_is_the_folder_of_the_package(self) -> None:
        import json

        assert App("json").root_path == str(Path(json.__file__).parent)

    def test_is_the_current_folder_without_a_module(self) -> None:
        assert App("no_such_module").root_path == str(Path.cwd())

    def test_is_the_current_folder_beside_a_plain_folder_of_that_name(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "app_space").mkdir()
        monkeypatch.syspath_prepend(str(tmp_path))
        app = App("app_space")
        assert (app.root_path, app.instance_path) == (str(Path.cwd()), str(tmp_path / "instance"))

    def test_of_a_namespace_package_must_be_given(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "app_space").mkdir()
        monkeypatch.syspath_prepend(str(tmp_path))
        importlib.import_module("app_space")
        with pytest.raises(RootPathError, match="Pass 'root_path' explicitly"):
            App("app_space")
        assert App("app_space", root_path=str(tmp_path)).root_path == str(tmp_path)
        del sys.modules["app_space"]


class TestInstancePath:
    """A03."""

    def test_lies_beside_the_module(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "app_module.py").touch()
        monkeypatch.syspath_prepend(str(tmp_path))
        assert App("app_module").instance_path == str(tmp_path / "instance")

    def test_lies_beside_the_package(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "app_package").mkdir()
        (tmp_path / "app_package" / "__init__.py").touch()
        monkeypatch.syspath_prepend(str(tmp_path))
        app = App("app_package")
        assert app.instance_path == str(tmp_path / "instance")
        assert not Path(app.instance_path).exists()

    def test_of_an_installed_package_lies_under_the_prefix(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        site_packages = tmp_path / "lib" / "python3" / "site-packages"
        (site_packages / "app_installed").mkdir(parents=True)
        (site_packages / "app_installed" / "__init__.py").touch()
        monkeypatch.syspath_prepend(str(site_packages))
        path = App("app_installed").instance_path
        assert path == str(tmp_path / "var" / "app_installed-instance")

    def test_relative_path_says_to_make_it_absolute(self) -> None:
        with pytest.raises(ValueError, match=r"must be absolute. Use os\.path\.abspath\(\)"):
            App("shop", instance_path="instance")

    def test_can_be_found_in_another_way(self) -> None:
        class Placed(App):
            def auto_find_instance_path(self) -> str:
                return "/elsewhere"

        assert Placed("shop").instance_path == "/elsewhere"

    def test_relative_configuration_files_are_read_from_it(self, tmp_path: Path) -> None:
        (tmp_path / "settings.py").write_text("COLOUR = 'red'")
        app = App("shop", instance_path=str(tmp_path), instance_relative_config=True)
        app.config.from_pyfile("settings.py")
        assert app.config["COLOUR"] == "red"


class TestResources:
    """A10."""

    def test_instance_resource_can_be_written_and_read(self, tmp_path: Path) -> None:
        app = App("shop", instance_path=str(tmp_path))
        with app.open_instance_resource("note.txt", "w") as file:
            file.write("grün")
        with app.open_instance_resource("note.txt") as file:
            assert file.read() == "grün".encode()
        with app.open_instance_resource("note.txt", "r", encoding="latin-1") as file:
            assert file.read() == "grün".encode().decode("latin-1")

    def test_resource_is_read_from_the_root_path(self, tmp_path: Path) -> None:
        (tmp_path / "schema.sql").write_text("grün", encoding="utf-8")
        app = App("shop", root_path=str(tmp_path))
        with app.open_resource("schema.sql") as file:
            assert file.read() == "grün".encode()
        for mode in ("r", "rt"):
            with app.open_resource("schema.sql", mode) as file:
                assert file.read() == "grün"
        with app.open_resource("schema.sql", "r", "latin-1") as file:
            assert file.read() != "grün"

    def test_resource_opened_for_writing_says_where_to_write(self, app: App) -> None:
        with pytest.raises(ValueError, match=r"app\.open_instance_resource\(\)"):
            app.open_resource("schema.sql", "w")


class TestName:
    """A04."""

    def test_is_the_import_name(self) -> None:
        assert App("shop").name == "shop"
        assert repr(App("shop")) == "<App 'shop'>"

    def test_of_a_program_is_that_of_its_file(self, monkeypatch: pytest.MonkeyPatch) -> None:
        main = types.ModuleType("__main__")
        main.__file__ = "/srv/run_shop.py"
        monkeypatch.setitem(sys.modules, "__main__", main)
        app = App("__main__")
        assert app.name == "run_shop"
        assert app.root_path == "/srv"

    def test_at_a_prompt_is_that_of_the_module(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "__main__", types.ModuleType("__main__"))
        assert App("__main__").name == "__main__"

    def test_can_be_set(self) -> None:
        app = App("shop")
        app.name = "store"
        assert app.name == "store"
        assert app.import_name == "shop"

    def test_of_a_script_and_of_a_module_that_is_run(self, tmp_path: Path) -> None:
        (tmp_path / "run_shop.py").write_text(
            "from cruse_core import App\napp = App(__name__)\nprint(app.name, app.root_path)"
        )
        for arguments in (["run_shop.py"], ["-m", "run_shop"]):
            program = [sys.executable, *arguments]
            output = subprocess.check_output(program, cwd=tmp_path, text=True)
            assert output.split() == ["run_shop", str(tmp_path.resolve())]


def _recorded(*_: Any) -> Any:
    """Stand for a view or a hook."""


SETUP_CALLS: dict[str, Callable[[App], Any]] = {
    "add_url_rule": lambda app: app.add_url_rule("/late", "late", _recorded),
    "route": lambda app: app.route("/late"),
    "get": lambda app: app.get("/late"),
    "post": lambda app: app.post("/late"),
    "put": lambda app: app.put("/late"),
    "delete": lambda app: app.delete("/late"),
    "patch": lambda app: app.patch("/late"),
    "endpoint": lambda app: app.endpoint("late"),
    "before_request": lambda app: app.before_request(_recorded),
    "after_request": lambda app: app.after_request(_recorded),
    "teardown_request": lambda app: app.teardown_request(_recorded),
    "teardown_appcontext": lambda app: app.teardown_appcontext(_recorded),
    "url_defaults": lambda app: app.url_defaults(_recorded),
    "url_value_preprocessor": lambda app: app.url_value_preprocessor(_recorded),
    "errorhandler": lambda app: app.errorhandler(404),
    "register_error_handler": lambda app: app.register_error_handler(404, _recorded),
    "register_blueprint": lambda app: app.register_blueprint(Blueprint("late", "late")),
}


class TestSetup:
    """A05."""

    @pytest.mark.parametrize("method", SETUP_CALLS)
    def test_after_the_first_request_is_refused(
        self, app: App, client: Client, method: str
    ) -> None:
        client.get("/")
        with pytest.raises(SetupError, match=f"'{method}'.*'shop'.*register everything, before"):
            SETUP_CALLS[method](app)

    @pytest.mark.parametrize("method", SETUP_CALLS)
    def test_refusal_is_an_assertion_error(self, app: App, client: Client, method: str) -> None:
        client.get("/")
        with pytest.raises(AssertionError):
            SETUP_CALLS[method](app)

    @pytest.mark.parametrize("method", SETUP_CALLS)
    def test_is_possible_until_then(self, app: App, method: str) -> None:
        with app.app_context(), app.request_context(create_environ()):
            SETUP_CALLS[method](app)

    def test_goes_on_after_the_development_server_has_ended(
        self, app: App, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("werkzeug.serving.run_simple", lambda *_, **__: client.get("/"))
        app.run()
        app.add_url_rule("/late", "late", lambda: "late")
        assert client.get("/late").text == "late"


class TestPublicTables:
    """A06."""

    def test_are_there_for_extensions(self, app: App) -> None:
        blueprint = Blueprint("admin", "admin")
        app.register_blueprint(blueprint)
        app.extensions["mail"] = object()
        assert app.blueprints == {"admin": blueprint}
        assert list(app.iter_blueprints()) == [blueprint]
        assert list(app.view_functions) == ["static"]
        assert [rule.endpoint for rule in app.url_map.iter_rules()] == ["static"]
        assert app.teardown_appcontext_funcs == []
        assert app.url_build_error_handlers == []

    def test_attributes_of_ones_own_come_and_go(self, app: App) -> None:
        app.mail = object()  # type: ignore[attr-defined]  # an extension's
        del app.mail  # type: ignore[attr-defined]
        assert not hasattr(app, "mail")


class Globals(AppGlobals):
    """Stands for a class of the user's own."""


class Shop(App):
    """Overrides every class that an app makes objects of."""

    class request_class(Request):
        """A request of the shop."""

    class response_class(Response):
        """A response of the shop."""

    class session_interface_class(SecureCookieSessionInterface):
        """Sessions of the shop."""

    class json_provider_class(DefaultJSONProvider):
        """JSON of the shop."""

    class url_rule_class(Rule):
        """Rules of the shop."""

    class url_map_class(Map):
        """The map of the shop."""

    class config_class(Config):
        """Settings of the shop."""

    class aborter_class(Aborter):
        """Errors of the shop."""

    app_ctx_globals_class = Globals
    session_interface = session_interface_class()
    default_config = {**App.default_config, "COLOUR": "red"}  # noqa: RUF012 - as its users write it


class TestOverridePoints:
    """A07 and A08."""

    def test_classes_of_a_subclass_are_used(self) -> None:
        app = Shop("shop")
        app.secret_key = "test"
        app.add_url_rule("/", "index", lambda: {"request": type(g.request).__name__})
        seen: dict[str, Any] = {}

        @app.before_request
        def look() -> None:
            g.request = request._get_current_object()
            seen["g"] = type(g._get_current_object())
            seen["response"] = type(current_app.make_response("text"))

        assert Client(app).get("/").json == {"request": "request_class"}
        assert seen == {"g": Globals, "response": Shop.response_class}
        assert isinstance(app.session_interface, Shop.session_interface_class)
        assert type(app.json) is Shop.json_provider_class
        assert type(app.url_map) is Shop.url_map_class
        assert {type(rule) for rule in app.url_map.iter_rules()} == {Shop.url_rule_class}
        assert type(app.config) is Shop.config_class
        assert app.config["COLOUR"] == "red"
        assert type(app.aborter) is Shop.aborter_class

    def test_classes_can_be_set_on_the_app(self, app: App, client: Client) -> None:
        app.request_class = Shop.request_class
        app.response_class = Shop.response_class
        app.app_ctx_globals_class = Globals
        app.url_rule_class = Shop.url_rule_class
        app.session_interface = Shop.session_interface

        @app.get("/")
        def index() -> str:
            names = (type(request._get_current_object()), type(g._get_current_object()))
            return " ".join(each.__name__ for each in names)

        assert client.get("/").text == "request_class Globals"
        rule = next(app.url_map.iter_rules("index"))
        assert type(rule) is Shop.url_rule_class

    def test_objects_can_be_set_on_the_app(self, app: App, client: Client) -> None:
        class Other(DefaultJSONProvider):
            def dumps(self, obj: Any, **kwargs: Any) -> str:
                return "other"

        class Teapots(Aborter):
            def __call__(self, *args: Any, **kwargs: Any) -> Any:
                super().__call__(418)

        app.json = Other(app)
        app.aborter = Teapots()
        app.add_url_rule("/json", "json", lambda: {"a": 1})
        app.add_url_rule("/abort", "abort", lambda: abort(404))
        assert client.get("/json").text == "other\n"
        assert client.get("/abort").status_code == 418

    def test_methods_of_a_subclass_make_the_objects(self) -> None:
        class Made(App):
            def make_config(self, instance_relative: bool = False) -> Config:
                config = super().make_config(instance_relative)
                config["COLOUR"] = "green" if instance_relative else "red"
                return config

            def make_aborter(self) -> Aborter:
                return self.aborter_class(extra={700: KeyError})  # type: ignore[dict-item]  # any class serves

        assert Made("shop").config["COLOUR"] == "red"
        app = Made("shop", instance_relative_config=True)
        assert app.config["COLOUR"] == "green"
        with app.app_context(), pytest.raises(KeyError):
            abort(700)

    def test_url_adapter_of_a_subclass_is_used(self) -> None:
        class Prefixed(App):
            def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
                if request is None:
                    return self.url_map.bind("commands.test")
                return self.url_map.bind("requests.test", path_info=request.path[len("/v1") :])

        app = Prefixed("shop")
        app.add_url_rule("/a", "a", lambda: current_app.url_for("a", _external=True))
        for _ in range(2):
            assert Client(app).get("/v1/a").text == "http://requests.test/a"
        with app.app_context():
            assert app.url_for("a") == "http://commands.test/a"

    def test_url_adapter_can_be_replaced_on_the_app(self, app: App, client: Client) -> None:
        app.add_url_rule("/a", "a", lambda: "a")
        assert client.get("/a").status_code == 200
        app.create_url_adapter = lambda request: app.url_map.bind("x", path_info="/a")  # type: ignore[method-assign]
        assert client.get("/anything").text == "a"

    def test_url_adapter_can_be_put_back(self, app: App, client: Client) -> None:
        app.add_url_rule("/a", "a", lambda: "a")
        app.create_url_adapter = lambda request: app.url_map.bind("x", path_info="/a")  # type: ignore[method-assign]
        assert client.get("/b").status_code == 200
        del app.create_url_adapter
        assert client.get("/b").status_code == 404
        assert client.get("/a").text == "a"

    def test_url_adapter_can_be_replaced_on_the_class_while_the_app_serves(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Patched(App):
            """Somebody patches it later."""

        app = Patched("shop")
        app.add_url_rule("/a", "a", lambda: "a")
        client = Client(app)
        assert client.get("/b").status_code == 404
        monkeypatch.setattr(
            Patched, "create_url_adapter", lambda self, _: self.url_map.bind("x", path_info="/a")
        )
        assert client.get("/b").text == "a"
        monkeypatch.undo()
        assert client.get("/b").status_code == 404

    def test_url_map_can_be_replaced_on_the_app(self, app: App, client: Client) -> None:
        app.add_url_rule("/a", "a", lambda: "a")
        assert client.get("/a").status_code == 200
        app.url_map = Map([Rule("/b", endpoint="a")])
        assert client.get("/a").status_code == 404
        assert client.get("/b").text == "a"

    def test_defaults_of_all_classes_come_together(self) -> None:
        class Caching(App):
            default_config = ImmutableDict(CACHE="memory", STRICT_ROUTES=True)

        class Mailing(App):
            default_config = ImmutableDict(MAIL_PORT=25, STRICT_ROUTES=False)

        class Depot(Caching, Mailing):
            """Says nothing of its own."""

        config = Depot("depot", root_path=".").config
        assert (config["CACHE"], config["MAIL_PORT"]) == ("memory", 25)
        assert config["STRICT_ROUTES"] is True
        assert config["SESSION_COOKIE_NAME"] == "session"

    def test_defaults_may_be_a_property(self) -> None:
        class Depot(App):
            @property
            def default_config(self) -> dict[str, Any]:  # type: ignore[override]  # as found
                return {"PLACE": self.import_name}

        assert Depot("depot", root_path=".").config["PLACE"] == "depot"

    def test_defaults_of_the_class_stay_as_they_are(self, app: App) -> None:
        app.config["SECRET_KEY"] = "other"
        assert App("two").config["SECRET_KEY"] is None
        with pytest.raises(TypeError):
            App.default_config["SECRET_KEY"] = "x"  # type: ignore[index]  # what is refused


class TestMiddleware:
    """A09 and N01."""

    def test_wraps_wsgi_app_and_leaves_the_app(self, app: App, client: Client) -> None:
        inner = app.wsgi_app

        def middleware(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            environ["PATH_INFO"] = "/wrapped"
            return inner(environ, start_response)

        app.wsgi_app = middleware  # type: ignore[method-assign]
        app.add_url_rule("/<path>", "show", lambda path: f"{path} of {current_app.name}")
        assert client.get("/anything").text == "wrapped of shop"

    def test_proxy_fix_tells_the_public_address(self, app: App, client: Client) -> None:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_host=1, x_prefix=1)  # type: ignore[method-assign]

        @app.get("/a")
        def a() -> list[Any]:
            url = current_app.url_for("a", _external=True)
            return [url, request.remote_addr, request.is_secure, current_app.url_for("a")]

        for _ in range(2):
            answer = client.get(
                "/a",
                headers={
                    "X-Forwarded-For": "10.0.0.1",
                    "X-Forwarded-Proto": "https",
                    "X-Forwarded-Host": "shop.test",
                    "X-Forwarded-Prefix": "/store",
                },
            )
            assert answer.json == ["https://shop.test/store/a", "10.0.0.1", True, "/store/a"]

    def test_dispatcher_mounts_an_app_below_a_path(self, app: App) -> None:
        other = App("other")
        for each in (app, other):
            each.secret_key = "test"
            each.add_url_rule("/", "index", lambda: current_app.url_for("index"))
        client = Client(DispatcherMiddleware(app, {"/other": other}))
        assert client.get("/").text == "/"
        assert client.get("/other/").text == "/other/"
        assert client.get("/other", follow_redirects=True).text == "/other/"


class TestDebug:
    """A11."""

    def test_is_debug_of_the_configuration(self, app: App) -> None:
        assert app.debug is False
        app.debug = True
        assert app.config["DEBUG"] is True
        app.config["DEBUG"] = False
        assert app.debug is False

    def test_starts_as_the_environment_says(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CRUSE_DEBUG", "1")
        assert App("shop").debug is True


class TestSecurityDefaults:
    """Z01."""

    def test_are_those_of_flask(self, app: App, client: Client) -> None:
        app.add_url_rule("/", "index", lambda: session.update(user=1) or "in")
        answer = client.get("/")
        assert answer.headers["Set-Cookie"].endswith("; HttpOnly; Path=/")
        # What would break programs is for the app to choose.
        assert sorted(name for name, _ in answer.headers) == [
            *["Content-Length", "Content-Type", "Set-Cookie", "Vary"]
        ]
        assert app.config["MAX_FORM_MEMORY_SIZE"] == 500_000
        assert app.config["MAX_FORM_PARTS"] == 1_000
        for name in ("MAX_CONTENT_LENGTH", "SESSION_COOKIE_SAMESITE", "TRUSTED_HOSTS"):
            assert app.config[name] is None
        assert app.config["SESSION_COOKIE_SECURE"] is False


class TestConfigAttributes:
    """A12."""

    def test_read_and_write_the_configuration(self, app: App) -> None:
        app.testing = True
        app.secret_key = "key"
        assert (app.config["TESTING"], app.config["SECRET_KEY"]) == (True, "key")
        app.config["SECRET_KEY"] = "other"
        assert app.secret_key == "other"

    def test_lifetime_in_seconds_becomes_a_timedelta(self, app: App) -> None:
        assert app.permanent_session_lifetime == timedelta(days=31)
        app.permanent_session_lifetime = timedelta(hours=1)
        assert app.config["PERMANENT_SESSION_LIFETIME"] == timedelta(hours=1)
        app.config["PERMANENT_SESSION_LIFETIME"] = 60
        assert app.permanent_session_lifetime == timedelta(minutes=1)


class TestRequire:
    def test_returns_the_app_as_the_component(self) -> None:
        app = Shop("shop")
        assert app.require(Shop) is app

    def test_missing_component_says_what_to_install(self, app: App) -> None:
        class TemplatingApp(App):
            """Stands for the component of another distribution."""

        TemplatingApp.__module__ = "cruse_templating.app"
        with pytest.raises(MissingComponentError) as caught:
            app.require(TemplatingApp)
        assert "pip install cruse-templating" in str(caught.value)
        assert "derive the class from cruse_templating.TemplatingApp" in str(caught.value)
        assert isinstance(caught.value, TypeError)


class TestRedirect:
    """Q09, on the app."""

    def test_is_a_response_of_the_app(self) -> None:
        response = Shop("shop").redirect("/there", 307)
        assert type(response) is Shop.response_class
        assert (response.status_code, response.location) == (307, "/there")
        assert App("shop").redirect("/there").status_code == 302


def test_app_is_freed_without_the_collector(no_collector: None) -> None:
    app = App("shop")
    app.add_url_rule("/", "index", lambda: "index")
    app.url_map.update()
    reference = weakref.ref(app)
    del app
    assert reference() is None


def test_folder_of_static_files_may_be_a_path() -> None:
    app = App("shop", static_folder=Path("files"), template_folder=Path("pages"), root_path="/srv")
    assert app.static_folder == os.path.join("/srv", "files")
