"""A table of few and short texts."""

from __future__ import annotations

import pytest

from cruse_core.text_cache import TextCache


def make_counting(calls: list[object]) -> TextCache[object, str]:
    def show(key: object) -> str:
        calls.append(key)
        return f"<{key}>"

    return TextCache(show, most=3, longest=5)


class TestTextCache:
    def test_short_text_is_asked_for_once(self) -> None:
        calls: list[object] = []
        cache = make_counting(calls)
        assert [cache["abc"], cache["abc"]] == ["<abc>", "<abc>"]
        assert calls == ["abc"]

    @pytest.mark.parametrize("key", ["abcdef", b"abcdef", ("abc", ("def", 1), None)])
    def test_long_text_is_never_kept(self, key: object) -> None:
        calls: list[object] = []
        cache = make_counting(calls)
        assert cache[key] == cache[key]
        assert calls == [key, key]
        assert not cache

    def test_one_too_many_makes_it_forget_the_others(self) -> None:
        cache = make_counting([])
        for number in range(10):
            assert cache[f"{number}"] == f"<{number}>"
            assert len(cache) <= 3
        assert list(cache) == ["9"]

    def test_failure_is_not_kept(self) -> None:
        cache = TextCache(int)
        for _ in range(2):
            with pytest.raises(ValueError, match="invalid literal"):
                cache["x"]
        assert not cache
