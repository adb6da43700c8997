"""The commands of those who look after the database: migrate, psql, new-key, rotate-keys."""

from __future__ import annotations

import asyncio
import os
import shutil
from urllib.parse import unquote, urlsplit

import click
from rich.console import Console

from cli.embedded import demo_server
from cli.embedded_installation import installation
from runtime import migrate as migration
from runtime.database import Database
from runtime.migrate_script import script as whole_script
from runtime.rotation import Rotation
from runtime.rotation import rotate_keys as rotate
from runtime.secrets import generate_key, role_password
from runtime.settings import LOGIN_ROLES, SettingRefused, Settings

_NEEDS = ("DATABASE_URL", "SECRET_KEYS")


@click.command()
@click.option(
    "--script", "as_script", is_flag=True, help="Print the whole database as one file for psql instead."
)
def migrate(as_script: bool) -> None:
    """Bring the database to this release: schema, functions, partitions, role passwords."""
    if as_script:
        click.echo(whole_script(), nl=False)
        return
    settings = Settings.load(os.environ, needs=_NEEDS)
    passwords = {role: role_password(settings.secret_keys, role) for role in LOGIN_ROLES}
    _print_report(migration.migrate(settings.database_url, passwords=passwords))


def _print_report(report: migration.Report) -> None:
    """Say what changed; one line when nothing did."""
    console = Console(highlight=False)
    for name in report.schema_applied:
        console.print(f"applied schema/{name}")
    if report.procs_applied:
        console.print(f"replaced the functions; {len(report.procs_changed)} files new or changed")
    for name in report.procs_vanished:
        console.print(f"procs/{name} is gone: list its function in procs/removed.txt in the next release")
    for name in report.dropped:
        console.print(f"dropped {name}")
    if report.partitions_made:
        console.print(f"made {report.partitions_made} partitions")
    if not (report.schema_applied or report.procs_applied or report.dropped):
        console.print("the database is at this release")
    if report.passwords_refused:
        roles = ", ".join(report.passwords_refused)
        console.print(f"[yellow]may not set the passwords of {roles}: «whatsappb24 doctor» prints the script")


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def psql(arguments: tuple[str, ...]) -> None:
    """Open psql on DATABASE_URL, or on the running demo; arguments go to psql."""
    url = os.environ.get("DATABASE_URL", "").strip() or _demo_url()
    program = shutil.which("psql") or str(installation(18) / "bin" / "psql")
    parts = urlsplit(url)
    user, _, server = parts.netloc.rpartition("@")
    name, _, password = user.partition(":")
    # the password goes through the environment: everybody can read a command line
    shown = parts._replace(netloc=f"{name}@{server}" if name else server).geturl()
    environment = {**os.environ, **({"PGPASSWORD": unquote(password)} if password else {})}
    os.execve(program, [program, "--dbname", shown, *arguments], environment)  # noqa: S606


def _demo_url() -> str:
    server = demo_server()
    if not server.is_running():
        raise SettingRefused(
            "DATABASE_URL is not set and no demo is running here. Set it, or run «make demo»"
        )
    return server.url("whatsappb24")


@click.command("new-key")
def new_key() -> None:
    """Print a new key for the front of SECRET_KEYS."""
    click.echo(generate_key())


@click.command("rotate-keys")
def rotate_keys() -> None:
    """Seal everything at rest again with the first of SECRET_KEYS; services may run meanwhile."""
    settings = Settings.load(os.environ, needs=_NEEDS)
    done = asyncio.run(_rotate(settings))
    click.echo(f"{done.resealed} values sealed again with the newest key")
    if done.unreadable:
        names = "\n".join(done.unreadable)
        raise click.ClickException(
            f"no key in SECRET_KEYS opens these; their portals must reconnect:\n{names}"
        )


async def _rotate(settings: Settings) -> Rotation:
    async with Database(settings.database_url, max_size=1, role="rotate-keys") as database:
        return await rotate(database, settings.secret_keys)
