"""Which blueprint answers for a URL that no rule matches."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.exceptions import BadRequest, HTTPException, NotFound
from werkzeug.routing import BaseConverter, Map
from werkzeug.test import Client

from cruse_core import App, Blueprint, Response, abort, request
from cruse_core.prefix_owners import PrefixOwners


def make_blueprint(name: str, url_prefix: str | None, **options: Any) -> Blueprint:
    """Make a blueprint that owns its prefix, and answers each HTTP error with its name."""
    blueprint = Blueprint(name, __name__, url_prefix=url_prefix, handle_unmatched=True, **options)
    blueprint.errorhandler(HTTPException)(lambda error: (name, error.code))
    return blueprint


def owner(app: App, url: str) -> str | None:
    """Return the name that answers for *url*, a path or host and path; None if it is nobody's."""
    host, _, path = url.partition("/")
    response = Client(app).get(f"/{path}", base_url=f"http://{host or 'localhost'}/")
    assert response.status_code == 404
    return None if response.text.startswith("<!doctype html>") else response.text


class TestPrefixOwners:
    def test_without_owners_it_is_false_and_finds_nobody(self) -> None:
        owners = PrefixOwners()
        assert not owners
        assert owners.find(Map().bind("localhost")) is None

    def test_owner_makes_it_true(self) -> None:
        owners = PrefixOwners()
        owners.add("api", Map(), url_prefix="/api", subdomain=None, hosts=())
        assert owners
        assert owners.find(Map().bind("localhost", path_info="/api/x")) == "api"
        assert owners.find(Map().bind("localhost", path_info="/x")) is None


class TestPrefix:
    @pytest.mark.parametrize(
        ("path", "expected"),
        [
            ("/api", "api"),
            ("/api/", "api"),
            ("/api/x", "api"),
            ("/api/x/y/", "api"),
            ("/api//x//", "api"),
            ("/api/gärten/\n", "api"),
            ("/api/v1", "v1"),
            ("/api/v1/x", "v1"),
            ("/api/v12", "api"),
            ("/apiary", None),
            ("/x/api", None),
            ("/", None),
        ],
    )
    def test_longest_prefix_wins(self, app: App, path: str, expected: str | None) -> None:
        for blueprint in (make_blueprint("api", "/api/"), make_blueprint("v1", "/api/v1")):
            app.register_blueprint(blueprint)
        assert owner(app, path) == expected

    def test_order_of_registration_does_not_matter(self, app: App) -> None:
        for blueprint in (make_blueprint("v1", "/api/v1"), make_blueprint("api", "/api")):
            app.register_blueprint(blueprint)
        assert owner(app, "/api/v1/x") == "v1"

    def test_first_of_two_with_the_same_prefix_wins(self, app: App) -> None:
        for name in ("one", "two"):
            app.register_blueprint(make_blueprint(name, "/api"))
        assert owner(app, "/api/x") == "one"

    @pytest.mark.parametrize("url_prefix", [None, "", "/"])
    def test_without_a_prefix_all_urls_are_its_own(self, app: App, url_prefix: str | None) -> None:
        app.register_blueprint(make_blueprint("all", url_prefix))
        app.register_blueprint(make_blueprint("api", "/api"))
        assert [owner(app, path) for path in ("/", "/x", "/api/x")] == ["all", "all", "api"]

    def test_prefix_of_the_registration_counts(self, app: App) -> None:
        app.register_blueprint(make_blueprint("api", "/api"), url_prefix="/other")
        assert [owner(app, path) for path in ("/api/x", "/other/x")] == [None, "api"]

    def test_each_registration_owns_its_prefix(self, app: App) -> None:
        api = Blueprint("api", __name__, handle_unmatched=True)
        api.errorhandler(404)(lambda error: ("answered", 404))
        app.register_blueprint(api, url_prefix="/old")
        app.register_blueprint(api, url_prefix="/new", name="new")
        assert [owner(app, p) for p in ("/old/x", "/new/x", "/x")] == ["answered"] * 2 + [None]


class TestVariables:
    @pytest.mark.parametrize(
        ("path", "expected"),
        [
            ("/7/notes/x", "notes"),
            ("/7/notes", "notes"),
            ("/seven/notes/x", "tenant"),
            ("/7/other", "tenant"),
            ("/static-like/x", "tenant"),
            ("/api/notes/x", "api"),
        ],
    )
    def test_prefix_matches_like_a_rule(self, app: App, path: str, expected: str) -> None:
        for blueprint in (
            make_blueprint("tenant", "/<tenant>"),
            make_blueprint("notes", "/<int:tenant>/notes"),
            make_blueprint("api", "/api"),
        ):
            app.register_blueprint(blueprint)
        assert owner(app, path) == expected

    def test_converter_of_the_app_is_known(self, app: App) -> None:
        class Bird(BaseConverter):
            regex = "owl|wren"

        app.url_map.converters["bird"] = Bird
        app.register_blueprint(make_blueprint("first", "/first"))
        app.register_blueprint(make_blueprint("birds", "/<bird:name>"))
        assert [owner(app, p) for p in ("/owl/x", "/oak/x")] == ["birds", None]

    def test_converter_that_aborts_leaves_the_url_to_the_app(self, app: App) -> None:
        class Known(BaseConverter):
            def to_python(self, value: str) -> str:
                abort(404)

        app.url_map.converters["known"] = Known
        app.register_blueprint(make_blueprint("known", "/<known:name>"))
        assert owner(app, "/owl/x") is None


class TestHosts:
    def test_subdomain_must_match(self) -> None:
        app = App("shop", root_path=".", static_folder=None, subdomain_matching=True)
        app.config["SERVER_NAME"] = "shop.test"
        app.register_blueprint(make_blueprint("api", "/v1", subdomain="api"))
        app.register_blueprint(make_blueprint("tenant", None, subdomain="<tenant>"))
        app.register_blueprint(make_blueprint("main", "/v1"))
        urls = ("api.shop.test/v1/x", "api.shop.test/x", "ann.shop.test/x", "shop.test/v1/x")
        assert [owner(app, url) for url in urls] == ["api", "tenant", "tenant", "main"]
        assert owner(app, "shop.test/x") is None

    @pytest.mark.filterwarnings("ignore:Current server name")
    def test_host_outside_of_the_server_name_is_nobodys(self) -> None:
        app = App("shop", root_path=".", static_folder=None, subdomain_matching=True)
        app.config["SERVER_NAME"] = "shop.test"
        app.register_blueprint(make_blueprint("main", "/v1"))
        assert owner(app, "other.test/v1/x") is None

    def test_subdomain_that_is_not_matched_serves_nothing(self, app: App) -> None:
        app.config["SERVER_NAME"] = "shop.test"
        app.register_blueprint(make_blueprint("api", None, subdomain="api"))
        assert owner(app, "api.shop.test/x") is None

    def test_hosts_are_those_of_its_rules(self) -> None:
        app = App("shop", root_path=".", static_folder=None, host_matching=True)
        api = make_blueprint("api", None)
        api.add_url_rule("/a", "a", lambda: "", host="api.test")
        api.add_url_rule("/b", "b", lambda: "", host="<name>.api.test")
        inner = Blueprint("inner", __name__)
        inner.add_url_rule("/c", "c", lambda: "", host="inner.test")
        api.register_blueprint(inner)
        app.register_blueprint(api)
        app.add_url_rule("/", "index", lambda: "", host="shop.test")
        hosts = ("api.test", "one.api.test", "inner.test", "shop.test", "other.test")
        owners = [owner(app, f"{host}/nowhere") for host in hosts]
        assert owners == ["api", "api", "api", None, None]

    def test_refused_host_is_nobodys(self, app: App) -> None:
        app.config["TRUSTED_HOSTS"] = ["shop.test"]
        app.register_blueprint(make_blueprint("all", None))
        response = Client(app).get("/x", base_url="http://evil.test/")
        assert response.status_code == 400
        assert response.mimetype == "text/html"


class TestErrors:
    @pytest.fixture
    def api(self) -> Blueprint:
        return make_blueprint("api", "/api")

    def test_wrong_method_is_handled(self, app: App, api: Blueprint) -> None:
        api.add_url_rule("/notes", "notes", lambda: "notes")
        app.register_blueprint(api)
        client = Client(app)
        assert client.get("/api/notes").text == "notes"
        response = client.post("/api/notes")
        assert (response.text, response.status_code) == ("api", 405)

    def test_rule_of_another_blueprint_is_not_taken_over(self, app: App, api: Blueprint) -> None:
        other = Blueprint("other", __name__)
        other.add_url_rule("/api/other", "other", lambda: abort(404))
        app.register_blueprint(api)
        app.register_blueprint(other)
        app.add_url_rule("/api/own", "own", lambda: abort(404))
        assert owner(app, "/api/other") is None
        assert owner(app, "/api/own") is None
        assert owner(app, "/api/x") == "api"

    def test_redirect_below_the_prefix_is_not_handled(self, app: App, api: Blueprint) -> None:
        api.add_url_rule("/folder/", "folder", lambda: "")
        app.register_blueprint(api)
        assert Client(app).get("/api/folder").status_code == 308

    def test_error_of_the_apps_hooks_is_handled(self, app: App, api: Blueprint) -> None:
        app.register_blueprint(api)
        app.before_request(lambda: abort(401))
        client = Client(app)
        assert client.get("/api/x").text == "api"
        assert client.get("/x").mimetype == "text/html"

    def test_unhandled_error_of_the_apps_hooks_is_handled(
        self, app: App, api: Blueprint, caplog: pytest.LogCaptureFixture
    ) -> None:
        @app.before_request
        def fail() -> None:
            raise ValueError

        app.register_blueprint(api)
        response = Client(app).get("/api/x")
        assert (response.text, response.status_code) == ("api", 500)
        assert len(caplog.records) == 1

    def test_other_hooks_of_the_blueprint_do_not_run(self, app: App, api: Blueprint) -> None:
        ran: list[str] = []
        api.before_request(lambda: ran.append("before"))
        api.teardown_request(lambda error: ran.append("teardown"))

        @api.after_request
        def after(response: Response) -> Response:
            ran.append("after")
            return response

        app.register_blueprint(api)

        @app.after_request
        def note(response: Response) -> Response:
            ran.append(str(request.blueprints))
            return response

        assert owner(app, "/api/x") == "api"
        assert ran == ["[]"]

    def test_handler_for_the_code_on_the_app_wins_over_the_general_one(
        self, app: App, api: Blueprint
    ) -> None:
        """As for URLs that a rule matches."""
        app.register_blueprint(api)
        app.errorhandler(404)(lambda error: ("the app's", 404))
        api_404 = make_blueprint("special", "/special")
        api_404.errorhandler(404)(lambda error: ("special 404", 404))
        app.register_blueprint(api_404)
        assert owner(app, "/api/x") == "the app's"
        assert owner(app, "/special/x") == "special 404"

    def test_error_in_a_converter_finds_no_owner(
        self, app: App, caplog: pytest.LogCaptureFixture
    ) -> None:
        class Broken(BaseConverter):
            def to_python(self, value: str) -> str:
                raise LookupError(value)

        app.url_map.converters["broken"] = Broken
        blueprint = make_blueprint("broken", "/<broken:name>")
        blueprint.add_url_rule("/x", "x", lambda name: name)
        app.register_blueprint(blueprint)
        response = Client(app).get("/owl/x")
        assert (response.status_code, response.mimetype) == (500, "text/html")
        assert len(caplog.records) == 1


class TestNested:
    def test_outer_one_answers_for_an_inner_one_that_does_not(self, app: App) -> None:
        outer = make_blueprint("outer", "/outer")
        inner = Blueprint("inner", __name__, url_prefix="/inner")
        inner.errorhandler(404)(lambda error: ("inner", 404))
        outer.register_blueprint(inner)
        app.register_blueprint(outer)
        assert owner(app, "/outer/inner/x") == "outer"

    def test_inner_one_may_answer_alone(self, app: App) -> None:
        outer = Blueprint("outer", __name__, url_prefix="/outer")
        outer.errorhandler(404)(lambda error: ("outer", 404))
        outer.register_blueprint(make_blueprint("inner", "/inner"))
        app.register_blueprint(outer)
        assert owner(app, "/outer/x") is None
        # A handler for the code comes before a general one, also if it is the outer one's.
        assert owner(app, "/outer/inner/x") == "outer"

    def test_handlers_of_the_outer_one_apply_to_the_inner_one(self, app: App) -> None:
        outer = Blueprint("outer", __name__, url_prefix="/outer")
        outer.errorhandler(BadRequest)(lambda error: ("outer", 400))
        outer.errorhandler(NotFound)(lambda error: ("outer", 404))
        inner = Blueprint("inner", __name__, url_prefix="/inner", handle_unmatched=True)
        outer.register_blueprint(inner)
        app.register_blueprint(outer)
        assert owner(app, "/outer/inner/x") == "outer"
        assert owner(app, "/outer/x") is None

    def test_prefixes_and_subdomains_are_joined(self) -> None:
        app = App("shop", root_path=".", static_folder=None, subdomain_matching=True)
        app.config["SERVER_NAME"] = "shop.test"
        outer = Blueprint("outer", __name__, url_prefix="/outer", subdomain="b")
        outer.register_blueprint(make_blueprint("inner", "/inner", subdomain="a"))
        app.register_blueprint(outer)
        assert owner(app, "a.b.shop.test/outer/inner/x") == "inner"
        assert owner(app, "b.shop.test/outer/inner/x") is None


class TestJSONErrors:
    def test_setting_of_the_blueprint_applies(self, app: App) -> None:
        api = Blueprint(
            "api", __name__, url_prefix="/api", json_errors="always", handle_unmatched=True
        )
        app.register_blueprint(api)
        client = Client(app)
        assert client.get("/api/x").mimetype == "application/problem+json"
        assert client.get("/x").mimetype == "text/html"

    def test_setting_of_the_outer_one_applies(self, app: App) -> None:
        outer = Blueprint("outer", __name__, url_prefix="/outer", json_errors="always")
        inner = Blueprint("inner", __name__, url_prefix="/inner", handle_unmatched=True)
        outer.register_blueprint(inner)
        app.register_blueprint(outer)
        client = Client(app)
        assert client.get("/outer/inner/x").mimetype == "application/problem+json"
        assert client.get("/outer/x").mimetype == "text/html"
