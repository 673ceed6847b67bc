"""Sign a document for a cookie, and check it, quicker than ItsDangerous but with the same bytes.

The short cut only ever says yes: whatever is not plainly valid here, `sessions.py` puts before
ItsDangerous, which decides. Nothing else belongs here, so that all of the cryptography is one page.
"""

from __future__ import annotations

import hashlib
import hmac
import time
import zlib
from binascii import Error as Base64Error
from binascii import a2b_base64, b2a_base64
from collections.abc import Iterable
from functools import lru_cache

_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_", b"+/")

# Characters of a timestamp, from 1970 (January 1st apart) to 2106.
_STAMP_LENGTH = 6
# Up to this size, a small window and hash table make no difference to what zlib finds.
_SMALL_BYTES = 250


class CookieSigner:
    """Signs as `URLSafeTimedSerializer` does with HMAC, SHA-1 and keys derived by HMAC.

    Args:
        secret_keys: The keys that are accepted, oldest first; the last one signs.
        salt: Keeps signatures of other uses of the same keys apart.
    """

    # PERF: everything that depends on the keys alone is kept, and a signature is checked without
    # exceptions (benchmarks/scenarios.py, session).

    __slots__ = ("_macs",)

    def __init__(self, secret_keys: Iterable[str | bytes], salt: bytes) -> None:
        macs = [_KeyedHash(hmac.digest(_as_bytes(key), salt, "sha1")) for key in secret_keys]
        self._macs = tuple(reversed(macs))

    def sign(self, document: str) -> str:
        """Return the text of a cookie that holds *document* and the current time."""
        payload = _pack(document.encode())
        value = b"%b.%b" % (payload, _make_stamp(int(time.time())))
        return (value + b"." + self._macs[0].sign(value)).decode("ascii")

    def find_document(self, cookie: str, max_age_seconds: int) -> str | None:
        """Return the document that *cookie* holds.

        Args:
            cookie: Text as `sign` returns it.
            max_age_seconds: Age up to which it is accepted.

        Returns:
            The document; None if the cookie is forged or too old, or if that is not plain to see.
        """
        if not cookie.isascii():
            return None
        value, _, signature = cookie.encode("ascii").rpartition(b".")
        payload, _, stamp = value.rpartition(b".")
        if len(stamp) != _STAMP_LENGTH:
            return None
        for mac in self._macs:
            if hmac.compare_digest(mac.sign(value), signature):
                break
        else:
            return None
        try:
            age = int(time.time()) - int.from_bytes(_decode(stamp), "big")
            return _unpack(payload).decode() if 0 <= age <= max_age_seconds else None
        except (Base64Error, UnicodeDecodeError, zlib.error):
            return None


class _KeyedHash:
    """HMAC with SHA-1 (RFC 2104) and a key of at most 64 bytes."""

    # PERF: `hmac.digest` hashes the padded key twice at each call, which takes longer than hashing
    # a session (benchmarks/scenarios.py, session).

    __slots__ = ("_inner", "_outer")

    def __init__(self, key: bytes) -> None:
        padded = key.ljust(64, b"\0")
        # What weakens SHA-1 elsewhere, collisions, does not weaken HMAC.
        self._inner = hashlib.sha1(bytes(byte ^ 0x36 for byte in padded))  # noqa: S324
        self._outer = hashlib.sha1(bytes(byte ^ 0x5C for byte in padded))  # noqa: S324

    def sign(self, value: bytes) -> bytes:
        """Return the signature of *value* in Base64."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(value)
        outer.update(inner.digest())
        return _encode(outer.digest())


@lru_cache(maxsize=32)
def get_signer(secret_keys: tuple[str | bytes, ...], salt: str | bytes) -> CookieSigner:
    """Return the signer for these keys, made once; see `CookieSigner`."""
    return CookieSigner(secret_keys, _as_bytes(salt))


def may_contain(cookie: str, text: bytes) -> bool:
    """Return False only if the JSON document in *cookie* does not contain *text*.

    The signature is not looked at.
    """
    payload = cookie.encode("ascii", "replace").partition(b".")[0]
    if not payload:  # It is compressed.
        return True
    try:
        document = _decode(payload)
    except Base64Error:
        return True
    return text in document or b"\\u" in document


def _as_bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text


def _encode(data: bytes) -> bytes:
    return b2a_base64(data, newline=False).rstrip(b"=").translate(_TO_URL)


def _decode(text: bytes) -> bytes:
    # Padding that is not needed is ignored.
    return a2b_base64(text.translate(_FROM_URL) + b"==")


@lru_cache(maxsize=2)
def _make_stamp(now_seconds: int) -> bytes:
    return _encode(now_seconds.to_bytes(4, "big"))


def _pack(data: bytes) -> bytes:
    # The rule of `URLSafeSerializer`: compress if that saves the dot that says so, and a byte.
    if len(data) > _SMALL_BYTES or _small_compressed_length(data) < len(data) - 1:
        compressed = zlib.compress(data)
        if len(compressed) < len(data) - 1:
            return b"." + _encode(compressed)
    return _encode(data)


def _small_compressed_length(data: bytes) -> int:
    # PERF: `zlib.compress` spends its time on clearing tables made for long texts. The length is
    # the same with small ones (benchmarks/scenarios.py, session).
    small = zlib.compressobj(zlib.Z_DEFAULT_COMPRESSION, zlib.DEFLATED, 9, 5)
    return len(small.compress(data)) + len(small.flush())


def _unpack(payload: bytes) -> bytes:
    if payload.startswith(b"."):
        return zlib.decompress(_decode(payload[1:]))
    return _decode(payload)
