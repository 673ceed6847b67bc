"""Run a program with `flask` resolved to Cruse, named in the ways in which `python` takes one."""

from __future__ import annotations

import builtins
import code
import os
import pkgutil
import runpy
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec
from types import CodeType, ModuleType
from typing import Any

import cruse.as_flask  # noqa: F401 - importing it is what it is for

USAGE = """\
Usage: python -m cruse.as_flask SCRIPT.py [ARGUMENTS]
       python -m cruse.as_flask -m MODULE [ARGUMENTS]
       python -m cruse.as_flask -c CODE [ARGUMENTS]
       python -m cruse.as_flask - [ARGUMENTS]       the code comes from standard input"""


def main(arguments: list[str]) -> None:
    """Run the program that *arguments* name, with the rest as its arguments."""
    match arguments:
        case ["-m", module, *rest]:
            sys.argv = [module, *rest]
            runpy.run_module(module, run_name="__main__", alter_sys=True)
        case ["-c", source, *rest]:
            _start("", ["-c", *rest])
            _run(compile(source, "<string>", "exec"))
        case ["-", *_]:
            _start("", arguments)
            if sys.stdin.isatty():
                code.interact(local=vars(_make_main_module()))
            else:
                _run(compile(sys.stdin.read(), "<stdin>", "exec"), __file__="<stdin>")
        case ["-h" | "--help", *_]:
            print(USAGE)
        case [path, *_] if not path.startswith("-"):
            file = os.path.join(os.getcwd(), path)
            has_modules = pkgutil.get_importer(file) is not None
            _start(file if has_modules else os.path.dirname(os.path.realpath(path)), arguments)
            _run_path(file)
        case _:
            print(USAGE, file=sys.stderr)
            raise SystemExit(2)


def _start(place: str, arguments: list[str]) -> None:
    """Let modules be found in *place*, unless Python was told to add none, and set `sys.argv`."""
    sys.argv = arguments
    if not sys.flags.safe_path:
        sys.path[0] = place


def _run_path(path: str) -> None:
    """Run a script, or what is called `__main__` in a folder or an archive."""
    importer = pkgutil.get_importer(path)
    if importer is not None:
        spec = importer.find_spec("__main__")
        if spec is None or spec.loader is None:
            raise SystemExit(f"There is no '__main__' in {path!r}, so nothing in it can be run.")
        module = sys.modules["__main__"] = module_from_spec(spec)
        spec.loader.exec_module(module)
        return
    loader = SourceFileLoader("__main__", path)
    try:
        program = loader.source_to_code(loader.get_data(path), path)
    except OSError as exc:
        print(f"The file {path!r} cannot be opened: {exc.strerror}.", file=sys.stderr)
        raise SystemExit(2) from None
    _run(program, __file__=path, __loader__=loader, __cached__=None)


def _run(program: CodeType, **attributes: Any) -> None:
    exec(program, vars(_make_main_module(**attributes)))  # noqa: S102 - running it is the purpose


def _make_main_module(**attributes: Any) -> ModuleType:
    """Return a new module that is `__main__` from now on."""
    module = sys.modules["__main__"] = ModuleType("__main__")
    vars(module).update(__annotations__={}, __builtins__=builtins, **attributes)
    return module


if __name__ == "__main__":
    main(sys.argv[1:])
