"""Places of functions and classes, for messages."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from cruse_core.places import find_place
from cruse_core.views import View


def plain() -> str:
    return ""


def decorated(function: Callable[[], str]) -> Callable[[], str]:
    @functools.wraps(function)
    def wrapper() -> str:
        return function()

    return wrapper


class Page(View):
    def dispatch_request(self) -> str:
        return ""

    def method(self) -> str:
        return ""


class Caller:
    def __call__(self) -> str:
        return ""


def line_of(text: str) -> str:
    with open(__file__) as file:
        return f"{__file__}:{1 + file.read().splitlines().index(text)}"


class TestFindPlace:
    def test_names_file_and_line_of_a_function(self) -> None:
        assert find_place(plain) == line_of("def plain() -> str:")

    def test_looks_through_decorators(self) -> None:
        assert find_place(decorated(plain)) == line_of("def plain() -> str:")

    def test_names_the_function_of_a_method(self) -> None:
        assert find_place(Page().method) == line_of("    def method(self) -> str:")

    def test_names_the_class_of_a_class_based_view(self) -> None:
        assert find_place(Page.as_view("page")) == line_of("class Page(View):")

    def test_names_the_class_of_a_callable_object(self) -> None:
        assert find_place(Caller()) == line_of("class Caller:")

    def test_a_partial_counts_as_its_function(self) -> None:
        assert find_place(functools.partial(plain)) == line_of("def plain() -> str:")

    def test_what_is_not_written_in_python_has_none(self) -> None:
        builtin: Any = len
        assert find_place(builtin) is None
