"""Find the blueprint that answers for a URL which no rule matches.

Blueprints with `handle_unmatched` are entered when they are registered. Nothing is looked up here
but errors: a URL that a rule matches belongs to the blueprint of its endpoint.
"""

from __future__ import annotations

from collections.abc import Iterable

from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter, Map, MapAdapter, Rule


class _Rest(BaseConverter):
    """Matches the rest of a path, whatever is in it."""

    regex = r"[\s\S]*"
    part_isolating = False
    # Behind every other converter.
    weight = 1_000


# As converter and as variable; a prefix has no variable of that name.
_REST = "_rest_of_the_path"


class PrefixOwners:
    """The URL prefixes of an app that have an owner, in a map of their own."""

    def __init__(self) -> None:
        self._map: Map | None = None

    def __bool__(self) -> bool:
        return self._map is not None

    def add(
        self,
        owner: str,
        url_map: Map,
        *,
        url_prefix: str | None,
        subdomain: str | None,
        hosts: Iterable[str | None],
    ) -> None:
        """Make a blueprint the owner of the URLs below its prefix.

        The more exact prefix has precedence, as among rules; among equal ones the first.

        Args:
            owner: Full name of the blueprint.
            url_map: Of the app; it has the converters that a prefix may use.
            url_prefix: The prefix, without which it owns all URLs.
            subdomain: Of its rules.
            hosts: Of its rules, if the map matches whole hosts; the subdomain then has no meaning.
        """
        if self._map is None:
            self._map = Map(
                default_subdomain=url_map.default_subdomain,
                strict_slashes=False,
                merge_slashes=False,
                host_matching=url_map.host_matching,
            )
        self._map.converters = {**url_map.converters, _REST: _Rest}
        path = (url_prefix or "").rstrip("/")
        for pattern in (path, f"{path}/<{_REST}:{_REST}>"):
            if not pattern:
                continue
            for host in hosts if url_map.host_matching else (None,):
                self._map.add(Rule(pattern, endpoint=owner, subdomain=subdomain, host=host))

    def find(self, adapter: MapAdapter) -> str | None:
        """Return the full name of the blueprint that owns a URL, or None.

        Args:
            adapter: Of the request.
        """
        if self._map is None:
            return None
        bound = MapAdapter(
            self._map,
            adapter.server_name,
            adapter.script_name,
            adapter.subdomain,
            adapter.url_scheme,
            adapter.path_info,
            adapter.default_method,
        )
        try:
            owner: str = bound.match()[0]
        except HTTPException:
            return None
        return owner
