"""Define a URL rule that is cheap to register.

Werkzeug compiles two Python functions for every rule when it joins a map, to build URLs with later.
Here that waits until somebody builds one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from threading import RLock
from typing import Any, Protocol, runtime_checkable

from werkzeug.routing import BaseConverter
from werkzeug.routing import Rule as WerkzeugRule

from .segments import share_empty_parts

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

    def compile(self) -> None:
        """Compile the rule for matching; its map does that."""
        super().compile()
        share_empty_parts(self)
        # PERF: the class has these, too, so there need not be two bound methods for each rule
        # (benchmarks/startup.py).
        for name, stand_in in _STAND_INS.items():
            if getattr(self, name).__func__ is stand_in:
                delattr(self, name)

    def get_converter(
        self,
        variable_name: str,
        converter_name: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
    ) -> BaseConverter:
        """Return a new converter for a variable.

        Raises:
            LookupError: The map has no such converter; the message names the nearest ones.
            TypeError: It does not take these arguments.
        """
        known = self.map.converters
        if converter_name not in known:
            nearest = get_close_matches(converter_name, sorted(known), n=1)
            question = f"Did you mean '<{nearest[0]}:{variable_name}>'? " if nearest else ""
            raise LookupError(
                f"The rule {self.rule!r} has the converter {converter_name!r} for its variable "
                f"{variable_name!r}, and the map has none of that name. {question}"
                f"It has these: {', '.join(sorted(known))}."
            )
        try:
            return super().get_converter(variable_name, converter_name, args, kwargs)
        except TypeError as error:
            raise TypeError(
                f"The converter {converter_name!r} of the variable {variable_name!r} in the rule "
                f"{self.rule!r} does not take what it is given in brackets: {error}."
            ) from error

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        # Private in Werkzeug: `compile` binds what this returns to the rule, in the attribute
        # `_build_unknown` (with *append_unknown*) or `_build`, and `build` calls it with values.
        if self._may_be_refused():
            try:
                return super()._compile_builder(append_unknown)
            except SyntaxError:
                self._refuse_repeated_names()
                raise
        # PERF: compiling takes 240 of the 260 µs of adding a rule (benchmarks/scenarios.py).
        return _build_unknown_first if append_unknown else _build_first

    def _refuse_repeated_names(self) -> None:
        names = [text for is_variable, text in self._trace if is_variable]
        for name in names:
            if names.count(name) > 1:
                # The class of error that Werkzeug's compiler of rules raises.
                raise SyntaxError(
                    f"The rule {self.rule!r} has the variable {name!r} twice, and a view gets one "
                    f"value by each name. Rename one of them, for example '<{name}_2>'."
                ) from None

    def _may_be_refused(self) -> bool:
        """Tell whether compiling may fail, which must then happen when the rule is added."""
        if self.defaults or not f"{self.rule}{self.subdomain}{self.host}".isascii():
            return True
        if not self._converters:
            return False
        variables = [text for is_variable, text in self._trace if is_variable]
        return len(variables) > len(self._converters) or not _RESERVED_NAMES.isdisjoint(variables)


# What stands in for a compiled function until it is called first. Threads may meet here: then each
# compiles and stores an equal function.


def _build_first(rule: Rule, /, **values: Any) -> tuple[str, str]:
    rule._build = _compile(rule, append_unknown=False)
    return rule._build(**values)


def _build_unknown_first(rule: Rule, /, **values: Any) -> tuple[str, str]:
    rule._build_unknown = _compile(rule, append_unknown=True)
    return rule._build_unknown(**values)


_STAND_INS = {"_build": _build_first, "_build_unknown": _build_unknown_first}
for _name, _stand_in in _STAND_INS.items():
    setattr(Rule, _name, _stand_in)


def _compile(rule: Rule, *, append_unknown: bool) -> Callable[..., tuple[str, str]]:
    # Python 3.11 counts the depth of syntax trees for all threads together: it raises SystemError
    # if another thread makes one while the garbage collector runs a finalizer in this one.
    with _compiling:
        build: Callable[..., tuple[str, str]]
        build = WerkzeugRule._compile_builder(rule, append_unknown).__get__(rule)
        return build


# A finalizer may build a URL, too.
_compiling = RLock()
