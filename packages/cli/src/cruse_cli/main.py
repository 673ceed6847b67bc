"""The command `cruse`."""

from __future__ import annotations

import sys

from cruse_cli.groups import CruseGroup
from cruse_cli.tracebacks import format_from_module

cli = CruseGroup(
    name="cruse",
    help="""\
Serve, inspect and extend an application built with Cruse.

Name the application with '--app', with the environment variable 'CRUSE_APP', or run the command
in a folder with a 'wsgi.py' or an 'app.py'.
""",
)


def main() -> None:
    """Run the command; a traceback begins in the user's code."""
    try:
        cli.main()
    except Exception as exc:
        sys.stderr.write(format_from_module(exc))
        sys.exit(1)
