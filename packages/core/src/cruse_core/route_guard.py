"""Tell of a rule that never answers, when it is registered.

`route_conflicts.py` finds such rules; this file decides when it looks, and has the wording.
"""

from __future__ import annotations

from types import CodeType

from werkzeug.routing import Rule

from cruse_core.call_sites import CallSite
from cruse_core.errors import RouteConflictError, RouteConflictWarning
from cruse_core.notices import notify
from cruse_core.route_conflicts import RouteConflict, RuleTree
from cruse_routing.segments import get_shape


class RouteGuard:
    """The rules that an app has registered on its map."""

    def __init__(self) -> None:
        self._forget()

    def _forget(self) -> None:
        # PERF: the garbage collector looks at every container again and again while an app is set
        # up, so here is none for each rule (benchmarks/startup.py).
        self._rules: list[Rule] = []
        self._codes: list[CodeType | None] = []
        self._offsets: list[int] = []
        # PERF: one look at the first rule of the same shape finds a duplicate. A tree of all rules
        # takes a seventh of the time of registering them (benchmarks/startup.py).
        self._first: dict[str, Rule] = {}
        self._alike: dict[str, list[Rule]] = {}
        self._tree = RuleTree()
        self._tree_size = 0

    def add(self, rule: Rule, site: CallSite | None, *, thorough: bool, strict: bool) -> None:
        """Take in a rule that has joined the map, and tell if it never answers.

        Args:
            rule: The rule.
            site: The line that registered it.
            thorough: Whether to look at rules with a wider pattern too, not at equal ones only.
            strict: Whether to raise an error in place of a warning.

        Raises:
            RouteConflictError: The rule never answers, or not for all of its methods.
        """
        if self._rules and self._rules[0].map is not rule.map:
            self._forget()
        self._rules.append(rule)
        code, offset = (None, 0) if site is None else site
        self._codes.append(code)
        self._offsets.append(offset)
        shape = get_shape(rule)
        first = self._first.setdefault(shape, rule)
        if thorough:
            tree = self._get_tree()
        elif first is not rule:
            tree = self._make_tree_of_equals(shape, rule)
        else:
            return
        for conflict in tree.iter_conflicts(rule):
            message = self._describe(conflict)
            if strict:
                raise RouteConflictError(message)
            notify(message, RouteConflictWarning, site, debug=thorough)

    def _get_tree(self) -> RuleTree:
        for rule in self._rules[self._tree_size :]:
            self._tree.add(rule)
        self._tree_size = len(self._rules)
        return self._tree

    def _make_tree_of_equals(self, shape: str, rule: Rule) -> RuleTree:
        alike = self._alike.setdefault(shape, [self._first[shape]])
        alike.append(rule)
        tree = RuleTree()
        for equal in alike:
            tree.add(equal)
        return tree

    def _describe(self, conflict: RouteConflict) -> str:
        """Return what is wrong, with both places, and what to do."""
        rule, winner = conflict.rule, conflict.winner
        methods = f" for {', '.join(conflict.methods)}" if conflict.methods else ""
        if (rule.rule, rule.endpoint) == (winner.rule, winner.endpoint):
            return (
                f"The rule {self._title(rule)} is registered twice{methods}, before"
                f"{self._at(winner)}. Only the first one is ever asked. Remove one of the two."
            )
        takes = "the same URLs" if conflict.is_duplicate else "all of its URLs"
        return (
            f"The rule {self._title(rule)} is never asked{methods}: {self._title(winner)} was "
            f"registered before it and takes {takes}. {conflict.remedy}"
        )

    def _title(self, rule: Rule) -> str:
        return f"{rule.rule!r} of {rule.endpoint!r}{self._at(rule)}"

    def _at(self, rule: Rule) -> str:
        # Rules have no identity for `index`: they are equal if they match alike.
        position = next(index for index, known in enumerate(self._rules) if known is rule)
        code = self._codes[position]
        return "" if code is None else f" ({CallSite(code, self._offsets[position])})"
