"""Find the rule of a path in the order in which Werkzeug would, or leave the decision to Werkzeug.

The order is: at each segment fixed text first, then the variables by weight, and back to the last
choice if the rest does not fit. Three answers are left to Werkzeug as soon as they come into sight:
a rule that has this path but not this method (405, or another rule), a slash too many or too few (a
redirect), and a rule that `is_plain` does not call plain.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from werkzeug.routing import Rule as WerkzeugRule

from .answers import MISS, UNDECIDED, Answer, Match
from .segments import has_domain, iter_segments
from .trie import Node


def is_plain(rule: WerkzeugRule) -> bool:
    """Tell whether a match of *rule* is all: no redirect, no defaults, no WebSocket."""
    return not (rule.defaults or rule.redirect_to is not None or rule.alias or rule.websocket)


class Matcher:
    """The rules of a map, ready to be matched.

    Attributes:
        exact: The rules of each path without variables, in order, up to the first one that is not
            plain. A path that is here and has no rule for the method is Werkzeug's to judge.
    """

    def __init__(self) -> None:
        self.exact: dict[str, tuple[WerkzeugRule, ...]] = {}
        self._root: Node | None = Node()
        self._endpoints_with_defaults: set[Hashable] = set()

    def leave_to_werkzeug(self) -> None:
        """Answer UNDECIDED from now on, whatever is added."""
        self._root = None
        self.exact.clear()

    def add(self, rule: WerkzeugRule) -> None:
        """Add a bound rule. Only one thread may do so at a time; others may match meanwhile."""
        if rule.defaults:
            self._endpoints_with_defaults.add(rule.endpoint)
        if rule.build_only or self._root is None:
            return
        if has_domain(rule):
            self.leave_to_werkzeug()
            return
        node = self._root
        path: str | None = ""
        for segment in iter_segments(rule):
            node = node.get_next(segment)
            path = f"{path}/{segment}" if path is not None and isinstance(segment, str) else None
        node.add_target(rule, plain=is_plain(rule))
        if path is not None and "//" not in path:
            self.exact[path] = tuple(target.rule for target in node.targets)

    def search(self, path: str, method: str) -> Match | Answer:
        """Return the answer for a path that is not one of the exact matches.

        Args:
            path: The decoded `PATH_INFO`.
            method: In upper case.
        """
        root = self._root
        # Werkzeug strips and merges the slashes of a path that has more than one in a row.
        if root is None or "//" in path:
            return UNDECIDED
        segments = iter(path.split("/"))
        if next(segments):
            return UNDECIDED
        try:
            return self._descend(root, segments, [], method) or MISS
        except Exception:
            # A converter refused the value, or failed, or has no valid `regex`. Werkzeug knows what
            # follows from that, and asks the converter again.
            return UNDECIDED

    def _descend(
        self, node: Node, segments: Iterator[str], values: list[str], method: str
    ) -> Match | Answer | None:
        """Follow *segments* from *node*; None if no rule is to be found this way."""
        # PERF: goes on without recursion while there is no choice (benchmarks/scenarios.py).
        for segment in segments:
            if node.straight:
                child = node.static.get(segment)
                if child is None:
                    return None
                node = child
            elif (sole := node.sole) is not None and segment not in node.static:
                if not sole.accepts(segment):
                    return None
                values.append(segment)
                node = sole.node
            else:
                return self._choose(node, [segment, *segments], values, method)
        for target in node.targets:
            rule = target.rule
            methods = rule.methods
            if methods is None or method in methods:
                if self._endpoints_with_defaults and rule.endpoint in self._endpoints_with_defaults:
                    return UNDECIDED  # a redirect, if another rule's defaults are these values
                view_args = {}
                for position, name, convert in target.conversions:
                    text = values[position]
                    view_args[name] = text if convert is None else convert(text)
                return rule, view_args
        # A rule behind one more slash would make Werkzeug redirect there.
        return UNDECIDED if node.ends or "" in node.static else None

    def _choose(
        self, node: Node, segments: list[str], values: list[str], method: str
    ) -> Match | Answer | None:
        """Try all ways that *segments* may take from *node*, in order."""
        tail = segments[1:]
        child = node.static.get(segments[0])
        if child is not None:
            found = self._descend(child, iter(tail), values.copy(), method)
            if found is not None:
                return found
        for edge in node.edges:
            takes_rest = edge.segment.takes_rest
            read = edge.read("/".join(segments) if takes_rest else segments[0])
            if read is None:
                continue
            more, slash_left = read
            rest = [""] if slash_left else [] if takes_rest else tail
            found = self._descend(edge.node, iter(rest), values + more, method)
            if found is not None:
                return found
        return UNDECIDED if node.lenient and segments == [""] else None
