"""Define the map of all rules, with a matcher and a builder that answer the common case.

What they leave undecided is decided by Werkzeug's own matcher and builder, which know the same
rules. Private in Werkzeug and kept up here: `_matcher`, `_rules_by_endpoint`, and `_remap`, which
says that the two must be brought up to date before Werkzeug reads them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from threading import RLock
from typing import Any
from wsgiref.types import WSGIEnvironment

from werkzeug.datastructures import ImmutableDict
from werkzeug.routing import BaseConverter, RuleFactory, StateMachineMatcher
from werkzeug.routing import Map as WerkzeugMap
from werkzeug.routing import Rule as WerkzeugRule
from werkzeug.wrappers import Request

from .adapter import MapAdapter
from .answers import UNDECIDED, Answer, Match
from .builder import UrlTemplate, make_templates
from .converters import FloatConverter
from .matcher import Matcher

# With any of these the host of a request takes part in matching and building.
_HOST_OPTIONS = ("host_matching", "default_subdomain")


class Map(WerkzeugMap):
    """All rules of an application, as `werkzeug.routing.Map` describes it.

    Rules may be added at any time and from any thread, also while others match.
    """

    default_converters = ImmutableDict(WerkzeugMap.default_converters, float=FloatConverter)

    def __init__(
        self,
        rules: Iterable[RuleFactory] | None = None,
        default_subdomain: str = "",
        strict_slashes: bool = True,
        merge_slashes: bool = True,
        redirect_defaults: bool = True,
        converters: Mapping[str, type[BaseConverter]] | None = None,
        sort_parameters: bool = False,
        sort_key: Callable[[Any], Any] | None = None,
        host_matching: bool = False,
    ) -> None:
        self._lock = RLock()
        self._rules_in_order: list[WerkzeugRule] = []
        self._templates: dict[Hashable, tuple[UrlTemplate, ...]] = {}
        self.recompile()
        super().__init__(
            rules,
            default_subdomain,
            strict_slashes,
            merge_slashes,
            redirect_defaults,
            converters,
            sort_parameters,
            sort_key,
            host_matching,
        )

    def __setattr__(self, name: str, value: object) -> None:
        super().__setattr__(name, value)
        if name in _HOST_OPTIONS:
            self.recompile()

    def find_match(self, path: str, method: str) -> Match | Answer:
        """Return the rule of a path and the arguments for its view, if there can be no doubt.

        It is the answer for an HTTP request to the domain itself: one that `bind` would give an
        empty subdomain. The rules' `methods` are read anew each time; after any other change to a
        rule call its `refresh()`.

        Args:
            path: The decoded `PATH_INFO`.
            method: The request's method, in upper case.

        Returns:
            The rule and a new dict; MISS if no rule has this path with any method; UNDECIDED if
            Werkzeug must decide, through `map.bind(...).match(...)`.
        """
        # PERF: one dict lookup for a path without variables (benchmarks/scenarios.py).
        rules = self._exact.get(path)
        if rules is None:
            return self._own_matcher.search(path, method)
        for rule in rules:
            methods = rule.methods
            if methods is None or method in methods:
                return rule, {}
        return UNDECIDED

    def find_url(self, endpoint: Hashable, values: Mapping[str, Any] | None) -> str | None:
        """Return the URL of an endpoint below the script root, if there can be no doubt.

        It is what `map.bind(host).build(endpoint, values)` returns, whatever method the map is
        bound to: an endpoint whose rules differ in their methods is in doubt.

        Args:
            endpoint: The endpoint of a rule.
            values: Values for the rule's variables; the rest becomes the query. None is as good
                as absent.

        Returns:
            The path, beginning with a slash, and the query; None if Werkzeug must build the URL, or
            say why there is none.
        """
        if values is None:
            values = {}
        elif type(values) is not dict:
            return None
        templates = self._templates.get(endpoint)
        if templates is None:
            templates = self._get_templates(endpoint)
        try:
            for template in templates:
                url = template.find_url(values)
                if url is not None:
                    return url
        except Exception:
            # A converter refused the value, or failed. Werkzeug knows what follows from that, and
            # asks the converter again.
            return None
        return None

    def add(self, rulefactory: RuleFactory) -> None:
        """Add a rule, or the rules of a factory; a rule belongs to one map only.

        Raises:
            RuntimeError: The rule already belongs to a map.
            LookupError: The rule names a converter that the map does not have.
            ValueError: The text of the rule is malformed.
        """
        with self._lock:
            for rule in rulefactory.get_rules(self):
                rule.bind(self)
                self._rules_in_order.append(rule)
                # Replaced, and in order at any time: a thread may be building a URL meanwhile.
                rules = [*self._rules_by_endpoint.get(rule.endpoint, ()), rule]
                if len(rules) > 1:
                    rules.sort(key=lambda rule: rule.build_compare_key())
                self._rules_by_endpoint[rule.endpoint] = rules
                self._templates.pop(rule.endpoint, None)
                self._own_matcher.add(rule)
                if not self._remap:
                    self._remap = True

    def iter_in_order(self) -> Iterator[WerkzeugRule]:
        """Iterate over the rules in the order of their registration; `iter_rules` groups them."""
        return iter(self._rules_in_order)

    def recompile(self) -> None:
        """Read all rules anew; `Rule.refresh` calls this after a change in place."""
        with self._lock:
            matcher = Matcher()
            if self._depends_on_host():
                matcher.leave_to_werkzeug()
            for rule in self._rules_in_order:
                matcher.add(rule)
            self._own_matcher = matcher
            self._exact = matcher.exact
            self._templates.clear()
            self._remap = True

    def update(self) -> None:
        """Bring what Werkzeug reads up to date, before it matches, builds or lists rules."""
        if not self._remap:
            return
        with self._lock:
            if not self._remap:
                return
            # PERF: Werkzeug's own matcher is filled when it is needed (benchmarks/scenarios.py). It
            # is made anew, and published complete: other threads may be reading the former one.
            matcher = StateMachineMatcher(self.merge_slashes)
            for rule in self._rules_in_order:
                if not rule.build_only:
                    matcher.add(rule)
            matcher.update()
            self._matcher = matcher
            self._rules_by_endpoint = {
                endpoint: sorted(rules, key=lambda rule: rule.build_compare_key())
                for endpoint, rules in self._rules_by_endpoint.items()
            }
            self._remap = False

    def bind(
        self,
        server_name: str,
        script_name: str | None = None,
        subdomain: str | None = None,
        url_scheme: str = "http",
        default_method: str = "GET",
        path_info: str | None = None,
        query_args: Mapping[str, Any] | str | None = None,
    ) -> MapAdapter:
        """Return an adapter for a host, a script root and a request.

        Args:
            server_name: The host, with its port unless it is the usual one.
            script_name: The path below which the application lives; "/" if None.
            subdomain: The part of the host in front of *server_name*.
            url_scheme: With "ws" or "wss" only WebSocket rules match.
            default_method: The request's method.
            path_info: The request's decoded path; "/" if None.
            query_args: The request's query, which redirects keep.
        """
        adapter = super().bind(
            server_name, script_name, subdomain, url_scheme, default_method, path_info, query_args
        )
        return MapAdapter(self, adapter)

    def bind_to_environ(
        self,
        environ: WSGIEnvironment | Request,
        server_name: str | None = None,
        subdomain: str | None = None,
    ) -> MapAdapter:
        """Return an adapter for the request in a WSGI environ.

        Args:
            environ: The environ, or a request that has one.
            server_name: The host of the application; that of the request if None.
            subdomain: The part of the request's host in front of *server_name*; found out if None.
        """
        return MapAdapter(self, super().bind_to_environ(environ, server_name, subdomain))

    def _get_templates(self, endpoint: Hashable) -> tuple[UrlTemplate, ...]:
        with self._lock:
            rules = self._rules_by_endpoint.get(endpoint)
            if rules is None or self._depends_on_host():
                return ()
            templates = self._templates[endpoint] = make_templates(rules)
            return templates

    def _depends_on_host(self) -> bool:
        return any(getattr(self, name, None) for name in _HOST_OPTIONS)
