"""Check the settings that keep an application safe once the public can reach it.

No message holds a secret: what a pipeline prints is often readable to many.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from werkzeug.middleware.proxy_fix import ProxyFix

from cruse_core.checked_app import CheckedApp
from cruse_core.checks import Checks
from cruse_core.environment import debug_flag, find_variable
from cruse_core.findings import Finding, Severity
from cruse_core.loopback import is_beyond_loopback
from cruse_core.secret_keys import REQUIRED_BITS, count_bits, is_placeholder
from cruse_core.sessions import SecureCookieSessionInterface

_MAKE_KEY = "Set a random one: python -c 'import secrets; print(secrets.token_hex())'."

# What switches an option of a command on, by its variable.
_TRUE_WORDS = {"1", "true", "t", "yes", "y", "on"}

# Attributes under which middleware keeps the application that it wraps.
_WRAPPED = ("wsgi_app", "app", "application", "_app", "wrapped", "__wrapped__")


def add_security_checks(checks: Checks) -> None:
    """Add the checks of this module."""
    checks.add(check_debugger)
    for check in (
        check_debug,
        check_testing,
        check_secret_key,
        check_session_cookie,
        check_trusted_hosts,
        check_limits,
        check_proxy_fix,
    ):
        checks.add(check, deploy=True)


def check_debugger(app: CheckedApp) -> Iterator[Finding]:
    """Find a debugger that `cruse run` would offer to other machines."""
    if _exposes_debugger(app):
        yield Finding(
            "security.debugger_exposed",
            Severity.CRITICAL,
            f"The debugger would listen on {find_variable('RUN_HOST')!r}, which other machines "
            "reach. It runs any code for whoever finds its PIN.",
            "CRUSE_RUN_HOST",
            "Listen on 127.0.0.1, or switch the debugger off with CRUSE_RUN_DEBUGGER=0.",
        )


def check_debug(app: CheckedApp) -> Iterator[Finding]:
    """Find debug mode, unless the debugger that comes with it is found already."""
    if app.debug and not _exposes_debugger(app):
        yield Finding(
            "security.debug",
            Severity.CRITICAL,
            "Debug mode is on. Errors show code and values to visitors, and the debugger runs "
            "what they type.",
            'config["DEBUG"]',
            "Take DEBUG out of the configuration, and CRUSE_DEBUG out of the environment.",
        )


def _exposes_debugger(app: CheckedApp) -> bool:
    host = find_variable("RUN_HOST")
    if host is None or not is_beyond_loopback(host):
        return False
    debugger = find_variable("RUN_DEBUGGER")
    if debugger is not None:
        return debugger.lower() in _TRUE_WORDS
    return app.debug or debug_flag()


def check_testing(app: CheckedApp) -> Iterator[Finding]:
    """Find the mode for tests."""
    if app.config.get("TESTING"):
        yield Finding(
            "security.testing",
            Severity.WARNING,
            "TESTING is on. An error in a view goes to the server in place of your error page.",
            'config["TESTING"]',
            "Set TESTING in tests only.",
        )


def check_secret_key(app: CheckedApp) -> Iterator[Finding]:
    """Find keys that can be guessed: then anybody can sign a session."""
    key = app.config.get("SECRET_KEY")
    if not key:
        yield Finding(
            "security.secret_key_missing",
            Severity.INFO,
            "SECRET_KEY is not set, so that sessions and flashed messages cannot be saved.",
            'config["SECRET_KEY"]',
            f"{_MAKE_KEY} An application without sessions needs none.",
        )
        return
    yield from _judge_key(key, 'config["SECRET_KEY"]')
    fallbacks = app.config.get("SECRET_KEY_FALLBACKS") or ()
    if isinstance(fallbacks, str | bytes):
        # Each character of it would be a key. The first one says enough.
        fallbacks = [fallbacks[:1]]
    for position, fallback in enumerate(fallbacks):
        yield from _judge_key(fallback, f'config["SECRET_KEY_FALLBACKS"][{position}]')


def _judge_key(key: object, place: str) -> Iterator[Finding]:
    if not isinstance(key, str | bytes):
        return
    if is_placeholder(key):
        yield Finding(
            "security.secret_key_default",
            Severity.ERROR,
            "The secret key is a placeholder or stands in published examples. Whoever tries such "
            "keys can sign sessions, and be any of your users.",
            place,
            _MAKE_KEY,
        )
    elif (bits := count_bits(key)) < REQUIRED_BITS:
        yield Finding(
            "security.secret_key_weak",
            Severity.ERROR,
            f"The secret key, of length {len(key)}, holds {bits} bits at most, and "
            f"{REQUIRED_BITS} are needed. Whoever has a session cookie can try keys until one "
            "fits.",
            place,
            _MAKE_KEY,
        )


def check_session_cookie(app: CheckedApp) -> Iterator[Finding]:
    """Find a session cookie that others can read or send, if the app can make one."""
    config = app.config
    if not config.get("SECRET_KEY") and type(app.session_interface) is SecureCookieSessionInterface:
        return
    if not config.get("SESSION_COOKIE_SECURE"):
        yield _cookie_finding(
            "SECURE",
            "The session cookie also travels over unencrypted connections, where others read it.",
            "Set SESSION_COOKIE_SECURE = True, and serve the application over HTTPS.",
        )
    if not config.get("SESSION_COOKIE_HTTPONLY"):
        yield _cookie_finding(
            "HTTPONLY",
            "Scripts can read the session cookie, those that an attacker smuggles in included.",
            "Set SESSION_COOKIE_HTTPONLY = True.",
        )
    if str(config.get("SESSION_COOKIE_SAMESITE")).lower() not in {"lax", "strict"}:
        yield _cookie_finding(
            "SAMESITE",
            "Other sites can make a browser send forms with the session cookie.",
            'Set SESSION_COOKIE_SAMESITE = "Lax", or "Strict".',
        )


def _cookie_finding(flag: str, message: str, remedy: str) -> Finding:
    return Finding(
        f"security.session_cookie_{flag.lower()}",
        Severity.WARNING,
        message,
        f'config["SESSION_COOKIE_{flag}"]',
        remedy,
    )


def check_trusted_hosts(app: CheckedApp) -> Iterator[Finding]:
    """Find an app that answers for every host name."""
    if not app.config.get("TRUSTED_HOSTS"):
        yield Finding(
            "security.trusted_hosts",
            Severity.WARNING,
            "Requests for any host name are answered. A forged Host header gets into the URLs that "
            "the application builds.",
            'config["TRUSTED_HOSTS"]',
            'Name your hosts: TRUSTED_HOSTS = ["example.org"]; ".example.org" has all subdomains.',
        )


def check_limits(app: CheckedApp) -> Iterator[Finding]:
    """Find bodies without a limit."""
    if app.config.get("MAX_CONTENT_LENGTH") is None:
        yield Finding(
            "security.body_limit",
            Severity.WARNING,
            "A request may have a body of any size, and fill memory and disk.",
            'config["MAX_CONTENT_LENGTH"]',
            "Set MAX_CONTENT_LENGTH to the bytes that your largest form or upload needs.",
        )
    for key in ("MAX_FORM_MEMORY_SIZE", "MAX_FORM_PARTS"):
        if app.config.get(key) is None:
            yield Finding(
                "security.form_limit",
                Severity.WARNING,
                f"{key} is switched off, so that one form can fill the memory.",
                f'config["{key}"]',
                f"Leave {key} at its default, or set a number.",
            )


def check_proxy_fix(app: CheckedApp) -> Iterator[Finding]:
    """Find that nothing reads the headers of a proxy.

    Whether a proxy stands in front cannot be seen from here, and an application without one is
    safer without the middleware: so it is a remark. It becomes a warning where the environment
    tells the server to believe a proxy's headers, in the variable of gunicorn and uvicorn.
    """
    if _has_proxy_fix(app.wsgi_app):
        return
    is_behind_proxy = bool(os.environ.get("FORWARDED_ALLOW_IPS"))
    yield Finding(
        "security.proxy_fix",
        Severity.WARNING if is_behind_proxy else Severity.INFO,
        "No middleware reads X-Forwarded-* headers. "
        + (
            "FORWARDED_ALLOW_IPS says that a proxy writes them"
            if is_behind_proxy
            else "If a proxy stands in front"
        )
        + ", every visitor has the proxy's address, and URLs begin with http.",
        "app.wsgi_app",
        "Behind one proxy: app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1), from "
        "werkzeug.middleware.proxy_fix. Without a proxy leave it out.",
    )


def _has_proxy_fix(application: object) -> bool:
    """Return whether middleware for a proxy is in the chain, Werkzeug's or one of that name."""
    seen: set[int] = set()
    while application is not None and id(application) not in seen:
        if isinstance(application, ProxyFix) or "prox" in type(application).__name__.lower():
            return True
        seen.add(id(application))
        inner = (getattr(application, name, None) for name in _WRAPPED)
        application = next((found for found in inner if callable(found)), None)
    return False
