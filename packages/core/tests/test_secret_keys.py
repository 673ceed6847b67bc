from __future__ import annotations

import os
import random
import secrets

import pytest

from cruse_core.secret_keys import REQUIRED_BITS, count_bits, is_placeholder


class TestIsPlaceholder:
    @pytest.mark.parametrize(
        "key",
        [
            "dev",
            "change me",
            "CHANGE-ME!",
            "secret",
            "supersecretkey",
            "my_secret_key_123",
            "this-is-a-very-long-secret-key-please-change-it-in-production",
            b"development key",
            "only for this page",
            b'_5#y2L"F4Q8z\n\xec]/',
        ],
    )
    def test_knows_what_people_put_where_a_key_belongs(self, key: str | bytes) -> None:
        assert is_placeholder(key)

    @pytest.mark.parametrize("key", ["correct horse battery staple", "12345", "", b"\x00\x01"])
    def test_other_keys_are_none_however_weak(self, key: str | bytes) -> None:
        assert not is_placeholder(key)

    def test_a_long_key_is_judged_at_once(self) -> None:
        assert not is_placeholder("notorandom" * 10_000 + "xyz")


class TestCountBits:
    @pytest.mark.parametrize(
        ("key", "bits"),
        [
            ("0123456789abcdef", 64),
            ("0123456789" * 4, 132),
            ("abcdefghij", 47),
            ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 0),
            (b"\xff\x00\x81\x13\x24\x35\x46\x57", 64),
            ("", 0),
        ],
    )
    def test_counts_from_length_and_kind_of_characters(self, key: str | bytes, bits: int) -> None:
        assert count_bits(key) == bits

    @pytest.mark.parametrize(
        "make",
        [
            lambda source: source.randbytes(16),
            lambda source: source.randbytes(16).hex(),
            lambda source: source.randbytes(32).hex(),
        ],
    )
    def test_random_keys_hold_enough(self, make: object) -> None:
        assert callable(make)
        for seed in range(1_000):
            key = make(random.Random(seed))
            assert count_bits(key) >= REQUIRED_BITS
            assert not is_placeholder(key)

    def test_keys_of_the_standard_library_hold_enough(self) -> None:
        for key in (secrets.token_hex(), secrets.token_urlsafe(), os.urandom(24)):
            assert count_bits(key) >= REQUIRED_BITS
            assert not is_placeholder(key)
