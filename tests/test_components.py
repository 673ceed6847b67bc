"""The table of core's stand-ins, held against what the components really provide."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from types import ModuleType

import pytest

import cruse
import cruse_core
from cruse import Cruse
from cruse_cli import CommandsApp, CommandsBlueprint
from cruse_core import App, Blueprint
from cruse_core.components import APP_STAND_INS, BLUEPRINT_STAND_INS, NAMES_ELSEWHERE, Provider
from cruse_core.errors import ComponentOrderError, MissingComponentError
from cruse_templating import TemplatingApp, TemplatingBlueprint
from cruse_testing import TestingApp

APP_COMPONENTS = [TemplatingApp, CommandsApp, TestingApp]
BLUEPRINT_COMPONENTS = [TemplatingBlueprint, CommandsBlueprint]


def added_names(component: type, base: type) -> set[str]:
    """Return the public names that *component* adds to *base*."""
    names = {name for cls in component.__mro__ if cls not in base.__mro__ for name in vars(cls)}
    existing = {name for cls in base.__mro__ for name in vars(cls)}
    stand_ins = {**APP_STAND_INS, **BLUEPRINT_STAND_INS}
    return {n for n in names if not n.startswith("_") and (n not in existing or n in stand_ins)}


@pytest.mark.parametrize("component", APP_COMPONENTS)
def test_table_of_apps_names_what_the_component_provides(component: type) -> None:
    provided = {name for name, entry in APP_STAND_INS.items() if entry[2] == component.__name__}
    assert provided == added_names(component, App)


@pytest.mark.parametrize("component", BLUEPRINT_COMPONENTS)
def test_table_of_blueprints_names_what_the_component_provides(component: type) -> None:
    provided = {
        name for name, entry in BLUEPRINT_STAND_INS.items() if entry[2] == component.__name__
    }
    assert provided == added_names(component, Blueprint)


@pytest.mark.parametrize(
    "provider", sorted({*APP_STAND_INS.values(), *BLUEPRINT_STAND_INS.values()})
)
def test_every_provider_can_be_imported(provider: Provider) -> None:
    _, module, name = provider
    assert isinstance(getattr(import_module(module), name), type)


@pytest.mark.parametrize("name", APP_STAND_INS)
def test_full_app_has_what_a_bare_one_lacks(name: str) -> None:
    assert not hasattr(App("bare"), name)
    assert hasattr(Cruse("full"), name)


def test_missing_attribute_names_the_distribution_and_the_class() -> None:
    with pytest.raises(AttributeError, match="pip install cruse-templating.*TemplatingApp"):
        App("bare").jinja_env  # type: ignore[attr-defined]  # noqa: B018


def test_missing_attribute_of_a_blueprint_names_its_class() -> None:
    with pytest.raises(AttributeError, match="pip install cruse-cli.*CommandsBlueprint"):
        Blueprint("bare", "bare").cli  # type: ignore[attr-defined]  # noqa: B018


def test_required_component_is_the_app_itself() -> None:
    app = Cruse("full")
    assert app.require(TemplatingApp) is app


def test_missing_component_says_what_to_install() -> None:
    with pytest.raises(MissingComponentError, match="pip install cruse-templating"):
        App("bare").require(TemplatingApp)


def test_bases_in_the_wrong_order_are_explained() -> None:
    with pytest.raises(ComponentOrderError, match=r"Write: class Shop\(TemplatingApp\)\."):
        type(App)("Shop", (App, TemplatingApp), {})


@pytest.mark.parametrize("component", [*APP_COMPONENTS, *BLUEPRINT_COMPONENTS])
def test_component_has_no_constructor(component: type) -> None:
    assert "__init__" not in vars(component)


def test_what_an_app_may_never_need_is_imported_when_it_does() -> None:
    unneeded = ["asyncio", "click", "cruse_core.multipart", "cruse_testing.client", "jinja2"]
    code = f"import sys, cruse\nprint([name for name in {unneeded} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_current_app_is_the_same_proxy_everywhere() -> None:
    import cruse_core

    assert cruse.current_app is cruse_core.current_app


def test_version_is_that_of_the_distribution() -> None:
    assert cruse.__version__.count(".") == 2


@pytest.mark.parametrize("name", NAMES_ELSEWHERE)
def test_name_that_core_sends_elsewhere_is_there(name: str) -> None:
    assert hasattr(import_module(NAMES_ELSEWHERE[name][1]), name)


def test_core_knows_where_each_name_of_the_framework_is() -> None:
    names = {name for name in vars(cruse) if not name.startswith("_")}
    modules = {name for name in names if isinstance(getattr(cruse, name), ModuleType)}
    missing = {name for name in names - modules if name not in vars(cruse_core)}
    assert missing <= NAMES_ELSEWHERE.keys()
