"""Find the application that a command works on, in a module that is named or found.

`script_info.py` decides which module that is; everything that can go wrong here ends in a
`NoAppError` that says what to write instead.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any, NamedTuple, TypeGuard

from cruse_cli.errors import NoAppError
from cruse_cli.names import command_line
from cruse_cli.tracebacks import format_from_module
from cruse_core import App

APP_NAMES = ("app", "application")
FACTORY_NAMES = ("create_app", "make_app")

# A file with one of these names hides the framework from the application.
_PACKAGES = ("cruse", "cruse_core", "cruse_routing", "cruse_templating", "cruse_testing")

# A line that makes an application, or a function that does, in a module that is not imported yet.
_MAKES_APP = re.compile(
    r"^\w+\s*(:\s*[\w.]+\s*)?=\s*([\w.]+\.)?(Cruse|Flask|\w*App)\("
    rf"|^def ({'|'.join(FACTORY_NAMES)})\(",
    re.MULTILINE,
)

# Modules beside a program that serve a tool.
_TOOLS = {"conftest", "noxfile", "setup", "tasks", "fabfile", "manage"}


class AppReference(NamedTuple):
    """What follows the colon of `module:name` or `module:name("argument", key=1)`."""

    name: str
    is_call: bool = False
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = MappingProxyType({})


def prepare_import(path: str) -> str:
    """Make *path* importable and return the name of its module.

    Args:
        path: A file such as "src/wiki.py", a folder of a package, or the dotted name of a module.

    Returns:
        The dotted name, counted from the outermost package; `sys.path` starts with its folder.
    """
    target = Path(os.path.realpath(path))
    if target.suffix == ".py":
        target = target.with_suffix("")
    if target.name == "__init__":
        target = target.parent
    parts = [target.name]
    folder = target.parent
    while folder.name and (folder / "__init__.py").is_file():
        parts.append(folder.name)
        folder = folder.parent
    if sys.path[:1] != [str(folder)]:
        sys.path.insert(0, str(folder))
    return ".".join(reversed(parts))


def locate_app(
    module_name: str, app_name: str | None, raise_if_not_found: bool = True
) -> App | None:
    """Import a module and return its application.

    Args:
        module_name: Dotted name, as `prepare_import` returns it.
        app_name: Name of the application, or of a factory with its literal arguments; None to
            look for one.
        raise_if_not_found: Whether a module that does not exist is an error.

    Returns:
        The application; None only if the module does not exist and that is no error.

    Raises:
        NoAppError: There is no such module, an import inside it fails, or it offers no application.
    """
    shadow = _find_shadow()
    if shadow is not None and shadow.stem == module_name:
        raise NoAppError(_shadow_text(shadow))
    try:
        module = importlib.import_module(module_name)
    except ImportError as exc:
        if shadow is not None:
            raise NoAppError(_shadow_text(shadow)) from exc
        if not _is_missing(exc, module_name):
            raise NoAppError(
                f"While importing {module_name!r}, an ImportError was raised:\n\n"
                f"{format_from_module(exc)}\n"
                "The application cannot be loaded before that import works. Correct the line "
                "above, or install what it imports."
            ) from exc
        if not raise_if_not_found:
            return None
        raise NoAppError(_missing_module_text(module_name)) from None
    return find_best_app(module) if app_name is None else find_app_by_string(module, app_name)


def find_best_app(module: ModuleType) -> App:
    """Return the application of a *module* that does not say which of its names it is.

    In this order: `app`, `application`, the only instance in the module, the result of
    `create_app()` or `make_app()`.

    Raises:
        NoAppError: There is none, there are several, or the factory needs arguments.
    """
    for name in APP_NAMES:
        candidate = getattr(module, name, None)
        if is_app(candidate):
            return candidate
    found = dict(_iter_apps(module))
    if len(found) == 1:
        return found.popitem()[1]
    if found:
        raise NoAppError(_several_apps_text(module, sorted(found)))
    wrong_results: list[str] = []
    for name in FACTORY_NAMES:
        factory = getattr(module, name, None)
        if inspect.isroutine(factory):
            result = _call_factory(module, AppReference(name, is_call=True), factory, guessed=True)
            if is_app(result):
                return result
            wrong_results.append(_wrong_result_text(module, name, result))
    if wrong_results:
        raise NoAppError(wrong_results[0])
    raise NoAppError(
        f"No application was found in the module {module.__name__!r}: it has no 'app', no "
        "'application', no other instance of App, and no 'create_app' or 'make_app' that returns "
        f"one. Say which name it is: '{command_line(app=f'{module.__name__}:NAME')}'."
    )


def find_app_by_string(module: ModuleType, app_name: str) -> App:
    """Return the application of *module* that is called *app_name*.

    Args:
        module: Where to look.
        app_name: A name, or a call of a factory with literal arguments.

    Raises:
        NoAppError: The text is neither, the name does not exist, a factory does not take these
            arguments, or the result is no application.
    """
    reference = parse_reference(app_name)
    try:
        found = getattr(module, reference.name)
    except AttributeError:
        raise NoAppError(_missing_attribute_text(module, reference.name)) from None
    if is_app(found):
        return found
    if reference.is_call or inspect.isroutine(found):
        result = _call_factory(module, reference, found)
        if is_app(result):
            return result
        raise NoAppError(_wrong_result_text(module, reference.name, result))
    raise NoAppError(
        f"'{module.__name__}:{app_name.strip()}' is no application but "
        f"{type(found).__name__} {_short_repr(found)}. A command needs an instance of App, or a "
        f"function that returns one.{_app_hint(module)}"
    )


def parse_reference(text: str) -> AppReference:
    """Read a name, or a call with literal arguments.

    Raises:
        NoAppError: The text is neither.
    """
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        raise NoAppError(_unreadable_text(text)) from None
    match node:
        case ast.Name(id=name):
            return AppReference(name)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords):
            try:
                return AppReference(
                    name,
                    is_call=True,
                    args=tuple(ast.literal_eval(arg) for arg in args),
                    kwargs=dict(map(_read_keyword, keywords)),
                )
            except ValueError:
                raise NoAppError(
                    f"The arguments in {text!r} are not literal values. They are read, not run, "
                    "so names and expressions cannot be used: write strings in quotes, numbers, "
                    f"True, False, None, lists or dicts, such as {name}('testing', port=8000)."
                ) from None
        case ast.Call():
            raise NoAppError(
                f"The factory in {text!r} is not a simple name. Only a function of the module "
                "itself can be called. Write a function there that returns the application."
            )
    raise NoAppError(_unreadable_text(text))


def _read_keyword(keyword: ast.keyword) -> tuple[str, Any]:
    if keyword.arg is None:
        raise ValueError("'**' unpacks what is not known by name")
    return keyword.arg, ast.literal_eval(keyword.value)


def is_app(value: object) -> TypeGuard[App]:
    """Return whether *value* is an application itself, not a proxy of one."""
    return issubclass(type(value), App)


def find_near(name: str, known: Iterator[str] | list[str]) -> str:
    """Return a question after the *known* name nearest to *name*, to end a sentence; "" if none."""
    near = get_close_matches(name, known, n=1)
    return f" Did you mean {near[0]!r}?" if near else ""


def _iter_apps(module: ModuleType) -> Iterator[tuple[str, App]]:
    """Yield each application of the module once, with the first of its names."""
    seen: list[App] = []
    for name, value in list(vars(module).items()):
        if is_app(value) and not any(value is other for other in seen):
            seen.append(value)
            yield name, value


def _call_factory(
    module: ModuleType,
    reference: AppReference,
    factory: Callable[..., Any],
    *,
    guessed: bool = False,
) -> object:
    """Call a factory, or explain why these arguments cannot be its own."""
    place = f"{module.__name__}:{reference.name}"
    if not callable(factory):
        raise NoAppError(
            f"{place!r} cannot be called: it is {type(factory).__name__} {_short_repr(factory)}. "
            f"Name a function that returns the application.{_app_hint(module)}"
        )
    try:
        signature = inspect.signature(factory)
    except (TypeError, ValueError):  # some callables written in C tell nothing
        return factory(*reference.args, **reference.kwargs)
    try:
        signature.bind(*reference.args, **reference.kwargs)
    except TypeError as exc:
        attempt = "without arguments" if guessed else "with the given arguments"
        raise NoAppError(
            f"The factory {reference.name!r} in module {module.__name__!r} could not be called "
            f"{attempt}: {exc}. It takes {signature}. Pass literal arguments: "
            f"'{command_line(app=f'{place}(...)')}'."
        ) from None
    return factory(*reference.args, **reference.kwargs)


def _find_shadow() -> Path | None:
    """Return the file in the application's folder that is imported in place of the framework."""
    files = (Path(folder, f"{package}.py") for folder in sys.path[:1] for package in _PACKAGES)
    return next((file for file in files if file.is_file()), None)


def _shadow_text(file: Path) -> str:
    return (
        f"The file {str(file)!r} has the name of the framework: 'import {file.stem}' finds it, and "
        "not what is installed. Rename it, for example to 'app.py'."
    )


def find_likely_modules(folder: str) -> list[str]:
    """Return the modules and packages in *folder* that seem to make an application, sorted.

    They are read, not run. What names neither a class of ours nor a factory is left out, and so
    are tests and the files of tools.
    """
    found = []
    for path in sorted(Path(folder).iterdir()):
        source = path / "__init__.py" if path.is_dir() else path
        name = path.name if path.is_dir() else path.stem
        if path.suffix not in {"", ".py"} or not name.isidentifier() or name in _TOOLS:
            continue
        if name.startswith("test_") or not source.is_file():
            continue
        text = source.read_text(encoding="utf-8", errors="replace")
        if _MAKES_APP.search(text):
            found.append(name)
    return found


def _is_missing(exc: ImportError, module_name: str) -> bool:
    """Return whether the module itself, or a package it is in, does not exist."""
    return (
        isinstance(exc, ModuleNotFoundError)
        and exc.name is not None
        and f"{module_name}.".startswith(f"{exc.name}.")
    )


def _missing_module_text(module_name: str) -> str:
    folder = sys.path[0]
    head, _, last = module_name.rpartition(".")
    beside = Path(folder, *head.split(".")) if head else Path(folder)
    known = [path.stem for path in beside.iterdir() if _is_module(path)] if beside.is_dir() else []
    near = find_near(last, known)
    return (
        f"Could not import {module_name!r}: there is no such module in {folder!r} or elsewhere on "
        f"Python's path.{near} Give '--app' a module, a package or the path of a .py file, and "
        "run the command in the project's folder."
    )


def _is_module(path: Path) -> bool:
    return path.suffix == ".py" or (path / "__init__.py").is_file()


def _missing_attribute_text(module: ModuleType, name: str) -> str:
    near = find_near(name, [known for known in vars(module) if not known.startswith("__")])
    return (
        f"The module {module.__name__!r} has no attribute {name!r}, so there is no application "
        f"of that name.{near or _app_hint(module)} Correct the part after ':' in '--app'."
    )


def _wrong_result_text(module: ModuleType, name: str, result: object) -> str:
    what = "None" if result is None else f"{type(result).__name__} {_short_repr(result)}"
    return (
        f"{name}() in the module {module.__name__!r} returned {what}, which is no application. A "
        f"command needs an instance of App. End {name}() with 'return app'."
    )


def _several_apps_text(module: ModuleType, found: list[str]) -> str:
    names = ", ".join(repr(name) for name in found)
    return (
        f"The module {module.__name__!r} has several applications: {names}. A command works on "
        f"one. Say which: '{command_line(app=f'{module.__name__}:{found[0]}')}'."
    )


def _app_hint(module: ModuleType) -> str:
    """Return a sentence with the names in the module that would do; "" if there are none."""
    names = [name for name, _ in _iter_apps(module)]
    names += [name for name in FACTORY_NAMES if callable(getattr(module, name, None))]
    if not names:
        return ""
    return f" In {module.__name__!r} there is: {', '.join(repr(name) for name in names)}."


def _unreadable_text(text: str) -> str:
    return (
        f"{text!r} is neither the name of an application nor the call of a factory. After the "
        "module and ':' stands one of these: NAME, or NAME('argument', key=1) with its brackets "
        "closed and the whole in quotes for the shell."
    )


def _short_repr(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
