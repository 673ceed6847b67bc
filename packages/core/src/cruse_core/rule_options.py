"""Check what a rule is registered with: its methods, its host and its other options."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from werkzeug.routing import Rule

from cruse_core.call_sites import find_call_site
from cruse_core.errors import RuleHostError, RuleMethodError, RuleOptionError, SubdomainWarning
from cruse_core.notices import is_lenient, log_once, notify

# The registry of IANA (RFC 9110, 16.1.1), and below it what caches, UPnP and Icecast have added.
KNOWN_METHODS = frozenset(
    """
    ACL BASELINE-CONTROL BIND CHECKIN CHECKOUT CONNECT COPY DELETE GET HEAD LABEL LINK LOCK MERGE
    MKACTIVITY MKCALENDAR MKCOL MKREDIRECTREF MKWORKSPACE MOVE OPTIONS ORDERPATCH PATCH POST PRI
    PROPFIND PROPPATCH PUT QUERY REBIND REPORT SEARCH TRACE UNBIND UNCHECKOUT UNLINK UNLOCK UPDATE
    UPDATEREDIRECTREF VERSION-CONTROL
    BAN M-SEARCH NOTIFY PURGE REFRESH SOURCE SUBSCRIBE UNSUBSCRIBE
    """.split()
)
# What a misspelt method is compared with first.
_COMMON_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


def get_methods(given: Iterable[str] | None, view: Any) -> set[str]:
    """Return the methods of a rule in upper case: those *given*, else the view's, else GET.

    Raises:
        TypeError: *given* is one string.
    """
    methods = given
    if methods is None:
        methods = getattr(view, "methods", None) or ("GET",)
    if isinstance(methods, str):
        raise TypeError(
            f"Allowed methods must be a list of strings, for example "
            f"@app.route(..., methods=[{methods!r}]); {methods!r} is one string."
        )
    return {method.upper() for method in methods}


def check_methods(
    rule: str, methods: set[str], extra: Iterable[str], *, strict: bool, debug: bool
) -> None:
    """Refuse methods that nobody knows; where Flask's behaviour counts, at most tell of them.

    Args:
        rule: The rule, for the message.
        methods: In upper case.
        extra: Methods of the application's own: EXTRA_HTTP_METHODS.
        strict: Whether to refuse them in any case.
        debug: Whether to tell of them.

    Raises:
        RuleMethodError: One of them is unknown.
    """
    if methods <= KNOWN_METHODS:
        return
    for method in sorted(methods - KNOWN_METHODS - {name.upper() for name in extra}):
        message = (
            f"The rule {rule!r}{_at()} has {method!r} among its methods, which is no HTTP method: "
            f"clients do not send it. {_suggest(method, _COMMON_METHODS, KNOWN_METHODS)}If it is "
            "a method of your own, say so before the rule is registered: "
            f"app.config['EXTRA_HTTP_METHODS'] = [{method!r}]"
        )
        if strict or not is_lenient():
            raise RuleMethodError(message)
        if debug:
            log_once(message)


def check_options(rule_class: type[Any], rule: str, options: Iterable[str]) -> None:
    """Refuse options that *rule_class* does not have.

    Raises:
        RuleOptionError: One of *options* does not exist.
    """
    parameters = inspect.signature(rule_class).parameters
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()):
        return
    known = {*list(parameters)[1:], "provide_automatic_options"}
    for name in options:
        if name not in known:
            raise RuleOptionError(
                f"The rule {rule!r}{_at()} has no option {name!r}, so it cannot do what that was "
                f"meant for. {_suggest(name, known)}It has these: {', '.join(sorted(known))}."
            )


def check_host(rule: Rule, *, debug: bool) -> None:
    """Refuse a rule without a host, for an app that matches whole hosts.

    Where Flask's behaviour counts, it is only told of, and only in debug mode.

    Raises:
        RuleHostError: *rule* names none.
    """
    if rule.host:
        return
    remedy = (
        "Make the app with static_host, or the blueprint with static_folder=None."
        if str(rule.endpoint).endswith(".static")
        else "Give it one: host='www.example.org', or host='<host>' for all, which is then an "
        "argument of the view."
    )
    message = (
        f"The rule {rule.rule!r}{_at()} names no host, but the app matches whole hosts: no request "
        f"reaches it, and its URLs begin with 'http:///'. {remedy}"
    )
    if not is_lenient():
        raise RuleHostError(message)
    if debug:
        log_once(message)


def tell_of_subdomain(rule: Rule, *, debug: bool) -> None:
    """Warn of a rule for a subdomain, for an app that matches none.

    Where Flask's behaviour counts, that happens only in debug mode.
    """
    notify(
        f"The rule {rule.rule!r}{_at()} is for the subdomain {rule.subdomain!r}, but the app "
        "matches no subdomains: no request reaches it. Make the app with subdomain_matching=True "
        "and set SERVER_NAME; or leave the subdomain out; or make the rule build_only=True, if it "
        "is there for its URLs.",
        SubdomainWarning,
        find_call_site(),
        debug=debug,
    )


def _suggest(name: str, *candidates: Iterable[str]) -> str:
    """Return a question for the nearest name, from the first of *candidates* that have one."""
    for names in candidates:
        nearest = get_close_matches(name, sorted(names), n=1)
        if nearest:
            return f"Did you mean {nearest[0]!r}? "
    return ""


def _at() -> str:
    site = find_call_site()
    return "" if site is None else f" ({site})"
