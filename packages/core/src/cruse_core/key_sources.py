"""Find the line of a program that makes its secret key anew at each start.

It is read from the source, and not run. Only the program's own modules are read: those that are
imported and stand below the folder of the app's, without what is installed there.
"""

from __future__ import annotations

import ast
import os
import sys
from collections import Counter
from collections.abc import Iterator
from types import ModuleType

_KEY_NAMES = {"SECRET_KEY", "secret_key"}

# Functions whose result differs at each call, by the last part of their name.
_MAKERS = {
    *("token_bytes", "token_hex", "token_urlsafe", "urandom", "getrandom"),
    *("uuid1", "uuid4", "generate_key", "gensalt", "get_random_bytes"),
    *("choice", "choices", "getrandbits", "randbelow", "randbytes", "randint", "sample"),
}

_INSTALLED = {"site-packages", "dist-packages"}


def find_made_key(import_name: str, key: str | bytes) -> str | None:
    """Return where the key is made, as `file:line`; None if no such line is found.

    Args:
        import_name: Of the app; says which modules are the program's.
        key: The key that the app has. One that stands in the environment is not made.
    """
    if key in (os.environb.values() if isinstance(key, bytes) else os.environ.values()):
        return None
    for module, path in _iter_own_modules(import_name):
        line = _find_line(module, path, key)
        if line is not None:
            return f"{path}:{line}"
    return None


def _iter_own_modules(import_name: str) -> Iterator[tuple[ModuleType, str]]:
    """Iterate over the modules of the program, and their files."""
    top = getattr(sys.modules.get(import_name.partition(".")[0]), "__file__", None)
    if top is None:
        return
    folder = os.path.dirname(os.path.realpath(top))
    if os.path.basename(top) == "__init__.py" and _INSTALLED.isdisjoint(folder.split(os.sep)):
        folder = os.path.dirname(folder)
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if not isinstance(file, str) or not file.endswith(".py"):
            continue
        path = os.path.realpath(file)
        if not path.startswith(os.path.join(folder, "")):
            continue
        if _INSTALLED.isdisjoint(os.path.relpath(path, folder).split(os.sep)):
            yield module, file


def _find_line(module: ModuleType, path: str, key: str | bytes) -> int | None:
    try:
        with open(path, "rb") as file:
            source = file.read()
        # Most modules have nothing to do with the key, and need not be parsed.
        tree = ast.parse(source) if b"secret_key" in source.lower() else None
    except (OSError, SyntaxError, ValueError):
        return None
    if tree is None:
        return None
    made = _find_made_names(tree)
    for node in _walk(tree):
        for value, is_name in _iter_key_values(node):
            if is_name and not _holds(module, key):
                # A subclass or a later file has decided otherwise.
                continue
            if _makes(value) or (isinstance(value, ast.Name) and value.id in made):
                return value.lineno
    return None


def _walk(tree: ast.AST) -> Iterator[ast.AST]:
    """Iterate over all nodes but those below `if __name__ == "__main__":`, which no server runs."""
    waiting = [tree]
    while waiting:
        node = waiting.pop(0)
        yield node
        is_main = isinstance(node, ast.If) and "__name__" in ast.unparse(node.test)
        waiting.extend([] if is_main else ast.iter_child_nodes(node))


def _iter_key_values(node: ast.AST) -> Iterator[tuple[ast.expr, bool]]:
    """Yield the values that *node* gives to a secret key, and whether to a bare name."""
    match node:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                if _is_key(target):
                    yield value, isinstance(target, ast.Name)
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            if _is_key(target):
                yield value, isinstance(target, ast.Name)
        case ast.keyword(arg="SECRET_KEY", value=value):
            yield value, False
        case ast.Dict(keys=keys, values=values):
            for name, value in zip(keys, values, strict=True):
                if isinstance(name, ast.Constant) and name.value == "SECRET_KEY":
                    yield value, False
        case ast.Call(
            func=ast.Attribute(attr="setdefault"), args=[ast.Constant("SECRET_KEY"), value]
        ):
            yield value, False


def _is_key(target: ast.expr) -> bool:
    match target:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Subscript(slice=ast.Constant(name)):
            return name in _KEY_NAMES
    return False


def _makes(value: ast.expr) -> bool:
    return any(
        isinstance(node, ast.Call)
        and getattr(node.func, "attr", getattr(node.func, "id", None)) in _MAKERS
        for node in ast.walk(value)
    )


def _find_made_names(tree: ast.Module) -> set[str]:
    """Return names that are given a made value once, and then used once and no more.

    What is used again may be written to a file, from which the next start reads it.
    """
    stored: Counter[str] = Counter()
    loaded: Counter[str] = Counter()
    made: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if _makes(value):
                made.add(name)
        if isinstance(node, ast.Name):
            (loaded if isinstance(node.ctx, ast.Load) else stored)[node.id] += 1
    return {name for name in made if stored[name] == 1 == loaded[name]}


def _holds(module: ModuleType, key: str | bytes) -> bool:
    """Return whether the key is an upper-case name of the module or of one of its classes."""
    owners = [module, *(value for value in vars(module).values() if isinstance(value, type))]
    return any(vars(owner).get(name) == key for owner in owners for name in _KEY_NAMES)
