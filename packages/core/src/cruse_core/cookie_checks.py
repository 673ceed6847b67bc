"""Check the session cookie: that browsers take it, and that nobody else can read or send it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from cruse_core.checked_app import CheckedApp
from cruse_core.checks import Checks
from cruse_core.findings import Finding, Severity
from cruse_core.host_checks import is_shared_domain
from cruse_core.sessions import SecureCookieSessionInterface

# RFC 9110, 5.6.2: what the name of a cookie consists of.
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_DOMAIN = re.compile(r"\.?[\w-]+(\.[\w-]+)*")

# RFC 6265bis, 4.1.3: what a browser asks of a cookie whose name begins so, in any case. The longest
# comes first.
_NEEDED_BY_PREFIX = {
    "__host-http-": ("SECURE", "HTTPONLY", "DOMAIN", "PATH"),
    "__host-": ("SECURE", "DOMAIN", "PATH"),
    "__http-": ("SECURE", "HTTPONLY"),
    "__secure-": ("SECURE",),
}


def add_cookie_checks(checks: Checks) -> None:
    """Add the checks of this module."""
    checks.add(check_cookie_is_taken)
    checks.add(check_session_cookie, deploy=True)


def check_cookie_is_taken(app: CheckedApp) -> Iterator[Finding]:
    """Find settings with which browsers refuse the session cookie, or no cookie can be made."""
    for key, problem, remedy in _iter_refusals(app.config):
        yield Finding(
            "settings.session_cookie",
            Severity.ERROR,
            f"{problem} Nobody keeps a session.",
            f'config["SESSION_COOKIE_{key}"]',
            remedy,
        )


def _iter_refusals(config: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield the setting, what is wrong with it and what to do; only texts are looked at."""
    name = _find_text(config, "NAME")
    if name is not None and not _TOKEN.fullmatch(name):
        yield (
            "NAME",
            f"The session cookie is called {name!r}, which has signs that the name of a cookie "
            "cannot have.",
            'Use letters, digits, "-" and "_".',
        )
    yield from _iter_unkept_promises(config, name or "")
    site = _find_text(config, "SAMESITE")
    if site is not None and site.lower() not in {"lax", "strict", "none"}:
        yield (
            "SAMESITE",
            f"SESSION_COOKIE_SAMESITE is {site!r}, which is none of its words: saving a session "
            "fails with the error 500.",
            'Set "Lax", "Strict" or None.',
        )
    elif site is not None and site.lower() == "none" and not _is_secure(config):
        yield (
            "SAMESITE",
            "Browsers refuse a cookie with SameSite=None that is not Secure.",
            'Set "Lax"; or, if other sites embed yours, SESSION_COOKIE_SECURE = True.',
        )
    path = _find_text(config, "PATH")
    if path is not None and not path.startswith("/"):
        yield (
            "PATH",
            f"The path of the session cookie is {path!r}. Browsers ignore one without a slash in "
            "front, and send the cookie back to a part of the site alone.",
            f"Write {'/' + path!r}.",
        )
    yield from _iter_domain_refusals(config)


def _iter_unkept_promises(config: Mapping[str, Any], name: str) -> Iterator[tuple[str, str, str]]:
    """Yield what a name that begins with "__Host-" and the like promises, and the cookie breaks."""
    prefix = next((known for known in _NEEDED_BY_PREFIX if name.lower().startswith(known)), None)
    if prefix is None:
        return
    refusal = f"Browsers refuse a cookie that is called {name!r}"
    needed = _NEEDED_BY_PREFIX[prefix]
    if "SECURE" in needed and not _is_secure(config):
        yield "SECURE", f"{refusal} and is not Secure.", "Set SESSION_COOKIE_SECURE = True."
    if "HTTPONLY" in needed and not config.get("SESSION_COOKIE_HTTPONLY"):
        yield "HTTPONLY", f"{refusal} and is not HttpOnly.", "Set SESSION_COOKIE_HTTPONLY = True."
    if "DOMAIN" in needed and config.get("SESSION_COOKIE_DOMAIN"):
        yield (
            "DOMAIN",
            f"{refusal} and has a Domain.",
            "Leave SESSION_COOKIE_DOMAIN out, or call the cookie otherwise.",
        )
    path = config.get("SESSION_COOKIE_PATH") or config.get("APPLICATION_ROOT")
    if "PATH" in needed and path != "/":
        yield (
            "PATH",
            f"{refusal} and has the Path {path!r}.",
            'Set SESSION_COOKIE_PATH = "/", or begin the name with "__Secure-".',
        )


def _iter_domain_refusals(config: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    domain = _find_text(config, "DOMAIN")
    if not domain:
        return
    if not _DOMAIN.fullmatch(domain):
        yield (
            "DOMAIN",
            f"The domain of the session cookie is {domain!r}, which is no domain.",
            "Write it without scheme, port and path, or leave it out.",
        )
        return
    server = config.get("SERVER_NAME")
    if isinstance(server, str) and server and "/" not in server:
        host = server.partition(":")[0].lower()
        if not _is_within(host, domain) and not _is_within(domain, host):
            yield (
                "DOMAIN",
                f"The domain of the session cookie is {domain!r}, and SERVER_NAME is {server!r}. "
                "Browsers refuse a cookie for a foreign domain.",
                "Leave SESSION_COOKIE_DOMAIN out, or correct one of the two.",
            )


def _is_within(name: str, domain: str) -> bool:
    outer = domain.lower().removeprefix(".")
    inner = name.lower().removeprefix(".")
    return inner == outer or inner.endswith(f".{outer}")


def _find_text(config: Mapping[str, Any], key: str) -> str | None:
    value = config.get(f"SESSION_COOKIE_{key}")
    return value if isinstance(value, str) else None


def _is_secure(config: Mapping[str, Any]) -> bool:
    # A partitioned cookie is sent with Secure whatever the other setting says.
    return bool(config.get("SESSION_COOKIE_SECURE") or config.get("SESSION_COOKIE_PARTITIONED"))


def check_session_cookie(app: CheckedApp) -> Iterator[Finding]:
    """Find a session cookie that others can read or send, if the app can make one."""
    config = app.config
    if not config.get("SECRET_KEY") and type(app.session_interface) is SecureCookieSessionInterface:
        return
    if not config.get("SESSION_COOKIE_SECURE"):
        yield _make_finding(
            "SECURE",
            "The session cookie also travels over unencrypted connections, where others read it.",
            "Set SESSION_COOKIE_SECURE = True, and serve the application over HTTPS.",
        )
    if not config.get("SESSION_COOKIE_HTTPONLY"):
        yield _make_finding(
            "HTTPONLY",
            "Scripts can read the session cookie, those that an attacker smuggles in included.",
            "Set SESSION_COOKIE_HTTPONLY = True.",
        )
    if str(config.get("SESSION_COOKIE_SAMESITE")).lower() not in {"lax", "strict"}:
        yield _make_finding(
            "SAMESITE",
            "Other sites can make a browser send forms with the session cookie.",
            'Set SESSION_COOKIE_SAMESITE = "Lax", or "Strict".',
        )
    domain = _find_text(config, "DOMAIN")
    if domain and is_shared_domain(domain):
        yield _make_finding(
            "DOMAIN",
            f"The session cookie is for {domain!r}, a domain below which strangers have names. "
            "Browsers that know it refuse the cookie; one that does not sends it to them.",
            "Leave SESSION_COOKIE_DOMAIN out, or name your own domain.",
        )


def _make_finding(flag: str, message: str, remedy: str) -> Finding:
    return Finding(
        f"security.session_cookie_{flag.lower()}",
        Severity.WARNING,
        message,
        f'config["SESSION_COOKIE_{flag}"]',
        remedy,
    )
