"""Blueprints: names, options, nesting, recording and what they add to their app."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client, create_environ

from cruse_core import App, Blueprint, BlueprintSetupState, Response, abort, request
from cruse_core.errors import BlueprintNameError, EndpointConflictError, SetupError

# Blueprints are registered twice here to look at their names and hooks, and not at their URLs.
pytestmark = pytest.mark.filterwarnings("ignore::cruse_core.errors.RouteConflictWarning")


def show(**values: Any) -> dict[str, Any]:
    return {"endpoint": request.endpoint, **values}


def make(name: str = "admin", **arguments: Any) -> Blueprint:
    blueprint = Blueprint(name, "shop", root_path=".", **arguments)
    blueprint.add_url_rule("/show", "show", show)
    return blueprint


class TestArguments:
    """B01."""

    def test_have_the_order_and_defaults_of_flask(self) -> None:
        defaults = {"v": 1}
        blueprint = Blueprint(
            "admin", "shop", "files", "/f", "pages", "/admin", "api", defaults, "/srv", None
        )
        assert blueprint.import_name == "shop"
        assert blueprint.static_folder == "/srv/files"
        assert blueprint.static_url_path == "/f"
        assert blueprint.template_folder == "pages"
        assert (blueprint.url_prefix, blueprint.subdomain) == ("/admin", "api")
        assert blueprint.url_values_defaults is defaults
        assert blueprint.cli_group is None
        assert repr(blueprint) == "<Blueprint 'admin'>"

    def test_of_a_plain_blueprint(self) -> None:
        blueprint = Blueprint("admin", __name__)
        assert blueprint.root_path == str(Path(__file__).parent)
        assert blueprint.static_folder is blueprint.static_url_path is None
        assert blueprint.template_folder is blueprint.url_prefix is blueprint.subdomain is None
        assert blueprint.url_values_defaults == {}
        assert blueprint.cli_group is not None


class TestNames:
    """B02."""

    def test_empty_name_says_to_pass_one(self) -> None:
        with pytest.raises(BlueprintNameError, match="'name' may not be empty.*Pass one"):
            Blueprint("", "shop")

    def test_name_with_a_dot_says_what_to_use(self) -> None:
        with pytest.raises(ValueError, match=r"'name' may not contain.*'a\.b'.*an underscore"):
            Blueprint("a.b", "shop")

    def test_endpoint_with_a_dot_says_what_to_use(self) -> None:
        with pytest.raises(ValueError, match=r"'endpoint' may not contain.*'a\.b'.*an underscore"):
            make().add_url_rule("/", "a.b", show)
        with pytest.raises(ValueError, match="'endpoint' may not contain"):
            make().route("/", endpoint="a.b")(show)

    def test_view_with_a_dot_in_its_name_says_to_name_the_endpoint(self) -> None:
        def view() -> str:
            return ""

        view.__name__ = "a.b"
        with pytest.raises(ValueError, match=r"'view_func' name.*'a\.b'.*Pass endpoint="):
            make().add_url_rule("/", view_func=view)

    def test_view_without_a_name_is_taken(self, app: App, client: Client) -> None:
        class Answer:
            def __call__(self) -> str:
                return "called"

        blueprint = make()
        blueprint.add_url_rule("/answer", "answer", Answer())
        app.register_blueprint(blueprint)
        assert client.get("/answer").text == "called"

    def test_rule_without_view_and_endpoint_is_refused(self, app: App) -> None:
        blueprint = make()
        blueprint.add_url_rule("/")
        with pytest.raises(AssertionError, match="expected view func"):
            app.register_blueprint(blueprint)


class TestRegistration:
    """B03."""

    def test_puts_name_and_prefix_before_rules(self, app: App, client: Client) -> None:
        app.register_blueprint(make(url_prefix="/admin"))
        assert client.get("/admin/show").json == {"endpoint": "admin.show"}

    @pytest.mark.parametrize(
        ("prefix", "rule", "url"),
        [
            ("/p", "/a", "/p/a"),
            ("/p/", "/a", "/p/a"),
            ("/p/", "a", "/p/a"),
            ("/p", "", "/p"),
            ("/p/", "", "/p/"),
            ("/p", "/", "/p/"),
            ("/", "/a", "/a"),
            ("", "/a", "/a"),
            (None, "/a", "/a"),
        ],
    )
    def test_joins_prefix_and_rule(self, app: App, prefix: str | None, rule: str, url: str) -> None:
        blueprint = Blueprint("admin", "shop", url_prefix=prefix)
        blueprint.add_url_rule(rule, "a", show)
        app.register_blueprint(blueprint)
        assert [each.rule for each in app.url_map.iter_rules("admin.a")] == [url]

    def test_options_override_the_blueprints(self) -> None:
        app = App("shop", subdomain_matching=True)
        app.config["SERVER_NAME"] = "shop.test"
        blueprint = make(url_prefix="/p", subdomain="one", url_defaults={"v": 1, "w": 1})
        app.register_blueprint(
            blueprint, url_prefix="/q", subdomain="two", url_defaults={"v": 2}, name="other"
        )
        client = Client(app)
        answer = client.get("/q/show", base_url="http://two.shop.test")
        assert answer.json == {"endpoint": "other.show", "v": 2, "w": 1}
        assert client.get("/p/show", base_url="http://one.shop.test").status_code == 404
        assert app.blueprints == {"other": blueprint}

    def test_defaults_of_a_rule_win_over_those_of_the_blueprint(
        self, app: App, client: Client
    ) -> None:
        blueprint = make(url_defaults={"v": 1, "w": 1})
        blueprint.add_url_rule("/own", "own", show, defaults={"v": 2})
        app.register_blueprint(blueprint)
        assert client.get("/own").json == {"endpoint": "admin.own", "v": 2, "w": 1}

    @pytest.mark.filterwarnings("ignore::cruse_core.errors.SubdomainWarning")
    def test_subdomain_of_a_rule_wins_over_that_of_the_blueprint(self, app: App) -> None:
        blueprint = make(subdomain="one")
        blueprint.add_url_rule("/own", "own", show, subdomain="two")
        app.register_blueprint(blueprint)
        subdomains = {rule.endpoint: rule.subdomain for rule in app.url_map.iter_rules()}
        assert subdomains == {"static": "", "admin.show": "one", "admin.own": "two"}

    def test_twice_under_two_names_serves_both(self, app: App, client: Client) -> None:
        blueprint = make()

        @blueprint.before_request
        def before() -> None:
            request.environ.setdefault("calls", []).append(request.blueprint)

        @blueprint.errorhandler(418)
        def teapot(error: Exception) -> str:
            return f"{request.blueprint} {request.environ['calls']}"

        blueprint.add_url_rule("/tea", "tea", lambda: abort(418))
        app.register_blueprint(blueprint, url_prefix="/one")
        app.register_blueprint(blueprint, url_prefix="/two", name="two")
        assert client.get("/one/show").json == {"endpoint": "admin.show"}
        assert client.get("/two/show").json == {"endpoint": "two.show"}
        assert client.get("/one/tea").text == "admin ['admin']"
        assert client.get("/two/tea").text == "two ['two']"

    def test_twice_under_one_name_says_how_to_rename(self, app: App) -> None:
        blueprint = make()
        line = sys._getframe().f_lineno + 1
        app.register_blueprint(blueprint)
        with pytest.raises(BlueprintNameError) as caught:
            app.register_blueprint(blueprint)
        assert "already registered for this blueprint" in str(caught.value)
        assert f"by 'shop' ({__file__}:{line})" in str(caught.value)
        assert f"and now by 'shop' ({__file__}:{line + 2})." in str(caught.value)
        assert "register_blueprint(blueprint, name='admin_2')" in str(caught.value)

    def test_two_of_one_name_says_who_has_it(self, app: App) -> None:
        app.register_blueprint(make())
        with pytest.raises(ValueError, match="already registered for a different blueprint") as e:
            app.register_blueprint(Blueprint("admin", "store", root_path="."))
        assert f"by 'shop' ({__file__}:" in str(e.value)
        assert f"and now by 'store' ({__file__}:" in str(e.value)
        assert "register_blueprint(blueprint, name='admin_2')" in str(e.value)

    def test_two_views_of_one_endpoint_are_told_apart(self, app: App) -> None:
        blueprint = make()
        blueprint.add_url_rule("/other", "show", lambda: "other")
        with pytest.raises(EndpointConflictError, match=r"admin\.show stands for show\(\)"):
            app.register_blueprint(blueprint)

    def test_view_bound_to_an_endpoint_has_the_name_that_was_given(
        self, app: App, client: Client
    ) -> None:
        blueprint = make()
        blueprint.add_url_rule("/late", "late")
        blueprint.endpoint("admin.late")(show)
        app.register_blueprint(blueprint)
        assert client.get("/late").json == {"endpoint": "admin.late"}

    def test_methods_have_their_shortcuts(self, app: App, client: Client) -> None:
        blueprint = Blueprint("admin", "shop")
        for method in ("get", "post", "put", "delete", "patch"):
            getattr(blueprint, method)(f"/{method}", endpoint=method)(lambda: request.method)
        app.register_blueprint(blueprint)
        for method in ("get", "post", "put", "delete", "patch"):
            assert client.open(f"/{method}", method=method.upper()).text == method.upper()

    def test_automatic_options_can_be_switched_off(self, app: App, client: Client) -> None:
        blueprint = Blueprint("admin", "shop")
        blueprint.add_url_rule("/a", "a", show, provide_automatic_options=False)
        app.register_blueprint(blueprint)
        assert client.options("/a").status_code == 405


class TestNesting:
    """B04 and H01 to H03."""

    def test_joins_names_and_prefixes(self, app: App, client: Client) -> None:
        outer = make("outer", url_prefix="/outer/")
        middle = make("middle")
        inner = make("inner", url_prefix="ignored")
        middle.register_blueprint(inner, url_prefix="/inner", name="renamed")
        outer.register_blueprint(middle)
        app.register_blueprint(outer)
        assert list(app.blueprints) == ["outer", "outer.middle", "outer.middle.renamed"]
        assert client.get("/outer/inner/show").json == {"endpoint": "outer.middle.renamed.show"}

    @pytest.mark.filterwarnings("ignore::cruse_core.errors.SubdomainWarning")
    @pytest.mark.parametrize(
        ("outer", "inner", "joined"),
        [
            ("api", "v1", "v1.api"),
            ("api", None, "api"),
            (None, "v1", "v1"),
            (None, None, ""),
        ],
    )
    def test_joins_subdomains(
        self, app: App, outer: str | None, inner: str | None, joined: str
    ) -> None:
        parent = make("parent", subdomain=outer)
        parent.register_blueprint(make("child", subdomain=inner))
        app.register_blueprint(parent)
        rule = next(app.url_map.iter_rules("parent.child.show"))
        assert rule.subdomain == joined

    @pytest.mark.filterwarnings("ignore::cruse_core.errors.SubdomainWarning")
    def test_subdomain_given_at_registration_wins(self, app: App) -> None:
        parent = make("parent", subdomain="api")
        parent.register_blueprint(make("child", subdomain="v1"), subdomain="v2")
        app.register_blueprint(parent)
        assert next(app.url_map.iter_rules("parent.child.show")).subdomain == "v2.api"

    def test_on_itself_says_to_make_another(self) -> None:
        blueprint = make()
        with pytest.raises(ValueError, match="on itself: 'admin'. Make another Blueprint"):
            blueprint.register_blueprint(blueprint)

    def test_one_child_can_have_two_parents(self, app: App, client: Client) -> None:
        child = make("child")
        for name in ("one", "two"):
            parent = Blueprint(name, "shop", url_prefix=f"/{name}")
            parent.register_blueprint(child)
            app.register_blueprint(parent)
        assert client.get("/one/show").json == {"endpoint": "one.child.show"}
        assert client.get("/two/show").json == {"endpoint": "two.child.show"}

    def test_child_with_a_taken_name_is_refused(self, app: App) -> None:
        parent = make("parent")
        line = sys._getframe().f_lineno + 1
        parent.register_blueprint(make("child"))
        parent.register_blueprint(make("child"))
        with pytest.raises(BlueprintNameError, match=r"'parent\.child'.*name='child_2'") as caught:
            app.register_blueprint(parent)
        assert f"by 'shop' ({__file__}:{line})" in str(caught.value)
        assert f"and now by 'shop' ({__file__}:{line + 1})." in str(caught.value)

    def test_hooks_run_from_the_app_inwards_and_out_again(self, app: App, client: Client) -> None:
        called: list[str] = []
        child, parent = make("child", url_prefix="/child"), make("parent")
        for name, target in (("app", app), ("parent", parent), ("child", child)):
            for number in "12":
                add_hooks(target, name + number, called)
        parent.register_blueprint(child)
        app.register_blueprint(parent)
        client.get("/child/show")
        names = ["app1", "app2", "parent1", "parent2", "child1", "child2"]
        around = ["child2", "child1", "parent2", "parent1", "app2", "app1"]
        assert called == (
            [f"value {name}" for name in names]
            + [f"before {name}" for name in names]
            + [f"after {name}" for name in around]
            + [f"teardown {name}" for name in around]
        )

    def test_handler_of_the_child_comes_first(self, app: App, client: Client) -> None:
        child, parent = make("child", url_prefix="/child"), make("parent", url_prefix="/parent")
        for target in (parent, child):
            target.add_url_rule("/fail", "fail", fail)
        app.errorhandler(ValueError)(lambda e: "app")
        parent.errorhandler(ValueError)(lambda e: "parent")
        child.errorhandler(ValueError)(lambda e: "child")
        other = make("other", url_prefix="/other")
        other.add_url_rule("/fail", "fail", fail)
        parent.register_blueprint(child)
        parent.register_blueprint(other)
        app.register_blueprint(parent)
        assert client.get("/parent/child/fail").text == "child"
        assert client.get("/parent/fail").text == "parent"
        assert client.get("/parent/other/fail").text == "parent"


def fail() -> str:
    raise ValueError


def add_hooks(target: Any, name: str, called: list[str]) -> None:
    def after(response: Response) -> Response:
        called.append(f"after {name}")
        return response

    target.url_value_preprocessor(lambda endpoint, values: called.append(f"value {name}"))
    target.before_request(lambda: called.append(f"before {name}"))
    target.after_request(after)
    target.teardown_request(lambda exc: called.append(f"teardown {name}"))


def _recorded(*_: Any) -> Any:
    """Stand for a view or a hook."""


SETUP_CALLS: dict[str, Callable[[Blueprint], Any]] = {
    "add_url_rule": lambda bp: bp.add_url_rule("/late", "late", _recorded),
    "route": lambda bp: bp.route("/late"),
    "get": lambda bp: bp.get("/late"),
    "post": lambda bp: bp.post("/late"),
    "put": lambda bp: bp.put("/late"),
    "delete": lambda bp: bp.delete("/late"),
    "patch": lambda bp: bp.patch("/late"),
    "endpoint": lambda bp: bp.endpoint("late"),
    "before_request": lambda bp: bp.before_request(_recorded),
    "after_request": lambda bp: bp.after_request(_recorded),
    "teardown_request": lambda bp: bp.teardown_request(_recorded),
    "url_defaults": lambda bp: bp.url_defaults(_recorded),
    "url_value_preprocessor": lambda bp: bp.url_value_preprocessor(_recorded),
    "errorhandler": lambda bp: bp.errorhandler(404),
    "register_error_handler": lambda bp: bp.register_error_handler(404, _recorded),
    "register_blueprint": lambda bp: bp.register_blueprint(make("late")),
    "record": lambda bp: bp.record(_recorded),
    "record_once": lambda bp: bp.record_once(_recorded),
    "before_app_request": lambda bp: bp.before_app_request(_recorded),
    "after_app_request": lambda bp: bp.after_app_request(_recorded),
    "teardown_app_request": lambda bp: bp.teardown_app_request(_recorded),
    "app_errorhandler": lambda bp: bp.app_errorhandler(404),
    "app_url_defaults": lambda bp: bp.app_url_defaults(_recorded),
    "app_url_value_preprocessor": lambda bp: bp.app_url_value_preprocessor(_recorded),
}


class TestSetup:
    """B05."""

    @pytest.mark.parametrize("method", SETUP_CALLS)
    def test_after_the_registration_is_refused(self, app: App, method: str) -> None:
        blueprint = make()
        SETUP_CALLS[method](blueprint)
        app.register_blueprint(blueprint)
        with pytest.raises(SetupError) as caught:
            SETUP_CALLS[method](blueprint)
        assert f"{method!r} can no longer be called on the blueprint 'admin'" in str(caught.value)
        assert "record everything, before register_blueprint()" in str(caught.value)
        assert isinstance(caught.value, AssertionError)


class TestRecording:
    """B06."""

    @pytest.mark.filterwarnings("ignore::cruse_core.errors.SubdomainWarning")
    def test_recorded_functions_get_the_state(self, app: App) -> None:
        states: list[BlueprintSetupState] = []
        blueprint = make(url_prefix="/p", subdomain="api", url_defaults={"v": 1})
        blueprint.record(states.append)
        app.register_blueprint(blueprint, mine="option")
        (state,) = states
        assert state.app is app
        assert state.blueprint is blueprint
        assert state.options == {"mine": "option"}
        assert state.first_registration
        assert (state.url_prefix, state.subdomain, state.url_defaults) == ("/p", "api", {"v": 1})
        assert (state.name, state.name_prefix, state.full_name) == ("admin", "", "admin")

    def test_state_of_a_nested_blueprint_has_the_names_of_its_parents(self, app: App) -> None:
        states: list[BlueprintSetupState] = []
        child, parent = make("child"), make("parent")
        child.record(states.append)
        parent.register_blueprint(child, name="renamed")
        app.register_blueprint(parent)
        assert states[0].full_name == "parent.renamed"

    def test_record_is_called_at_each_registration_and_record_once_at_the_first(
        self, app: App
    ) -> None:
        each: list[bool] = []
        once: list[str] = []
        blueprint = make()
        blueprint.record(lambda state: each.append(state.first_registration))
        blueprint.record_once(lambda state: once.append(state.app.name))
        app.register_blueprint(blueprint)
        app.register_blueprint(blueprint, name="again")
        App("other").register_blueprint(blueprint)
        assert each == [True, False, True]
        assert once == ["shop", "other"]

    def test_record_once_keeps_the_name_of_the_function(self) -> None:
        def install(state: BlueprintSetupState) -> None: ...

        blueprint = Blueprint("admin", "shop")
        blueprint.record_once(install)
        assert blueprint.deferred_functions[0].__name__ == "install"

    def test_state_adds_rules_for_extensions(self, app: App, client: Client) -> None:
        blueprint = Blueprint("admin", "shop", url_prefix="/p")
        blueprint.record(lambda state: state.add_url_rule("/a", view_func=show))
        app.register_blueprint(blueprint)
        assert client.get("/p/a").json == {"endpoint": "admin.show"}

    def test_class_of_the_state_can_be_chosen(self, app: App) -> None:
        class State(BlueprintSetupState):
            def add_url_rule(self, rule: str, *args: Any, **options: Any) -> None:
                super().add_url_rule(f"/v1{rule}", *args, **options)

        class Versioned(Blueprint):
            def make_setup_state(
                self, app: App, options: dict[str, Any], first_registration: bool = False
            ) -> BlueprintSetupState:
                return State(self, app, options, first_registration)

        blueprint = Versioned("admin", "shop")
        blueprint.add_url_rule("/a", "a", show)
        app.register_blueprint(blueprint)
        assert next(app.url_map.iter_rules("admin.a")).rule == "/v1/a"

    def test_adding_a_rule_can_be_replaced_on_the_state(self, app: App) -> None:
        added: list[str] = []
        blueprint = Blueprint("admin", "shop")

        def replace(state: BlueprintSetupState) -> None:
            state.add_url_rule = lambda rule, *args, **options: added.append(rule)  # type: ignore[method-assign]

        blueprint.record(replace)
        blueprint.add_url_rule("/a", "a", show)
        app.register_blueprint(blueprint)
        assert added == ["/a"]


class TestHooksOfTheApp:
    """B07."""

    def test_run_for_every_request(self, app: App, client: Client) -> None:
        called: list[str] = []
        blueprint = make(url_prefix="/admin")
        blueprint.before_app_request(lambda: called.append("before"))
        blueprint.teardown_app_request(lambda exc: called.append("teardown"))
        blueprint.app_url_value_preprocessor(lambda endpoint, values: called.append("value"))

        @blueprint.after_app_request
        def after(response: Response) -> Response:
            called.append("after")
            return response

        app.register_blueprint(blueprint)
        app.register_blueprint(blueprint, name="again")
        app.add_url_rule("/", "index", lambda: "index")
        assert client.get("/").text == "index"
        assert called == ["value", "before", "after", "teardown"]

    def test_handler_answers_for_every_request(self, app: App, client: Client) -> None:
        blueprint = make()
        blueprint.app_errorhandler(404)(lambda e: ("none", 404))
        app.register_blueprint(blueprint)
        assert client.get("/none").text == "none"

    def test_url_defaults_count_for_every_url(self, app: App) -> None:
        blueprint = make()
        blueprint.app_url_defaults(lambda endpoint, values: values.setdefault("q", endpoint))
        app.register_blueprint(blueprint)
        app.add_url_rule("/", "index", lambda: "index")
        with app.request_context(create_environ()):
            assert app.url_for("index") == "/?q=index"


class TestErrorHandlers:
    """B09."""

    def test_are_not_asked_for_urls_that_match_nothing(self, app: App, client: Client) -> None:
        blueprint = make(url_prefix="/admin")
        for code in (404, 405):
            blueprint.errorhandler(code)(lambda e: "the blueprint's")
        blueprint.add_url_rule("/fail", "fail", lambda: abort(404))
        app.register_blueprint(blueprint)
        assert client.get("/admin/none").status_code == 404
        assert client.post("/admin/show").status_code == 405
        assert client.get("/admin/fail").text == "the blueprint's"


class TestStaticFiles:
    """X02."""

    @pytest.fixture
    def root(self, tmp_path: Path) -> str:
        for owner, folder in (("app", "static"), ("blueprint", "blueprint/static")):
            (tmp_path / folder).mkdir(parents=True)
            (tmp_path / folder / "a.txt").write_text(owner)
        return str(tmp_path)

    def make(self, root: str, **arguments: Any) -> Blueprint:
        return Blueprint(
            "admin", "shop", static_folder="static", root_path=f"{root}/blueprint", **arguments
        )

    def read(self, app: App, path: str) -> str:
        with Client(app).get(path) as response:
            return response.get_data(as_text=True)

    def test_are_served_below_the_prefix(self, root: str) -> None:
        app = App("shop", root_path=root)
        app.register_blueprint(self.make(root, url_prefix="/admin"))
        assert self.read(app, "/admin/static/a.txt") == "blueprint"
        assert self.read(app, "/static/a.txt") == "app"
        with app.request_context(create_environ()):
            assert app.url_for("admin.static", filename="a.txt") == "/admin/static/a.txt"

    def test_are_hidden_by_those_of_the_app_without_a_prefix(self, root: str) -> None:
        app = App("shop", root_path=root)
        app.register_blueprint(self.make(root))
        assert self.read(app, "/static/a.txt") == "app"

    def test_have_a_url_path_of_their_own(self, root: str) -> None:
        app = App("shop", root_path=root)
        app.register_blueprint(self.make(root, static_url_path="/files/"))
        assert self.read(app, "/files/a.txt") == "blueprint"

    def test_age_is_the_blueprints_to_decide(self, root: str) -> None:
        class Cached(Blueprint):
            def get_send_file_max_age(self, filename: str | None) -> int | None:
                return 7

        blueprint = Cached("admin", "shop", static_folder="static", root_path=root)
        app = App("shop", root_path=root, static_folder=None)
        app.register_blueprint(blueprint)
        with Client(app).get("/static/a.txt") as response:
            assert response.cache_control.max_age == 7
