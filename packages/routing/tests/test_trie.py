"""The tree of segments: it grows while it is read, and costs the same however large."""

from __future__ import annotations

from cruse_routing import MISS, Map, Rule


class TestGrowth:
    def test_rule_added_after_a_match_counts_at_once(self) -> None:
        routing_map = Map([Rule("/a/<b>", endpoint="old")])
        assert routing_map.find_match("/a/x/y", "GET") is MISS
        rule = Rule("/a/<b>/<int:c>", endpoint="new")
        routing_map.add(rule)
        assert routing_map.find_match("/a/x/1", "GET") == (rule, {"b": "x", "c": 1})

    def test_rule_of_a_lower_weight_overtakes_an_older_one(self) -> None:
        routing_map = Map([Rule("/<a>", endpoint="old")])
        rule = Rule("/<int:a>", endpoint="new")
        routing_map.add(rule)
        assert routing_map.find_match("/1", "GET") == (rule, {"a": 1})

    def test_equal_segments_share_their_way_and_keep_their_names(self) -> None:
        first, second = Rule("/<a>/x", endpoint="first"), Rule("/<b>/y", endpoint="second")
        routing_map = Map([first, second])
        assert routing_map.find_match("/1/x", "GET") == (first, {"a": "1"})
        assert routing_map.find_match("/1/y", "GET") == (second, {"b": "1"})

    def test_thousands_of_rules_are_all_found(self) -> None:
        rules = [Rule(f"/{n}/<int:a>/x{n}-<b>", endpoint=n) for n in range(2000)]
        routing_map = Map(rules)
        for number in (0, 999, 1999):
            found = routing_map.find_match(f"/{number}/5/x{number}-y", "GET")
            assert found == (rules[number], {"a": 5, "b": "y"})
