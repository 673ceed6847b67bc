"""The bound map: Werkzeug's adapter with the map's own answers in front."""

from __future__ import annotations

from typing import Any

import pytest
import werkzeug.routing
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.test import create_environ

from cruse_routing import BuildError, Map, MapAdapter, RequestRedirect, Rule, WebsocketMismatch


@pytest.fixture
def routing_map() -> Map:
    return Map(
        [
            Rule("/", endpoint="index"),
            Rule("/users/", endpoint="users"),
            Rule("/users/<int:id>", endpoint="user", methods=["GET"]),
            Rule("/chat", endpoint="chat", websocket=True),
        ]
    )


class TestBind:
    def test_returns_an_adapter_of_werkzeug(self, routing_map: Map) -> None:
        adapter = routing_map.bind("example.org", "/app", url_scheme="https")
        assert isinstance(adapter, MapAdapter)
        assert isinstance(adapter, werkzeug.routing.MapAdapter)
        assert (adapter.server_name, adapter.script_name) == ("example.org", "/app/")

    def test_to_environ_reads_the_request(self, routing_map: Map) -> None:
        environ = create_environ("/users/5", "http://example.org/app", method="POST")
        adapter = routing_map.bind_to_environ(environ)
        assert isinstance(adapter, MapAdapter)
        assert (adapter.path_info, adapter.default_method) == ("/users/5", "POST")
        with pytest.raises(MethodNotAllowed):
            adapter.match()


class TestMatch:
    def test_returns_the_endpoint_or_the_rule(self, routing_map: Map) -> None:
        adapter = routing_map.bind("localhost", path_info="/users/5")
        assert adapter.match() == ("user", {"id": 5})
        rule, arguments = adapter.match(return_rule=True)
        assert (rule.endpoint, arguments) == ("user", {"id": 5})

    def test_takes_the_method_in_any_case(self, routing_map: Map) -> None:
        assert routing_map.bind("localhost").match("/users/5", "get") == ("user", {"id": 5})

    def test_unknown_path_is_not_found(self, routing_map: Map) -> None:
        with pytest.raises(NotFound):
            routing_map.bind("localhost").match("/nowhere")

    def test_missing_slash_is_a_redirect(self, routing_map: Map) -> None:
        with pytest.raises(RequestRedirect) as caught:
            routing_map.bind("localhost", "/app", query_args="a=1").match("/users")
        assert caught.value.new_url == "http://localhost/app/users/?a=1"

    def test_other_method_lists_the_allowed_ones(self, routing_map: Map) -> None:
        adapter = routing_map.bind("localhost")
        with pytest.raises(MethodNotAllowed) as caught:
            adapter.match("/users/5", "PUT")
        assert set(caught.value.valid_methods or ()) == {"GET", "HEAD"}
        assert set(adapter.allowed_methods("/users/5")) == {"GET", "HEAD"}

    def test_websocket_is_told_from_http(self, routing_map: Map) -> None:
        assert routing_map.bind("localhost", url_scheme="ws").match("/chat") == ("chat", {})
        assert routing_map.bind("localhost").match("/chat", websocket=True) == ("chat", {})
        with pytest.raises(WebsocketMismatch):
            routing_map.bind("localhost").match("/chat")
        with pytest.raises(WebsocketMismatch):
            routing_map.bind("localhost", url_scheme="ws").match("/")

    def test_other_subdomain_has_no_rules(self, routing_map: Map) -> None:
        assert not routing_map.bind("localhost", subdomain="api").test("/")

    def test_host_decides_if_the_map_says_so(self) -> None:
        routing_map = Map(
            [
                Rule("/", endpoint="one", host="one.org"),
                Rule("/", endpoint="two", host="two.org"),
            ],
            host_matching=True,
        )
        assert routing_map.bind("two.org").match("/") == ("two", {})


class TestBuild:
    def test_puts_the_script_root_in_front(self, routing_map: Map) -> None:
        for script_name in ("/app", "/app/"):
            adapter = routing_map.bind("localhost", script_name)
            assert adapter.build("user", {"id": 5, "q": "a b"}) == "/app/users/5?q=a+b"

    @pytest.mark.parametrize(
        ("options", "url"),
        [
            ({"force_external": True}, "http://localhost/users/5?q=1"),
            ({"append_unknown": False}, "/users/5"),
            ({"url_scheme": "https"}, "/users/5?q=1"),
            ({"method": "GET"}, "/users/5?q=1"),
        ],
    )
    def test_heeds_its_options(self, routing_map: Map, options: dict[str, Any], url: str) -> None:
        adapter = routing_map.bind("localhost")
        assert adapter.build("user", {"id": 5, "q": 1}, **options) == url

    def test_other_subdomain_gives_the_whole_url(self, routing_map: Map) -> None:
        adapter = routing_map.bind("localhost", subdomain="api")
        assert adapter.build("index") == "http://localhost/"

    def test_missing_value_is_an_error_that_names_it(self, routing_map: Map) -> None:
        with pytest.raises(BuildError, match=r"forget to specify values \['id'\]"):
            routing_map.bind("localhost").build("user")
