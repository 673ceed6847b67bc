"""Check the keys that sign sessions: whether they can be guessed, and whether they last."""

from __future__ import annotations

from collections.abc import Iterator

from cruse_core.checked_app import CheckedApp
from cruse_core.checks import Checks
from cruse_core.findings import Finding, Severity
from cruse_core.key_sources import find_made_key
from cruse_core.secret_keys import REQUIRED_BITS, count_bits, is_placeholder

_MAKE_KEY = "Set a random one: python -c 'import secrets; print(secrets.token_hex())'."


def add_key_checks(checks: Checks) -> None:
    """Add the checks of this module."""
    checks.add(check_secret_key, deploy=True)
    checks.add(check_key_lasts, deploy=True)


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
    # A text in place of the list is a finding of `setting_checks.py`.
    if isinstance(fallbacks, list | tuple | set | frozenset):
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
            f"{REQUIRED_BITS} are needed; what repeats or follows the alphabet or the keyboard "
            "does not count. Whoever has a session cookie can try keys until one fits.",
            place,
            _MAKE_KEY,
        )


def check_key_lasts(app: CheckedApp) -> Iterator[Finding]:
    """Find a key that the program makes anew each time it starts."""
    key = app.config.get("SECRET_KEY")
    place = find_made_key(app.import_name, key) if isinstance(key, str | bytes) and key else None
    if place is not None:
        yield Finding(
            "security.secret_key_made_at_start",
            Severity.WARNING,
            "The secret key is made when the program starts. Each start ends all sessions, and of "
            "several processes one refuses the sessions of the others.",
            place,
            "Make it once, and read it from the environment or from a file: "
            "python -c 'import secrets; print(secrets.token_hex())'.",
        )
