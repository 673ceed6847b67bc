"""Check the rules of an app: each should be asked, and have a view to answer with."""

from __future__ import annotations

from collections.abc import Iterator

from werkzeug.routing import Rule

from cruse_core.checked_app import CheckedApp
from cruse_core.checks import Checks
from cruse_core.findings import Finding, Severity
from cruse_core.places import find_construction, find_place
from cruse_core.plan import blueprint_names
from cruse_core.route_conflicts import RouteConflict, find_route_conflicts
from cruse_routing import Map


def add_route_checks(checks: Checks) -> None:
    """Add the checks of this module."""
    checks.add(check_conflicts)
    checks.add(check_views)
    checks.add(check_hosts)


def check_conflicts(app: CheckedApp) -> Iterator[Finding]:
    """Find rules that are never asked, because another one takes their requests."""
    for conflict in find_route_conflicts(_rules_in_order(app)):
        yield _conflict_finding(app, conflict)


def _rules_in_order(app: CheckedApp) -> Iterator[Rule]:
    url_map = app.url_map
    # A map of Werkzeug's own groups its rules by endpoint, which keeps most of the order.
    return url_map.iter_in_order() if isinstance(url_map, Map) else url_map.iter_rules()


def _conflict_finding(app: CheckedApp, conflict: RouteConflict) -> Finding:
    rule, winner = conflict.rule, conflict.winner
    what = f"{', '.join(conflict.methods) or 'any method'} {rule.rule!r}"
    answer = f"{winner.endpoint!r} ({_place_of(app, winner)})"
    if conflict.is_duplicate:
        return Finding(
            "routes.duplicate",
            Severity.WARNING,
            f"The route {what} of {rule.endpoint!r} was registered before. {answer} answers it, "
            "and this one is never asked.",
            _place_of(app, rule),
            conflict.remedy,
        )
    return Finding(
        "routes.shadowed",
        Severity.WARNING,
        f"The route {what} of {rule.endpoint!r} is never asked: {answer} is tried first, and takes "
        f"all its URLs with {winner.rule!r}.",
        _place_of(app, rule),
        conflict.remedy,
    )


def check_views(app: CheckedApp) -> Iterator[Finding]:
    """Find rules that lead to no view."""
    for rule in _rules_in_order(app):
        if rule.build_only or rule.redirect_to is not None:
            continue
        if rule.endpoint not in app.view_functions:
            yield Finding(
                "routes.view_missing",
                Severity.ERROR,
                f"The rule {rule.rule!r} leads to {rule.endpoint!r}, which has no view. Each "
                "request for it fails with the error 500.",
                _place_of(app, rule),
                "Give add_url_rule a view_func, decorate one with @app.endpoint, or make the rule "
                "build_only=True.",
            )


def check_hosts(app: CheckedApp) -> Iterator[Finding]:
    """Find rules for a host or a subdomain that the app does not look at, and rules without one."""
    for rule in _rules_in_order(app):
        for id, severity, problem, remedy in _iter_host_problems(app, rule):
            yield Finding(
                id,
                severity,
                f"The rule {rule.rule!r} of {rule.endpoint!r} {problem}",
                _place_of(app, rule),
                remedy,
            )


def _iter_host_problems(app: CheckedApp, rule: Rule) -> Iterator[tuple[str, Severity, str, str]]:
    """Yield id, severity, what is wrong with *rule* and what to do."""
    if rule.build_only:
        return
    url_map = app.url_map
    is_for_subdomain = bool(rule.subdomain) and rule.subdomain != url_map.default_subdomain
    if url_map.host_matching:
        if not rule.host:
            yield (
                "routes.host_missing",
                Severity.WARNING,
                "has no host, and the app matches whole hosts: no request matches it.",
                'Pass host="shop.example", or host="<host>" and a view that takes it.',
            )
        return
    if rule.host:
        yield (
            "routes.host_ignored",
            Severity.ERROR,
            f"is for the host {rule.host!r}, which the app does not look at: it answers for every "
            "host.",
            "Make the app with host_matching=True, which asks every rule for a host.",
        )
    if not is_for_subdomain:
        return
    if not app.subdomain_matching:
        yield (
            "routes.subdomain_unmatched",
            Severity.WARNING,
            f"is for the subdomain {rule.subdomain!r}, which the app does not look at: no request "
            "matches it.",
            "Make the app with subdomain_matching=True, and set SERVER_NAME.",
        )
    elif not app.config.get("SERVER_NAME"):
        yield (
            "routes.subdomain_unmatched",
            Severity.WARNING,
            f"is for the subdomain {rule.subdomain!r}. Without SERVER_NAME nobody knows which part "
            "of a host that is, and no request matches it.",
            'Set SERVER_NAME = "shop.example".',
        )


def _place_of(app: CheckedApp, rule: Rule) -> str:
    """Return where the view of *rule* is written, or where its owner is made."""
    endpoint = str(rule.endpoint)
    view = app.view_functions.get(endpoint)
    if view is not None and not getattr(view, "__module__", "").startswith("cruse_core."):
        place = find_place(view)
        if place is not None:
            return place
    # Static files are the framework's view; what counts is whose they are.
    for name in blueprint_names(endpoint):
        blueprint = app.blueprints.get(name)
        if blueprint is not None and hasattr(blueprint, "import_name"):
            return find_construction(blueprint, blueprint.name)
    return find_construction(app)
