"""Define a URL rule that is cheap to register.

Werkzeug compiles two Python functions for every rule when it joins a map, to build URLs with later.
Here that waits until somebody builds one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from werkzeug.routing import Rule as WerkzeugRule

# Names that Python's compiler refuses as a parameter, so that Werkzeug refuses them as a variable.
_RESERVED_NAMES = frozenset({"None", "True", "False", "__debug__"})


@runtime_checkable
class RuleOwner(Protocol):
    """What a rule asks of the map that it belongs to."""

    def recompile(self) -> None:
        """Read all rules anew."""
        ...


class Rule(WerkzeugRule):
    """A URL pattern with its endpoint, as `werkzeug.routing.Rule` describes it."""

    def refresh(self) -> None:
        """Compile this rule, and its map, again after an attribute was changed in place."""
        super().refresh()
        if isinstance(self.map, RuleOwner):
            self.map.recompile()

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        # Private in Werkzeug: `compile` keeps what this returns, bound to the rule, in the attribute
        # `_build_unknown` (with *append_unknown*) or `_build`, and `build` calls it with the values.
        compile_builder = super()._compile_builder
        if self._may_be_refused():
            return compile_builder(append_unknown)
        attribute = "_build_unknown" if append_unknown else "_build"

        def build_first(rule: Rule, /, **values: object) -> tuple[str, str]:
            # Threads may meet here; each stores an equal function.
            builder = compile_builder(append_unknown).__get__(rule, None)
            setattr(rule, attribute, builder)
            return builder(**values)  # type: ignore[no-any-return]

        # PERF: compiling takes 240 of the 260 µs of adding a rule (benchmarks/scenarios.py).
        return build_first

    def _may_be_refused(self) -> bool:
        """Tell whether compiling may fail, which must then happen when the rule is added."""
        variables = [text for is_variable, text in self._trace if is_variable]
        return bool(
            self.defaults
            or len(variables) != len(self._converters)
            or not _RESERVED_NAMES.isdisjoint(variables)
            or not _is_encodable(self._trace)
        )


def _is_encodable(trace: list[tuple[bool, str]]) -> bool:
    try:
        "".join(text for _, text in trace).encode()
    except UnicodeEncodeError:
        return False
    return True
