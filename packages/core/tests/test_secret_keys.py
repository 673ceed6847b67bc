from __future__ import annotations

import os
import random
import secrets

import pytest

from cruse_core.errors import ConfigError
from cruse_core.secret_keys import (
    REQUIRED_BITS,
    check_key_setting,
    count_bits,
    get_signing_keys,
    is_placeholder,
)


class TestGetSigningKeys:
    def test_the_secret_key_is_the_last_one(self) -> None:
        assert get_signing_keys("new", ["old", b"oldest"]) == ("old", b"oldest", "new")
        assert get_signing_keys("new", None) == ("new",)

    @pytest.mark.parametrize("key", [None, "", b""])
    def test_no_secret_key_no_keys(self, key: str | bytes | None) -> None:
        assert get_signing_keys(key, ["old"]) == ()

    def test_empty_fallback_is_no_key(self) -> None:
        assert get_signing_keys("new", ["", None, b"", "old"]) == ("old", "new")

    def test_bytearray_is_as_good_as_bytes(self) -> None:
        assert get_signing_keys(bytearray(b"new"), [bytearray(b"old")]) == (b"old", b"new")

    @pytest.mark.parametrize("fallbacks", ["old", b"old", 7, [7]])
    def test_fallbacks_of_another_type_are_refused(self, fallbacks: object) -> None:
        with pytest.raises(ConfigError, match="SECRET_KEY_FALLBACKS"):
            get_signing_keys("new", fallbacks)


class TestCheckKeySetting:
    @pytest.mark.parametrize("key", [12345, 1.5, True, ["key"], {"a": "b"}, object])
    def test_names_the_setting_and_the_type_but_not_the_value(self, key: object) -> None:
        with pytest.raises(ConfigError, match="SECRET_KEY is of the type") as caught:
            check_key_setting("SECRET_KEY", key)
        assert type(key).__name__ in str(caught.value)
        assert repr(key) not in str(caught.value)

    @pytest.mark.parametrize("key", [None, "", "text", b"bytes", bytearray(b"bytes")])
    def test_accepts_what_can_sign_and_what_is_no_key(self, key: object) -> None:
        check_key_setting("SECRET_KEY", key)

    @pytest.mark.parametrize("keys", ["old", b"old", bytearray(b"old")])
    def test_one_text_of_fallbacks_is_no_list_of_its_characters(self, keys: object) -> None:
        with pytest.raises(ConfigError, match=r"forge.*SECRET_KEY_FALLBACKS = \[old_key\]"):
            check_key_setting("SECRET_KEY_FALLBACKS", keys)

    def test_names_the_fallback_that_is_no_key(self) -> None:
        with pytest.raises(ConfigError, match=r"SECRET_KEY_FALLBACKS\[1\] is of the type int"):
            check_key_setting("SECRET_KEY_FALLBACKS", ["old", 7])

    def test_number_of_fallbacks_is_no_list(self) -> None:
        with pytest.raises(ConfigError, match="holds several keys"):
            check_key_setting("SECRET_KEY_FALLBACKS", 7)

    @pytest.mark.parametrize("keys", [None, "", [], ["a", b"b"], ("a",), {"a"}, iter(["a"])])
    def test_accepts_fallbacks_in_any_collection(self, keys: object) -> None:
        check_key_setting("SECRET_KEY_FALLBACKS", keys)


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
            "you-will-never-guess",
            "YOUR_OWN_RANDOM_GENERATED_SECRET_KEY",
            "5791628bb0b13ce0c676dfde280ba245",
            b"pf9Wkove4IKEAXvy-cQkeDPhv9Cb3Ag-wyJILbq_dFw",
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
            ("8a1f0c7be5d29346", 64),
            ("8305916274" + "9513820746", 66),
            ("qmxjhdcwzv", 47),
            ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 0),
            (b"\xff\x00\x81\x13\x24\x35\x46\x57", 64),
            ("", 0),
        ],
    )
    def test_counts_from_length_and_kind_of_characters(self, key: str | bytes, bits: int) -> None:
        assert count_bits(key) == bits

    @pytest.mark.parametrize(
        "key",
        [
            "k3v9Zt7RmB" * 10,
            b"\xf1\x02\x93\x44\xa5\x06\x77\x18\x99" * 9,
            "k3v9Zt7RmB" + "x" * 40,
            "0123456789abcdef" * 4,
            "fedcba9876543210" * 4,
            "abcdefghijklmnopqrstuvwxyz",
            "QWERTYUIOPasdfghjklZXCVBNM",
            "qwertyuiop1234567890zxcvbnm!",
        ],
    )
    def test_what_repeats_or_follows_a_row_does_not_count(self, key: str | bytes) -> None:
        assert count_bits(key) < REQUIRED_BITS

    def test_a_long_key_is_counted_at_once(self) -> None:
        assert count_bits(random.Random(1).randbytes(1_000_000)) >= REQUIRED_BITS
        assert count_bits("k3v9Zt7RmB" * 100_000) < REQUIRED_BITS

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
