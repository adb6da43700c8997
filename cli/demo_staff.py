"""The provider's staff of the demo: an owner and a colleague, so that four eyes can look at an adjustment."""

from __future__ import annotations

import asyncio
from typing import Final

import msgspec

from cli.staff import added, invited
from runtime.database import Database

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
    links: list[StaffLink] = []
    async with Database(url, role="demo") as database:
        known = {row["email"]: row for row in await database.call("tenancy.list_staff")}
        for person in _PEOPLE:
            row = known.get(person["email"])
            if row is None:
                links.append(
                    StaffLink(person["name"], person["role"], await added(database, public_url, person))
                )
            elif row["state"] == "active":
                link = await invited(database, public_url, person["email"])
                links.append(StaffLink(row["name"], row["role"], link))
    return links
