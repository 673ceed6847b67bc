"""Read the settings of secret keys, and judge a key.

A key is good if somebody who wants to forge sessions cannot guess it.
"""

from __future__ import annotations

import hashlib
import math
import re
import string
from collections.abc import Iterable
from typing import Any

from cruse_core.errors import ConfigError

#: The settings that hold keys.
KEY_SETTINGS = frozenset({"SECRET_KEY", "SECRET_KEY_FALLBACKS"})

# NIST SP 800-131A, section 9: what a key for message authentication must hold at least.
REQUIRED_BITS = 112

# A random key of REQUIRED_BITS has fewer different characters only once in a hundred million.
_REQUIRED_CHARACTERS = 7

# What people put where a key belongs, run together without spaces and signs.
_PLACEHOLDER_WORDS = (
    "a an anything app application at auth be before by change complex cruse default demo dev "
    "development do dummy enter every everybody example flask foo for from generated guess hard "
    "here hidden in insert installation is it just key keys later live local long made me must "
    "my need needs never no non not of on one only or other out own page pass passphrase phrase "
    "placeholder please private prod production put random real replace safe sample secret "
    "secure session set should some something soon string strong super sure temporary test "
    "testing tests that the thing this to token top try trying unique use used using value very "
    "want will with word you your"
).split()

# SHA-256 of keys that stand as examples in the documentation of Flask and its extensions, in
# tutorials, or as the default of programs.
_PUBLISHED = {
    "2598f7d6adc142d88161630f3db12ab2bd3403521c281811e5e1ce60d4ac5d76",
    "25d4a15bdb33cc5bc3342c82291e0b248c20f922dd9c573fdb45fdda3a335e6f",
    "4b00e2726043354c2c4efecc51be38d8bfc2a4e9f3ef54e8b9a225c99038ecf8",
    "4f2c8f384099179e0b9488fdc61e5b574590a65a7c7007387f82f31a85651047",
    "67dde0412edb40ae64e09af0d14bfa47757d7a2d222eda47b55d5dd74ba31584",
    "94094b50140dbb987851abbb731f1f833c3117a4cbcbfc364d3778e82da1aad0",
    "9524778ec96458f7d842cbe42d743ab9b1e068841c2c805fa4045ad898ad4282",
    "9cb335cb7b5fb805934637d85c4f57c695baac019c0a57ceffd0afe43144c9cb",
    "9d0f4f5072c13dbd970c045ee6196734249b16917e0e8185c5035e0c1dbcde6b",
    "ca32f86ce10b8435c108ffd1ae1acd9823f729f51946b3aad3277ac94dead529",
    "d28ed9e8353cf1e0fb41c90fe09886905925dc9c6bc77d56e94faceb052a386f",
    "e06a65faf6a10f8f3e88b777d949cc7076297dcdc19c821a9ed8f5ad2e7071b2",
    "eefbd4136387e7620933a54b3199c46811d8cda05a433e05ede0741710338690",
}

# What fingers and people write without thinking; the other way round, too.
_ROWS = (
    string.digits,
    "1234567890",
    string.ascii_lowercase,
    string.digits + "abcdef",
    *("qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "zxcvbnm", "yxcvbnm"),
)
_KNOWN_RUNS = "\n".join((*_ROWS, *(row[::-1] for row in _ROWS))).encode()

# A shorter part comes a second time by chance.
_SHORTEST_RUN = 5
_LONGEST_LOOK = 4_096

_CLASSES = (string.digits, string.ascii_lowercase, string.ascii_uppercase)
_HEXADECIMAL = re.compile("[0-9a-f]+|[0-9A-F]+")


def get_signing_keys(secret_key: Any, fallbacks: Any) -> tuple[str | bytes, ...]:
    """Return the keys that check a signature, the one that signs last; () without a secret key.

    Args:
        secret_key: SECRET_KEY.
        fallbacks: SECRET_KEY_FALLBACKS. An empty one of them is no key, as for SECRET_KEY: whoever
            knows that it is empty could sign with it.

    Raises:
        ConfigError: Something among them is neither text nor bytes.
    """
    if not secret_key:
        return ()
    # PERF: each session that is opened comes by here (benchmarks/scenarios.py, session).
    if type(secret_key) is str and not fallbacks:
        return (secret_key,)
    check_key_setting("SECRET_KEY", secret_key)
    check_key_setting("SECRET_KEY_FALLBACKS", fallbacks)
    keys = [*filter(None, fallbacks or ()), secret_key]
    return tuple(bytes(key) if isinstance(key, bytearray) else key for key in keys)


def check_key_setting(name: str, value: Any) -> None:
    """Refuse a value of one of `KEY_SETTINGS` that is no key, or no list of keys.

    Raises:
        ConfigError: It is of another type; the message does not show it.
    """
    if name == "SECRET_KEY":
        _check_key(name, value)
    elif isinstance(value, (str, bytes, bytearray)):
        if value:
            raise ConfigError(
                f"{name} is one {type(value).__name__}, and not a list. Each of its characters "
                "would count as a key, so that anybody could forge a session. "
                f"Put it into a list: {name} = [old_key]."
            )
    elif isinstance(value, (list, tuple, set, frozenset)):
        for position, key in enumerate(value):
            _check_key(f"{name}[{position}]", key)
    elif value is not None and not isinstance(value, Iterable):
        raise ConfigError(
            f"{name} is of the type {type(value).__name__}, but it holds several keys: those that "
            f"signed the sessions of former days. Make it a list: {name} = [old_key]."
        )


def _check_key(name: str, key: Any) -> None:
    if key is not None and not isinstance(key, (str, bytes, bytearray)):
        raise ConfigError(
            f"{name} is of the type {type(key).__name__}, but a key is text or bytes: nothing else "
            "can sign a session. Set it to a str. A file in JSON, TOML or YAML, or whatever else "
            "has parsed it, makes a number of digits unless they are in quotes."
        )


def is_placeholder(key: str | bytes) -> bool:
    """Return whether *key* is one that everybody knows, or words such as "change me"."""
    data = key.encode() if isinstance(key, str) else key
    if hashlib.sha256(data).hexdigest() in _PUBLISHED:
        return True
    text = _find_text(data)
    letters = re.sub("[^a-z]", "", text.lower()) if text else ""
    return letters != "" and _consists_of_words(letters)


def _find_text(data: bytes) -> str | None:
    """Return the printable ASCII text that *data* is; None for any other bytes."""
    text = data.decode("latin-1")
    return text if text.isascii() and text.isprintable() else None


def _consists_of_words(text: str) -> bool:
    ends = {0}
    for position in range(len(text)):
        if position in ends:
            ends.update(
                position + len(word)
                for word in _PLACEHOLDER_WORDS
                if text.startswith(word, position)
            )
    return len(text) in ends


def count_bits(key: str | bytes) -> int:
    """Return how many bits a key of this length and these characters can hold at most.

    A key of few different characters counts as if it held none, and a part that stands in the key
    before, or follows the alphabet or the keyboard, as if it were one character.
    """
    data = key.encode() if isinstance(key, str) else key
    if len(set(data)) < _REQUIRED_CHARACTERS:
        return 0
    return int(_count_chosen(data) * math.log2(_alphabet_size(data)))


def _count_chosen(data: bytes) -> int:
    """Return how many characters of *data* do not follow from those before them."""
    # What is longer than this holds enough, or repeats itself.
    data = data[:_LONGEST_LOOK]
    chosen = position = 0
    while position < len(data):
        length = _SHORTEST_RUN
        while position + length <= len(data) and _follows(data, position, length):
            length += 1
        position += length - 1 if length > _SHORTEST_RUN else 1
        chosen += 1
    return chosen


def _follows(data: bytes, start: int, length: int) -> bool:
    """Return whether a part of *data* is one of the known runs, or begins earlier, too."""
    part = data[start : start + length]
    return part.lower() in _KNOWN_RUNS or data.find(part, 0, start + length - 1) != -1


def _alphabet_size(data: bytes) -> int:
    """Return from how many characters those of *data* seem to be chosen."""
    text = _find_text(data)
    if text is None:
        return 256
    if _HEXADECIMAL.fullmatch(text):
        return 10 if text.isdecimal() else 16
    size = sum(len(group) for group in _CLASSES if not set(group).isdisjoint(text))
    rest = set(text).difference(*_CLASSES)
    return size + (len(string.punctuation) + 1 if rest else 0)
