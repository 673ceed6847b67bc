"""Print the interface of whatever `flask` is in this process, as one JSON object.

`test_api_against_flask.py` starts it twice: on Flask, and on Cruse by way of `cruse.as_flask`.
"""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

import flask
from flask.cli import cli

Description = dict[str, Any]

# What each module that is imported together with Flask shows before any other one is.
SHOWN_AT_FIRST = {
    name: dir(module)
    for name, module in sorted(sys.modules.items())
    if name.partition(".")[0] == "flask"
}

# Not whatever `inspect.isroutine` takes for one: that is true of a cached property, too.
FUNCTIONS = (FunctionType, MethodType, BuiltinFunctionType)


def describe() -> Description:
    """Describe the modules, and what an app and a blueprint bring along."""
    app = flask.Flask("described")
    blueprint = flask.Blueprint("described", "described")
    return {
        "framework": Path(flask.__file__).parent.name,
        "shown_at_first": SHOWN_AT_FIRST,
        "shown": {module.__name__: dir(module) for module in iter_modules()},
        "modules": {
            module.__name__: {
                name: describe_value(value)
                for name, value in vars(module).items()
                if not name.startswith("_")
            }
            for module in iter_modules()
        },
        "attributes": {
            "app": sorted(name for name in vars(app) if not name.startswith("_")),
            "blueprint": sorted(name for name in vars(blueprint) if not name.startswith("_")),
        },
        "settings": {name: repr(value) for name, value in app.config.items()},
        "converters": sorted(app.url_map.converters),
        "templates": {
            kind: sorted(getattr(app.jinja_env, kind)) for kind in ("globals", "filters", "tests")
        },
        "options": {
            " ".join(("flask", *filter(None, [name]))): sorted(
                option for param in command.params for option in param.opts + param.secondary_opts
            )
            for name, command in [("", cli), *cli.commands.items()]
        },
    }


def iter_modules() -> Iterator[ModuleType]:
    """Import the modules that the command line names, by default all of Flask's own."""
    return map(import_module, sys.argv[1:] or sorted(find_modules(Path(flask.__path__[0]))))


def find_modules(folder: Path) -> set[str]:
    """Find the modules of the package in *folder*; not every folder in it has an `__init__.py`."""
    files = [path for path in folder.rglob("*.py") if path.name != "__main__.py"]
    packages = {path.parent for path in files}
    parts = [path.relative_to(folder.parent).with_suffix("").parts for path in files]
    names = {".".join(part for part in path if part != "__init__") for path in parts}
    return names | {".".join(path.relative_to(folder.parent).parts) for path in packages}


def describe_value(value: Any) -> Description:
    """Describe what a module has under one of its names."""
    kind = type(value)
    home = f"{kind.__module__}.{kind.__qualname__}"
    # A proxy would answer for what it stands for, which is not there.
    if kind.__name__.endswith("Proxy"):
        return {"kind": "proxy", "home": home}
    if isinstance(value, ModuleType):
        return {"kind": "module", "home": value.__name__}
    if isinstance(value, type):
        return {
            "kind": "class",
            "home": f"{value.__module__}.{value.__qualname__}",
            "bases": sorted(f"{base.__module__}.{base.__qualname__}" for base in value.__mro__[1:]),
            "parameters": describe_parameters(value),
            "members": dict(iter_members(value)),
        }
    if isinstance(value, FUNCTIONS):
        return {
            "kind": "function",
            "home": f"{value.__module__}.{value.__qualname__}",
            "parameters": describe_parameters(value),
        }
    return {"kind": "object", "home": home}


def iter_members(cls: type) -> Iterator[tuple[str, Description]]:
    """Yield the public members of *cls*, inherited ones too."""
    for name in dir(cls):
        if name.startswith("_") or not hasattr(cls, name):
            continue
        owner = next((base for base in cls.__mro__ if name in vars(base)), cls)
        value = getattr(cls, name)
        is_method = isinstance(value, FUNCTIONS)
        yield (
            name,
            {
                "home": f"{owner.__module__}.{owner.__qualname__}.{name}",
                "kind": "method" if is_method else "data",
                "parameters": describe_parameters(value) if is_method else None,
            },
        )


def describe_parameters(value: Any) -> list[list[str | None]] | None:
    """Describe the parameters of a callable: name, kind, default; None if it does not tell."""
    try:
        signature = inspect.signature(value)
    except (TypeError, ValueError):
        return None
    return [
        [
            parameter.name,
            parameter.kind.name,
            None if parameter.default is parameter.empty else show_default(parameter.default),
        ]
        for parameter in signature.parameters.values()
    ]


def show_default(default: object) -> str:
    """Show a default value; one without a literal only says that there is one."""
    text = repr(default)
    return "<object>" if text.startswith("<") else text


if __name__ == "__main__":
    print(json.dumps(describe()))
