"""Rules that never answer: found with the rule that answers instead, and never by mistake."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter

from cruse_core import App
from cruse_core.route_conflicts import RouteConflict, find_route_conflicts
from cruse_routing import Map, Rule


class SlowConverter(BaseConverter):
    """Tried after the default converter."""

    weight = 150


def find(*rules: Rule) -> list[RouteConflict]:
    for number, rule in enumerate(rules):
        rule.endpoint = number
    return find_route_conflicts(Map(rules, converters={"slow": SlowConverter}).iter_in_order())


def dead(*texts: str) -> list[str]:
    """Return `rule < winner` for each conflict among rules of these texts."""
    return [f"{c.rule.rule} < {c.winner.rule}" for c in find(*map(Rule, texts))]


class TestDuplicates:
    def test_the_later_of_two_equal_rules_is_never_asked(self) -> None:
        first, second = Rule("/a", methods=["GET"]), Rule("/a", methods=["GET"])
        assert find(first, second) == [RouteConflict(second, first, ("GET",), is_duplicate=True)]

    def test_names_of_variables_make_no_difference(self) -> None:
        conflicts = find(Rule("/<int:a>"), Rule("/<int:b>"))
        assert [conflict.is_duplicate for conflict in conflicts] == [True]

    def test_different_methods_may_share_a_rule(self) -> None:
        assert find(Rule("/a", methods=["GET"]), Rule("/a", methods=["POST"])) == []

    def test_only_the_methods_in_common_are_lost(self) -> None:
        conflicts = find(Rule("/a", methods=["GET"]), Rule("/a", methods=["GET", "POST"]))
        assert [conflict.methods for conflict in conflicts] == [("GET",)]

    def test_each_lost_method_is_told_once_with_the_rule_that_has_it(self) -> None:
        conflicts = find(
            Rule("/a", methods=["GET"]),
            Rule("/a", methods=["GET", "POST"]),
            Rule("/a", methods=["GET", "POST"]),
        )
        assert [(c.rule.endpoint, c.winner.endpoint, c.methods) for c in conflicts] == [
            (1, 0, ("GET",)),
            (2, 0, ("GET",)),
            (2, 1, ("POST",)),
        ]

    def test_a_rule_without_methods_takes_them_all(self) -> None:
        assert [c.methods for c in find(Rule("/a"), Rule("/a", methods=["PUT"]))] == [("PUT",)]
        assert [c.methods for c in find(Rule("/a", methods=["PUT"]), Rule("/a"))] == [("PUT",)]
        assert [c.methods for c in find(Rule("/a"), Rule("/a"))] == [()]

    def test_rules_that_only_build_urls_do_not_count(self) -> None:
        assert find(Rule("/a"), Rule("/a", build_only=True)) == []
        assert find(Rule("/a", build_only=True), Rule("/a")) == []

    def test_a_websocket_may_share_the_rule_of_a_page(self) -> None:
        assert find(Rule("/a"), Rule("/a", websocket=True)) == []

    def test_subdomains_are_apart(self) -> None:
        assert find(Rule("/a", subdomain="x"), Rule("/a", subdomain="y")) == []
        assert len(find(Rule("/a", subdomain="<x>"), Rule("/a", subdomain="<y>"))) == 1


class TestMethodsThatAreAdded:
    def test_automatic_options_are_no_conflict(self) -> None:
        app = App(__name__, static_folder=None)
        app.add_url_rule("/a", "read", methods=["GET"])
        app.add_url_rule("/a", "write", methods=["POST"])
        assert find_route_conflicts(app.url_map.iter_in_order()) == []

    @pytest.mark.filterwarnings("ignore::cruse_core.errors.RouteConflictWarning")
    def test_a_view_for_options_behind_automatic_ones_is_never_asked(self) -> None:
        app = App(__name__, static_folder=None)
        app.add_url_rule("/a", "read", methods=["GET"])
        app.add_url_rule("/a", "preflight", methods=["OPTIONS"])
        (conflict,) = find_route_conflicts(app.url_map.iter_in_order())
        assert (conflict.rule.endpoint, conflict.methods) == ("preflight", ("OPTIONS",))

    def test_head_counts_for_a_rule_that_has_it_alone(self) -> None:
        get, head = Rule("/a", methods=["GET"]), Rule("/a", methods=["HEAD"])
        assert [conflict.methods for conflict in find(get, head)] == [("HEAD",)]
        get, head = Rule("/a", methods=["GET"]), Rule("/a", methods=["HEAD"])
        assert find(head, get) == []


class TestShadows:
    @pytest.mark.parametrize(
        "texts",
        [
            ("/<name>", "/<uuid:key>"),
            ("/<name>", "/<any(a, b):letter>"),
            ("/<name>", "/<string(length=2):language>"),
            ("/<name>/", "/<uuid:key>"),
            ("/<name>/<path:rest>", "/<uuid:key>/edit/<field>"),
            ("/<path:a>", "/<path:b>/"),
            ("/v1/<name>/x", "/v1/<uuid:key>/x"),
        ],
    )
    def test_a_wider_rule_that_is_tried_first_takes_everything(
        self, texts: tuple[str, str]
    ) -> None:
        assert dead(*texts) == [f"{texts[1]} < {texts[0]}"]

    def test_the_wider_rule_need_not_be_the_earlier_one(self) -> None:
        assert dead("/<slow:a>", "/<b>") == ["/<slow:a> < /<b>"]
        # The first rule decides that default variables are tried before UUIDs.
        assert dead("/<x>/a", "/<uuid:u>/b", "/<x>/b") == ["/<uuid:u>/b < /<x>/b"]

    @pytest.mark.parametrize(
        "texts",
        [
            ("/<uuid:key>", "/<name>"),
            ("/<name>", "/<int:number>"),
            ("/<name>", "/me", "/<name>.txt"),
            ("/<path:rest>", "/<name>", "/a/<b>"),
            ("/<name>/", "/<other>"),
            ("/<int:a>", "/<float:a>"),
            ("/a", "/a/"),
        ],
    )
    def test_rules_that_have_urls_of_their_own_are_none(self, texts: tuple[str, ...]) -> None:
        assert dead(*texts) == []

    def test_a_rule_that_tolerates_a_slash_is_asked_for_that(self) -> None:
        assert find(Rule("/<name>"), Rule("/<uuid:key>", strict_slashes=False)) == []
        assert len(find(Rule("/<name>/"), Rule("/<uuid:key>", strict_slashes=False))) == 1

    def test_a_rule_that_tolerates_a_slash_takes_the_one_that_has_it(self) -> None:
        conflicts = find(Rule("/<name>", strict_slashes=False), Rule("/<uuid:key>/"))
        assert [conflict.rule.rule for conflict in conflicts] == ["/<uuid:key>/"]


SEGMENTS = ["a", "<{}>", "<uuid:{}>", "<path:{}>", "<any(a, b):{}>", "<slow:{}>", "v<{}>"]
UUID = "12345678-1234-5678-1234-567812345678"
VALUES = ["a", "b", "5", "v1", "zz", UUID, "a/b", "a/b/c"]


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    segments = draw(st.lists(st.sampled_from(SEGMENTS), min_size=1, max_size=2))
    text = "/".join(segment.format(f"x{number}") for number, segment in enumerate(segments))
    return Rule(
        f"/{text}{draw(st.sampled_from(['', '/']))}",
        methods=draw(st.sampled_from([None, ["GET"], ["POST"], ["GET", "POST"]])),
        strict_slashes=draw(st.booleans()),
    )


class TestAgainstTheMatcher:
    @given(st.lists(rules(), min_size=2, max_size=4), st.lists(st.sampled_from(VALUES), min_size=2))
    def test_what_is_reported_never_matches(self, drawn: list[Rule], values: list[str]) -> None:
        conflicts = find(*drawn)
        for conflict in conflicts:
            assert conflict.rule.map is not None
            adapter = conflict.rule.map.bind("localhost")
            path = conflict.rule.rule
            for value in values:
                path = re.sub("<[^>]*>", value, path, count=1)
            for method in conflict.methods or ("GET", "POST"):
                try:
                    found, _ = adapter.match(path, method, return_rule=True)
                except HTTPException:
                    continue
                assert found is not conflict.rule
