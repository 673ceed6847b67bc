"""Documents in signed cookies."""

from __future__ import annotations

import hashlib
import time
import zlib
from base64 import urlsafe_b64encode
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import BadSignature, URLSafeTimedSerializer

from cruse_core.cookie_signing import CookieSigner, get_signer, may_contain

SALT = b"cookie-session"
HOUR = 3600


class Plain:
    """Lets ItsDangerous sign a text as it is."""

    def dumps(self, value: object) -> str:
        return str(value)

    def loads(self, text: str) -> str:
        return text


def reference(*secret_keys: str | bytes) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(
        [key.encode() if isinstance(key, str) else key for key in secret_keys],
        salt=SALT,
        serializer=Plain(),
        signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha1},
    )


@pytest.fixture
def signer() -> CookieSigner:
    return CookieSigner(["secret"], SALT)


documents = st.one_of(
    st.text(),
    st.text(alphabet="ab", max_size=300),
    st.lists(st.sampled_from(["user", "name", '":"', "1"]), max_size=120).map("".join),
    # What cannot be compressed although it is long.
    st.randoms(use_true_random=False).map(
        lambda random: "".join(map(chr, random.choices(range(128), k=260)))
    ),
)


class TestAgainstItsDangerous:
    @given(documents, st.one_of(st.text(min_size=1), st.binary(min_size=1)))
    def test_writes_the_same_and_reads_the_other(self, document: str, key: str | bytes) -> None:
        signer, other = CookieSigner([key], SALT), reference(key)
        with mock.patch("time.time", return_value=1_700_000_000.5):
            cookie = signer.sign(document)
            assert cookie == other.dumps(document)
            assert signer.find_document(cookie, 0) == document
            assert other.loads(cookie, max_age=0) == document

    @given(st.text(alphabet=".ab-_=A\u00e9 ", max_size=80), st.integers(0, 80), st.integers(0, 5))
    def test_accepts_nothing_that_is_refused_there(self, noise: str, at: int, cut: int) -> None:
        signer, other = CookieSigner(["secret"], SALT), reference("secret")
        cookie = signer.sign('{"a":1}')
        forged = cookie[:at] + noise + cookie[at + cut :]
        document = signer.find_document(forged, HOUR)
        if document is not None:
            assert other.loads(forged, max_age=HOUR) == document

    @pytest.mark.parametrize("age", [-1, 0, 60, 61])
    def test_age(self, signer: CookieSigner, age: int) -> None:
        now = time.time()
        cookie = signer.sign("a")
        with mock.patch("time.time", return_value=now + age):
            try:
                expected = reference("secret").loads(cookie, max_age=60)
            except BadSignature:
                expected = None
            assert signer.find_document(cookie, 60) == expected


class TestCookieSigner:
    def test_last_key_signs_and_all_are_accepted(self) -> None:
        old, both = CookieSigner(["old"], SALT), CookieSigner(["old", b"new"], SALT)
        assert both.find_document(old.sign("a"), HOUR) == "a"
        assert old.find_document(both.sign("a"), HOUR) is None

    def test_salt_separates(self) -> None:
        assert (
            CookieSigner(["a"], b"x").find_document(CookieSigner(["a"], b"y").sign("d"), 9) is None
        )

    @pytest.mark.parametrize("cookie", ["", ".", "..", "a", "a.b.c", "é.b.c", "a.AAAAAA.c"])
    def test_forged_cookie_holds_nothing(self, signer: CookieSigner, cookie: str) -> None:
        assert signer.find_document(cookie, HOUR) is None

    @pytest.mark.parametrize("payload", [b"a", b".AAAA", b"_w"])
    def test_signed_nonsense_holds_nothing(self, signer: CookieSigner, payload: bytes) -> None:
        cookie = reference("secret").make_signer(SALT).sign(payload).decode()
        assert signer.find_document(cookie, HOUR) is None

    def test_signers_are_kept(self) -> None:
        assert get_signer(("a",), "salt") is get_signer(("a",), "salt")
        assert get_signer(("a",), "salt") is not get_signer(("b",), "salt")


class TestMayContain:
    def test_looks_into_the_document(self, signer: CookieSigner) -> None:
        assert may_contain(signer.sign('{"_permanent":true}'), b"_permanent")
        assert not may_contain(signer.sign('{"a":1}'), b"_permanent")

    def test_says_yes_if_it_cannot_know(self, signer: CookieSigner) -> None:
        assert may_contain(signer.sign("a" * 50), b"_permanent")
        assert may_contain(signer.sign('{"\\u005fpermanent":true}'), b"_permanent")
        assert may_contain("a", b"_permanent")
        assert may_contain("", b"_permanent")

    def test_compressed_by_another_program(self) -> None:
        payload = "." + urlsafe_b64encode(zlib.compress(b"{}")).decode()
        assert may_contain(payload, b"_permanent")
