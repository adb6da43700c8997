"""The command `whatsappb24`: every subcommand is named here."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from cli.embedded_installation import EmbeddedUnavailable
from runtime.errors import SqlFailure
from runtime.migrate import MigrationRefused
from runtime.settings import SettingRefused
from runtime.sql_files import SqlFilesWrong

COMMANDS = {
    "bench": "cli.bench",
    "demo": "cli.demo",
    "docs": "cli.docs",
    "doctor": "cli.doctor",
    "erd": "cli.erd",
    "migrate": "cli.database",
    "new-key": "cli.database",
    "psql": "cli.database",
    "rotate-keys": "cli.database",
    "sandbox": "cli.sandbox",
    "serve": "cli.serve",
    "staff": "cli.staff",
    "worker": "cli.worker",
}
"""Where each command lives, under its own name. Only the one that runs is imported: a worker holds no web
framework in memory and starts in half the time."""


class _SettingRefused(click.ClickException):
    """A setting is missing or wrong: its one line, without a traceback."""

    exit_code = 2


class _Commands(click.Group):
    """Commands imported when asked for. They may raise our own errors: the text is shown, no traceback.

    Exit code 2: a setting is missing or wrong. Exit code 1: everything else.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, sorted."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; None: there is none of this name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(COMMANDS[cmd_name]), cmd_name.replace("-", "_"))
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the subcommand."""
        try:
            return super().invoke(ctx)
        except SettingRefused as refused:
            raise _SettingRefused(str(refused)) from None
        except (EmbeddedUnavailable, MigrationRefused, SqlFilesWrong) as refused:
            raise click.ClickException(str(refused)) from None
        except SqlFailure as failure:
            text = "\n".join(part for part in (failure.message, failure.hint) if part)
            raise click.ClickException(text) from None


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="whatsappb24")
def main() -> None:
    """WhatsApp channels for Bitrix24 through Gupshup."""


if __name__ == "__main__":
    main()
