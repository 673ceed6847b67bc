"""Run a program with `flask` resolved to Cruse: `-m module ...` or `script.py ...`."""

from __future__ import annotations

import os
import runpy
import sys

import cruse.as_flask  # noqa: F401 - importing it is what it is for

USAGE = (
    "Usage: python -m cruse.as_flask -m MODULE [ARGUMENTS]\n"
    "       python -m cruse.as_flask SCRIPT.py [ARGUMENTS]"
)


def main(arguments: list[str]) -> None:
    """Run the module or the script that *arguments* name, with the rest as its arguments."""
    if not arguments or arguments == ["-m"] or arguments[0] in {"-h", "--help"}:
        print(USAGE)
        raise SystemExit(0 if arguments[:1] in (["-h"], ["--help"]) else 2)
    if arguments[0] == "-m":
        sys.argv = arguments[1:]
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
        return
    sys.argv = arguments
    sys.path[0] = os.path.dirname(os.path.abspath(arguments[0]))
    runpy.run_path(arguments[0], run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1:])
