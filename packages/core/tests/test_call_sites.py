"""Places in an application's code, as messages show them."""

from __future__ import annotations

import warnings
from typing import Any

import pytest

from cruse_core.call_sites import (
    call_at,
    count_own_frames,
    find_call_site,
    find_caller,
    is_framework,
)


def as_framework(source: str, name: str = "cruse_core.pretended") -> dict[str, Any]:
    """Run *source* as if it were a module of the framework, and return its names."""
    names: dict[str, Any] = {
        "__name__": name,
        "find_call_site": find_call_site,
        "find_caller": find_caller,
        "count_own_frames": count_own_frames,
        "warnings": warnings,
    }
    exec(source, names)
    return names


def line_here() -> int:
    caller = find_caller()
    assert caller is not None
    assert caller.f_back is not None
    return caller.f_back.f_lineno


class TestFindCallSite:
    def test_is_the_line_of_the_caller(self) -> None:
        site, line = find_call_site(), line_here()
        assert site is not None
        assert site.line == line
        assert str(site) == f"{__file__}:{line}"

    @pytest.mark.parametrize("package", ["cruse_core", "cruse", "werkzeug.local", "functools"])
    def test_leaves_out_what_stands_between(self, package: str) -> None:
        find = as_framework("def find():\n\n    return find_call_site()\n", package)["find"]
        site, line = find(), line_here()
        assert str(site) == f"{__file__}:{line}"

    def test_does_not_look_at_frames_that_are_skipped(self) -> None:
        source = "def find():\n    return find_call_site(skipped=1)\n"
        site, line = as_framework(source, "shop")["find"](), line_here()
        assert str(site) == f"{__file__}:{line}"

    def test_names_that_only_begin_alike_are_the_applications(self) -> None:
        find = as_framework("def find():\n    return find_caller()\n", "cruse_corelib")["find"]
        frame = find()
        assert frame.f_code.co_name == "find"
        assert not is_framework(frame)

    def test_code_without_a_module_is_the_applications(self) -> None:
        names = as_framework("frame = find_caller()", name="")
        assert names["frame"].f_code.co_name == "<module>"


class TestCallAt:
    def test_stands_for_the_line_that_recorded_the_call(self) -> None:
        recorded, sites = find_call_site(), []
        call_at(recorded, lambda: sites.append(find_call_site()))
        assert sites == [recorded]
        assert find_call_site() != recorded

    def test_ends_with_a_call_that_fails(self) -> None:
        recorded = find_call_site()
        with pytest.raises(ZeroDivisionError):
            call_at(recorded, lambda: 1 / 0)
        assert find_call_site() != recorded


class TestCountOwnFrames:
    def test_points_a_warning_at_the_application(self) -> None:
        names = as_framework(
            "def inner():\n    warnings.warn('mistake', stacklevel=count_own_frames())\n"
            "def outer():\n    inner()\n"
        )
        with pytest.warns(UserWarning, match="mistake") as caught:
            names["outer"]()
        line = line_here() - 1
        assert (caught[0].filename, caught[0].lineno) == (__file__, line)
