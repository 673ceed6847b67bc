"""Find the app that the pytest plugin tests, and make it if it comes from a factory.

Nothing of Cruse is imported here, so that a test run without an app pays nothing.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any, NamedTuple

_INSTANCE_NAMES = ("app", "application")
_FACTORY_NAMES = ("create_app", "make_app")
_NO_APPS = {"conftest", "noxfile", "setup", "tasks"}


class AppNotFoundError(Exception):
    """No app can be made from what was given; the message says why and what to do."""


class AppReference(NamedTuple):
    """Where an app is: a module, perhaps a name in it, perhaps arguments for a factory."""

    module: str
    attribute: str | None = None
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = MappingProxyType({})

    @property
    def text(self) -> str:
        """The reference as one writes it."""
        return self.module if self.attribute is None else f"{self.module}:{self.attribute}"


def parse_reference(text: str) -> AppReference:
    """Return what `module`, `module:name` or `module:factory("argument", key=1)` refers to.

    In place of the module, its file may be given: `folder/module.py`.

    Raises:
        AppNotFoundError: The text has another form.
    """
    module, colon, rest = text.strip().partition(":")
    if not module.endswith(".py") and not all(map(str.isidentifier, module.split("."))):
        raise AppNotFoundError(
            f"{module!r} in {text!r} is not the name of a module, nor of a Python file. "
            "Write 'module:app' or 'package.module:create_app', as in an import."
        )
    if not colon:
        return AppReference(module)
    try:
        expression = ast.parse(rest.strip(), mode="eval").body
        if isinstance(expression, ast.Name):
            return AppReference(module, expression.id)
        if isinstance(expression, ast.Call) and isinstance(expression.func, ast.Name):
            args = tuple(ast.literal_eval(arg) for arg in expression.args)
            kwargs = {str(k.arg): ast.literal_eval(k.value) for k in expression.keywords if k.arg}
            if len(kwargs) == len(expression.keywords):
                return AppReference(module, expression.func.id, args, kwargs)
    except (SyntaxError, ValueError):
        pass
    raise AppNotFoundError(
        f"{rest!r} in {text!r} is neither a name nor a call with literal arguments. "
        "Write 'module:app' or 'module:create_app(\"testing\")'."
    )


def find_reference(folder: Path) -> AppReference:
    """Return the only app in *folder*, by reading its modules and packages without running them.

    Raises:
        AppNotFoundError: There is none, or more than one.
    """
    found: list[AppReference] = []
    for path in (*sorted(folder.glob("*.py")), *sorted(folder.glob("*/__init__.py"))):
        module = path.parent.name if path.name == "__init__.py" else path.stem
        if module in _NO_APPS or module.startswith("test") or not module.isidentifier():
            continue
        defined = _top_level_names(path)
        for name in (*_INSTANCE_NAMES, *_FACTORY_NAMES):
            if name in defined:
                found.append(AppReference(module, name))
                break
    if len(found) == 1:
        return found[0]
    names = ", ".join(f"{reference.text!r}" for reference in found)
    reason = (
        f"There are several apps in {folder}: {names}."
        if found
        else f"No module or package in {folder} defines 'app', 'create_app' or 'make_app'."
    )
    raise AppNotFoundError(
        f"{reason} The fixture 'app' needs to know which one to test. Pass --app module:name, set "
        "'cruse_app' in pytest's configuration or CRUSE_APP in the environment, mark the test with "
        "@pytest.mark.cruse_app('module:name'), or define a fixture 'app' of your own."
    )


def _top_level_names(path: Path) -> set[str]:
    """Return what a module defines, assigns or imports at its top level."""
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return set()
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names.update(target.id for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
        elif isinstance(node, ast.ImportFrom):
            names.update(alias.asname or alias.name for alias in node.names)
    return names


def load_app(
    reference: AppReference, args: tuple[Any, ...], kwargs: dict[str, Any], folder: Path
) -> Any:
    """Import the module and return the app, calling its factory if it is one.

    Args:
        reference: Where the app is.
        args: For the factory, in place of those of the reference.
        kwargs: For the factory, added to those of the reference.
        folder: Modules are also looked for here.

    Raises:
        AppNotFoundError: Module or name is missing, or the factory takes other arguments.
    """
    if reference.module.endswith(".py"):
        folder, module_name = _locate_file(folder / reference.module)
        reference = reference._replace(module=module_name)
    module = _import_module(reference, folder)
    found = _get_attribute(module, reference)
    args = args or reference.args
    kwargs = {**reference.kwargs, **kwargs}
    if callable(found) and not hasattr(found, "wsgi_app"):
        return _call_factory(found, reference, args, kwargs)
    if args or kwargs:
        raise AppNotFoundError(
            f"Arguments were given for {reference.text!r}, but it is an app already. Arguments are "
            "for a factory: refer to one, or change the configuration with "
            "@pytest.mark.cruse_config(KEY=value)."
        )
    return found


def _locate_file(path: Path) -> tuple[Path, str]:
    """Return the folder that a file is imported from, and the name of its module."""
    names = [] if path.name == "__init__.py" else [path.stem]
    folder = path.parent
    while (folder / "__init__.py").exists():
        names.insert(0, folder.name)
        folder = folder.parent
    return folder, ".".join(names)


def _import_module(reference: AppReference, folder: Path) -> ModuleType:
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    try:
        return importlib.import_module(reference.module)
    except ModuleNotFoundError as exc:
        # A module that is missing further down is an error inside the app: it shows its traceback.
        if exc.name is None or not f"{reference.module}.".startswith(f"{exc.name}."):
            raise
        raise AppNotFoundError(
            f"The module {exc.name!r} of {reference.text!r} cannot be imported: it is neither "
            f"installed nor in {folder}. Check the name, install the package, or add its folder to "
            "'pythonpath' in pytest's configuration."
        ) from None


def _get_attribute(module: ModuleType, reference: AppReference) -> Any:
    names = (
        (*_INSTANCE_NAMES, *_FACTORY_NAMES)
        if reference.attribute is None
        else (reference.attribute,)
    )
    for name in names:
        value = getattr(module, name, None)
        if value is not None:
            return value
    wanted = " or ".join(repr(name) for name in names)
    raise AppNotFoundError(
        f"The module {module.__name__!r} ({module.__file__}) defines no {wanted}. "
        f"Write '{module.__name__}:NAME' with the name of the app or of its factory."
    )


def _call_factory(
    factory: Callable[..., Any],
    reference: AppReference,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    signature = inspect.signature(factory)
    try:
        signature.bind(*args, **kwargs)
    except TypeError as exc:
        given = [*map(repr, args), *(f"{key}={value!r}" for key, value in kwargs.items())]
        raise AppNotFoundError(
            f"The factory {reference.text}{signature} cannot be called with "
            f"({', '.join(given)}): {exc}. Pass its arguments by "
            f"@pytest.mark.cruse_app({reference.text!r}, ...)."
        ) from None
    return factory(*args, **kwargs)
