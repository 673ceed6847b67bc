"""A blueprint with every component."""

from __future__ import annotations

from cruse_cli import CommandsBlueprint
from cruse_templating import TemplatingBlueprint


class Blueprint(TemplatingBlueprint, CommandsBlueprint):
    """A Blueprint with templates and commands."""
