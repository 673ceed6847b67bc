"""Places of functions and classes, for messages."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from cruse_core import App, Blueprint
from cruse_core.places import find_construction, find_place
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


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of a module `shop` that is imported."""
    path = tmp_path / "shop.py"
    module = ModuleType("shop")
    module.__file__ = str(path)
    monkeypatch.setitem(sys.modules, "shop", module)
    return path


class TestFindConstruction:
    def test_names_the_line_of_an_app_by_its_class(self, module: Path) -> None:
        module.write_text("log = getLogger(__name__)\n\n\ndef f():\n    return x.App(__name__)\n")
        assert find_construction(App("shop")) == f"{module}:5"

    def test_names_the_line_of_a_blueprint_by_its_name(self, module: Path) -> None:
        module.write_text(
            "a = Blueprint('a', __name__)\nb = Pages(import_name=__name__, name='b')\n"
        )
        assert find_construction(Blueprint("b", "shop"), "b") == f"{module}:2"

    @pytest.mark.parametrize("source", ["", "def f(:", "App('shop')"])
    def test_names_the_file_alone_if_the_line_is_not_to_be_told(
        self, module: Path, source: str
    ) -> None:
        module.write_text(source)
        assert find_construction(App("shop")) == str(module)

    def test_names_a_file_that_cannot_be_read(self, module: Path) -> None:
        assert find_construction(App("shop")) == str(module)

    def test_without_a_file_it_is_the_import_name(self) -> None:
        assert find_construction(App("sho.p", root_path=".", instance_path="/")) == "sho.p"
