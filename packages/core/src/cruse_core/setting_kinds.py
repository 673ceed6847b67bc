"""Say what each setting may be.

One table: a new setting is one more line of it, and a test finds the one that is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta
from typing import NamedTuple

from cruse_core.findings import Severity


class SettingKind(NamedTuple):
    """What a group of settings may be.

    Attributes:
        accepts: Tells whether a value will do.
        wanted: The same in words, after "has to be".
        harm: Why another one matters, as a sentence.
        remedy: What to write, as a sentence.
        severity: Of another one.
    """

    accepts: Callable[[object], bool]
    wanted: str
    harm: str
    remedy: str
    severity: Severity = Severity.ERROR

    def or_none(self) -> SettingKind:
        """Return the kind that accepts None, too."""
        accepts = self.accepts
        return self._replace(
            accepts=lambda value: value is None or accepts(value), wanted=f"{self.wanted}, or None"
        )


def _is_flag(value: object) -> bool:
    return value is None or isinstance(value, bool) or (isinstance(value, int) and value in {0, 1})


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_count(value: object) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    # 16e6 is written for 16_000_000, and works.
    return value >= 0 and float(value).is_integer()


def _is_time(value: object) -> bool:
    return isinstance(value, timedelta) or _is_number(value)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_key(value: object) -> bool:
    return isinstance(value, str | bytes)


def _is_collection_of(is_item: Callable[[object], bool], value: object) -> bool:
    return (
        isinstance(value, Collection)
        and not isinstance(value, str | bytes)
        and all(is_item(item) for item in value)
    )


FLAG = SettingKind(
    _is_flag,
    "True or False",
    "A text counts as true whatever it says, unless it is empty.",
    "Write True or False without quotes; from_prefixed_env takes true and false in small letters.",
)
COUNT = SettingKind(
    _is_count,
    "a whole number from 0 on",
    "What compares it with a number fails, or limits something else.",
    "Write the number without quotes and units: 16 MB are 16_000_000.",
)
TIME = SettingKind(
    _is_time,
    "a timedelta or a number of seconds",
    "What adds it to a time fails with the error 500.",
    "Write timedelta(hours=1), or 3600 without quotes.",
)
TEXT = SettingKind(
    _is_text,
    "a text",
    "What reads it as one fails with the error 500.",
    "Write it in quotes, also if it consists of digits.",
)
TEXTS = SettingKind(
    lambda value: _is_collection_of(_is_text, value),
    "a list of texts",
    "What looks through it finds nothing, or fails with the error 500.",
    'Write a list, also for one: ["first"].',
)
HOSTS = TEXTS._replace(accepts=lambda value: _is_text(value) or TEXTS.accepts(value)).or_none()
DOMAIN = TEXT._replace(accepts=lambda value: value is False or _is_text(value)).or_none()
KEY = SettingKind(
    _is_key,
    "a text or bytes",
    "Nothing can be signed with another type, so each session fails with the error 500. "
    "from_prefixed_env reads digits alone as a number.",
    "Set a random one: python -c 'import secrets; print(secrets.token_hex())'.",
).or_none()
KEYS = SettingKind(
    lambda value: _is_collection_of(_is_key, value),
    "a list of texts or bytes",
    "A text or bytes in its place is one key a character, and anybody can sign sessions with such "
    "keys.",
    'Write a list, also for one key: SECRET_KEY_FALLBACKS = ["the earlier key"].',
    Severity.CRITICAL,
).or_none()

SETTING_KINDS: dict[str, SettingKind] = {
    "DEBUG": FLAG,
    "TESTING": FLAG,
    "SECRET_KEY": KEY,
    "SECRET_KEY_FALLBACKS": KEYS,
    "APPLICATION_ROOT": TEXT,
    "PREFERRED_URL_SCHEME": TEXT,
    "SERVER_NAME": TEXT.or_none(),
    "TRUSTED_HOSTS": HOSTS,
    "PERMANENT_SESSION_LIFETIME": TIME,
    "SESSION_COOKIE_DOMAIN": DOMAIN,
    "SESSION_COOKIE_HTTPONLY": FLAG,
    "SESSION_COOKIE_NAME": TEXT,
    "SESSION_COOKIE_PARTITIONED": FLAG,
    "SESSION_COOKIE_PATH": TEXT.or_none(),
    "SESSION_COOKIE_SAMESITE": TEXT.or_none(),
    "SESSION_COOKIE_SECURE": FLAG,
    "SESSION_REFRESH_EACH_REQUEST": FLAG,
    "MAX_CONTENT_LENGTH": COUNT.or_none(),
    "MAX_COOKIE_SIZE": COUNT.or_none(),
    "MAX_FORM_MEMORY_SIZE": COUNT.or_none(),
    "MAX_FORM_PARTS": COUNT.or_none(),
    "EXTRA_HTTP_METHODS": TEXTS,
    "PROVIDE_AUTOMATIC_OPTIONS": FLAG,
    "STRICT_ROUTES": FLAG,
    "SEND_FILE_MAX_AGE_DEFAULT": TIME.or_none(),
    "USE_X_SENDFILE": FLAG,
    "JSON_DATES": TEXT,
    "JSON_PROVIDER": TEXT,
    "JSON_ERRORS": TEXT,
    "PROPAGATE_EXCEPTIONS": FLAG,
    "TRAP_BAD_REQUEST_ERRORS": FLAG,
    "TRAP_HTTP_EXCEPTIONS": FLAG,
}
