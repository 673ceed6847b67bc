"""Judge a secret key: whether somebody who wants to forge sessions could guess it."""

from __future__ import annotations

import hashlib
import math
import re
import string

# NIST SP 800-131A, section 9: what a key for message authentication must hold at least.
REQUIRED_BITS = 112

# A random key of REQUIRED_BITS has fewer different characters only once in a hundred million.
_REQUIRED_CHARACTERS = 7

# What people put where a key belongs, run together without spaces and signs.
_PLACEHOLDER_WORDS = (
    "a an app application at auth be before by change cruse default demo dev development do dummy "
    "example flask foo for from hard here in installation is it just key keys live local long made "
    "me must my never no not of on only or other out page pass please private prod production "
    "random real replace safe sample secret secure session set should some string super sure test "
    "testing tests that the this to token top try trying very want will with word you your"
).split()

# SHA-256 of keys that stand as examples in the documentation of Flask, and in programs since.
_PUBLISHED = {
    "25d4a15bdb33cc5bc3342c82291e0b248c20f922dd9c573fdb45fdda3a335e6f",
    "2598f7d6adc142d88161630f3db12ab2bd3403521c281811e5e1ce60d4ac5d76",
    "9cb335cb7b5fb805934637d85c4f57c695baac019c0a57ceffd0afe43144c9cb",
    "9d0f4f5072c13dbd970c045ee6196734249b16917e0e8185c5035e0c1dbcde6b",
    "ca32f86ce10b8435c108ffd1ae1acd9823f729f51946b3aad3277ac94dead529",
    "e06a65faf6a10f8f3e88b777d949cc7076297dcdc19c821a9ed8f5ad2e7071b2",
    "eefbd4136387e7620933a54b3199c46811d8cda05a433e05ede0741710338690",
}

_CLASSES = (string.digits, string.ascii_lowercase, string.ascii_uppercase)
_HEXADECIMAL = re.compile("[0-9a-f]+|[0-9A-F]+")


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

    A key of few different characters counts as if it held none.
    """
    data = key.encode() if isinstance(key, str) else key
    if len(set(data)) < _REQUIRED_CHARACTERS:
        return 0
    return int(len(data) * math.log2(_alphabet_size(data)))


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
