"""Every public name of Flask is one of `cruse.as_flask`, with the same parameters and defaults.

Both are looked at in processes of their own. What is more in Cruse, such as a further parameter
with a default, counts as the same.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

DESCRIBE = str(Path(__file__).with_name("describe_flask.py"))

Description = dict[str, Any]

# What differs on purpose, each with its reason.
DELIBERATE = {
    "flask.blueprints.Blueprint.open_resource": (
        "encoding=None means UTF-8 for an app and a blueprint alike"
    ),
    "flask.cli.FlaskGroup.get_command": "the parameter's name is Click's; it is passed by position",
    "flask.config.Config.from_prefixed_env": (
        "prefix=None reads FLASK_ under the drop-in, and CRUSE_ too"
    ),
    "flask.json.provider.DefaultJSONProvider.default": (
        "the parameter is 'value'; JSON encoders pass it by position"
    ),
    "flask.sansio.scaffold.Scaffold.context_processor": (
        "templates are a component: Flask and Blueprint have it, their base in core has not"
    ),
    "flask.sansio.scaffold.Scaffold.jinja_loader": "as context_processor",
    "flask.sessions.NullSession": "a dict of its own kind, as SecureCookieSession",
    "flask.sessions.SecureCookieSession": "a dict of its own kind: writing costs less",
}


@pytest.fixture(scope="module")
def theirs() -> Description:
    return run_description()


@pytest.fixture(scope="module")
def ours(theirs: Description) -> Description:
    return run_description("-m", "cruse.as_flask", modules=tuple(theirs["modules"]))


def run_description(*runner: str, modules: tuple[str, ...] = ()) -> Description:
    """Return the interface of `flask` in a process that is started by *runner*."""
    finished = subprocess.run(
        [sys.executable, "-W", "ignore", *runner, DESCRIBE, *modules],
        capture_output=True,
        text=True,
    )
    assert finished.returncode == 0, finished.stderr
    description: Description = json.loads(finished.stdout)
    return description


def is_of_flask(description: Description) -> bool:
    """Return whether Flask defines it: what its modules import from elsewhere is no interface."""
    if description["kind"] in {"class", "function"}:
        return str(description["home"]).startswith("flask.")
    return description["kind"] != "module" and not description["home"].startswith("__future__.")


def iter_differences(theirs: Description, ours: Description) -> Iterator[tuple[str, str]]:
    """Yield where Cruse lacks something of Flask's, and what."""
    for module, names in theirs["modules"].items():
        for name, wanted in names.items():
            if not is_of_flask(wanted):
                continue
            place = wanted["home"] if "parameters" in wanted else f"{module}.{name}"
            found = ours["modules"][module].get(name)
            if found is None:
                yield place, f"{module} has no {name}"
            elif wanted["kind"] != found["kind"]:
                yield place, f"is a {found['kind']} instead of a {wanted['kind']}"
            elif not accepts(wanted.get("parameters"), found.get("parameters")):
                yield place, f"takes {found['parameters']} instead of {wanted['parameters']}"
            elif wanted["kind"] == "class":
                yield from iter_differences_of_classes(wanted, found)


def iter_differences_of_classes(
    wanted: Description, found: Description
) -> Iterator[tuple[str, str]]:
    foreign = {base for base in wanted["bases"] if not base.startswith("flask.")}
    if missing := foreign - set(found["bases"]) - {found["home"]}:
        yield wanted["home"], f"is no subclass of {missing}"
    for name, member in wanted["members"].items():
        if not member["home"].startswith("flask."):
            continue
        ours = found["members"].get(name)
        if ours is None:
            yield member["home"], "is missing"
        elif ours["kind"] != member["kind"]:
            yield member["home"], f"is {ours['kind']} instead of {member['kind']}"
        elif not accepts(member["parameters"], ours["parameters"]):
            yield member["home"], f"takes {ours['parameters']} instead of {member['parameters']}"


def accepts(wanted: list[list[str | None]] | None, found: list[list[str | None]] | None) -> bool:
    """Return whether whatever fits the *wanted* parameters fits the *found* ones."""
    if wanted is None or found is None:
        return wanted == found
    further = [parameter for parameter in found if parameter not in wanted]
    return [parameter for parameter in found if parameter in wanted] == wanted and all(
        default is not None or str(kind).startswith("VAR_") for _, kind, default in further
    )


class TestModules:
    def test_flask_and_cruse_were_looked_at(self, theirs: Description, ours: Description) -> None:
        assert (theirs["framework"], ours["framework"]) == ("flask", "cruse")
        assert len(theirs["modules"]) == 24

    def test_names_and_signatures_are_flasks_but_for_the_deliberate_differences(
        self, theirs: Description, ours: Description
    ) -> None:
        found = dict(iter_differences(theirs, ours))
        unexpected = [f"{place}: {found[place]}" for place in found.keys() - DELIBERATE.keys()]
        assert not unexpected, "\n".join(sorted(unexpected))

    def test_deliberate_differences_still_exist(
        self, theirs: Description, ours: Description
    ) -> None:
        assert DELIBERATE.keys() - dict(iter_differences(theirs, ours)).keys() == set()

    @pytest.mark.parametrize("moment", ["shown_at_first", "shown"])
    def test_every_name_that_flasks_modules_show_is_there(
        self, theirs: Description, ours: Description, moment: str
    ) -> None:
        """Submodules among them: those that Flask imports itself, and the others once they are."""
        assert ours[moment].keys() == theirs[moment].keys()
        for module, names in theirs[moment].items():
            # A module has its annotations, too, but shows them only after somebody has asked.
            assert set(ours[moment][module]) == set(names) - {"__annotations__"}, module


class TestObjects:
    @pytest.mark.parametrize("owner", ["app", "blueprint"])
    def test_attributes_of_an_instance_are_there(self, theirs: Description, owner: str) -> None:
        code = (
            "import cruse.as_flask, flask; app = flask.Flask('x'); "
            "blueprint = flask.Blueprint('x', 'x'); "
            f"print([n for n in {theirs['attributes'][owner]!r} if not hasattr({owner}, n)])"
        )
        finished = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        assert finished.stdout.strip() == "[]"

    def test_default_settings_are_the_same(self, theirs: Description, ours: Description) -> None:
        own = {
            "EXTRA_HTTP_METHODS",
            "JSON_DATES",
            "JSON_ERRORS",
            "JSON_PROVIDER",
            "STRICT_ROUTES",
            "TEMPLATES_BYTECODE_CACHE",
        }
        assert ours["settings"].keys() - theirs["settings"].keys() == own
        assert {k: v for k, v in ours["settings"].items() if k not in own} == theirs["settings"]

    @pytest.mark.parametrize("subject", ["converters", "templates"])
    def test_what_rules_and_templates_may_use_is_the_same(
        self, theirs: Description, ours: Description, subject: str
    ) -> None:
        assert ours[subject] == theirs[subject]

    def test_commands_have_the_same_options_but_for_routes_and_check(
        self, theirs: Description, ours: Description
    ) -> None:
        theirs["options"]["flask routes"] = sorted([*theirs["options"]["flask routes"], "--json"])
        theirs["options"]["flask check"] = ["--deploy", "--fail-level", "--ignore", "--json"]
        assert ours["options"] == theirs["options"]
