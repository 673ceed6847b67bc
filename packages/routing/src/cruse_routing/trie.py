"""Hold the rules of a map in a tree of path segments.

The tree grows rule by rule, under the lock of the map, while other threads read it. What a reader
may be looking at is replaced, never changed in place, and a branch without a rule at its end is as
good as none: a reader sees a rule that is being added either whole or not at all.
"""

from __future__ import annotations

import re
from bisect import insort_right
from collections.abc import Callable
from typing import TypeAlias

from werkzeug.routing import Rule as WerkzeugRule

from .conversion import FromPath, find_from_path
from .segments import Segment, Weight, get_converters, iter_groups

Test: TypeAlias = Callable[[str], object]


def _is_plain_path(text: str) -> bool:
    # A dot in an expression takes anything but a line feed; `[^/]`, which stands first, that too.
    return text != "" and text[0] != "/" and text.find("\n", 1) < 0


# PERF: what the default, int and path converters accept, without re (benchmarks/scenarios.py).
# By expression and by whether it sees slashes; anything else is left to re.
_TESTS: dict[tuple[str, bool], Test] = {
    (r"(?P<__werkzeug_0>[^/]{1,})\Z", False): len,
    (r"(?P<__werkzeug_0>\d+)\Z", False): str.isdecimal,
    (r"(?P<__werkzeug_0>[^/].*?)\Z", True): _is_plain_path,
}


class Target:
    """A rule at the end of its branch, with what makes its view's arguments of texts."""

    __slots__ = ("conversions", "rule")

    def __init__(self, rule: WerkzeugRule) -> None:
        self.rule = rule
        self.conversions: tuple[tuple[int, str, FromPath | None], ...] = tuple(
            (position, name, find_from_path(converter))
            for position, (name, converter) in enumerate(get_converters(rule).items())
        )


class Edge:
    """The way to a node through a segment with variables.

    Attributes:
        node: Where it leads.
        segment: What it stands for.
        accepts: Whether a text fits: something true, or something false.
    """

    __slots__ = ("_pattern", "accepts", "node", "segment")

    def __init__(self, segment: Segment) -> None:
        self.node = Node()
        self.segment = segment
        self._pattern: re.Pattern[str] | None = None
        self.accepts: Test = _TESTS.get((segment.expression, segment.takes_rest), self.match)

    def match(self, text: str) -> re.Match[str] | None:
        """Match *text* with the segment's expression, which is compiled at its first use.

        Raises:
            re.error: A converter's `regex` is none.
        """
        if self._pattern is None:
            self._pattern = re.compile(self.segment.expression)
            if self.accepts == self.match:
                self.accepts = self._pattern.match
        return self._pattern.match(text)

    def read(self, text: str) -> tuple[list[str], bool] | None:
        """Return the values in *text*, and whether a final slash is left; None if no match."""
        if self.segment.is_variable:
            return ([text], False) if self.accepts(text) else None
        match = self.match(text)
        if match is None:
            return None
        values = [match[group] for group in iter_groups(self.segment)]
        return values, self.segment.ends_with_slash and match[match.re.groups] == "/"


class Node:
    """A place in the tree, which all rules share that begin with the same segments.

    Attributes:
        static: The nodes behind a segment of fixed text.
        edges: The ways behind a segment with variables, in the order in which to try them.
        sole: The only edge, where it takes one whole segment and nothing else needs a look.
        straight: Whether behind a segment of fixed text nothing else needs a look.
        targets: The rules that end here, in the order of their registration, up to the first one
            that Werkzeug must judge.
        ends: Whether any rule ends here.
        lenient: Whether a rule that ends here also takes its path with a slash appended.
    """

    __slots__ = (
        "_edge_of_segment",
        "_is_open",
        "edges",
        "ends",
        "lenient",
        "sole",
        "static",
        "straight",
        "targets",
    )

    def __init__(self) -> None:
        self.static: dict[str, Node] = _NOTHING
        self.edges: tuple[Edge, ...] = ()
        self.sole: Edge | None = None
        self.straight = True
        self.targets: tuple[Target, ...] = ()
        self.ends = False
        self.lenient = False
        self._is_open = True
        self._edge_of_segment: dict[Segment, Edge] | None = None

    def get_next(self, segment: str | Segment) -> Node:
        """Return the node behind *segment*; it is made if there is none."""
        if isinstance(segment, Segment):
            return self._get_edge(segment).node
        node = self.static.get(segment)
        if node is None:
            node = Node()
            if self.static is _NOTHING:
                self.static = {segment: node}
            else:
                self.static[segment] = node
        return node

    def add_target(self, rule: WerkzeugRule, *, plain: bool) -> None:
        """Let *rule* end here; from the first that is not *plain* on, Werkzeug must judge."""
        self._is_open = self._is_open and plain
        if self._is_open:
            self.targets += (Target(rule),)
        self.ends = True
        if not rule.strict_slashes:
            self.lenient = True
            self._choose_way()

    def _get_edge(self, segment: Segment) -> Edge:
        if self._edge_of_segment is None:
            self._edge_of_segment = {}
        edge = self._edge_of_segment.get(segment)
        if edge is None:
            edge = self._edge_of_segment[segment] = Edge(segment)
            edges = list(self.edges)
            insort_right(edges, edge, key=_get_weight)
            self.edges = tuple(edges)
            self._choose_way()
        return edge

    def _choose_way(self) -> None:
        self.straight = not self.edges and not self.lenient
        sole = self.edges[0] if len(self.edges) == 1 and not self.lenient else None
        if sole and (sole.segment.takes_rest or not sole.segment.is_variable):
            sole = None
        self.sole = sole


# PERF: nodes without fixed text behind them share this; a dict for each would be one more container
# for the garbage collector to look at (benchmarks/startup.py).
_NOTHING: dict[str, Node] = {}


def _get_weight(edge: Edge) -> Weight:
    return edge.segment.weight
