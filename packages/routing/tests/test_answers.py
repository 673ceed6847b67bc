"""The two answers that are not a match."""

from __future__ import annotations

from cruse_routing import MISS, UNDECIDED, Answer


class TestAnswer:
    def test_members_are_the_two_constants(self) -> None:
        assert list(Answer) == [MISS, UNDECIDED]

    def test_repr_is_the_constant(self) -> None:
        assert repr(MISS) == "MISS"
        assert repr(UNDECIDED) == "UNDECIDED"
