"""Find rules that never answer, because another rule takes all their URLs first.

It is a question about rules alone, asked when they are registered or checked, never by a request.
What is reported is certain; a rule whose URLs several others take in part is not.
"""

from __future__ import annotations

import re
from bisect import insort_right
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from werkzeug.routing import Rule

from cruse_routing.segments import Segment, Weight, get_domain, iter_segments

# Expressions of a whole segment: what takes any text without a slash, and any rest of a path.
_ANY_SEGMENT = {r"(?P<__werkzeug_0>[^/]{1,})\Z", r"(?P<__werkzeug_0>[^/]+)\Z"}
_ANY_REST = r"(?P<__werkzeug_0>[^/].*?)\Z"


class RouteConflict(NamedTuple):
    """A rule that is never asked, at least not for some methods.

    Attributes:
        rule: The rule.
        winner: The rule that answers in its place.
        methods: For which methods, in order; none if both rules take every method.
        is_duplicate: Whether both are the same but for the names of their variables; otherwise the
            winner's pattern is wider.
    """

    rule: Rule
    winner: Rule
    methods: tuple[str, ...]
    is_duplicate: bool

    @property
    def remedy(self) -> str:
        """What to do about it, as a sentence."""
        if str(self.rule.endpoint).endswith(".static"):
            return "Give the blueprint a url_prefix, or a static_url_path of its own."
        if self.is_duplicate:
            return "Remove one of the two, or give one another path or other methods."
        return "Register the narrower rule first, or make the wider one narrower."


def find_route_conflicts(rules: Iterable[Rule]) -> list[RouteConflict]:
    """Return the conflicts among *rules*, by the rule that is never asked.

    Args:
        rules: Bound rules of one map, in the order of their registration, as
            `cruse_routing.Map.iter_in_order` has them.
    """
    tree = RuleTree()
    in_order = list(rules)
    for rule in in_order:
        tree.add(rule)
    return [conflict for rule in in_order for conflict in tree.iter_conflicts(rule)]


class RuleTree:
    """The rules of a map by the order in which they are tried; it grows rule by rule."""

    def __init__(self) -> None:
        self._root = _Node()

    def add(self, rule: Rule) -> None:
        """Add a bound rule. One that only builds URLs does not take part."""
        if rule.build_only:
            return
        node = self._root
        for segment in (get_domain(rule), *iter_segments(rule)):
            node = node.get_next(segment)
        node.rules.append(rule)

    def iter_conflicts(self, rule: Rule) -> Iterator[RouteConflict]:
        """Yield the conflicts that leave *rule*, which was added, without requests of its own."""
        if rule.build_only:
            return
        segments = [get_domain(rule), *iter_segments(rule)]
        automatic = _automatic_methods(rule)
        taken: set[str] = set()
        for winner, is_duplicate in _iter_winners(self._root, segments, rule):
            if winner.websocket != rule.websocket or _leaves_slash(winner, rule):
                continue
            common = _common_methods(rule, winner)
            if common is None:
                yield RouteConflict(rule, winner, (), is_duplicate)
                return
            lost = common - taken - automatic
            if lost:
                yield RouteConflict(rule, winner, tuple(sorted(lost)), is_duplicate)
            taken |= common


def _leaves_slash(winner: Rule, rule: Rule) -> bool:
    """Tell whether *rule* is asked for its URLs with one slash more."""
    if rule.strict_slashes or not winner.strict_slashes:
        return False
    return not winner.rule.endswith("/")


def _common_methods(rule: Rule, winner: Rule) -> set[str] | None:
    """Return the methods that both rules take; None if both take every method."""
    if rule.methods is None:
        return winner.methods
    return rule.methods if winner.methods is None else rule.methods & winner.methods


def _automatic_methods(rule: Rule) -> set[str]:
    """Return the methods that *rule* has only because they are added to its own."""
    methods = set()
    if getattr(rule, "provide_automatic_options", False):
        methods.add("OPTIONS")
    if rule.methods is not None and "GET" in rule.methods:
        methods.add("HEAD")
    return methods


class _Node:
    """A place that rules share which begin with the same segments."""

    # PERF: a dataclass is compiled at every start (benchmarks/startup.py).

    def __init__(self) -> None:
        self.static: dict[str, _Node] = {}
        # In the order in which they are tried: by weight, and by age where that is equal.
        self.edges: list[tuple[Segment, _Node]] = []
        self.rules: list[Rule] = []

    def get_next(self, segment: str | Segment) -> _Node:
        if isinstance(segment, str):
            return self.static.setdefault(segment, _Node())
        for known, node in self.edges:
            if known == segment:
                return node
        node = _Node()
        insort_right(self.edges, (segment, node), key=_get_weight)
        return node


def _get_weight(edge: tuple[Segment, _Node]) -> Weight:
    return edge[0].weight


def _iter_winners(
    node: _Node, segments: list[str | Segment], rule: Rule
) -> Iterator[tuple[Rule, bool]]:
    """Yield the rules that are tried before *rule* on all its URLs, and whether they are equal.

    Args:
        node: On the way that leads to *rule*.
        segments: What remains of that way.
        rule: Ends it.
    """
    if not segments:
        for other in node.rules:
            if other is rule:
                return
            yield other, True
    elif isinstance(segments[0], str):
        # Fixed text is tried first.
        yield from _iter_winners(node.static[segments[0]], segments[1:], rule)
    else:
        for segment, following in node.edges:
            if segment == segments[0]:
                yield from _iter_winners(following, segments[1:], rule)
                return
            rest = _find_rest(segment, segments)
            if rest is not None:
                for other in _iter_covering(following, rest):
                    yield other, False


def _iter_covering(node: _Node, segments: list[str | Segment]) -> Iterator[Rule]:
    """Yield the rules behind *node* that take every path which *segments* describe."""
    if not segments:
        yield from node.rules
        # A rule with one slash more redirects there, or answers itself.
        if "" in node.static:
            yield from node.static[""].rules
        return
    first = segments[0]
    if isinstance(first, str) and first in node.static:
        yield from _iter_covering(node.static[first], segments[1:])
    for segment, following in node.edges:
        rest = segments[1:] if segment == first else _find_rest(segment, segments)
        if rest is not None:
            yield from _iter_covering(following, rest)
    if segments == [""]:
        yield from (rule for rule in node.rules if not rule.strict_slashes)


def _find_rest(segment: Segment, segments: list[str | Segment]) -> list[str | Segment] | None:
    """Return what is left after *segment* took its part of *segments*; None if it may refuse."""
    first = segments[0]
    if segment.expression == _ANY_REST:
        return [] if _is_text(first) else None
    if segment.takes_rest:
        return None
    if isinstance(first, str):
        return segments[1:] if _accepts(segment, first) else None
    is_covered = segment.expression in _ANY_SEGMENT and not first.takes_rest and _is_text(first)
    return segments[1:] if is_covered else None


def _is_text(segment: str | Segment) -> bool:
    """Tell whether *segment* certainly stands for something, and does not begin with a slash."""
    if isinstance(segment, str):
        return segment != ""
    if segment.takes_rest:
        return segment.expression.startswith(_ANY_REST.removesuffix(r"\Z"))
    return not _accepts(segment, "")


def _accepts(segment: Segment, text: str) -> bool:
    try:
        return re.match(segment.expression, text) is not None
    except re.error:
        # The converter's `regex` is none: such a rule answers nobody.
        return False
