"""The component of a blueprint that gives it commands.

Its group is taken from the package itself, which imports Click when it is needed.
"""

from __future__ import annotations

from functools import cached_property

import cruse_cli
from cruse_cli.app import CommandsApp
from cruse_core import Blueprint, BlueprintSetupState
from cruse_core.blueprint import OWN_GROUP


class CommandsBlueprint(Blueprint):
    """A `Blueprint` with commands of its own.

    They form a group with the blueprint's full name. `cli_group`, given to the constructor or to
    `register_blueprint`, is another name for it, or None to put them among the application's.
    """

    @cached_property
    def cli(self) -> cruse_cli.AppGroup:
        """The blueprint's commands, which join the application's at registration.

        Raises:
            SetupError: The blueprint is already registered, so they would be missing there.
        """
        self._check_setup_finished("cli")
        self.record(self._add_commands)
        return cruse_cli.AppGroup(self.name)

    def _add_commands(self, state: BlueprintSetupState) -> None:
        if not self.cli.commands:
            return
        commands = state.app.require(CommandsApp).cli
        group = state.options.get("cli_group", OWN_GROUP)
        if group is OWN_GROUP:
            group = self.cli_group
        if group is None:
            commands.commands.update(self.cli.commands)
        else:
            commands.add_command(self.cli, state.full_name if group is OWN_GROUP else group)
