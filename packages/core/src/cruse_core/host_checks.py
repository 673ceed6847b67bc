"""Check the names of hosts among the settings: SERVER_NAME and TRUSTED_HOSTS.

Which domains everybody can register a name below stands in a list that grows every week. Nothing
here reads it: a name without a dot is a top-level domain, "co.uk" is known by its form, and
suffixes of other forms, such as "github.io", are not found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cruse_core.checked_app import CheckedApp
from cruse_core.checks import Checks
from cruse_core.findings import Finding, Severity

# A name, an IPv4 address or an IPv6 address in brackets; perhaps with a port.
_HOST = re.compile(r"(?!-)[\w-]+(\.[\w-]+)*\.?(:\d+)?|\[[0-9a-f:.]+\](:\d+)?", re.IGNORECASE)

# RFC 6761, RFC 6762 and what ICANN keeps free: nobody can register a name below these.
_PRIVATE_DOMAINS = {"home", "internal", "invalid", "lan", "local", "localhost", "test"}
_GENERIC_DOMAINS = {"com", "edu", "gov", "int", "mil", "net", "org"}
_SHARED_BY_COUNTRY = re.compile(r"(ac|co|com|edu|gov|net|org)\.[a-z]{2}")


def add_host_checks(checks: Checks) -> None:
    """Add the checks of this module."""
    checks.add(check_server_name)
    checks.add(check_names_of_trusted_hosts)
    checks.add(check_trusted_hosts, deploy=True)


def is_shared_domain(name: str) -> bool:
    """Return whether strangers can have names below *name*, as far as its form tells.

    Args:
        name: Such as "com" or "co.uk"; a dot in front does not count.
    """
    domain = name.lower().strip(".")
    if "." not in domain:
        return domain not in _PRIVATE_DOMAINS
    return _SHARED_BY_COUNTRY.fullmatch(domain) is not None


def check_server_name(app: CheckedApp) -> Iterator[Finding]:
    """Find a SERVER_NAME that is more, or less, than a host."""
    name = app.config.get("SERVER_NAME")
    if isinstance(name, str) and name and not _HOST.fullmatch(name):
        yield Finding(
            "settings.server_name",
            Severity.ERROR,
            f"SERVER_NAME is {name!r}, and has to be a host, perhaps with a port. URLs that are "
            "built outside of a request hold it as it is, and no request is for it.",
            'config["SERVER_NAME"]',
            "Leave out the scheme, the path and signs: "
            f"SERVER_NAME = {_find_host(name).removeprefix('.')!r}.",
        )


def check_names_of_trusted_hosts(app: CheckedApp) -> Iterator[Finding]:
    """Find entries of TRUSTED_HOSTS that no request can match."""
    for place, entry in _iter_trusted_hosts(app):
        if _HOST.fullmatch(entry.removeprefix(".")) is None:
            yield Finding(
                "settings.trusted_hosts",
                Severity.ERROR,
                f"{entry!r} among TRUSTED_HOSTS is no host, and matches none: what should be "
                "trusted by it is answered with 400.",
                place,
                "Write a host alone, without scheme, path and stars; a dot in front has all "
                f"subdomains: {_find_host(entry)!r}.",
            )


def check_trusted_hosts(app: CheckedApp) -> Iterator[Finding]:
    """Find an app that answers for every host name, or for those of strangers."""
    if not app.config.get("TRUSTED_HOSTS"):
        yield Finding(
            "security.trusted_hosts",
            Severity.WARNING,
            "Requests for any host name are answered. A forged Host header gets into the URLs that "
            "the application builds.",
            'config["TRUSTED_HOSTS"]',
            'Name your hosts: TRUSTED_HOSTS = ["example.org"]; ".example.org" has all subdomains.',
        )
    for place, entry in _iter_trusted_hosts(app):
        if _trusts_strangers(entry):
            yield Finding(
                "security.trusted_hosts_shared",
                Severity.ERROR,
                f"{entry!r} among TRUSTED_HOSTS is a domain below which anybody can register a "
                "name. A forged Host header with such a name gets into the URLs that the "
                "application builds.",
                place,
                'Name your own hosts: TRUSTED_HOSTS = ["example.org"].',
            )
        elif entry != entry.lower():
            yield Finding(
                "security.trusted_hosts_case",
                Severity.INFO,
                f"{entry!r} among TRUSTED_HOSTS has capital letters. Browsers send small ones, and "
                "whoever compares the two as they stand, as Flask does, answers 400.",
                place,
                f"Write {entry.lower()!r}.",
            )


def _trusts_strangers(entry: str) -> bool:
    if entry.startswith("."):
        return is_shared_domain(entry)
    # Without a dot in front it is one host, and "web" may be a container.
    return entry.lower() in _GENERIC_DOMAINS


def _iter_trusted_hosts(app: CheckedApp) -> Iterator[tuple[str, str]]:
    """Iterate over the entries with their places, leaving out what is of the wrong type."""
    hosts = app.config.get("TRUSTED_HOSTS") or ()
    if isinstance(hosts, str):
        yield 'config["TRUSTED_HOSTS"]', hosts
    elif isinstance(hosts, list | tuple | set | frozenset):
        for position, entry in enumerate(hosts):
            if isinstance(entry, str):
                yield f'config["TRUSTED_HOSTS"][{position}]', entry


def _find_host(text: str) -> str:
    """Return the host that *text* is about; an example if there is none."""
    name = text.strip().rpartition("://")[2].partition("/")[0].rpartition("@")[2]
    if name.startswith("*."):
        name = name[1:]
    return name if _HOST.fullmatch(name.removeprefix(".")) else "shop.example"
