"""Hosts of an app: subdomains, whole hosts, trusted hosts, and the path that it is mounted at."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
from werkzeug.test import Client, create_environ

from cruse_core import App, Response, request, session
from cruse_core.urls import find_subdomain


def show(**values: Any) -> dict[str, Any]:
    return {"endpoint": request.endpoint, **values}


def get(app: App, url: str, **options: Any) -> Any:
    base, _, path = url.partition("/")
    return Client(app).get(f"/{path}", base_url=f"http://{base}", **options)


class TestSubdomains:
    """R11."""

    @pytest.fixture
    def app(self) -> App:
        app = App("shop", subdomain_matching=True)
        app.config["SERVER_NAME"] = "shop.test"
        app.add_url_rule("/", "plain", show)
        app.add_url_rule("/", "api", show, subdomain="api")
        app.add_url_rule("/", "user", show, subdomain="<user>.users")
        return app

    @pytest.mark.parametrize(
        ("host", "answer"),
        [
            ("shop.test", {"endpoint": "plain"}),
            ("SHOP.test:80", {"endpoint": "plain"}),
            ("api.shop.test", {"endpoint": "api"}),
            ("ann.users.shop.test", {"endpoint": "user", "user": "ann"}),
        ],
    )
    def test_choose_the_rule(self, app: App, host: str, answer: dict[str, str]) -> None:
        for _ in range(2):
            assert get(app, host).json == answer

    def test_without_a_rule_are_not_found(self, app: App) -> None:
        assert get(app, "other.shop.test").status_code == 404

    def test_host_outside_of_the_server_name_is_not_found_after_a_warning(self, app: App) -> None:
        with pytest.warns(UserWarning, match=r"'other.test' doesn't match .* 'shop.test'"):
            assert get(app, "other.test").status_code == 404

    def test_are_built_with_the_host_where_they_differ(self, app: App) -> None:
        with app.request_context(create_environ(base_url="http://api.shop.test")):
            assert app.url_for("api") == "/"
            assert app.url_for("plain") == "http://shop.test/"
            assert app.url_for("user", user="bob") == "http://bob.users.shop.test/"

    @pytest.mark.filterwarnings("ignore::cruse_core.errors.SubdomainWarning")
    def test_count_for_nothing_without_matching(self) -> None:
        app = App("shop")
        app.config["SERVER_NAME"] = "shop.test"
        app.add_url_rule("/", "plain", show)
        app.add_url_rule("/api", "api", show, subdomain="api")
        assert get(app, "any.shop.test").json == {"endpoint": "plain"}
        assert get(app, "api.shop.test/api").status_code == 404

    def test_default_subdomain_of_the_map_counts_without_matching(self) -> None:
        app = App("shop", static_folder=None)
        app.url_map.default_subdomain = "www"
        app.add_url_rule("/", "plain", show)
        assert get(app, "any.test").json == {"endpoint": "plain"}

    def test_without_a_server_name_only_plain_rules_match(self, app: App) -> None:
        app.config["SERVER_NAME"] = None
        assert get(app, "any.test").json == {"endpoint": "plain"}

    @pytest.mark.parametrize(
        ("host", "server_name", "scheme", "subdomain"),
        [
            ("shop.test", "shop.test", "http", ""),
            ("Shop.Test", "SHOP.TEST:80", "http", ""),
            ("shop.test", "shop.test:443", "https", ""),
            ("a.b.shop.test:8080", "shop.test:8080", "http", "a.b"),
        ],
    )
    def test_are_the_part_before_the_server_name(
        self, host: str, server_name: str, scheme: str, subdomain: str
    ) -> None:
        assert find_subdomain(host, server_name, scheme) == subdomain

    @pytest.mark.parametrize("host", ["other.test", "shop.test:81", "myshop.test"])
    def test_of_another_host_match_nothing(self, host: str) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert find_subdomain(host, "shop.test", "http") == "<invalid>"


class TestHostMatching:
    """R12."""

    @pytest.fixture
    def app(self) -> App:
        app = App("shop", host_matching=True, static_folder=None)
        app.config["SERVER_NAME"] = "elsewhere.test"
        app.add_url_rule("/", "plain", show, host="shop.test")
        app.add_url_rule("/", "any", show, host="<name>.shop.test:8080")
        return app

    @pytest.mark.parametrize(
        ("host", "answer"),
        [
            ("shop.test", {"endpoint": "plain"}),
            ("ann.shop.test:8080", {"endpoint": "any", "name": "ann"}),
        ],
    )
    def test_chooses_the_rule(self, app: App, host: str, answer: dict[str, str]) -> None:
        for _ in range(2):
            assert get(app, host).json == answer

    def test_other_hosts_are_not_found(self, app: App) -> None:
        assert get(app, "other.test").status_code == 404
        assert get(app, "elsewhere.test").status_code == 404

    def test_static_files_need_a_host(self) -> None:
        with pytest.raises(AssertionError, match="Give both, or neither, or static_folder=None"):
            App("shop", host_matching=True)

    def test_host_of_static_files_needs_host_matching(self) -> None:
        with pytest.raises(AssertionError, match="static_host and host_matching go together"):
            App("shop", static_host="cdn.test")

    def test_without_static_files_neither_is_needed(self) -> None:
        assert App("shop", host_matching=True, static_folder=None).static_folder is None
        assert App("shop", static_host="cdn.test", static_folder=None).static_folder is None

    def test_static_files_are_served_by_their_host_alone(self, tmp_path: Any) -> None:
        (tmp_path / "static").mkdir()
        (tmp_path / "static" / "a.txt").write_text("a")
        app = App("shop", host_matching=True, static_host="cdn.test", root_path=str(tmp_path))
        with get(app, "cdn.test/static/a.txt") as response:
            assert response.text == "a"
        assert get(app, "shop.test/static/a.txt").status_code == 404

    def test_host_of_static_files_may_have_variables(self, tmp_path: Any) -> None:
        (tmp_path / "static").mkdir()
        (tmp_path / "static" / "a.txt").write_text("a")
        host = "<tenant>.shop.test"
        app = App("shop", host_matching=True, static_host=host, root_path=str(tmp_path))

        @app.get("/", host=host)
        def home(tenant: str) -> str:
            return app.url_for("static", filename="a.txt", tenant=tenant)

        assert get(app, "ann.shop.test/").text == "/static/a.txt"
        with get(app, "ann.shop.test/static/a.txt") as response:
            assert response.text == "a"


class TestServedHosts:
    """R13 and Z01."""

    def test_server_name_restricts_nothing(self, app: App) -> None:
        app.config["SERVER_NAME"] = "shop.test"
        app.add_url_rule("/", "plain", show)
        assert get(app, "other.test").json == {"endpoint": "plain"}

    def test_trusted_hosts_are_served_and_others_refused(self, app: App) -> None:
        app.config["TRUSTED_HOSTS"] = ["shop.test", ".api.test"]
        app.add_url_rule("/", "plain", show)
        for host, status in [
            ("shop.test", 200),
            ("shop.test:8080", 200),
            ("a.api.test", 200),
            ("a.shop.test", 400),
            ("other.test", 400),
            ("shop.test", 200),
        ]:
            assert get(app, host).status_code == status, host

    def test_hosts_trusted_later_count(self, app: App) -> None:
        app.add_url_rule("/", "plain", show)
        assert get(app, "other.test").status_code == 200
        app.config["TRUSTED_HOSTS"] = ["shop.test"]
        assert get(app, "other.test").status_code == 400

    def test_hooks_run_around_the_refusal(self, app: App) -> None:
        app.config["TRUSTED_HOSTS"] = ["shop.test"]
        called: list[str] = []
        app.before_request(lambda: called.append("before"))

        @app.after_request
        def after(response: Response) -> Response:
            called.append(f"after {response.status_code}")
            return response

        assert get(app, "other.test").status_code == 400
        assert called == ["before", "after 400"]

    def test_url_of_a_refused_request_cannot_be_built(self, app: App) -> None:
        app.config["TRUSTED_HOSTS"] = ["shop.test"]
        ctx = app.request_context(create_environ(base_url="http://other.test"))
        with ctx, pytest.raises(RuntimeError, match="host of this request was refused"):
            app.url_for("static", filename="a")


class TestRoot:
    """N01: APPLICATION_ROOT and SCRIPT_NAME."""

    def test_script_name_stands_before_urls(self, app: App) -> None:
        app.config["APPLICATION_ROOT"] = "/configured"

        @app.get("/a")
        def a() -> list[str]:
            return [app.url_for("a"), app.url_for("a", _external=True), request.script_root]

        app.add_url_rule("/b/", "b", show)
        client = Client(app)
        for _ in range(2):
            answer = client.get("/a", base_url="http://shop.test/mounted")
            assert answer.json == ["/mounted/a", "http://shop.test/mounted/a", "/mounted"]
        answer = client.get("/b", base_url="http://shop.test/mounted")
        assert answer.location == "http://shop.test/mounted/b/"

    def test_application_root_stands_before_urls_outside_of_requests(self, app: App) -> None:
        app.config.update(
            SERVER_NAME="shop.test", APPLICATION_ROOT="/root", PREFERRED_URL_SCHEME="https"
        )
        app.add_url_rule("/a", "a", show)
        with app.app_context():
            assert app.url_for("a") == "https://shop.test/root/a"
            assert app.url_for("a", _external=False) == "/root/a"

    def test_application_root_is_the_path_of_the_session_cookie(self, app: App) -> None:
        app.config["APPLICATION_ROOT"] = "/root"

        @app.get("/login")
        def login() -> str:
            session["user"] = "ann"
            return ""

        assert "Path=/root" in Client(app).get("/login").headers["Set-Cookie"]
