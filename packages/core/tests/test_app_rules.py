"""Rules of an app: what they accept, which methods they have, and what values they give a view."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from werkzeug.routing import BaseConverter, RequestRedirect
from werkzeug.test import Client, create_environ

from cruse_core import App, Blueprint, request, session
from cruse_core.debug_helpers import FormDataRoutingRedirect
from cruse_core.errors import EndpointConflictError, RouteConflictWarning
from cruse_core.views import View

UUID = "12345678-1234-5678-1234-567812345678"


def show(**values: Any) -> dict[str, Any]:
    return values


class TestAddURLRule:
    """R02, R03 and R07."""

    def test_endpoint_is_the_name_of_the_view(self, app: App, client: Client) -> None:
        app.add_url_rule("/a", view_func=show)
        assert app.view_functions["show"] is show
        assert client.get("/a").json == {}

    def test_endpoint_can_be_given(self, app: App, client: Client) -> None:
        app.add_url_rule("/a", "other", lambda: request.endpoint or "")
        assert client.get("/a").text == "other"

    def test_without_view_and_endpoint_is_refused(self, app: App) -> None:
        with pytest.raises(AssertionError, match="expected view func if endpoint is not provided"):
            app.add_url_rule("/a")

    def test_view_can_be_bound_later(self, app: App, client: Client) -> None:
        app.add_url_rule("/a/<x>", "late")

        @app.endpoint("late")
        def view(x: str) -> str:
            return x

        assert client.get("/a/b").text == "b"
        assert view("c") == "c"

    def test_two_rules_can_lead_to_one_view(self, app: App, client: Client) -> None:
        app.add_url_rule("/a", view_func=show)
        app.add_url_rule("/b", view_func=show)
        assert client.get("/a").json == client.get("/b").json == {}

    def test_two_views_of_one_endpoint_are_told_apart(self, app: App) -> None:
        def other() -> str:
            return ""

        app.add_url_rule("/a", "show", show)
        with pytest.raises(EndpointConflictError) as caught:
            app.add_url_rule("/b", "show", other)
        message = str(caught.value)
        assert "overwriting an existing endpoint function: show" in message
        assert f"show() ({__file__}:" in message
        assert "Rename one function, or pass another endpoint=" in message
        assert isinstance(caught.value, AssertionError)

    def test_callable_objects_can_be_views(self, app: App, client: Client) -> None:
        class Answer:
            def __call__(self) -> str:
                return "called"

        app.add_url_rule("/a", "answer", Answer())
        with pytest.raises(EndpointConflictError, match=r"stands for <.*Answer object at"):
            app.add_url_rule("/b", "answer", Answer())
        assert client.get("/a").text == "called"

    def test_identical_rules_are_served_by_the_first(self, app: App, client: Client) -> None:
        """R22."""
        app.add_url_rule("/a", "first", lambda: "first")
        with pytest.warns(RouteConflictWarning, match="never asked for GET"):
            app.add_url_rule("/a", "second", lambda: "second")
        assert client.get("/a").text == "first"

    def test_class_based_view_of_a_taken_endpoint_is_shown_as_its_class(self, app: App) -> None:
        class Page(View):
            pass

        app.add_url_rule("/a", view_func=Page.as_view("page"))
        with pytest.raises(EndpointConflictError) as caught:
            app.add_url_rule("/b", "page", show)
        line = inspect.getsourcelines(Page)[1]
        assert f"Page() ({__file__}:{line}) already" in str(caught.value)


class TestMethods:
    """R04, R05, R06 and R20."""

    def allowed(self, client: Client, path: str = "/a") -> set[str]:
        response = client.open(path, method="TRACE")
        assert response.status_code == 405
        return set(response.headers["Allow"].split(", "))

    def test_default_is_get(self, app: App, client: Client) -> None:
        app.add_url_rule("/a", view_func=show)
        assert self.allowed(client) == {"GET", "HEAD", "OPTIONS"}

    def test_given_methods_replace_the_default(self, app: App, client: Client) -> None:
        app.add_url_rule("/a", view_func=show, methods=["post", "Put"])
        assert self.allowed(client) == {"POST", "PUT", "OPTIONS"}
        assert client.get("/a").status_code == 405

    def test_string_of_methods_says_to_use_a_list(self, app: App) -> None:
        with pytest.raises(TypeError, match=r"must be a list of strings.*methods=\['POST'\]"):
            app.add_url_rule("/a", view_func=show, methods="POST")

    def test_attributes_of_the_view_count(self, app: App, client: Client) -> None:
        def view() -> str:
            return request.method

        view.methods = ["put"]  # type: ignore[attr-defined]  # any function can have one
        view.required_methods = ["PATCH"]  # type: ignore[attr-defined]  # likewise
        app.add_url_rule("/a", view_func=view)
        app.add_url_rule("/b", view_func=view, methods=["DELETE"])
        assert self.allowed(client) == {"PUT", "PATCH", "OPTIONS"}
        assert self.allowed(client, "/b") == {"DELETE", "PATCH", "OPTIONS"}
        assert client.patch("/b").text == "PATCH"

    def test_automatic_options_of_a_view_can_be_switched_off(
        self, app: App, client: Client
    ) -> None:
        def view() -> str:
            return ""

        view.provide_automatic_options = False  # type: ignore[attr-defined]  # any function can have one
        app.add_url_rule("/a", view_func=view)
        assert self.allowed(client) == {"GET", "HEAD"}
        assert client.options("/a").status_code == 405

    def test_automatic_options_of_a_rule_win_over_those_of_the_view(
        self, app: App, client: Client
    ) -> None:
        def view() -> str:
            return "the view's"

        view.provide_automatic_options = False  # type: ignore[attr-defined]  # any function can have one
        app.add_url_rule(
            "/a", view_func=view, methods=["GET", "OPTIONS"], provide_automatic_options=True
        )
        assert client.options("/a").text == ""

    def test_options_of_the_view_are_answered_by_it(self, app: App, client: Client) -> None:
        app.add_url_rule("/a", "a", lambda: request.method, methods=["GET", "OPTIONS"])
        assert client.options("/a").text == "OPTIONS"

    def test_automatic_options_of_an_app_can_be_switched_off(
        self, app: App, client: Client
    ) -> None:
        app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
        app.add_url_rule("/a", view_func=show)
        assert self.allowed(client) == {"GET", "HEAD"}

    @pytest.mark.parametrize("automatic_options", [True, False])
    @pytest.mark.parametrize("methods", [None, ["GET", "OPTIONS"]])
    @pytest.mark.parametrize("place", ["rule", "view", "blueprint", "class"])
    def test_options_that_are_asked_for_are_answered_whatever_the_app_does(
        self,
        app: App,
        client: Client,
        place: str,
        methods: list[str] | None,
        automatic_options: bool,
    ) -> None:
        class Page(View):
            provide_automatic_options = True

            def dispatch_request(self) -> str:
                return "the view's"

        def view() -> str:
            return "the view's"

        app.config["PROVIDE_AUTOMATIC_OPTIONS"] = automatic_options
        if place == "rule":
            app.route("/a", methods=methods, provide_automatic_options=True)(view)
        elif place == "view":
            view.provide_automatic_options = True  # type: ignore[attr-defined]  # as above
            app.add_url_rule("/a", view_func=view, methods=methods)
        elif place == "class":
            app.add_url_rule("/a", view_func=Page.as_view("page"), methods=methods)
        else:
            blueprint = Blueprint("b", __name__)
            blueprint.route("/a", methods=methods, provide_automatic_options=True)(view)
            app.register_blueprint(blueprint)
        response = client.options("/a")
        assert (response.status_code, response.text) == (200, "")
        assert response.allow.as_set() == {"get", "head", "options"}

    def test_websocket_rule_is_not_served_over_http(self, app: App, client: Client) -> None:
        """R09."""
        app.add_url_rule("/ws", view_func=show, websocket=True)
        assert client.get("/ws").status_code == 400
        ctx = app.request_context(
            create_environ("/ws", headers={"Upgrade": "websocket", "Connection": "Upgrade"})
        )
        with ctx:
            assert request.endpoint == "show"


class TestConverters:
    """R08 and R18."""

    @pytest.mark.parametrize(
        ("rule", "good", "value", "bad"),
        [
            ("<v>", "a b", "a b", "a/b"),
            ("<string(length=2):v>", "ab", "ab", "abc"),
            ("<string(minlength=2, maxlength=3):v>", "abc", "abc", "abcd"),
            ("<int:v>", "007", 7, "-7"),
            ("<int(min=2, max=4):v>", "4", 4, "5"),
            ("<int(fixed_digits=3):v>", "042", 42, "42"),
            ("<int(signed=True):v>", "-7", -7, "x"),
            ("<float:v>", "2.5", 2.5, "2"),
            ("<float(signed=True, max=3.5):v>", "-2.5", -2.5, "3.6"),
            ("<path:v>", "a/b/c", "a/b/c", ""),
            ("<any(a, 'b c'):v>", "b c", "b c", "d"),
            ("<uuid:v>", UUID, UUID, "1234"),
            ("<default:v>", "a", "a", "a/b"),
        ],
    )
    def test_of_werkzeug_convert_and_refuse(
        self, app: App, client: Client, rule: str, good: str, value: Any, bad: str
    ) -> None:
        app.add_url_rule(f"/r/{rule}", view_func=show)
        for _ in range(2):
            assert client.get(f"/r/{good}").json == {"v": value}
            assert client.get(f"/r/{bad}").status_code == 404

    def test_of_ones_own_convert_both_ways(self, app: App, client: Client) -> None:
        class Numbers(BaseConverter):
            def to_python(self, value: str) -> list[int]:
                return [int(part) for part in value.split(",")]

            def to_url(self, value: list[int]) -> str:
                return ",".join(map(str, value))

        app.url_map.converters["numbers"] = Numbers
        app.add_url_rule("/<numbers:v>", view_func=show)
        assert client.get("/1,2").json == {"v": [1, 2]}
        with app.request_context(create_environ()):
            assert app.url_for("show", v=[3, 4]) == "/3,4"

    def test_of_ones_own_can_read_the_session(self, app: App, client: Client) -> None:
        class Mine(BaseConverter):
            def to_python(self, value: str) -> str:
                return f"{value} of {session.get('user')}"

        app.url_map.converters["mine"] = Mine
        app.add_url_rule("/notes/<mine:v>", view_func=show)

        @app.get("/login")
        def login() -> str:
            session["user"] = "ann"
            return ""

        client.get("/login")
        assert client.get("/notes/7").json == {"v": "7 of ann"}


class TestRuleOptions:
    """R09 and R10."""

    def test_defaults_are_values_and_redirect_to_the_short_url(
        self, app: App, client: Client
    ) -> None:
        app.add_url_rule("/list/", "list", show, defaults={"page": 1})
        app.add_url_rule("/list/<int:page>", "list", show)
        assert client.get("/list/").json == {"page": 1}
        assert client.get("/list/2").json == {"page": 2}
        response = client.get("/list/1?q=a")
        assert (response.status_code, response.location) == (308, "http://localhost/list/?q=a")

    def test_redirect_to_moves_the_client(self, app: App, client: Client) -> None:
        app.add_url_rule("/old/<int:n>", "old", redirect_to="new/<n>")
        app.add_url_rule("/older/<n>", "older", redirect_to=lambda adapter, n: f"new/{n}")
        for path in ("/old/7", "/older/7"):
            response = client.get(path)
            assert (response.status_code, response.location) == (308, "http://localhost/new/7")

    def test_alias_redirects_and_is_never_built(self, app: App, client: Client) -> None:
        app.add_url_rule("/list", "list", show)
        app.add_url_rule("/index", "list", show, alias=True)
        assert client.get("/index").location == "http://localhost/list"
        with app.request_context(create_environ()):
            assert app.url_for("list") == "/list"

    def test_build_only_is_built_and_never_served(self, app: App, client: Client) -> None:
        app.add_url_rule("/files/<name>", "file", build_only=True)
        assert client.get("/files/a").status_code == 404
        with app.request_context(create_environ()):
            assert app.url_for("file", name="a") == "/files/a"

    def test_missing_slash_is_added_by_a_redirect(self, app: App, client: Client) -> None:
        app.add_url_rule("/a/", view_func=show)
        assert client.get("/a").location == "http://localhost/a/"
        assert client.get("/a?q=1").location == "http://localhost/a/?q=1"

    def test_slash_too_many_is_not_found(self, app: App, client: Client) -> None:
        app.add_url_rule("/b", view_func=show)
        assert client.get("/b/").status_code == 404

    def test_slashes_can_be_lenient_for_a_rule(self, app: App, client: Client) -> None:
        app.add_url_rule("/a/", "a", show, strict_slashes=False)
        app.add_url_rule("/b", "b", show, strict_slashes=False)
        assert client.get("/a").status_code == client.get("/b/").status_code == 200

    def test_slashes_can_be_lenient_for_an_app(self, app: App, client: Client) -> None:
        app.url_map.strict_slashes = False
        app.add_url_rule("/a/", "a", show)
        app.add_url_rule("/b", "b", show)
        assert client.get("/a").status_code == client.get("/b/").status_code == 200

    def test_double_slashes_are_merged_by_a_redirect(self, app: App, client: Client) -> None:
        app.add_url_rule("/a/b", "a", show)
        app.add_url_rule("/c//d", "c", show, merge_slashes=False)
        assert client.get("/a//b").location == "http://localhost/a/b"
        assert client.get("/c//d").status_code == 200


class TestRequestAttributes:
    """R19."""

    @pytest.fixture(autouse=True)
    def blueprints(self, app: App) -> None:
        inner = Blueprint("inner", __name__)
        inner.add_url_rule("/<int:n>", "show", show)
        outer = Blueprint("outer", __name__, url_prefix="/outer")
        outer.register_blueprint(inner)
        app.register_blueprint(outer)

    def test_tell_the_rule_and_its_blueprints(self, app: App) -> None:
        for _ in range(2):
            with app.request_context(create_environ("/outer/7")):
                assert request.url_rule is not None
                assert request.url_rule.rule == "/outer/<int:n>"
                assert request.endpoint == "outer.inner.show"
                assert request.view_args == {"n": 7}
                assert request.routing_exception is None
                assert request.blueprint == "outer.inner"
                assert request.blueprints == ["outer.inner", "outer"]

    def test_tell_why_no_rule_matched(self, app: App) -> None:
        with app.request_context(create_environ("/none")):
            assert request.url_rule is None
            assert (request.endpoint, request.view_args, request.blueprint) == (None, None, None)
            assert request.blueprints == []
            assert request.routing_exception is not None
            assert request.routing_exception.code == 404


class TestURLHooks:
    """R14."""

    def test_preprocessor_takes_a_value_and_url_defaults_put_it_back(
        self, app: App, client: Client
    ) -> None:
        taken: list[Any] = []

        @app.url_value_preprocessor
        def take(endpoint: str | None, values: dict[str, Any] | None) -> None:
            taken.append((endpoint, None if values is None else values.pop("lang", None)))

        @app.url_defaults
        def put(endpoint: str, values: dict[str, Any]) -> None:
            if app.url_map.is_endpoint_expecting(endpoint, "lang"):
                values.setdefault("lang", "de")

        app.add_url_rule("/<lang>/a", "a", lambda: app.url_for("a"))
        assert client.get("/en/a").text == "/de/a"
        assert client.get("/none").status_code == 404
        assert taken == [("a", "en"), (None, None)]

    def test_url_defaults_of_the_app_and_of_outer_blueprints_come_first(self, app: App) -> None:
        called: list[str] = []
        inner = Blueprint("inner", __name__)
        inner.add_url_rule("/", "show", show)
        outer = Blueprint("outer", __name__, url_prefix="/outer")
        inner.url_defaults(lambda endpoint, values: called.append(f"inner {endpoint}"))
        outer.url_defaults(lambda endpoint, values: called.append(f"outer {endpoint}"))
        app.url_defaults(lambda endpoint, values: called.append(f"app {endpoint}"))
        outer.register_blueprint(inner)
        app.register_blueprint(outer)
        with app.request_context(create_environ()):
            app.url_for("outer.inner.show")
            app.url_for("static", filename="a")
        endpoint = "outer.inner.show"
        assert called == [f"app {endpoint}", f"outer {endpoint}", f"inner {endpoint}", "app static"]

    def test_defaults_can_be_injected_by_hand(self, app: App) -> None:
        app.url_defaults(lambda endpoint, values: values.setdefault("page", 1))
        values: dict[str, Any] = {"q": "a"}
        app.inject_url_defaults("any", values)
        assert values == {"q": "a", "page": 1}


class TestDebugRedirects:
    """R21."""

    @pytest.fixture(autouse=True)
    def rule(self, app: App) -> None:
        app.add_url_rule("/a/", "a", show, methods=["GET", "POST"])
        app.debug = True

    @pytest.mark.parametrize("code", [301, 302, 303])
    def test_one_that_loses_the_body_says_where_to_send_it(
        self, client: Client, monkeypatch: pytest.MonkeyPatch, code: int
    ) -> None:
        monkeypatch.setattr(RequestRedirect, "code", code)
        with pytest.raises(FormDataRoutingRedirect) as caught:
            client.post("/a", data={"name": "ann"})
        assert "'http://localhost/a/'" in str(caught.value)
        assert "Send the request to the final URL" in str(caught.value)
        assert isinstance(caught.value, AssertionError)

    @pytest.mark.parametrize("code", [307, 308])
    def test_one_that_keeps_the_body_is_sent(
        self, client: Client, monkeypatch: pytest.MonkeyPatch, code: int
    ) -> None:
        monkeypatch.setattr(RequestRedirect, "code", code)
        assert client.post("/a").status_code == code

    @pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
    def test_one_of_a_request_without_a_body_is_sent(
        self, client: Client, monkeypatch: pytest.MonkeyPatch, method: str
    ) -> None:
        monkeypatch.setattr(RequestRedirect, "code", 302)
        assert client.open("/a", method=method).status_code == 302

    def test_without_debug_mode_it_is_sent(
        self, app: App, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        app.debug = False
        monkeypatch.setattr(RequestRedirect, "code", 302)
        assert client.post("/a").status_code == 302
