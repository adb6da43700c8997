"""The command `whatsappb24`: every subcommand is named here."""

from __future__ import annotations

from typing import Any

import click

from cli.database import migrate, new_key, psql, rotate_keys
from cli.demo import demo
from cli.docs import docs
from cli.doctor import doctor
from cli.embedded_installation import EmbeddedUnavailable
from cli.erd import erd
from cli.sandbox import sandbox
from cli.serve import serve
from cli.staff import staff
from cli.worker import worker
from runtime.errors import SqlFailure
from runtime.migrate import MigrationRefused
from runtime.settings import SettingRefused
from runtime.sql_files import SqlFilesWrong


class _SettingRefused(click.ClickException):
    """A setting is missing or wrong: its one line, without a traceback."""

    exit_code = 2


class _Commands(click.Group):
    """A group whose commands may raise our own errors: the text is shown, a traceback is not.

    Exit code 2: a setting is missing or wrong. Exit code 1: everything else.
    """

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


for _command in (doctor, docs, erd, migrate, new_key, psql, rotate_keys, demo, sandbox, serve, staff, worker):
    main.add_command(_command)


if __name__ == "__main__":
    main()
