"""Settings that are one of a few words."""

from __future__ import annotations

import pytest

from cruse_core.choices import get_choice
from cruse_core.errors import ConfigError, UnknownChoiceError

SIZES = {"small": 1, "large": 2}


class TestGetChoice:
    def test_word_gives_what_it_stands_for(self) -> None:
        assert get_choice("SIZE", "large", SIZES) == 2

    @pytest.mark.parametrize("value", ["larg", "LARGE", "enlarge"])
    def test_unknown_word_names_the_nearest(self, value: str) -> None:
        with pytest.raises(UnknownChoiceError, match=r"Did you mean 'large'\?"):
            get_choice("SIZE", value, SIZES)

    @pytest.mark.parametrize("value", ["xyz", "", None, 7, True, ["large"]])
    def test_other_value_names_all_words(self, value: object) -> None:
        with pytest.raises(UnknownChoiceError) as caught:
            get_choice("SIZE", value, SIZES)
        assert "SIZE can only be 'small', 'large', and was set to" in str(caught.value)

    def test_value_is_shown_to_developers_only(self) -> None:
        with pytest.raises(UnknownChoiceError) as caught:
            get_choice("SIZE", "pass:word", SIZES)
        assert "pass:word" not in str(caught.value)
        assert caught.value.__notes__ == ["SIZE is 'pass:word'."]

    def test_error_is_one_of_configuration(self) -> None:
        with pytest.raises(ConfigError, match="leave it out"):
            get_choice("SIZE", None, SIZES)
