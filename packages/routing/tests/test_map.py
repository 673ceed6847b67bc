"""The map as a whole: rules may come at any time, and Werkzeug's interface holds."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

import pytest
import werkzeug.routing

from cruse_routing import (
    MISS,
    UNDECIDED,
    EndpointPrefix,
    Map,
    Rule,
    RuleTemplate,
    Subdomain,
    Submount,
)


class TestAdd:
    def test_takes_a_rule_of_werkzeug(self) -> None:
        rule = werkzeug.routing.Rule("/<int:a>", endpoint="x")
        routing_map = Map([rule])
        assert routing_map.find_match("/5", "GET") == (rule, {"a": 5})
        assert routing_map.find_url("x", {"a": 5}) == "/5"

    def test_takes_factories(self) -> None:
        routing_map = Map(
            [
                Submount("/blog", [EndpointPrefix("blog.", [Rule("/<slug>", endpoint="show")])]),
                RuleTemplate([Rule("/$name", endpoint="$name")])(name="about"),
            ]
        )
        assert routing_map.bind("localhost").match("/blog/a") == ("blog.show", {"slug": "a"})
        assert routing_map.bind("localhost").match("/about") == ("about", {})

    def test_refuses_a_rule_that_has_a_map(self) -> None:
        rule = Rule("/")
        Map([rule])
        with pytest.raises(RuntimeError, match="already bound"):
            Map([rule])

    def test_keeps_the_rules_in_front_of_a_refused_one(self) -> None:
        routing_map = Map()
        with pytest.raises(LookupError):
            routing_map.add(Submount("/x", [Rule("/a", endpoint="a"), Rule("/<no:b>")]))
        assert routing_map.bind("localhost").match("/x/a") == ("a", {})
        assert [rule.rule for rule in routing_map.iter_rules()] == ["/x/a"]

    def test_default_of_the_map_counts_from_then_on(self) -> None:
        routing_map = Map([Rule("/a/", endpoint="a")])
        routing_map.strict_slashes = False
        routing_map.add(Rule("/b/", endpoint="b"))
        assert routing_map.bind("localhost").match("/b") == ("b", {})
        with pytest.raises(werkzeug.routing.RequestRedirect):
            routing_map.bind("localhost").match("/a")


class TestIterRules:
    def test_lists_rules_by_endpoint_and_preference(self) -> None:
        routing_map = Map([Rule("/", endpoint="a"), Rule("/<x>", endpoint="a")])
        routing_map.add(Rule("/b", endpoint="b"))
        assert [rule.rule for rule in routing_map.iter_rules()] == ["/<x>", "/", "/b"]
        assert [rule.rule for rule in routing_map.iter_rules("b")] == ["/b"]

    def test_expected_arguments(self) -> None:
        routing_map = Map([Rule("/<lang>", endpoint="a")])
        assert routing_map.is_endpoint_expecting("a", "lang")
        assert not routing_map.is_endpoint_expecting("a", "page")


class TestHosts:
    def test_subdomain_of_a_rule_is_matched(self) -> None:
        routing_map = Map(
            [Rule("/", endpoint="main"), Subdomain("api", [Rule("/", endpoint="api")])]
        )
        assert routing_map.bind("example.org").match("/") == ("main", {})
        assert routing_map.bind("example.org", subdomain="api").match("/") == ("api", {})

    @pytest.mark.parametrize(
        ("name", "value"), [("host_matching", True), ("default_subdomain", "www")]
    )
    def test_option_set_later_leaves_all_to_werkzeug(self, name: str, value: Any) -> None:
        routing_map = Map([Rule("/", endpoint="a"), Rule("/<x>", endpoint="b")])
        assert routing_map.find_match("/no/where", "GET") is MISS
        assert routing_map.find_url("a", {}) == "/"
        setattr(routing_map, name, value)
        routing_map.add(Rule("/c", endpoint="c"))
        for path in ("/", "/x", "/c", "/no/where"):
            assert routing_map.find_match(path, "GET") is UNDECIDED
        for endpoint in ("a", "c"):
            assert routing_map.find_url(endpoint, {}) is None


class TestThreads:
    def test_first_match_in_many_threads_is_right_in_each(self) -> None:
        routing_map = Map([Rule(f"/{n}/<int:a>/", endpoint=n) for n in range(50)])
        barrier = Barrier(4)

        def match(number: int) -> bool:
            barrier.wait()
            with pytest.raises(werkzeug.routing.RequestRedirect):
                routing_map.bind("localhost").match(f"/{number}/5")
            return routing_map.bind("localhost").match(f"/{number}/5/") == (number, {"a": 5})

        with ThreadPoolExecutor(4) as pool:
            assert all(pool.map(match, range(4)))

    def test_older_rules_are_found_while_others_are_added(self) -> None:
        routing_map = Map([Rule("/old/<a>/<b>", endpoint="old"), Rule("/s/", endpoint="slash")])
        done = Event()

        def keep_matching() -> int:
            adapter = routing_map.bind("localhost")
            count = 0
            while not done.is_set() or not count:
                assert adapter.match("/old/x/y") == ("old", {"a": "x", "b": "y"})
                with pytest.raises(werkzeug.routing.RequestRedirect):
                    adapter.match("/s")
                count += 1
            return count

        with ThreadPoolExecutor(3) as pool:
            futures = [pool.submit(keep_matching) for _ in range(3)]
            try:
                for number in range(300):
                    # Each of these changes a node that the matches above pass.
                    routing_map.add(Rule(f"/old/<a>/v{number}-<b>", endpoint=number))
                    routing_map.add(Rule(f"/s/{number}", endpoint=number))
            finally:
                done.set()
            assert all(future.result() for future in futures)


class TestIterInOrder:
    def test_keeps_the_order_of_registration(self) -> None:
        texts = ["/<b>", "/a", "/c"]
        routing_map = Map([Rule(t, endpoint=e) for t, e in zip(texts, "xyx", strict=True)])
        assert [rule.rule for rule in routing_map.iter_in_order()] == texts
        assert [rule.rule for rule in routing_map.iter_rules()] != texts
