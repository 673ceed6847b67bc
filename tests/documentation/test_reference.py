"""The reference describes every public name, and what its tables say is so."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import cruse
import cruse_cli
import cruse_core
import cruse_routing
import cruse_templating
import cruse_testing
from cruse import Cruse, Request, Response, flash, render_template_string
from cruse_core import errors, signals, types
from cruse_core.late_attributes import LateAttribute
from cruse_testing import record_signals

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
PAGES = {path.stem: path.read_text() for path in sorted(REFERENCE.glob("*.md"))}
PACKAGES = [cruse_core, cruse_routing, cruse_templating, cruse_cli, cruse_testing]
DIRECTIVE = re.compile(r"^\.\. (?:auto|py:)(?!module)\w+:: (\S+)((?:\n {11,}\S+)*)", re.MULTILINE)
CODE = re.compile(r"`([^`]+)`")


def find_described() -> set[str]:
    """Return the full names that have an entry of their own."""
    entries = [entry for page in PAGES.values() for entry in DIRECTIVE.findall(page)]
    return {name for first, more in entries for name in (first, *more.split())}


def find_cells(page: str, column: int = 0) -> list[list[str]]:
    """Return what is written as code in a column of the tables on a page."""
    text = PAGES[page].replace(r"\|", "/")
    rows = re.findall(r"^\|(.*)\|$", text, re.MULTILINE)
    return [CODE.findall(row.split("|")[column]) for row in rows]


def find_names(page: str) -> set[str]:
    """Return the names in the first column of the tables on a page."""
    return {re.sub(r"\(.*", "", name) for cell in find_cells(page) for name in cell}


def public_names(package: ModuleType) -> set[str]:
    """Return the names that a package gives to its users."""
    return {
        name
        for name in dir(package)
        if not name.startswith("_")
        and name not in {"annotations", "import_module"}
        and not inspect.ismodule(getattr(package, name))
    }


class TestNames:
    @pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.__name__)
    def test_every_name_has_an_entry(self, package: ModuleType) -> None:
        described = find_described()
        in_tables = find_names("_signals") | find_names("contexts")
        in_tables |= {name for cell in find_cells("routing", 1) for name in cell}

        missing = {
            name
            for name in public_names(package) - in_tables
            if f"{package.__name__}.{name}" not in described
            and f"{getattr(package, name).__module__}.{name}" not in described
        }

        assert missing == set()

    def test_names_of_cruse_are_listed(self) -> None:
        table = PAGES["names"].partition("\n\n`cruse.__version__`")[0]
        listed = set(re.findall(r"\[`(\w+)`\]", table))

        assert listed == public_names(cruse) | {"json"}

    def test_types_have_an_entry_each(self) -> None:
        assert set(re.findall(r"py:type:: (\w+)", PAGES["types"])) == set(types.__all__)

    def test_errors_say_what_has_happened(self) -> None:
        assert "automodule:: cruse_core.errors\n   :members:" in PAGES["errors"]
        assert all(value.__doc__ for value in vars(errors).values() if isinstance(value, type))

    @pytest.mark.parametrize("name", sorted(find_described()))
    def test_entry_is_of_something_that_exists(self, name: str) -> None:
        assert find_object(name) is not None

    def test_first_lines_of_attributes_have_no_colon(self) -> None:
        # Sphinx takes what stands before it for a type.
        wrong = [
            f"{owner.__name__}.{name}"
            for owner in map(find_object, find_described())
            if isinstance(owner, type)
            for name, value in inspect.getmembers_static(owner)
            if getattr(getattr(value, "fget", None), "__module__", "").startswith("cruse")
            if ":" in re.sub("`[^`]*`", "", (value.__doc__ or "").partition("\n")[0])
        ]

        assert wrong == []


class TestAttributes:
    def test_tables_show_what_an_app_carries(self) -> None:
        app = Cruse(__name__)
        carried = {name for name in vars(app) if not name.startswith("_")}
        # What the plans and the short path keep; `static_folder` and the like are properties.
        inner = {
            "accepted_hosts",
            "json_errors_by_blueprint",
            "matches_directly",
            "plans",
            "prefix_owners",
            "pushes_app_context",
            "takes_own_way_of_answering",
            "takes_own_way_of_ending",
            "takes_short_path",
        }
        names = find_names("app")

        assert carried - inner - names == set()
        assert [name for name in names if not hasattr(app, name)] == []

    def test_tables_show_what_a_request_carries(self) -> None:
        names = find_names("requests-and-responses")
        carried = {n for n, v in vars(Request).items() if isinstance(v, LateAttribute)}

        assert carried - names == {"json_module"}
        assert [n for n in names if not (hasattr(Request, n) or hasattr(Response, n))] == []

    def test_example_of_a_url_is_taken_apart_as_the_table_says(self) -> None:
        page = PAGES["requests-and-responses"]
        rows = re.findall(r"^\| (`.*?) \|.*?(b?\"[^\"]*\")`", page, re.MULTILINE)
        context = Cruse(__name__).test_request_context(
            "/owls?page=2", base_url="https://notes.example.org/shop/"
        )

        shown = {name: eval(text) for cell, text in rows for name in CODE.findall(cell)}
        shown = {name: shown[name] for name in shown if name in URL_ATTRIBUTES}

        assert {name: getattr(context.request, name) for name in shown} == shown
        assert set(shown) == URL_ATTRIBUTES


URL_ATTRIBUTES = set("method scheme host root_path script_root path full_path".split()) | set(
    "query_string root_url url_root host_url".split()
)


class TestSettings:
    def test_every_setting_is_in_the_table(self) -> None:
        assert find_names("_settings") == set(Cruse.default_config)

    def test_defaults_in_the_table_are_the_defaults(self) -> None:
        shown = dict(re.findall(r"^\| `(\w+)` \| `([^`]+)` \|", PAGES["_settings"], re.MULTILINE))

        wrong = {
            key: text for key, text in shown.items() if eval(text) != Cruse.default_config[key]
        }

        assert wrong == {}
        assert set(Cruse.default_config) - set(shown) == {"DEBUG", "PERMANENT_SESSION_LIFETIME"}

    def test_a_permanent_session_lasts_as_long_as_the_table_says(self) -> None:
        days = Cruse.default_config["PERMANENT_SESSION_LIFETIME"].days

        assert f"| `PERMANENT_SESSION_LIFETIME` | {days} days |" in PAGES["_settings"]


class TestSignals:
    def test_signals_are_sent_in_the_order_of_the_table_with_what_it_says(self) -> None:
        app = Cruse(__name__)
        app.config["PROPAGATE_EXCEPTIONS"] = False
        app.secret_key = "only for this test"
        app.add_url_rule("/", "index", show_and_fail)
        table = [
            (name[0], sent_with)
            for name, sent_with in zip(
                find_cells("_signals"), find_cells("_signals", 2), strict=True
            )
            if name
        ]
        listed = [getattr(signals, name) for name, _ in table]

        with record_signals(app, *listed) as sent:
            app.test_client().get("/")

        assert [(s.name.replace("-", "_"), sorted(s.data)) for s in sent] == [
            (name, sorted(sent_with)) for name, sent_with in table
        ]

    def test_every_signal_is_in_the_table(self) -> None:
        assert find_names("_signals") == set(signals.__all__) - {"NamedSignal", "Namespace"}


def show_and_fail() -> str:
    """Render a template, flash a message, and raise an exception."""
    render_template_string("")
    flash("It went wrong.")
    return str(1 // 0)


def find_object(name: str) -> Any:
    """Return what a full name stands for; a short one belongs to `cruse_core.types`."""
    module_name, _, last = name.rpartition(".")
    module = __import__(module_name or "cruse_core.types", fromlist=[last])
    return getattr(module, last)
