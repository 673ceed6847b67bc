"""Check a setting that is one of a few words."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import TypeVar

from cruse_core.errors import UnknownChoiceError

T = TypeVar("T")


def get_choice(name: str, value: object, choices: Mapping[str, T]) -> T:
    """Return what *value* stands for.

    Args:
        name: What the value was given as, for the message of the error.
        value: One of the words in *choices*.
        choices: The words, and what each of them stands for.

    Raises:
        UnknownChoiceError: It is none of the words; the message names the nearest one. A note
            shows the value, which is nobody's business where a program shows its errors to
            visitors.
    """
    if isinstance(value, str) and value in choices:
        return choices[value]
    nearest = get_close_matches(str(value).lower(), choices, n=1, cutoff=0.5)
    remedy = f"Did you mean {nearest[0]!r}?" if nearest else "Set one of them, or leave it out."
    error = UnknownChoiceError(
        f"{name} can only be {', '.join(map(repr, choices))}, and was set to something else. "
        f"{remedy}"
    )
    error.add_note(f"{name} is {value!r}.")
    raise error
