"""The provider's staff of the demo: an owner and a colleague, so that four eyes can look at an adjustment."""

from __future__ import annotations

import asyncio
import secrets
from typing import Final

import msgspec

from api.staff.people import link_of
from runtime.database import Database
from runtime.secrets import digest

_ACTOR: Final = "cli"
_PEOPLE: Final = (
    {"email": "olga@demo.example", "name": "Olga Luna", "role": "owner", "language": "es"},
    {"email": "eva@demo.example", "name": "Eva Ruiz", "role": "billing", "language": "es"},
)


class StaffLink(msgspec.Struct, frozen=True):
    """A person of the demo's staff and a new link of 15 minutes, for one use."""

    name: str
    role: str
    link: str


def staff_links(url: str, public_url: str) -> list[StaffLink]:
    """Add in the database at `url` who is missing and make everybody a link to `public_url`.

    Who was disabled stays outside. Raises `SqlFailure`.
    """
    return asyncio.run(_links(url, public_url))


async def _links(url: str, public_url: str) -> list[StaffLink]:
    async with Database(url, role="demo") as database:
        known = {row["email"]: row for row in await database.call("tenancy.list_staff")}
        for person in _PEOPLE:
            if person["email"] not in known:
                await database.call("tenancy.add_staff", {"p_actor": _ACTOR, "p_person": person})
        people = await database.call("tenancy.list_staff")
        emails = [person["email"] for person in _PEOPLE]
        invited = [row for row in people if row["email"] in emails and row["state"] == "active"]
        return [
            await _link(database, row, public_url)
            for row in sorted(invited, key=lambda row: emails.index(row["email"]))
        ]


async def _link(database: Database, row: dict[str, str], public_url: str) -> StaffLink:
    secret = secrets.token_urlsafe(32)
    arguments = {"p_actor": _ACTOR, "p_staff_id": row["staff_id"], "p_digest": digest(secret)}
    await database.call("tenancy.invite_staff", arguments)
    return StaffLink(row["name"], row["role"], link_of(public_url, secret))
