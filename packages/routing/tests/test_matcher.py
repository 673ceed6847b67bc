"""What `Map.find_match` decides, and what it leaves to Werkzeug."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from cruse_routing import MISS, UNDECIDED, BaseConverter, Map, Rule, ValidationError


def make_map(*texts: str, **options: Any) -> Map:
    return Map([Rule(text, endpoint=text, **options) for text in texts])


def find(routing_map: Map, path: str, method: str = "GET") -> Any:
    """Return the rule's text and the arguments, or the answer."""
    found = routing_map.find_match(path, method)
    return (found[0].rule, found[1]) if isinstance(found, tuple) else found


class TestDecided:
    def test_path_without_variables(self) -> None:
        assert find(make_map("/", "/a", "/a/"), "/a/") == ("/a/", {})

    def test_arguments_are_the_callers_own(self) -> None:
        routing_map = make_map("/a")
        for _ in range(2):
            found = routing_map.find_match("/a", "GET")
            assert isinstance(found, tuple)
            assert found[1] == {}
            found[1]["changed"] = True

    @pytest.mark.parametrize(
        ("text", "path", "value"),
        [
            ("/<a>", "/é x", "é x"),
            ("/<string(length=2):a>", "/xy", "xy"),
            ("/<int:a>", "/07", 7),
            ("/<int(fixed_digits=2):a>", "/07", 7),
            ("/<int(signed=True, max=3):a>", "/-3", -3),
            ("/<float:a>", "/1.5", 1.5),
            ("/<any(x, 'y z'):a>", "/y z", "y z"),
            ("/<path:a>", "/x/y", "x/y"),
            ("/v<a>.txt", "/v1.txt", "1"),
            ("/<path:a>/edit", "/x/y/edit", "x/y"),
            ("/<path:a>/", "/x/y/", "x/y"),
            (
                "/<uuid:a>",
                "/12345678-1234-5678-1234-567812345678",
                UUID("12345678-1234-5678-1234-567812345678"),
            ),
        ],
    )
    def test_path_with_a_variable(self, text: str, path: str, value: object) -> None:
        assert find(make_map(text), path) == (text, {"a": value})

    def test_several_variables_of_one_segment(self) -> None:
        found = find(make_map("/<int:a>-<b>/<c>"), "/1-x/y")
        assert found == ("/<int:a>-<b>/<c>", {"a": 1, "b": "x", "c": "y"})

    @pytest.mark.parametrize(
        "path", ["/no", "/a/b", "/users/x", "/users/1/2", "/a.txt", "/users/²", "/b/"]
    )
    def test_miss(self, path: str) -> None:
        routing_map = make_map("/", "/a", "/b", "/users/<int:id>", "/v<int:n>")
        assert find(routing_map, path) is MISS

    def test_fixed_text_goes_before_variables(self) -> None:
        routing_map = make_map("/<a>/x", "/a/<b>", "/a/x")
        assert find(routing_map, "/a/x") == ("/a/x", {})
        assert find(routing_map, "/a/y") == ("/a/<b>", {"b": "y"})
        assert find(routing_map, "/b/x") == ("/<a>/x", {"a": "b"})

    def test_variables_go_by_weight(self) -> None:
        routing_map = make_map("/<path:a>", "/<a>", "/<int:a>", "/<a>.txt")
        assert find(routing_map, "/1") == ("/<int:a>", {"a": 1})
        assert find(routing_map, "/x") == ("/<a>", {"a": "x"})
        assert find(routing_map, "/x.txt") == ("/<a>.txt", {"a": "x"})
        assert find(routing_map, "/x/y") == ("/<path:a>", {"a": "x/y"})

    def test_goes_back_when_the_rest_does_not_fit(self) -> None:
        routing_map = make_map("/a/<int:b>/c", "/<a>/<b>/d", "/<a>/<int:b>/e")
        assert find(routing_map, "/a/1/c") == ("/a/<int:b>/c", {"b": 1})
        assert find(routing_map, "/a/1/d") == ("/<a>/<b>/d", {"a": "a", "b": "1"})
        assert find(routing_map, "/a/1/e") == ("/<a>/<int:b>/e", {"a": "a", "b": 1})

    def test_first_rule_that_accepts_the_method_wins(self) -> None:
        for text, path in (("/a", "/a"), ("/<a>", "/x")):
            read, write, again = (
                Rule(text, endpoint=name, methods=[method])
                for name, method in (("read", "GET"), ("write", "POST"), ("again", "GET"))
            )
            routing_map = Map([read, write, again])
            for method, rule in (("HEAD", read), ("POST", write)):
                found = routing_map.find_match(path, method)
                assert isinstance(found, tuple)
                assert found[0] is rule

    def test_methods_are_read_anew(self) -> None:
        rule = Rule("/a", methods=["GET"])
        routing_map = Map([rule])
        assert rule.methods is not None
        rule.methods.add("POST")
        assert routing_map.find_match("/a", "POST") == (rule, {})

    def test_own_converter(self) -> None:
        class Word(BaseConverter):
            regex = "[a-z]+"

            def to_python(self, value: str) -> list[str]:
                return list(value)

        routing_map = Map([Rule("/<word:a>", endpoint="x")], converters={"word": Word})
        assert find(routing_map, "/ab") == ("/<word:a>", {"a": ["a", "b"]})
        assert find(routing_map, "/AB") is MISS


class TestUndecided:
    @pytest.mark.parametrize("path", ["", "a", "//a", "/a//b", "/b//"])
    def test_path_with_odd_slashes(self, path: str) -> None:
        assert find(make_map("/", "/a", "/b/"), path) is UNDECIDED

    @pytest.mark.parametrize("path", ["/b", "/x/1", "/y/1/2"])
    def test_path_that_lacks_a_slash(self, path: str) -> None:
        assert find(make_map("/b/", "/x/<a>/", "/y/<path:p>/"), path) is UNDECIDED

    @pytest.mark.parametrize("path", ["/b/", "/x/1/"])
    def test_path_with_a_slash_too_many_for_a_lenient_rule(self, path: str) -> None:
        assert find(make_map("/b", "/x/<a>", strict_slashes=False), path) is UNDECIDED

    @pytest.mark.parametrize("path", ["/a", "/x/1"])
    def test_method_that_no_rule_accepts(self, path: str) -> None:
        routing_map = make_map("/a", "/x/<int:id>", methods=["GET"])
        assert find(routing_map, path, "POST") is UNDECIDED

    @pytest.mark.parametrize(
        "options",
        [{"redirect_to": "b"}, {"alias": True}, {"websocket": True}, {"defaults": {"x": 1}}],
    )
    @pytest.mark.parametrize(("text", "path"), [("/a", "/a"), ("/<a>", "/a")])
    def test_rule_that_says_more(self, text: str, path: str, options: dict[str, Any]) -> None:
        first = Rule(text, endpoint="first", methods=["POST"])
        routing_map = Map(
            [first, Rule(text, endpoint="odd", **options), Rule(text, endpoint="last")]
        )
        assert find(routing_map, path, "GET") is UNDECIDED
        assert find(routing_map, path, "POST")[0] == text

    def test_rule_of_an_endpoint_with_defaults(self) -> None:
        routing_map = make_map("/<int:page>")
        assert find(routing_map, "/1") == ("/<int:page>", {"page": 1})
        routing_map.add(Rule("/", endpoint="/<int:page>", defaults={"page": 1}))
        assert find(routing_map, "/1") is UNDECIDED

    @pytest.mark.parametrize(
        ("text", "path"), [("/<int(min=1):a>", "/0"), ("/<int:a>", "/" + "1" * 5000)]
    )
    def test_value_that_a_converter_refuses(self, text: str, path: str) -> None:
        assert find(make_map(text), path) is UNDECIDED

    def test_converter_that_fails(self) -> None:
        class Broken(BaseConverter):
            def to_python(self, value: str) -> str:
                raise ValidationError if value == "refused" else KeyError(value)

        routing_map = Map([Rule("/<b:a>", endpoint="x")], converters={"b": Broken})
        assert find(routing_map, "/refused") is UNDECIDED
        assert find(routing_map, "/failed") is UNDECIDED
        with pytest.raises(KeyError):
            routing_map.bind("localhost").match("/failed")

    def test_converter_without_a_valid_expression(self) -> None:
        class Invalid(BaseConverter):
            regex = "["

        routing_map = Map([Rule("/<i:a>", endpoint="x")], converters={"i": Invalid})
        assert find(routing_map, "/x") is UNDECIDED

    def test_map_with_a_subdomain(self) -> None:
        routing_map = make_map("/a", "/<a>")
        routing_map.add(Rule("/b", subdomain="api"))
        routing_map.add(Rule("/c"))
        for path in ("/a", "/b", "/c", "/d/e"):
            assert find(routing_map, path) is UNDECIDED


class TestBuildOnly:
    def test_rule_is_never_matched(self) -> None:
        assert find(make_map("/a", build_only=True), "/a") is MISS
