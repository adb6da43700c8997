"""The commands `staff …`: how the first people of the provider come in, and who they are."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.table import Table

from api.staff.people import link_of
from runtime.database import Database
from runtime.secrets import digest
from runtime.settings import Settings

_NEEDS = ("DATABASE_URL", "PUBLIC_URL")
_ACTOR = "cli"
T = TypeVar("T")


@click.group()
def staff() -> None:
    """The provider's staff: add people, give them one-time links, disable them."""


@staff.command("add")
@click.argument("email")
@click.option("--name", required=True, help="What the others call this person.")
@click.option(
    "--role", type=click.Choice(["owner", "billing", "support"]), default="owner", show_default=True
)
@click.option("--language", type=click.Choice(["es", "en", "pt"]), default="es", show_default=True)
def add(email: str, name: str, role: str, language: str) -> None:
    """Add a person to the staff and print the first one-time link."""
    person = {"email": email, "name": name, "role": role, "language": language}
    _print_link(_with_database(lambda database, url: added(database, url, person)))


@staff.command("link")
@click.argument("email")
def link(email: str) -> None:
    """Print a new one-time link for a person: good for 15 minutes, once, in place of an older one."""
    _print_link(_with_database(lambda database, url: invited(database, url, email)))


@staff.command("list")
def list_people() -> None:
    """Print who is of the staff."""
    table = Table("e-mail", "name", "role", "state", "last seen", box=None)
    for one in _with_database(lambda database, _: database.call("tenancy.list_staff")):
        seen = f"{one['seen_at']:%Y-%m-%d %H:%M} UTC" if one["seen_at"] else "never"
        table.add_row(one["email"], one["name"], one["role"], one["state"], seen)
    Console(highlight=False, soft_wrap=True).print(table)


@staff.command("disable")
@click.argument("email")
def disable(email: str) -> None:
    """Shut a person out at once; what he did stays in the records."""
    _with_database(lambda database, _: _changed(database, email, "disabled"))
    click.echo(f"{email} is disabled; sessions and links are over")


@staff.command("enable")
@click.argument("email")
def enable(email: str) -> None:
    """Let a person in again who was disabled."""
    _with_database(lambda database, _: _changed(database, email, "active"))
    click.echo(f"{email} is active")


async def added(database: Database, public_url: str, person: dict[str, str]) -> str:
    """Add a person {email, name, role, language}; returns his first one-time link."""
    await database.call("tenancy.add_staff", {"p_actor": _ACTOR, "p_person": person})
    return await invited(database, public_url, person["email"])


async def invited(database: Database, public_url: str, email: str) -> str:
    """Return a new one-time link for this person. Raises `ClickException` for nobody of the staff."""
    secret = secrets.token_urlsafe(32)
    staff_id = await _id_of(database, email)
    arguments = {"p_actor": _ACTOR, "p_staff_id": staff_id, "p_digest": digest(secret)}
    await database.call("tenancy.invite_staff", arguments)
    return link_of(public_url, secret)


async def _changed(database: Database, email: str, state: str) -> None:
    staff_id = await _id_of(database, email)
    arguments = {"p_actor": _ACTOR, "p_staff_id": staff_id, "p_changes": {"state": state}}
    await database.call("tenancy.change_staff", arguments)


async def _id_of(database: Database, email: str) -> Any:
    for one in await database.call("tenancy.list_staff"):
        if one["email"] == email.strip().lower():
            return one["staff_id"]
    raise click.ClickException(f"nobody of the staff has the address {email}: «whatsappb24 staff list»")


def _with_database(work: Callable[[Database, str], Awaitable[T]]) -> T:
    settings = Settings.load(os.environ, needs=_NEEDS)

    async def run() -> T:
        async with Database(settings.database_url, max_size=1, role="staff") as database:
            return await work(database, settings.public_url)

    return asyncio.run(run())


def _print_link(address: str) -> None:
    """The link alone goes to standard output, so that a script can take it."""
    click.echo("Open this link within 15 minutes; it is good once:", err=True)
    click.echo(address)
