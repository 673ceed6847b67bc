"""The parts of a URL that are not the URL map's: relative endpoints and anchors."""

from __future__ import annotations

from urllib.parse import quote

# RFC 3986, 3.5: these may stand in a fragment as they are; "%" keeps what is already quoted.
_FRAGMENT_SAFE = "%!#$&'()*+,/:;=?@"


def resolve_endpoint(endpoint: str, blueprint: str | None) -> str:
    """Return the full name of an endpoint that may begin with a dot.

    Args:
        endpoint: ".name" stands for a sibling in the current blueprint, or for an endpoint of the
            app outside of any blueprint.
        blueprint: Full name of the current request's blueprint.
    """
    if endpoint[:1] != ".":
        return endpoint
    return endpoint[1:] if blueprint is None else blueprint + endpoint


def add_anchor(url: str, anchor: str) -> str:
    """Return *url* with *anchor* as its quoted fragment."""
    return f"{url}#{quote(anchor, safe=_FRAGMENT_SAFE)}"
