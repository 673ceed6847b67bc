"""What the page of a missing URL says of the routes that are near, in debug mode."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import Client

from cruse_core import App, Blueprint, abort

JSON = {"Accept": "application/json"}


@pytest.fixture(params=["short", "general"])
def app(app: App, request: pytest.FixtureRequest) -> App:
    app.debug = True
    if request.param == "general":
        app.full_dispatch_request = app.full_dispatch_request  # type: ignore[method-assign]  # as a replaced step
    app.add_url_rule("/about", "about", str)
    app.add_url_rule("/users/", "users", str)
    app.add_url_rule("/users/<int:id>", "user", str)
    app.add_url_rule("/orders/<int(max=5):id>/items", "items", str, methods=["POST"])
    app.add_url_rule("/files/<path:name>/raw", "raw", str)
    app.add_url_rule("/gone", "gone", lambda: abort(404))
    return app


@pytest.fixture
def client(app: App) -> Client:
    client = Client(app)
    # The path of a first request is the general one.
    client.get("/about")
    return client


def find(client: Client, path: str, **options: Any) -> dict[str, list[str]]:
    """Return what each of the nearest routes lacks, by endpoint."""
    problem = client.open(path, headers=JSON, **options).json
    assert problem["status"] == 404
    return {route["endpoint"]: route["lacks"] for route in problem.get("nearest_routes", [])}


class TestNearRoutes:
    @pytest.mark.parametrize(
        ("path", "endpoint", "lack"),
        [
            ("/about/", "about", "the URL ends with a slash, and it does not"),
            ("/user/", "users", "it has 'users' where the URL has 'user'"),
            ("/abuot", "about", "it has 'about' where the URL has 'abuot'"),
            ("/About", "about", "it has 'about' where the URL has 'About'"),
            ("/users/abc", "user", "its variable does not take 'abc'"),
            ("/user/7/", "user", "it has 'users' where the URL has 'user'"),
            ("/orders/7/item", "items", "its variable does not take '7'"),
            ("/orders/3/item", "items", "it takes POST, not GET"),
        ],
    )
    def test_each_says_what_it_lacks(
        self, client: Client, path: str, endpoint: str, lack: str
    ) -> None:
        assert lack in find(client, path)[endpoint]
        page = client.get(path).text
        assert lack.replace("'", "&#39;") in page
        assert "debug mode only" in page

    def test_nearest_comes_first_and_few_are_shown(self, app: App) -> None:
        for number in range(20):
            app.add_url_rule(f"/page{number}", f"page{number}", str)
        routes = list(find(Client(app), "/pge7"))
        assert routes[0] == "page7"
        assert len(routes) == 5

    def test_unlike_routes_are_not_shown(self, client: Client) -> None:
        assert find(client, "/quite/another/thing") == {}
        assert "nearest" not in client.get("/quite/another/thing").text

    def test_hosts_and_protocols_are_told_of(self) -> None:
        app = App("hosts", host_matching=True, static_host="cdn.test")
        app.debug = True
        app.add_url_rule("/a", "a", str, host="shop.test")
        app.add_url_rule("/socket", "socket", str, host="<host>", websocket=True)
        assert find(Client(app), "/a") == {"a": ["it is for the host 'shop.test'"]}
        assert find(Client(app), "/sockets")["socket"][-1] == "it is for WebSocket"

    def test_subdomain_is_told_of(self) -> None:
        app = App("subdomains", subdomain_matching=True)
        app.config["SERVER_NAME"] = "shop.test"
        app.debug = True
        app.add_url_rule("/a", "a", str, subdomain="api")
        asked = find(Client(app), "/a", base_url="http://shop.test/")
        assert asked == {"a": ["it is for the subdomain 'api'"]}

    def test_routes_of_blueprints_are_among_them(self, app: App) -> None:
        blueprint = Blueprint("shop", __name__, url_prefix="/shop")
        blueprint.add_url_rule("/cart", "cart", str)
        app.register_blueprint(blueprint)
        assert list(find(Client(app), "/shop/carts")) == ["shop.cart"]

    def test_what_the_client_sent_is_escaped(self, client: Client) -> None:
        page = client.get("/abou<b>t").text
        assert "abou&lt;b&gt;t" in page
        assert "<b>" not in page
        assert "/users/&lt;int:id&gt;" in client.get("/users/<i>").text

    def test_converter_that_fails_takes_nothing(self, app: App) -> None:
        class Broken(app.url_map.converters["default"]):  # type: ignore[misc]  # a class
            def to_python(self, value: str) -> str:
                raise ZeroDivisionError

        app.url_map.converters["broken"] = Broken
        app.add_url_rule("/broken/<broken:x>", "broken", str)
        assert find(Client(app), "/brokn/1")["broken"][-1] == "its variable does not take '1'"


class TestWhereNothingIsSaid:
    def test_outside_of_debug_mode(self, app: App, client: Client) -> None:
        pages = [client.get("/abuot").text, client.get("/abuot", headers=JSON).text]
        assert all("/about" in page for page in pages)
        app.debug = False
        pages = [client.get("/abuot").text, client.get("/abuot", headers=JSON).text]
        assert all("/about" not in page and "nearest" not in page for page in pages)

    def test_for_a_404_of_a_view(self, client: Client) -> None:
        assert find(client, "/gone") == {}

    def test_where_a_handler_answers(self, app: App) -> None:
        app.register_error_handler(404, lambda error: (f"own: {error.description}", 404))
        text = Client(app).get("/abuot").text
        assert text.startswith("own: The requested URL was not found")
        assert "nearest" not in text
