"""Keep the checks of an app, and run them.

The framework's own are in the modules named `*_checks.py`. Nothing here is part of a request.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any, TypeAlias, TypeVar, overload

from cruse_core.findings import Finding, Severity
from cruse_core.places import find_place

# The argument is Any: a check names the class of app that it was written for.
Check: TypeAlias = Callable[[Any], Iterable[Finding]]
C = TypeVar("C", bound=Check)


class Checks:
    """The checks of an app, in the order in which they were added."""

    def __init__(self) -> None:
        self._checks: list[tuple[Check, bool]] = []

    @overload
    def add(self, check: C, *, deploy: bool = ...) -> C: ...
    @overload
    def add(self, *, deploy: bool = ...) -> Callable[[C], C]: ...
    def add(self, check: C | None = None, *, deploy: bool = False) -> C | Callable[[C], C]:
        """Add *check*, or the decorated function.

        Args:
            check: Called with the app, in its context; it yields or returns what it finds.
            deploy: Whether it only matters once the public can reach the app.
        """

        def register(check: C) -> C:
            self._checks.append((check, deploy))
            return check

        return register if check is None else register(check)

    def run(
        self, app: object, *, deploy: bool = False, ignore: Collection[str] = ()
    ) -> list[Finding]:
        """Return what the checks find on *app*, the most serious first.

        A check that fails is a finding itself, `checks.failed`, and keeps no other from running.

        Args:
            app: In whose context this is called.
            deploy: Whether to run the checks for apps that the public can reach, too.
            ignore: Ids of findings to leave out.
        """
        findings = [
            finding
            for check, needs_deploy in self._checks
            if deploy or not needs_deploy
            for finding in _run_check(check, app)
            if finding.id not in ignore
        ]
        return sorted(findings, key=lambda finding: finding.severity, reverse=True)


def _run_check(check: Check, app: object) -> list[Finding]:
    try:
        return list(check(app))
    except Exception as exc:
        name = getattr(check, "__qualname__", repr(check))
        return [
            Finding(
                "checks.failed",
                Severity.ERROR,
                f"The check {name!r} raised {type(exc).__name__}: {exc}. What it looks for is "
                "unknown.",
                find_place(check) or name,
                "Correct the check, or update the distribution that it belongs to.",
            )
        ]
