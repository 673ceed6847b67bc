"""What the architecture pages draw is how the code is built."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from cruse import Cruse

ROOT = Path(__file__).parents[2]
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text()
PAGE = (ROOT / "docs" / "architecture.md").read_text()
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())
SEPARATORS = r"\s*[|·]\s*"


def find_section(heading: str) -> str:
    """Return what stands in ARCHITECTURE.md below a heading of the second level."""
    return ARCHITECTURE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def find_picture(section: str) -> list[str]:
    """Return the lines of the section's first indented block."""
    match = re.search(r"\n\n((?: {4}.*\n)+)\n", section)
    assert match is not None
    return [line.strip() for line in match[1].splitlines()]


def find_layers(package: str | None) -> list[set[str]]:
    """Return the layers that import-linter enforces, lowest first."""
    contracts: list[dict[str, Any]] = SETTINGS["tool"]["importlinter"]["contracts"]
    containers = [package] if package else []
    [contract] = [
        contract
        for contract in contracts
        if contract["type"] == "layers" and contract.get("containers", []) == containers
    ]
    return [set(re.split(SEPARATORS, layer)) for layer in reversed(contract["layers"])]


class TestLayers:
    def test_list_of_core_is_what_is_enforced(self) -> None:
        shown = [
            set(re.split(SEPARATORS, line))
            for line in find_picture(find_section("The layers of core"))
        ]

        assert shown == find_layers("cruse_core")

    def test_line_of_the_distributions_is_what_is_enforced(self) -> None:
        [line] = find_picture(find_section("The distributions"))
        shown = [set(re.split(SEPARATORS, layer)) for layer in line.split(" ← ")]

        assert shown == [
            {name.removeprefix("cruse_") for name in layer} for layer in find_layers(None)
        ]

    @pytest.mark.parametrize("package", ["", " cruse_core"])
    def test_page_draws_both_from_the_settings(self, package: str) -> None:
        assert f"```{{layers}}{package}\n```\n" in PAGE

    def test_page_leaves_out_nothing_but_the_list(self) -> None:
        marks = re.findall(r'^:(?:end-before|start-after): "(.*)"$', PAGE, re.MULTILINE)
        before, _, rest = ARCHITECTURE.partition(marks[0])
        left_out, _, after = rest.partition(marks[1])

        assert before
        assert after
        assert left_out.split() == find_section("The layers of core").partition(marks[1])[0].split()


class TestDistributions:
    def test_table_says_what_each_stands_on(self) -> None:
        rows = re.findall(
            r"^\| (?:`(.*?)`|the root) \| (\S+) \| `(\w+)` \| (.*?) \|",
            find_section("The distributions"),
            re.MULTILINE,
        )

        assert len(rows) == 6
        for folder, distribution, package, needs in rows:
            settings = tomllib.loads((ROOT / folder / "pyproject.toml").read_text())
            hook = settings["tool"]["hatch"]["metadata"]["hooks"]["custom"]
            required = {re.split(r"[{>=<~\[ ]", entry)[0].lower() for entry in hook["dependencies"]}
            stated = set(needs.lower().split(", "))
            assert distribution == settings["project"]["name"]
            assert (ROOT / folder / "src" / package / "__init__.py").is_file()
            assert stated == ({"all five"} if distribution == "cruse" else required)

    def test_assembly_is_shown_as_it_is(self) -> None:
        shown = re.search(r"```python\n(.*?)```", ARCHITECTURE, re.DOTALL)

        assert shown is not None
        assert shown[1].strip() in (ROOT / "src" / "cruse" / "app.py").read_text()


class TestWayOfARequest:
    def test_steps_are_called_in_the_order_of_the_picture(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        picture = find_picture(find_section("The way of a request"))
        steps = [name for line in picture for name in re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", line)]
        # Names of the server's function and of what is no method of the app.
        steps = [name for name in steps if hasattr(Cruse, name)]
        called: list[str] = []
        app = Cruse(__name__)
        app.register_error_handler(ZeroDivisionError, lambda error: "explained")
        app.add_url_rule("/", "fail", lambda: str(1 // 0))
        for name in steps:
            note_calls(monkeypatch, app, name, called)

        app.test_client().get("/")

        assert called == steps
        assert {"wsgi_app", "dispatch_request", "finalize_request"} <= set(steps)


def note_calls(monkeypatch: pytest.MonkeyPatch, app: Cruse, name: str, called: list[str]) -> None:
    """Put the name of a step into *called* whenever it begins."""
    step = getattr(app, name)

    def noted(*args: Any, **kwargs: Any) -> Any:
        called.append(name)
        return step(*args, **kwargs)

    monkeypatch.setattr(app, name, noted)
