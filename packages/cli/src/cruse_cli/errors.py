"""The error of a command that found no application to work on."""

from __future__ import annotations

import click

from cruse_core.errors import CruseError


class NoAppError(CruseError, click.UsageError):
    """No application could be found or made; Click prints the message and exits with status 2."""
