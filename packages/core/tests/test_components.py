"""What a bare app says about components that it lacks, and about bases in the wrong order."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from typing import Any

import pytest

import cruse_core
from cruse_core import App, Blueprint
from cruse_core.components import (
    APP_STAND_INS,
    BLUEPRINT_STAND_INS,
    NAMES_ELSEWHERE,
    ComponentType,
    StandIn,
    missing_component_text,
)
from cruse_core.errors import ComponentOrderError


class TestStandIns:
    @pytest.mark.parametrize("name", APP_STAND_INS)
    def test_name_of_a_component_says_what_to_install(self, app: App, name: str) -> None:
        distribution, module, component = APP_STAND_INS[name]
        with pytest.raises(AttributeError) as caught:
            getattr(app, name)
        message = str(caught.value)
        assert f"'App' has no {name!r}" in message
        assert f"pip install {distribution}" in message
        assert f"{module}.{component}" in message
        assert caught.value.name == name
        assert caught.value.obj is app
        assert not hasattr(app, name)
        assert not hasattr(App, name)

    @pytest.mark.parametrize("name", BLUEPRINT_STAND_INS)
    def test_name_of_a_blueprints_component_says_what_to_install(self, name: str) -> None:
        distribution, _, component = BLUEPRINT_STAND_INS[name]
        with pytest.raises(AttributeError, match=f"{component} of the distribution"):
            getattr(Blueprint("admin", "admin"), name)
        with pytest.raises(AttributeError, match=f"'pip install {distribution}'"):
            getattr(Blueprint, name)

    def test_name_can_be_set_on_an_app(self, app: App) -> None:
        app.jinja_env = "mine"
        assert getattr(app, "jinja_env", None) == "mine"

    def test_name_can_be_provided_by_a_subclass(self) -> None:
        class Templating(App):
            @cached_property
            def jinja_env(self) -> str:
                return "made"

        assert Templating("shop").jinja_env == "made"

    def test_name_learns_its_place_in_a_class_body(self) -> None:
        class Owner:
            missing = StandIn(("cruse-x", "cruse_x", "XApp"))

        with pytest.raises(AttributeError, match="'Owner' has no 'missing': XApp"):
            _ = Owner().missing

    def test_text_names_the_class_that_was_asked(self) -> None:
        text = missing_component_text("cli", App, ("cruse-cli", "cruse_cli", "CommandsApp"))
        assert text.startswith("'App' has no 'cli': CommandsApp of the distribution 'cruse-cli'")
        assert text.endswith("or use 'cruse', which has every component.")


class TestComponentType:
    def test_bases_in_the_wrong_order_say_how_to_write_them(self) -> None:
        class Templating(App):
            """Stands for a component."""

        with pytest.raises(ComponentOrderError) as caught:
            ComponentType("Shop", (App, Templating), {})
        message = str(caught.value)
        assert "class Shop(App, Templating) names App before Templating" in message
        assert "Write: class Shop(Templating)." in message
        assert isinstance(caught.value, TypeError)

    def test_of_blueprints_are_looked_at_too(self) -> None:
        class Templating(Blueprint):
            """Stands for a component."""

        with pytest.raises(ComponentOrderError, match=r"Write: class Shop\(Templating\)"):
            ComponentType("Shop", (Blueprint, Templating), {})

    def test_components_stand_side_by_side(self) -> None:
        class One(App):
            """Stands for a component."""

        class Two(App):
            """Stands for another one."""

        class Both(One, Two):
            """Has both."""

        app = Both("shop")
        assert isinstance(app.require(One), Two)
        assert isinstance(app.require(Two), One)

    def test_mixins_may_be_abstract(self) -> None:
        class Mixin(ABC):
            @abstractmethod
            def colour(self) -> str: ...

        class Coloured(Mixin, App):
            def colour(self) -> str:
                return "red"

        assert Coloured("shop").colour() == "red"
        assert isinstance(Coloured, ComponentType)

    def test_keywords_reach_the_base(self) -> None:
        class Named(App):
            label = ""

            def __init_subclass__(cls, label: str = "", **kwargs: Any) -> None:
                super().__init_subclass__(**kwargs)
                cls.label = label

        class Shop(Named, label="shop"):
            """Gives a keyword."""

        assert Shop.label == "shop"

    def test_base_that_is_no_class_is_left_to_python(self) -> None:
        with pytest.raises(TypeError):
            ComponentType("Shop", (App, "text"), {})  # type: ignore[arg-type]  # what is refused


class TestNames:
    @pytest.mark.parametrize("name", NAMES_ELSEWHERE)
    def test_name_of_another_module_says_where_it_is(self, name: str) -> None:
        distribution, module = NAMES_ELSEWHERE[name]
        with pytest.raises(ImportError, match=f"'pip install {distribution}'") as caught:
            exec(f"from cruse_core import {name}")
        assert str(caught.value).endswith(f"from {module} import {name}")

    def test_other_names_are_missing_as_ever(self) -> None:
        assert not hasattr(cruse_core, "nothing")
        with pytest.raises(ImportError, match="cannot import name 'nothing'"):
            exec("from cruse_core import nothing")
