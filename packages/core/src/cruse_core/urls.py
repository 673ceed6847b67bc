"""The parts of a URL that are not the URL map's: relative endpoints and anchors."""

from __future__ import annotations

from urllib.parse import quote

from cruse_core.notices import show

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


def find_subdomain(host: str, server_name: str, scheme: str) -> str:
    """Return the part of *host* in front of *server_name*.

    Args:
        host: Of a request, without the standard port of the scheme.
        server_name: Of the app, perhaps with a port.
        scheme: "http" or "https", "ws" or "wss".

    Returns:
        "" for the server name itself; for a host that does not belong to it a text that no rule can
        match, the one that Werkzeug uses, after a warning.
    """
    host = host.lower()
    name = server_name.lower().removesuffix(":443" if scheme in {"https", "wss"} else ":80")
    if host == name:
        return ""
    subdomain = host.removesuffix(f".{name}")
    if subdomain != host:
        return subdomain
    # As Flask's: programs that expect such hosts filter by this text and module.
    text = f"Current server name {host!r} doesn't match configured server name {name!r}"
    show(text, UserWarning, __file__, 1, module="flask.app")
    return "<invalid>"


def add_anchor(url: str, anchor: str) -> str:
    """Return *url* with *anchor* as its quoted fragment."""
    return f"{url}#{quote(anchor, safe=_FRAGMENT_SAFE)}"
