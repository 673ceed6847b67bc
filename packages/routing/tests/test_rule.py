"""A rule that compiles its URL builders at their first use."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import werkzeug.routing

from cruse_routing import Map, Rule, UnicodeConverter


class Cycle:
    """Garbage that only the collector finds, with a finalizer that other threads may interrupt."""

    def __init__(self) -> None:
        self.itself = self

    def __del__(self) -> None:
        for _ in range(20):
            pass


@pytest.fixture
def frequent_collections() -> Iterator[None]:
    """Collect garbage, and switch threads, far more often than usual."""
    threshold, interval = gc.get_threshold(), sys.getswitchinterval()
    gc.set_threshold(20, 2, 2)
    sys.setswitchinterval(1e-6)
    yield
    gc.set_threshold(*threshold)
    sys.setswitchinterval(interval)


def bind(rule: Rule) -> Rule:
    Map([rule])
    return rule


class TestAttributes:
    def test_is_a_rule_of_werkzeug(self) -> None:
        assert isinstance(Rule("/"), werkzeug.routing.Rule)

    def test_are_known_as_soon_as_the_rule_is_bound(self) -> None:
        rule = bind(Rule("/a/<int:b>/", methods=["get"], endpoint="e", defaults={"c": 1}))
        assert rule.arguments == {"b", "c"}
        assert rule.methods == {"GET", "HEAD"}
        assert rule.is_branch
        assert repr(rule).startswith("<Rule '/a/<b>/' (")

    def test_empty_returns_an_unbound_copy(self) -> None:
        copy = bind(Rule("/a/<b>", endpoint="e")).empty()
        assert type(copy) is Rule
        assert (copy.rule, copy.endpoint) == ("/a/<b>", "e")
        Map([copy])

    def test_equality_is_that_of_werkzeug(self) -> None:
        assert bind(Rule("/<a>")) == bind(Rule("/<a>"))
        assert bind(Rule("/<a>")) != bind(Rule("/<b>"))


class TestBuild:
    def test_with_unknown_values_makes_a_query(self) -> None:
        rule = bind(Rule("/a/<int:b>"))
        for _ in range(2):
            assert rule.build({"b": 1, "c": 2}) == ("", "/a/1?c=2")

    def test_without_unknown_values_drops_them(self) -> None:
        rule = bind(Rule("/a/<int:b>"))
        for _ in range(2):
            assert rule.build({"b": 1, "c": 2}, append_unknown=False) == ("", "/a/1")

    def test_takes_a_value_of_any_name(self) -> None:
        rule = bind(Rule("/<self>"))
        assert rule.build({"self": "a", "rule": "b", "values": "c"}) == ("", "/a?rule=b&values=c")

    def test_in_many_threads_at_first_use_gives_each_the_url(self) -> None:
        rule = bind(Rule("/<a>"))
        barrier = Barrier(4)

        def build(number: int) -> object:
            barrier.wait()
            return rule.build({"a": number})

        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(build, range(4))) == [("", f"/{number}") for number in range(4)]

    @pytest.mark.usefixtures("frequent_collections")
    def test_in_many_threads_at_first_use_survives_finalizers(self) -> None:
        rules = [[bind(Rule(f"/{number}/<a>")) for number in range(800)] for _ in range(8)]

        def build_all(number: int) -> int:
            for rule in rules[number]:
                Cycle()
                rule.build({"a": 1})
            return number

        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(build_all, range(8))) == [*range(8)]


class TestRefusals:
    """What Werkzeug refuses to compile is refused when the rule is added, not when it is used."""

    def test_variable_twice(self) -> None:
        with pytest.raises(SyntaxError, match="twice"):
            Map([Rule("/<a>/<a>")])

    @pytest.mark.parametrize("name", ["None", "True", "False"])
    def test_variable_named_like_a_constant(self, name: str) -> None:
        with pytest.raises(ValueError, match=name):
            Map([Rule(f"/<{name}>")])

    def test_default_that_the_converter_refuses(self) -> None:
        with pytest.raises(ValueError, match="invalid literal"):
            Map([Rule("/<int:a>", defaults={"a": "x"})])

    def test_text_that_has_no_utf8(self) -> None:
        with pytest.raises(UnicodeEncodeError):
            Map([Rule("/\ud800")])

    def test_unknown_converter(self) -> None:
        with pytest.raises(LookupError, match="'nope'"):
            Map([Rule("/<nope:a>")])


class TestRefresh:
    def test_makes_the_map_match_what_was_changed(self) -> None:
        rule = Rule("/a", endpoint="a")
        routing_map = Map([rule, Rule("/<name>", endpoint="name")])
        rule.rule = "/b"
        rule.refresh()
        assert routing_map.find_match("/b", "GET") == (rule, {})
        assert routing_map.bind("localhost").match("/a") == ("name", {"name": "a"})
        assert routing_map.find_url("a", {}) == "/b"

    def test_works_on_a_map_of_werkzeug(self) -> None:
        rule = Rule("/a", endpoint="a")
        routing_map = werkzeug.routing.Map([rule])
        rule.rule = "/b"
        rule.refresh()
        assert routing_map.bind("localhost").build("a") == "/b"


class TestSubclass:
    def test_may_choose_the_converters(self) -> None:
        class LongRule(Rule):
            def get_converter(self, *args: object) -> UnicodeConverter:
                return UnicodeConverter(self.map, minlength=3)

        routing_map = Map([LongRule("/<a>", endpoint="a")])
        assert routing_map.bind("localhost").match("/abc") == ("a", {"a": "abc"})
        assert not routing_map.bind("localhost").test("/ab")

    def test_may_refuse_to_build(self) -> None:
        class SilentRule(Rule):
            def build(self, *args: object, **options: object) -> None:
                return None

        routing_map = Map([SilentRule("/a", endpoint="a")])
        assert routing_map.find_url("a", {}) is None


class TestMistakes:
    def test_unknown_converter_is_named_with_the_nearest_and_all(self) -> None:
        with pytest.raises(LookupError, match="Did you mean '<int:id>'") as caught:
            Map([Rule("/u/<integer:id>")])
        assert "'/u/<integer:id>'" in str(caught.value)
        assert "any, default, float, int, path, string, uuid" in str(caught.value)

    def test_converter_unlike_any_other_is_named_with_all(self) -> None:
        with pytest.raises(LookupError, match=r"of that name\. It has these: any,"):
            Map([Rule("/u/<xyz:id>")])

    def test_argument_of_a_converter_is_named_with_the_rule(self) -> None:
        with pytest.raises(TypeError, match=r"'int' of the variable 'id'.*\(mn=3\).*mn"):
            Map([Rule("/u/<int(mn=3):id>")])

    def test_variable_that_comes_twice_is_named(self) -> None:
        with pytest.raises(SyntaxError, match="'/u/<x>/<x>' has the variable 'x' twice.*'<x_2>'"):
            Map([Rule("/u/<x>/<x>")])
