"""What `Map.find_url` answers, and where it is in doubt."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from cruse_routing import BaseConverter, Map, Rule

TEXTS = {
    "index": "/",
    "show": "/users/<int:id>/posts/<slug>",
    "file": "/files/<path:name>",
    "first": "/<path:name>",
    "percent": "/100%/é/<a>",
    "fixed": "/n/<int(fixed_digits=3):id>",
    "half": "/h/<float:x>",
}


@pytest.fixture
def routing_map() -> Map:
    return Map([Rule(text, endpoint=endpoint) for endpoint, text in TEXTS.items()])


class TestAnswers:
    @pytest.mark.parametrize(
        ("endpoint", "values", "url"),
        [
            ("index", None, "/"),
            ("index", {}, "/"),
            ("index", {"a": None}, "/"),
            ("index", {"a": 1, "b": "x y", "c": "/?&é"}, "/?a=1&b=x+y&c=/?%26%C3%A9"),
            ("index", {"a": ["x", 1, None], "b": []}, "/?a=x&a=1"),
            ("index", {"a": []}, "/"),
            ("index", {"ä b": 1.5}, "/?%C3%A4+b=1.5"),
            ("show", {"id": 7, "slug": "a b/é"}, "/users/7/posts/a%20b/%C3%A9"),
            ("show", {"id": "7", "slug": "x", "page": 2}, "/users/7/posts/x?page=2"),
            ("show", {"id": True, "slug": 5}, "/users/1/posts/5"),
            ("file", {"name": "a/b.css"}, "/files/a/b.css"),
            ("first", {"name": "//a"}, "/a"),
            ("percent", {"a": "%"}, "/100%25/%C3%A9/%25"),
            ("fixed", {"id": 7}, "/n/007"),
            ("half", {"x": 0.5}, "/h/0.5"),
        ],
    )
    def test_url(
        self, routing_map: Map, endpoint: str, values: dict[str, Any] | None, url: str
    ) -> None:
        assert routing_map.find_url(endpoint, values) == url
        assert routing_map.bind("example.org").build(endpoint, values) == url

    def test_query_is_sorted_if_the_map_says_so(self) -> None:
        routing_map = Map([Rule("/", endpoint="index")], sort_parameters=True)
        assert routing_map.find_url("index", {"b": 1, "a": 2}) == "/?a=2&b=1"

    def test_rule_with_most_arguments_that_values_fill(self) -> None:
        routing_map = Map(
            [Rule("/", endpoint="x"), Rule("/<a>/<b>", endpoint="x"), Rule("/<a>", endpoint="x")]
        )
        assert routing_map.find_url("x", {"a": 1, "b": 2, "c": 3}) == "/1/2?c=3"
        assert routing_map.find_url("x", {"a": 1, "b": None}) == "/1"
        assert routing_map.find_url("x", {"c": 1}) == "/?c=1"

    def test_rule_added_later_counts_at_once(self, routing_map: Map) -> None:
        assert routing_map.find_url("index", {"a": 1}) == "/?a=1"
        routing_map.add(Rule("/a/<a>", endpoint="index"))
        assert routing_map.find_url("index", {"a": 1}) == "/a/1"

    def test_one_rule_is_built_whatever_its_methods(self) -> None:
        routing_map = Map([Rule("/a", endpoint="a", methods=["POST"])])
        assert routing_map.find_url("a", {}) == "/a"

    def test_rule_that_is_only_for_building(self) -> None:
        assert Map([Rule("/a", endpoint="a", build_only=True)]).find_url("a", {}) == "/a"


class TestDoubts:
    @pytest.mark.parametrize(
        ("endpoint", "values"),
        [
            ("nowhere", {}),
            ("show", {"id": 7}),
            ("show", {"id": None, "slug": "x"}),
            ("show", {"id": "seven", "slug": "x"}),
            ("index", MultiDict({"a": 1})),
            ("index", {1: "a"}),
            ("index", {".self": "a"}),
            ("file", {"name": "\ud800"}),
        ],
    )
    def test_values(self, routing_map: Map, endpoint: str, values: Any) -> None:
        assert routing_map.find_url(endpoint, values) is None

    @pytest.mark.parametrize(
        "options",
        [{"defaults": {"a": 1}}, {"websocket": True}, {"subdomain": "api"}],
    )
    def test_rules(self, options: dict[str, Any]) -> None:
        routing_map = Map([Rule("/<b>", endpoint="x", **options), Rule("/", endpoint="y")])
        assert routing_map.find_url("x", {"b": 1}) is None
        assert routing_map.find_url("y", {}) == "/"

    def test_rules_that_differ_in_their_methods(self) -> None:
        routing_map = Map(
            [
                Rule("/get", endpoint="x", methods=["GET"]),
                Rule("/post", endpoint="x", methods=["POST"]),
            ]
        )
        assert routing_map.find_url("x", {}) is None
        assert routing_map.bind("localhost", default_method="POST").build("x") == "/post"

    def test_rules_whose_methods_were_changed_in_place(self) -> None:
        rules = [Rule("/one", endpoint="x", methods=["GET"]), Rule("/two", endpoint="x")]
        rules[1].methods = rules[0].methods
        routing_map = Map(rules)
        assert routing_map.find_url("x", {}) == "/one"
        rules[0].methods = {"POST"}
        assert routing_map.find_url("x", {}) is None
        assert routing_map.bind("localhost").build("x") == "/two"

    @pytest.mark.parametrize("options", [{"host_matching": True}, {"default_subdomain": "www"}])
    def test_maps_that_look_at_the_host(self, options: dict[str, Any]) -> None:
        assert Map([Rule("/", endpoint="x")], **options).find_url("x", {}) is None

    def test_converter_that_fails(self) -> None:
        class Broken(BaseConverter):
            def to_url(self, value: Any) -> str:
                raise LookupError(value)

        routing_map = Map([Rule("/<b:a>", endpoint="x")], converters={"b": Broken})
        assert routing_map.find_url("x", {"a": 1}) is None
        with pytest.raises(LookupError):
            routing_map.bind("localhost").build("x", {"a": 1})
