"""The full framework: an app with every component."""

from __future__ import annotations

from cruse_cli import CommandsApp
from cruse_templating import TemplatingApp
from cruse_testing import TestingApp


class Cruse(TemplatingApp, CommandsApp, TestingApp):
    """An App with templates, commands and a test client."""
