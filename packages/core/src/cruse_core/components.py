"""How the parts of an app find each other, and what is said when one is missing.

A component is a subclass of `App`. Core knows the others by name only: the tables below hold
strings, so that a bare app can say which distribution provides what it was asked for.
"""

from __future__ import annotations

from abc import ABCMeta
from typing import Any, NoReturn

from cruse_core.errors import ComponentOrderError
from cruse_core.overrides import watchers

TEMPLATING = ("cruse-templating", "cruse_templating", "TemplatingApp")
COMMANDS = ("cruse-cli", "cruse_cli", "CommandsApp")
TESTING = ("cruse-testing", "cruse_testing", "TestingApp")

Provider = tuple[str, str, str]

APP_STAND_INS: dict[str, Provider] = {
    **dict.fromkeys(
        (
            "add_template_filter",
            "add_template_global",
            "add_template_test",
            "async_jinja_env",
            "context_processor",
            "create_global_jinja_loader",
            "create_jinja_environment",
            "jinja_env",
            "jinja_environment",
            "jinja_loader",
            "jinja_options",
            "select_jinja_autoescape",
            "template_context_processors",
            "template_filter",
            "template_global",
            "template_test",
            "update_template_context",
            "update_template_context_async",
        ),
        TEMPLATING,
    ),
    **dict.fromkeys(
        (
            "cli",
            "make_shell_context",
            "shell_context_processor",
            "shell_context_processors",
            "test_cli_runner",
            "test_cli_runner_class",
        ),
        COMMANDS,
    ),
    **dict.fromkeys(("test_client", "test_client_class", "test_request_context"), TESTING),
}

TEMPLATING_BLUEPRINT = ("cruse-templating", "cruse_templating", "TemplatingBlueprint")
COMMANDS_BLUEPRINT = ("cruse-cli", "cruse_cli", "CommandsBlueprint")

BLUEPRINT_STAND_INS: dict[str, Provider] = {
    **dict.fromkeys(
        (
            "add_app_template_filter",
            "add_app_template_global",
            "add_app_template_test",
            "app_context_processor",
            "app_template_filter",
            "app_template_global",
            "app_template_test",
            "context_processor",
            "jinja_loader",
            "template_context_processors",
        ),
        TEMPLATING_BLUEPRINT,
    ),
    "cli": COMMANDS_BLUEPRINT,
}


# Names that are looked for in core, by the distribution and the module that have them.
NAMES_ELSEWHERE: dict[str, tuple[str, str]] = {
    **dict.fromkeys(
        (
            "TemplatingApp",
            "TemplatingBlueprint",
            "get_template_attribute",
            "render_template",
            "render_template_async",
            "render_template_string",
            "render_template_string_async",
            "stream_template",
            "stream_template_async",
            "stream_template_string",
            "stream_template_string_async",
        ),
        ("cruse-templating", "cruse_templating"),
    ),
    **dict.fromkeys(
        ("AppGroup", "CliRunner", "CommandsApp", "CruseGroup", "with_appcontext"),
        ("cruse-cli", "cruse_cli"),
    ),
    **dict.fromkeys(("Client", "TestingApp"), ("cruse-testing", "cruse_testing")),
    **dict.fromkeys(("MethodView", "View"), ("cruse-core", "cruse_core.views")),
    "Cruse": ("cruse", "cruse"),
}


def refuse_name(name: str) -> NoReturn:
    """Say where *name* is, which was looked for in core; `__getattr__` of the package.

    Raises:
        ImportError: Another module has it. An AttributeError would not be shown.
        AttributeError: It is not known.
    """
    if name not in NAMES_ELSEWHERE:
        raise AttributeError(f"module 'cruse_core' has no attribute {name!r}", name=name)
    distribution, module = NAMES_ELSEWHERE[name]
    raise ImportError(
        f"cannot import name {name!r} from 'cruse_core': it is in {module}. Unless that is "
        f"installed, do so with 'pip install {distribution}', and write: "
        f"from {module} import {name}",
        name="cruse_core",
    )


def missing_component_text(asked: str, owner: type, provider: Provider) -> str:
    """Return the sentence that says which distribution provides *asked*."""
    distribution, module, component = provider
    return (
        f"{owner.__name__!r} has no {asked!r}: {component} of the distribution {distribution!r} "
        f"provides it. Install it with 'pip install {distribution}' and derive the class from "
        f"{module}.{component}, or use 'cruse', which has every component."
    )


class StandIn:
    """Stands where a component would put an attribute, and says so when it is read.

    It raises AttributeError, so that `hasattr` stays False, and has no `__set__`, so that an app
    may still be given an attribute of that name.
    """

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: object, owner: type) -> NoReturn:
        raise AttributeError(
            missing_component_text(self._name, owner, self._provider),
            name=self._name,
            obj=owner if instance is None else instance,
        )


def place_stand_ins(owner: type, providers: dict[str, Provider]) -> None:
    """Put a `StandIn` on *owner* for each name in *providers*."""
    for name, provider in providers.items():
        stand_in = StandIn(provider)
        stand_in.__set_name__(owner, name)
        setattr(owner, name, stand_in)


class ComponentType(ABCMeta):
    """The class of app and blueprint classes: it explains bases that stand in the wrong order.

    It derives from `ABCMeta`, so that an app class may have abstract mixins. The `watchers` that
    are instances of such a class are told when one of its attributes is set.
    """

    def __setattr__(cls, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        cls._tell_watchers()

    def __delattr__(cls, name: str) -> None:
        super().__delattr__(name)
        cls._tell_watchers()

    def _tell_watchers(cls) -> None:
        for instance in tuple(watchers):
            # Not isinstance: `ABCMeta` sets attributes of a class that cannot answer yet.
            if cls in type(instance).__mro__:
                instance._look_for_short_cuts()

    def __new__(
        cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], /, **kwargs: Any
    ) -> ComponentType:
        """Make the class, or say which base must move.

        Raises:
            ComponentOrderError: A base stands before another one that is derived from it.
        """
        for position, base in enumerate(bases):
            for later in bases[position + 1 :]:
                if later is not base and isinstance(later, type) and issubclass(later, base):
                    others = [b.__name__ for b in bases if b is not base]
                    raise ComponentOrderError(
                        f"class {name}({', '.join(b.__name__ for b in bases)}) names "
                        f"{base.__name__} before {later.__name__}, which is already a "
                        f"{base.__name__}. Python looks attributes up from left to right, so the "
                        f"more special class must come first. "
                        f"Write: class {name}({', '.join(others)})."
                    )
        return super().__new__(cls, name, bases, namespace, **kwargs)
